//! Keeps tract from losing the odd start of a Slice.
//!
//! The fault, in tract 0.23.9: a convolution that looks at every s-th place alone (a 1×1 kernel with a stride) becomes a
//! `Downsample` and a convolution of stride 1, and so does a Slice with steps. `Downsample` then moves up the graph. Over a
//! `Slice` that starts at b it gets the phase `modulo = b mod s` (`ops/downsample/array.rs`,
//! `pull_downsample_over_slice`, which is right), and over a `Conv` it is merged into the strides of that
//! (`ops/downsample/conv.rs`, `fuse_downsample_into_conv`), which never looks at `modulo`: the places 0, s, 2s, … are taken for
//! modulo, modulo + s, …. So Conv → Slice from an odd place → 1×1 Conv of stride 2 gives wrong numbers without an error.
//! Upstream, `rule_if!(down_op.modulo == 0)` at the top of `fuse_downsample_into_conv` would mend it.
//!
//! A phase arises nowhere but over a Slice with a start. So an operator that nothing is moved over is put in front of those,
//! in networks that have something to make a `Downsample` of.

use tract_onnx::prelude::{
    InletId, OutletId, TVec, TractResult, TypedFact, TypedModel, TypedOp, tvec,
};
use tract_onnx::tract_core::internal::{
    AxesMapping, EvalContext, EvalOp, Op, StaticName, TValue, as_op, op_as_typed_op, op_out_of_plan,
};
use tract_onnx::tract_core::ops::Downsample;
use tract_onnx::tract_core::ops::array::Slice;
use tract_onnx::tract_core::ops::cnn::Conv;

/// Puts a [`Barrier`] before every Slice whose start a `Downsample` could turn into a phase.
///
/// # Errors
/// Those of tract, for a graph that is broken already.
pub fn guard(model: &mut TypedModel) -> TractResult<()> {
    if !model.nodes().iter().any(|n| downsamples(n.op.as_ref())) {
        return Ok(());
    }
    let starts: Vec<(usize, String, OutletId)> = model
        .nodes()
        .iter()
        .filter(|n| n.op_as::<Slice>().is_some_and(|s| s.start != 0.into()))
        .map(|n| (n.id, n.name.clone(), n.inputs[0]))
        .collect();
    for (slice, name, source) in starts {
        let fact = model.outlet_fact(source)?.clone();
        let barrier = model.add_node(format!("{name}.barrier"), Barrier, tvec!(fact))?;
        model.add_edge(source, InletId::new(barrier, 0))?;
        model.add_edge(OutletId::new(barrier, 0), InletId::new(slice, 0))?;
    }
    Ok(())
}

/// What tract makes a `Downsample` of (`declutter_stride_slice_to_downsample`), or one already.
fn downsamples(op: &dyn TypedOp) -> bool {
    let sparse = |conv: &Conv| {
        let spec = &conv.pool_spec;
        (0..spec.rank()).any(|axis| {
            let stride = spec.stride(axis);
            let alone = spec.kernel_shape[axis] == 1 || spec.dilation(axis).is_multiple_of(stride);
            stride > 1 && alone
        })
    };
    op.is::<Downsample>() || op.downcast_ref::<Conv>().is_some_and(sparse)
}

/// Passes its input on, and ties no axis of it to one of the output.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Barrier;

impl Op for Barrier {
    fn name(&self) -> StaticName {
        "Barrier".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Barrier {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(inputs)
    }
}

impl TypedOp for Barrier {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    fn axes_mapping(
        &self,
        inputs: &[&TypedFact],
        outputs: &[&TypedFact],
    ) -> TractResult<AxesMapping> {
        AxesMapping::disconnected(inputs, outputs)
    }

    as_op!();
}
