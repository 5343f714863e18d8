//! Max pooling a row at a time.
//!
//! tract visits every window of a pooling by itself, number by number (`ops/cnn/maxpool.rs`). Here the rows of a window
//! are first taken together, four numbers at once, and then the columns. On ShuffleNetV2 pooling took a twelfth of the
//! time. Only what images need: float32 in channels-first order, any kernel, stride, dilation and padding.

use tract_onnx::prelude::{
    DatumExt, DatumType, TVec, TractResult, TypedFact, TypedModel, TypedModelPatch, TypedOp, tvec,
};
use tract_onnx::tract_core::internal::{
    EvalContext, EvalOp, Op, StaticName, TValue, Tensor, as_op, op_as_typed_op, op_out_of_plan,
};
use tract_onnx::tract_core::ops::cnn::{MaxPool, PaddingSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// Rewrites every max pooling of `model` that [`Rows`] can do.
///
/// # Errors
/// Those of tract, for a graph that is broken already.
pub fn by_rows(model: &mut TypedModel) -> TractResult<()> {
    let poolings = model.nodes().iter().filter(|node| node.op_is::<MaxPool>());
    let ids: Vec<usize> = poolings.map(|node| node.id).collect();
    for id in ids {
        let node = model.node(id);
        let Some(op) = node
            .op_as::<MaxPool>()
            .and_then(|op| rows(op, model.outlet_fact(node.inputs[0]).ok()?))
        else {
            continue;
        };
        TypedModelPatch::replace_single_op(model, node, &node.inputs, op)?.apply(model)?;
    }
    Ok(())
}

fn rows(op: &MaxPool, input: &TypedFact) -> Option<Rows> {
    let spec = &op.pool_spec;
    let shape = input.shape.as_concrete()?;
    let plain = op.with_index_outputs.is_none()
        && input.datum_type == DatumType::F32
        && shape.len() == 4
        && spec.data_format == DataFormat::NCHW
        // Windows that reach beyond the padding, by rounding up.
        && !matches!(spec.padding, PaddingSpec::ExplicitOnnxPool(_, _, true));
    if !plain {
        return None;
    }
    let padding = spec.computed_padding(&shape[2..]);
    let axis = |axis: usize| Axis {
        input: shape[2 + axis],
        output: padding[axis].convoluted,
        before: padding[axis].pad_before,
        kernel: spec.kernel_shape[axis],
        stride: spec.stride(axis),
        dilation: spec.dilation(axis),
    };
    Some(Rows {
        batch: shape[0],
        channels: shape[1],
        down: axis(0),
        across: axis(1),
    })
}

/// One direction of a pooling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Axis {
    input: usize,
    output: usize,
    /// Padding in front.
    before: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
}

impl Axis {
    /// Places of the input in the window of place `at` of the output.
    fn window(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let places = (0..self.kernel).map(move |k| at * self.stride + k * self.dilation);
        places.filter_map(|place| place.checked_sub(self.before).filter(|p| *p < self.input))
    }
}

/// Max pooling of planes of a fixed size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Rows {
    batch: usize,
    channels: usize,
    down: Axis,
    across: Axis,
}

impl Rows {
    /// Of the output.
    fn shape(&self) -> [usize; 4] {
        [
            self.batch,
            self.channels,
            self.down.output,
            self.across.output,
        ]
    }

