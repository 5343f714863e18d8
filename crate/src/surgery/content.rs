//! What a constant operand becomes: cut from what it was, or new numbers.

use ndarray::ArrayViewD;
use tract_onnx::prelude::DatumType;

use crate::error::{Error, Result};
use crate::onnx::{float_tensor, int_tensor, pb};

/// New content of a constant operand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Kept indices per cut axis.
    Slice(Vec<(usize, Vec<usize>)>),
    /// Flat elements, and the leading dimensions of the result (the rest as before).
    Pick(Vec<usize>, Vec<usize>),
    Floats(Vec<usize>, Vec<f64>),
    Ints(Vec<i64>),
    Scalar(i64),
}

impl Content {
    /// Made of what was there, nothing new.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Content::Slice(_) | Content::Pick(..))
    }
}

/// The tensor `name` with this content; `old` is what it was, `like` its element type.
pub(super) fn render(
    name: &str,
    content: &Content,
    old: Option<&pb::TensorProto>,
    like: DatumType,
) -> Result<pb::TensorProto> {
    let missing = || Error::new(format!("tensor {name} has no known value"));
    match content {
        Content::Ints(values) => Ok(int_tensor(name, values)),
        Content::Scalar(value) => {
            let mut tensor = int_tensor(name, &[*value]);
            tensor.dims.clear();
            Ok(tensor)
        }
        Content::Floats(shape, values) => {
            let values: Vec<f32> = values.iter().map(|v| *v as f32).collect();
            let view = ArrayViewD::from_shape(shape.clone(), &values)
                .map_err(|e| Error::new(e.to_string()))?;
            Ok(float_tensor(name, view, like))
        }
        Content::Slice(axes) => {
            let old = old.ok_or_else(missing)?;
            let mut tensor = pb::TensorProto {
                name: name.to_string(),
                ..old.clone()
            };
            for (axis, kept) in axes {
                keep_positions(&mut tensor, *axis, kept)?;
            }
            Ok(tensor)
        }
        Content::Pick(elements, lead) => {
            let old = old.ok_or_else(missing)?;
            let mut tensor = pb::TensorProto {
                name: name.to_string(),
                ..old.clone()
            };
            let size = tensor.raw_data.len() / (old.dims.iter().product::<i64>().max(1) as usize);
            tensor.raw_data = elements
                .iter()
                .flat_map(|e| tensor.raw_data[e * size..(e + 1) * size].iter().copied())
                .collect();
            for (axis, dim) in lead.iter().enumerate() {
                tensor.dims[axis] = *dim as i64;
            }
            Ok(tensor)
        }
    }
}

/// Keeps `kept` indices of one axis, bit for bit.
///
/// # Errors
/// When the file's tensor is shorter than the network that reads it takes it to be.
fn keep_positions(tensor: &mut pb::TensorProto, axis: usize, kept: &[usize]) -> Result<()> {
    let dims: Vec<usize> = tensor.dims.iter().map(|d| *d as usize).collect();
    let elements: usize = dims.iter().product();
    if elements == 0 {
        return Ok(());
    }
    if let Some(beyond) = kept.iter().find(|k| **k >= dims[axis]) {
        return Err(Error::new(format!(
            "reads entry {beyond} of tensor {}, which has {} along axis {axis}",
            tensor.name, dims[axis]
        )));
    }
    let size = tensor.raw_data.len() / elements;
    let run = dims[axis + 1..].iter().product::<usize>() * size;
    let outer: usize = dims[..axis].iter().product();
    let mut cut = Vec::with_capacity(outer * kept.len() * run);
    for o in 0..outer {
        for k in kept {
            let start = (o * dims[axis] + k) * run;
            cut.extend_from_slice(&tensor.raw_data[start..start + run]);
        }
    }
    tensor.raw_data = cut;
    tensor.dims[axis] = kept.len() as i64;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn take_cuts_any_axis() {
        let values: Vec<f32> = (0..12).map(|v| v as f32).collect();
        let view = ArrayViewD::from_shape(vec![2, 3, 2], &values).unwrap();
        let mut t = float_tensor("t", view, DatumType::F32);
        keep_positions(&mut t, 1, &[0, 2]).unwrap();
        assert_eq!(t.dims, [2, 2, 2]);
        let got: Vec<f32> = t
            .raw_data
            .chunks(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        assert_eq!(got, [0.0, 1.0, 4.0, 5.0, 6.0, 7.0, 10.0, 11.0]);
    }
}
