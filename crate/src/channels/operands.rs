//! What the operands of moving operators say: axes, positions of a Slice, amounts of a Pad.

use super::layout::PAD;
use super::{ChannelId, Layout};
use crate::graph::{Graph, NodeId};
use crate::onnx::Attributes;

/// A negative axis counts from the end.
pub fn axis_of(axis: i64, rank: usize) -> Option<usize> {
    let axis = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(axis).ok().filter(|a| *a < rank)
}

pub(super) fn channel_ids(layout: &Layout, positions: &[u32]) -> Vec<ChannelId> {
    positions
        .iter()
        .map(|i| match *i {
            PAD => ChannelId::PAD,
            position => layout.channel_id(position as usize),
        })
        .collect()
}

/// The positions that a Slice keeps, per axis it names.
pub fn slice_positions(
    graph: &Graph,
    node: NodeId,
    shape: &[usize],
) -> Option<Vec<(usize, Vec<usize>)>> {
    let n = &graph.nodes[node];
    let read = |slot: usize, name: &str| -> Option<Option<Vec<i64>>> {
        if let Some(values) = n.ints(name) {
            return Some(Some(values.to_vec()));
        }
        match graph.input(node, slot) {
            Some(_) => Some(Some(graph.integers(node, slot)?)),
            None => Some(None),
        }
    };
    let (starts, ends) = (read(1, "starts")??, read(2, "ends")??);
    let axes = read(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = read(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    let mut chosen = Vec::new();
    for (k, axis) in axes.iter().enumerate() {
        let axis = axis_of(*axis, shape.len())?;
        let (size, step) = (shape[axis] as i64, *steps.get(k)?);
        let wrap = |v: i64| if v < 0 { v.saturating_add(size) } else { v };
        let (start, end) = (wrap(*starts.get(k)?), wrap(*ends.get(k)?));
        let mut picks = Vec::new();
        if step > 0 {
            let (mut at, end) = (start.clamp(0, size), end.clamp(0, size));
            while at < end {
                picks.push(at as usize);
                at += step;
            }
        } else if step < 0 {
            let (mut at, end) = (start.clamp(-1, size - 1), end.clamp(-1, size - 1));
            while at > end {
                picks.push(at as usize);
                at += step;
            }
        } else {
            return None;
        }
        chosen.push((axis, picks));
    }
    Some(chosen)
}

/// (before, after) of each axis, from the attribute or the inputs.
pub fn pad_amounts(graph: &Graph, node: NodeId, rank: usize) -> Option<Vec<(i64, i64)>> {
    let n = &graph.nodes[node];
    let pads = match n.ints("pads").or_else(|| n.ints("paddings")) {
        Some(pads) => pads.to_vec(),
        None => graph.integers(node, 1)?,
    };
    let axes = match graph.input(node, 3) {
        Some(_) => graph.integers(node, 3)?,
        None => (0..rank as i64).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return None;
    }
    let mut amounts = vec![(0, 0); rank];
    for (k, axis) in axes.iter().enumerate() {
        amounts[axis_of(*axis, rank)?] = (pads[k], pads[k + axes.len()]);
    }
    Some(amounts)
}
