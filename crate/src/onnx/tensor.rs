//! Writing tensors, and names nobody uses yet.

use std::collections::HashSet;

use half::f16;
use ndarray::ArrayViewD;
use tract_onnx::prelude::{DatumType, Tensor};

use super::pb::{self, tensor_proto::DataType};
use crate::error::{Error, Result};

fn raw(name: &str, dims: &[usize], data_type: DataType, raw_data: Vec<u8>) -> pb::TensorProto {
    pb::TensorProto {
        name: name.to_string(),
        dims: dims.iter().map(|d| *d as i64).collect(),
        data_type: data_type as i32,
        raw_data,
        ..Default::default()
    }
}

/// A float tensor of element type `like` (f16 and f64 stay what they were).
pub fn float_tensor(name: &str, values: ArrayViewD<'_, f32>, like: DatumType) -> pb::TensorProto {
    let (kind, bytes) = match like {
        DatumType::F16 => (
            DataType::Float16,
            bytes_of(&values, |v| f16::from_f32(v).to_le_bytes()),
        ),
        DatumType::F64 => (
            DataType::Double,
            bytes_of(&values, |v| f64::from(v).to_le_bytes()),
        ),
        _ => (DataType::Float, bytes_of(&values, f32::to_le_bytes)),
    };
    raw(name, values.shape(), kind, bytes)
}

/// The bytes of all values in order. They are written in place: a page's weights go through here in code that its
/// browser has not optimised yet, where an iterator of bytes takes five times as long.
fn bytes_of<const N: usize>(
    values: &ArrayViewD<'_, f32>,
    bytes: impl Fn(f32) -> [u8; N],
) -> Vec<u8> {
    let mut all = vec![0; N * values.len()];
    let (places, _) = all.as_chunks_mut::<N>();
    let in_order = values.as_standard_layout();
    let values = in_order.as_slice().into_iter().flatten();
    for (to, value) in places.iter_mut().zip(values) {
        *to = bytes(*value);
    }
    all
}

/// A one-dimensional int64 tensor.
pub fn int_tensor(name: &str, values: &[i64]) -> pb::TensorProto {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    raw(name, &[values.len()], DataType::Int64, bytes)
}

/// Any numeric tract tensor, bit for bit.
///
/// # Errors
/// When the element type has no ONNX counterpart here (strings, complex numbers).
pub fn tensor_proto(name: &str, tensor: &Tensor) -> Result<pb::TensorProto> {
    let kind = match tensor.datum_type() {
        DatumType::F32 => DataType::Float,
        DatumType::F16 => DataType::Float16,
        DatumType::F64 => DataType::Double,
        DatumType::I64 | DatumType::TDim => DataType::Int64,
        DatumType::I32 => DataType::Int32,
        DatumType::I16 => DataType::Int16,
        DatumType::I8 => DataType::Int8,
        DatumType::U8 => DataType::Uint8,
        DatumType::U16 => DataType::Uint16,
        DatumType::U32 => DataType::Uint32,
        DatumType::U64 => DataType::Uint64,
        DatumType::Bool => DataType::Bool,
        other => {
            return Err(Error::new(format!(
                "tensor {name} has element type {other:?}, which cannot be written"
            )));
        }
    };
    let plain = if tensor.datum_type() == DatumType::TDim {
        tensor
            .cast_to_dt(DatumType::I64)
            .map_err(|e| Error::new(e.to_string()))?
            .into_owned()
    } else {
        tensor.clone()
    };
    Ok(raw(name, tensor.shape(), kind, plain.as_bytes().to_vec()))
}

/// The same tensor with its elements in `raw_data`, whichever field held them. `None` for kinds that
/// are not plain numbers.
pub fn raw_form(tensor: &pb::TensorProto) -> Option<pb::TensorProto> {
    let count: i64 = tensor.dims.iter().product();
    if !tensor.raw_data.is_empty() || count == 0 {
        return Some(tensor.clone());
    }
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let ints = || tensor.int32_data.iter();
    let bytes: Vec<u8> = match kind {
        DataType::Float => tensor
            .float_data
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect(),
        DataType::Double => tensor
            .double_data
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect(),
        DataType::Int64 => tensor
            .int64_data
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect(),
        DataType::Int32 => ints().flat_map(|v| v.to_le_bytes()).collect(),
        DataType::Float16 | DataType::Int16 | DataType::Uint16 | DataType::Bfloat16 => {
            ints().flat_map(|v| (*v as u16).to_le_bytes()).collect()
        }
        DataType::Bool | DataType::Int8 | DataType::Uint8 => ints().map(|v| *v as u8).collect(),
        _ => return None,
    };
    Some(raw(
        &tensor.name,
        &tensor.dims.iter().map(|d| *d as usize).collect::<Vec<_>>(),
        kind,
        bytes,
    ))
}

/// Turns a float16 or float64 tensor into float32, in place; leaves every other kind alone.
pub fn to_single(tensor: &mut pb::TensorProto) {
    let kind = DataType::try_from(tensor.data_type);
    if !matches!(kind, Ok(DataType::Float16 | DataType::Double)) {
        return;
    }
    let Some(plain) = raw_form(tensor) else {
        return;
    };
    let bytes: Vec<u8> = if kind == Ok(DataType::Float16) {
        let half = |b: &[u8]| f16::from_le_bytes([b[0], b[1]]).to_f32().to_le_bytes();
        plain.raw_data.chunks_exact(2).flat_map(half).collect()
    } else {
        let double = |b: &[u8]| b.try_into().map_or(0.0, f64::from_le_bytes) as f32;
        plain
            .raw_data
            .chunks_exact(8)
            .flat_map(|b| double(b).to_le_bytes())
            .collect()
    };
    let dims: Vec<usize> = tensor.dims.iter().map(|d| *d as usize).collect();
    *tensor = raw(&tensor.name, &dims, DataType::Float, bytes);
}

/// The one element of a float tensor, as f32.
pub fn single_float(tensor: &pb::TensorProto) -> Option<f32> {
    let mut plain = raw_form(tensor)?;
    to_single(&mut plain);
    let float = plain.data_type == DataType::Float as i32;
    let bytes: [u8; 4] = plain.raw_data.as_slice().try_into().ok()?;
    float.then(|| f32::from_le_bytes(bytes))
}

/// Element type of a tensor in the file, if it is a float.
pub fn float_type(code: i32) -> Option<DatumType> {
    match DataType::try_from(code).ok()? {
        DataType::Float => Some(DatumType::F32),
        DataType::Float16 => Some(DatumType::F16),
        DataType::Double => Some(DatumType::F64),
        _ => None,
    }
}

/// Hands out tensor names that the graph does not use.
pub struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// All names of a graph.
    pub fn of(graph: &pb::GraphProto) -> Self {
        let mut taken = HashSet::new();
        for node in &graph.node {
            taken.extend(node.input.iter().chain(&node.output).cloned());
            taken.insert(node.name.clone());
        }
        taken.extend(graph.initializer.iter().map(|t| t.name.clone()));
        taken.extend(
            graph
                .input
                .iter()
                .chain(&graph.output)
                .map(|v| v.name.clone()),
        );
        Names { taken }
    }

    /// `base`, or `base_2`, `base_3`, …
    pub fn fresh(&mut self, base: &str) -> String {
        let mut name = base.to_string();
        let mut n = 1;
        while !self.taken.insert(name.clone()) {
            n += 1;
            name = format!("{base}_{n}");
        }
        name
    }
}
