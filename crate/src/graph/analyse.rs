//! tract's analysis of shapes and values, a node at a time, so that a size can be looked at before
//! tract acts on it: it would evaluate an Expand of constants whatever it amounts to, and takes it for
//! granted that what is convolved, pooled or normalised has channels.

use std::any::Any;
use std::collections::BTreeSet;

use tract_onnx::prelude::{DatumType, InferenceModel, TVec};
use tract_onnx::tract_hir::internal::{DimLike, Expansion, Factoid, InferenceFact, Op, OutletId};
use tract_onnx::tract_hir::ops::array::Gather;

use crate::error::{Error, Result};
use crate::limits::{MAX_AXIS, MAX_TENSOR_ELEMENTS, product_within};

/// Finds what is known of every tensor. What tract refuses stays unknown, and hides nothing else.
///
/// # Errors
/// When a node would make a tensor too large, or lacks the axes that it works on.
pub fn analyse(network: &mut InferenceModel) -> Result<()> {
    let mut waiting: BTreeSet<usize> = (0..network.nodes().len()).collect();
    while let Some(node) = waiting.pop_first() {
        guard(network, node)
            .map_err(|reason| Error::at(network.node(node).name.clone(), reason))?;
        for outlet in step(network, node).unwrap_or_default() {
            if outlet.node != node {
                waiting.insert(outlet.node);
            }
            let readers = &network.node(outlet.node).outputs[outlet.slot].successors;
            waiting.extend(readers.iter().map(|r| r.node).filter(|r| *r != node));
        }
    }
    Ok(())
}

/// Lets one node refine what is known around it; returns what changed.
fn step(
    network: &mut InferenceModel,
    node: usize,
) -> tract_onnx::prelude::TractResult<Vec<OutletId>> {
    let (inputs, outputs) = network.node_facts(node)?;
    let inputs: TVec<InferenceFact> = inputs.into_iter().cloned().collect();
    let outputs: TVec<InferenceFact> = outputs.into_iter().cloned().collect();
    let watched = network
        .node(node)
        .op
        .observe_outlets(network, network.node(node))?;
    let seen: TVec<InferenceFact> = watched
        .iter()
        .map(|o| network.outlet_fact(*o).cloned())
        .collect::<Result<_, _>>()?;
    if outputs.len() != network.node(node).op.nboutputs()? {
        return Err(
            std::io::Error::other("has another number of outputs than its operator").into(),
        );
    }
    let (ins, outs, others) = network.node_mut(node).op.infer(
        inputs.iter().collect(),
        outputs.iter().collect(),
        seen.iter().collect(),
    )?;
    let places: Vec<OutletId> = network
        .node(node)
        .inputs
        .iter()
        .copied()
        .chain((0..outs.len()).map(|slot| OutletId::new(node, slot)))
        .chain(watched)
        .collect();
    let mut changed = Vec::new();
    for (place, found) in places
        .into_iter()
        .zip(ins.iter().chain(&outs).chain(&others))
    {
        let old = network.outlet_fact(place)?;
        let fact = found.unify(old)?;
        if fact != *old {
            network.set_outlet_fact(place, fact)?;
            changed.push(place);
        }
    }
    Ok(changed)
}