    /// `input`: planes × rows × columns, as is `output`.
    fn pool(&self, input: &[f32], output: &mut [f32]) {
        let Axis {
            before,
            kernel,
            stride,
            dilation,
            ..
        } = self.across;
        // As in tract, a window of nothing but padding has the lowest number of all.
        // The highest of a column's window, with room for the padding on both sides.
        let reach = (self.across.output - 1) * stride + (kernel - 1) * dilation + 1;
        let mut highest = vec![f32::MIN; reach.max(before + self.across.input)];
        let planes = input.chunks_exact(self.down.input * self.across.input);
        let outputs = output.chunks_exact_mut(self.down.output * self.across.output);
        for (plane, output) in planes.zip(outputs) {
            for (at, output) in output.chunks_exact_mut(self.across.output).enumerate() {
                let inside = &mut highest[before..before + self.across.input];
                inside.fill(f32::MIN);
                for row in self.down.window(at) {
                    let row = &plane[row * self.across.input..][..self.across.input];
                    inside
                        .iter_mut()
                        .zip(row)
                        .for_each(|(high, x)| *high = high.max(*x));
                }
                output.fill(f32::MIN);
                for place in (0..kernel).map(|k| k * dilation) {
                    let places = highest[place..].iter().step_by(stride);
                    output
                        .iter_mut()
                        .zip(places)
                        .for_each(|(to, x)| *to = to.max(*x));
                }
            }
        }
    }
}

impl Op for Rows {
    fn name(&self) -> StaticName {
        "MaxPoolByRows".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Rows {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = inputs[0].to_plain_array_view::<f32>()?;
        let input = input.as_standard_layout();
        let mut output = Tensor::zero::<f32>(&self.shape())?;
        let mut pooled = output.to_plain_array_view_mut::<f32>()?;
        if let (Some(input), Some(pooled)) = (input.as_slice(), pooled.as_slice_mut())
            && !pooled.is_empty()
        {
            self.pool(input, pooled);
        }
        Ok(tvec!(output.into()))
    }
}

impl TypedOp for Rows {
    fn output_facts(&self, _: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(self.shape())))
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;
    use tract_onnx::tract_core::internal::{IntoRunnable, SpecialOps};
    use tract_onnx::tract_core::ops::cnn::PoolSpec;

    /// What a pooling makes of noise, by tract's operator or by this one.
    fn pooled(spec: &PoolSpec, size: [usize; 4], ours: bool) -> Vec<f32> {
        let mut model = TypedModel::default();
        let source = model.add_source("x", f32::fact(size)).unwrap();
        let op = MaxPool::new(spec.clone(), None);
        let outputs = model.wire_node("pool", op, &[source]).unwrap();
        model.select_output_outlets(&outputs).unwrap();
        if ours {
            by_rows(&mut model).unwrap();
            model.compact().unwrap();
            assert!(
                model.nodes().iter().any(|node| node.op_is::<Rows>()),
                "{spec:?}"
            );
        }
        let input = Tensor::from(noise(&size, 1));
        let outputs = model
            .into_runnable()
            .unwrap()
            .run(tvec!(input.into()))
            .unwrap();
        let view = outputs[0].to_plain_array_view::<f32>().unwrap();
        view.iter().copied().collect()
    }

    #[test]
    fn windows_of_every_kind() {
        let explicit = |before, after| PaddingSpec::Explicit(tvec!(before, 0), tvec!(after, 1));
        for kernel in [tvec!(2, 2), tvec!(3, 3), tvec!(1, 4)] {
            for stride in [tvec!(1, 1), tvec!(2, 2), tvec!(3, 1)] {
                for dilation in [tvec!(1, 1), tvec!(2, 1), tvec!(1, 2)] {
                    for padding in [PaddingSpec::Valid, PaddingSpec::SameUpper, explicit(0, 1)] {
                        for size in [[1, 2, 9, 8], [2, 3, 8, 11]] {
                            let spec = PoolSpec {
                                data_format: DataFormat::NCHW,
                                kernel_shape: kernel.clone(),
                                padding: padding.clone(),
                                dilations: Some(dilation.clone()),
                                strides: Some(stride.clone()),
                                input_channels: size[1],
                                output_channels: size[1],
                            };
                            let [ours, theirs] = [true, false].map(|it| pooled(&spec, size, it));
                            assert_eq!(ours, theirs, "{spec:?}");
                        }
                    }
                }
            }
        }
    }
}
