//! Pad with a list of axes (opset 18), which tract's shape inference leaves half open: an operator of
//! our own that has the amounts as attributes and tract's Pad for the rest.

use std::collections::HashMap;

use tract_onnx::model::ParsingContext;
use tract_onnx::prelude::{OutletId, SpecialOps, TVec, TractResult, TypedModel};
use tract_onnx::tract_core::ops::array::{Pad, PadMode};
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceOp, InferenceResult, Solver, StaticName, TensorProxy, ToDim,
    check_input_arity, check_output_arity, expand,
};

use crate::onnx::{Attributes, Names, int_tensor, pb, standard};

/// Its name in the copy of the model that only tract sees.
pub const OP: &str = "PadAlongAxes";

/// Turns a Pad whose amounts and axes are known into [`OP`].
pub fn respell(node: &mut pb::NodeProto, known: &HashMap<String, Vec<i64>>) {
    let find = |slot: usize| {
        node.input
            .get(slot)
            .and_then(|name| known.get(name))
            .cloned()
    };
    let (Some(pads), Some(axes)) = (find(1), find(3)) else {
        return;
    };
    if pads.len() != 2 * axes.len() {
        return;
    }
    node.attribute
        .extend([("pads", pads), ("axes", axes)].map(listed));
    node.op_type = OP.into();
    let value = node.input.get(2).cloned().filter(|v| !v.is_empty());
    node.input.truncate(1);
    node.input.extend(value);
}

/// A Pad that takes away becomes a Pad that does not and a Slice: tract joins the first to the
/// convolution behind it, and takes the negative amount for a large one.
pub fn crop(
    graph: &mut pb::GraphProto,
    known: &HashMap<String, Vec<i64>>,
    names: &mut Names,
    opset: i64,
) {
    let mut nodes = Vec::with_capacity(graph.node.len());
    for mut node in std::mem::take(&mut graph.node) {
        let axes = node.input.get(3).is_some_and(|a| !a.is_empty());
        let pads = match node.ints("pads").or_else(|| node.ints("paddings")) {
            Some(pads) => Some(pads.to_vec()),
            None => node.input.get(1).and_then(|name| known.get(name)).cloned(),
        };
        let Some(pads) = pads.filter(|p| {
            node.op_type == "Pad" && standard(&node.domain) && !axes && p.iter().any(|v| *v < 0)
        }) else {
            nodes.push(node);
            continue;
        };
        let (before, after) = pads.split_at(pads.len() / 2);
        let starts: Vec<i64> = before
            .iter()
            .map(|v| (*v).min(0).saturating_neg())
            .collect();
        let to = |v: &i64| if *v < 0 { *v } else { i64::from(i32::MAX) };
        let ends: Vec<i64> = after.iter().map(to).collect();
        let added: Vec<i64> = pads.iter().map(|v| (*v).max(0)).collect();
        let whole = node.output.clone();
        let name = names.fresh(&format!("{}_padded", node.name));
        for attribute in &mut node.attribute {
            if matches!(attribute.name.as_str(), "pads" | "paddings") {
                attribute.ints.clone_from(&added);
            }
        }
        let mut stored = |what: &str, values: &[i64]| {
            let name = names.fresh(what);
            graph.initializer.push(int_tensor(&name, values));
            name
        };
        if node.input.len() > 1 {
            node.input[1] = stored("pads", &added);
        }
        node.output = vec![name.clone()];
        let mut slice = pb::NodeProto {
            op_type: "Slice".into(),
            name: format!("{name}_cropped"),
            input: vec![name],
            output: whole,
            ..Default::default()
        };
        if opset >= 10 {
            slice.input.push(stored("starts", &starts));
            slice.input.push(stored("ends", &ends));
        } else {
            slice.attribute = [("starts", starts), ("ends", ends)].map(listed).into();
        }
        nodes.extend([node, slice]);
    }
    graph.node = nodes;
}

fn listed((name, ints): (&str, Vec<i64>)) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        ints,
        r#type: pb::attribute_proto::AttributeType::Ints as i32,
        ..Default::default()
    }
}

#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct PadAlongAxes {
    pads: Vec<i64>,
    axes: Vec<i64>,
    mode: PadMode,
}

pub fn build(
    _: &ParsingContext<'_>,
    node: &pb::NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let mode = match node.text("mode").unwrap_or("constant") {
        "reflect" => PadMode::Reflect,
        "edge" => PadMode::Edge,
        "constant" => PadMode::Constant(std::sync::Arc::new(0f32.into())),
        other => return Err(std::io::Error::other(format!("Pad has no mode {other}")).into()),
    };
    let list = |name: &str| node.ints(name).unwrap_or_default().to_vec();
    let op = PadAlongAxes {
        pads: list("pads"),
        axes: list("axes"),
        mode,
    };
    Ok((expand(op), vec![]))
}

impl PadAlongAxes {
    /// (before, after) of every axis.
    fn amounts(&self, rank: usize) -> TractResult<Vec<(i64, i64)>> {
        let mut amounts = vec![(0, 0); rank];
        for (k, axis) in self.axes.iter().enumerate() {
            let axis = if *axis < 0 { axis + rank as i64 } else { *axis };
            let place = usize::try_from(axis).ok().and_then(|a| amounts.get_mut(a));
            let place = place.ok_or_else(|| std::io::Error::other("Pad has an axis too many"))?;
            *place = (self.pads[k], self.pads[k + self.axes.len()]);
        }
        Ok(amounts)
    }
}

impl Expansion for PadAlongAxes {
    fn name(&self) -> StaticName {
        OP.into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_output_arity(outputs, 1)?;
        if inputs.len() != 2 {
            check_input_arity(inputs, 1)?;
        }
        s.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        s.equals(&inputs[0].rank, &outputs[0].rank)?;
        s.given(&inputs[0].shape, move |s, shape| {
            for (axis, (before, after)) in self.amounts(shape.len())?.into_iter().enumerate() {
                let padded = shape[axis].clone() + before.to_dim() + after.to_dim();
                s.equals(&outputs[0].shape[axis], padded)?;
            }
            Ok(())
        })
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let fact = model.outlet_fact(inputs[0])?;
        let (rank, kind) = (fact.rank(), fact.datum_type);
        let mode = match (&self.mode, inputs.get(1)) {
            (PadMode::Constant(_), Some(value)) => {
                let value = model.outlet_fact(*value)?.konst.clone();
                let value = value
                    .ok_or_else(|| std::io::Error::other("Pad has a value that is computed"))?;
                PadMode::Constant(std::sync::Arc::new(
                    value.cast_to_dt(kind)?.into_owned().into_shape(&[])?,
                ))
            }
            (mode, _) => mode.clone(),
        };
        let amounts = self.amounts(rank)?;
        if amounts.iter().any(|(a, b)| *a < 0 || *b < 0) {
            return Err(std::io::Error::other("Pad takes away instead of adding").into());
        }
        let pads = amounts
            .iter()
            .map(|(a, b)| (*a as usize, *b as usize))
            .collect();
        model.wire_node(name, Pad { pads, mode }, &inputs[..1])
    }
}
