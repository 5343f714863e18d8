//! Grouped pointwise convolutions as one product per group.
//!
//! tract gathers the inputs of a grouped convolution into a matrix per group before it multiplies, even where the
//! kernel is 1 × 1 and the matrix is the input itself (`ops/cnn/conv/conv.rs`, `wire_as_im2col_pair`; without groups
//! `declutter_as_einsum` avoids that). Upstream, the condition `self.group == 1` there could go. On ShuffleNetV1 the
//! gathering took an eighth of the time.

use tract_onnx::prelude::{DatumType, OutletId, TractResult, TypedModel, TypedModelPatch, tvec};
use tract_onnx::tract_core::internal::{AxisOp, ToDim};
use tract_onnx::tract_core::ops::cnn::Conv;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::math::add;
use tract_onnx::tract_core::ops::nn::DataFormat;

/// Rewrites every convolution of `model` that is only a product.
///
/// # Errors
/// Those of tract, for a graph that is broken already.
pub fn as_products(model: &mut TypedModel) -> TractResult<()> {
    let convolutions = model.nodes().iter().filter(|node| node.op_is::<Conv>());
    let ids: Vec<usize> = convolutions.map(|node| node.id).collect();
    for id in ids {
        if let Some(patch) = product(model, id)? {
            patch.apply(model)?;
        }
    }
    Ok(())
}

fn product(model: &TypedModel, id: usize) -> TractResult<Option<TypedModelPatch>> {
    let node = model.node(id);
    let Some(conv) = node.op_as::<Conv>() else {
        return Ok(None);
    };
    let (input, output) = (
        model.outlet_fact(node.inputs[0])?,
        model.outlet_fact(id.into())?,
    );
    let (groups, spec) = (conv.group, &conv.pool_spec);
    // One channel a group is a depthwise convolution, for which tract has kernels.
    let grouped = groups > 1 && groups < spec.input_channels;
    let pointwise = spec.kernel_shape.iter().product::<usize>() == 1
        && (0..spec.rank()).all(|axis| spec.stride(axis) == 1);
    // Padding would show in the size.
    let same = input.rank() == 4 && input.shape[2..] == output.shape[2..];
    let floats = conv.q_params.is_none() && input.datum_type == DatumType::F32;
    if !(grouped && pointwise && same && floats && spec.data_format == DataFormat::NCHW) {
        return Ok(None);
    }

    let name = &node.name;
    let mut patch = TypedModelPatch::new("grouped convolution as a product");
    let taps = patch.taps(model, &node.inputs)?;
    let split = |channels: usize| tvec!(groups.to_dim(), (channels / groups).to_dim());
    let reshape = |channels: usize| AxisOp::Reshape(1, tvec!(channels.to_dim()), split(channels));
    let by_group = patch.wire_node(
        format!("{name}.by_group"),
        reshape(spec.input_channels),
        &taps[..1],
    )?;
    let weights = conv.wire_kernel_as_g_o_ihw(&mut patch, &format!("{name}.weights"), taps[1])?;
    let einsum = EinSum {
        axes: "ngihw,goi->ngohw".parse()?,
        operating_dt: DatumType::F32,
        q_params: None,
    };
    let products = patch.wire_node(
        format!("{name}.product"),
        einsum,
        &[by_group[0], weights[0]],
    )?;
    let bias = with_channel_axis(&mut patch, name, taps[2], groups, spec.output_channels)?;
    let sums = patch.wire_node(format!("{name}.biased"), add(), &[products[0], bias])?;
    let joined = AxisOp::Reshape(
        1,
        split(spec.output_channels),
        tvec!(spec.output_channels.to_dim()),
    );
    let whole = patch.wire_node(name, joined, &sums)?;
    patch.shunt_outside(model, id.into(), whole[0])?;
    Ok(Some(patch))
}

/// The bias, one number or one for every channel, in the shape of [1, groups, channels of a group, 1, 1].
fn with_channel_axis(
    patch: &mut TypedModelPatch,
    name: &str,
    bias: OutletId,
    groups: usize,
    channels: usize,
) -> TractResult<OutletId> {
    let one = 1.to_dim();
    let (from, to) = match patch.model.outlet_fact(bias)?.rank() {
        0 => (tvec!(), tvec!(one.clone(); 5)),
        _ => {
            let in_group = (channels / groups).to_dim();
            let to = tvec!(one.clone(), groups.to_dim(), in_group, one.clone(), one);
            (tvec!(channels.to_dim()), to)
        }
    };
    let shaped = patch.wire_node(
        format!("{name}.bias"),
        AxisOp::Reshape(0, from, to),
        &[bias],
    )?;
    Ok(shaped[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, difference, noise};
    use crate::onnx;
    use tract_onnx::prelude::{Framework, InferenceModelExt};

    /// ShuffleNetV1's grouped convolutions are products in the optimised plan, which gives what the plain one gives.
    #[test]
    fn a_network_of_grouped_convolutions_says_the_same() {
        let sample = "/../www/public/samples/shufflenetv1_100_cifar10.onnx";
        let bytes = std::fs::read(format!("{}{sample}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let model = onnx::decode(&bytes).unwrap();
        let typed = crate::graph::parser().model_for_proto_model(&model);
        let mut typed = typed.unwrap().into_typed().unwrap();
        let grouped = |model: &TypedModel| {
            let convolutions = model.nodes().iter().filter_map(|n| n.op_as::<Conv>());
            convolutions
                .filter(|c| c.group > 1 && c.group < c.input_channels())
                .count()
        };
        assert!(grouped(&typed) > 20);
        as_products(&mut typed).unwrap();
        typed.compact().unwrap();
        assert_eq!(grouped(&typed), 0);

        let image = noise(&[1, 3, 32, 32], 1);
        let run = |engine: Engine| engine.run(image.clone()).unwrap();
        let expected = run(Engine::plain(&model, 1).unwrap());
        for plan in [Engine::new, Engine::quick] {
            let engine = plan(&model, 1).unwrap();
            assert_eq!(engine.note(), None);
            let (worst, scale) = difference(&expected, &run(engine));
            assert!(worst <= 1e-4 * scale, "{worst} of {scale}");
        }
    }
}