/// Looks at the operands that decide how large a node's result is, and at the axes it needs.
fn guard(network: &InferenceModel, node: usize) -> Result<(), String> {
    let Ok((inputs, outputs)) = network.node_facts(node) else {
        return Ok(());
    };
    let op = network.node(node).op.name();
    let axes = match op.as_ref() {
        "ConvHir" | "ConvTranspose" | "MaxPool" | "SumPool" | "OnnxMaxPoolIndices" => 3,
        "BatchNorm" | "InstanceNorm" | "GroupNorm" | "Prelu" => 2,
        _ => 0,
    };
    let ranks = inputs.first().into_iter().chain(outputs.first());
    if let Some(rank) = ranks
        .filter_map(|f| f.shape.rank().concretize())
        .find(|rank| *rank < axes)
    {
        return Err(format!(
            "works on a tensor of {rank} axes, and needs at least {axes}"
        ));
    }
    let shape: Option<Vec<usize>> = inputs
        .first()
        .and_then(|f| f.shape.concretize())
        .and_then(|dims| dims.iter().map(|d| d.to_usize().ok()).collect());
    if let Some(data) = shape.as_deref()
        && op.starts_with("Gather")
        && let Some(indices) = inputs.get(1).and_then(|f| whole_numbers(f, usize::MAX))
    {
        indices_within(network, node, data, &indices)?;
    }
    let read = |slot: usize| whole_numbers(inputs.get(slot)?, 64);
    let made = match op.as_ref() {
        "MultiBroadcastTo" => read(1),
        "ConstantOfShape" => read(0),
        "Tile" => shape.zip(read(1)).map(|(shape, times)| {
            let sizes = shape.iter().zip(times);
            sizes.map(|(s, t)| (*s as i64).saturating_mul(t)).collect()
        }),
        "Pad" => shape.zip(read(1)).map(|(shape, pads)| {
            let all = pads.iter().map(|p| p.saturating_abs());
            let added = all.fold(0i64, i64::saturating_add);
            shape
                .iter()
                .map(|s| (*s as i64).saturating_add(added))
                .collect()
        }),
        "OneHot" => shape
            .zip(read(1))
            .map(|(shape, depth)| shape.iter().map(|s| *s as i64).chain(depth).collect()),
        "Range" => match (read(0), read(1), read(2)) {
            (Some(from), Some(to), Some(step)) => range(&from, &to, &step).map(|n| vec![n]),
            _ => None,
        },
        _ => None,
    };
    let Some(made) = made else {
        return Ok(());
    };
    let sizes = || made.iter().map(|n| usize::try_from(*n).unwrap_or(1).max(1));
    // Weights may be made from a single number, and are then as large as weights are.
    if product_within(sizes(), 4 * MAX_TENSOR_ELEMENTS).is_some() && sizes().all(|n| n <= MAX_AXIS)
    {
        return Ok(());
    }
    let dims = made.iter().take(8).map(ToString::to_string);
    Err(format!(
        "makes a tensor of the shape {}, which is too large to be handled",
        dims.collect::<Vec<_>>().join("×")
    ))
}

/// Refuses indices beyond the axis that they gather from: tract does not look before it reads.
fn indices_within(
    network: &InferenceModel,
    node: usize,
    data: &[usize],
    indices: &[i64],
) -> Result<(), String> {
    let op: &dyn Op = network.node(node).op.as_ref();
    let gather = op
        .downcast_ref::<Box<dyn Expansion>>()
        .and_then(|e| (e.as_ref() as &dyn Any).downcast_ref::<Gather>());
    // The other forms keep their axis to themselves: their indices are held against the longest one.
    let positions = match gather {
        Some(gather) => data.get(gather.to_type_op(data.len()).axis).copied(),
        None => data.iter().copied().max(),
    };
    let positions = positions.unwrap_or(0) as i64;
    match indices
        .iter()
        .find(|i| !(-positions..positions).contains(*i))
    {
        None => Ok(()),
        Some(index) => Err(format!("gathers element {index} of an axis of {positions}")),
    }
}

/// The values of a tensor of at most so many whole numbers, where they are known.
fn whole_numbers(fact: &InferenceFact, most: usize) -> Option<Vec<i64>> {
    let value = fact.value.concretize()?;
    if value.len() > most {
        return None;
    }
    let cast = value.cast_to_dt(DatumType::I64).ok()?;
    let view = cast.to_plain_array_view::<i64>().ok()?;
    Some(view.iter().copied().collect())
}

fn range(from: &[i64], to: &[i64], step: &[i64]) -> Option<i64> {
    let (from, to, step) = (*from.first()?, *to.first()?, *step.first()?);
    let all = i128::from(to) - i128::from(from);
    let count = all.checked_div(i128::from(step)).unwrap_or(i128::MAX);
    Some(i64::try_from(count).unwrap_or(i64::MAX))
}
