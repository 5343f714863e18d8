//! Concat, and outputs that several channels make together.

use super::build::{Builder, Handled};
use super::layout::{Moved, product};
use super::operands::{axis_of, channel_ids};
use super::{ChannelId, Flow, Layout};
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::Attributes;

pub fn concat(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let out = b.output(node)?;
    let shape = graph.shape(out)?.to_vec();
    let axis = axis_of(graph.nodes[node].int("axis").unwrap_or(1), shape.len())?;
    let inputs: Vec<TensorId> = graph.nodes[node].inputs.iter().flatten().copied().collect();
    let layouts: Option<Vec<Layout>> = inputs.iter().map(|t| b.layouts[*t].clone()).collect();
    let Some(layouts) = layouts else {
        return with_constants(b, node, out, axis);
    };
    if layouts.iter().any(|l| l.dims.len() != shape.len()) {
        return None;
    }
    let mut dims: Vec<usize> = (0..shape.len())
        .map(|a| layouts.iter().map(|l| l.dims[a]).max().unwrap_or(1))
        .collect();
    let labelled =
        dims[axis] > 1 || inputs.len() > 1 && carries_channels(graph, &layouts, &inputs, axis);
    for (layout, tensor) in layouts.iter().zip(&inputs) {
        let full = graph.shape(*tensor)?;
        let crossed = |a: usize| a != axis && dims[a] > 1 && layout.dims[a] == 1 && full[a] > 1;
        if (0..shape.len()).any(crossed) {
            return None;
        }
    }
    if !labelled {
        // Joined over space (say, the anchors of a detector): position by position, they go together.
        let from: Vec<Vec<ChannelId>> = {
            let broadcast: Vec<Vec<u32>> = layouts
                .iter()
                .map(|l| Moved::broadcast(&l.dims, &dims).from)
                .collect();
            (0..product(&dims))
                .map(|k| {
                    layouts
                        .iter()
                        .zip(&broadcast)
                        .map(|(l, f)| l.channel_id(f[k] as usize))
                        .collect()
                })
                .collect()
        };
        return join(b, out, dims, from);
    }
    dims[axis] = shape[axis];
    let mut table = Vec::new();
    for (layout, tensor) in layouts.iter().zip(&inputs) {
        let mut part = dims.clone();
        part[axis] = graph.shape(*tensor)?[axis];
        let m = Moved::broadcast(&layout.dims, &part);
        table.push((part, channel_ids(layout, &m.from)));
    }
    let mut from = Vec::with_capacity(product(&dims));
    // Row-major: for each outer index, the parts one after another.
    let outer = product(&dims[..axis]);
    for o in 0..outer {
        for (part, channel_ids) in &table {
            let run = product(&part[axis..]);
            from.extend_from_slice(&channel_ids[o * run..(o + 1) * run]);
        }
    }
    b.follow(out, dims, &from);
    Some(Flow::Move {
        outs: vec![(out, from)],
        pad: vec![0.0],
    })
}

/// Whether inputs that are one channel each (single channels, or pinned wholes) are concatenated as
/// channels: then the result tells them apart. Channels are the second axis, or the last where a
/// Transpose put them there; a last axis of more than one element may be the width.
fn carries_channels(graph: &Graph, layouts: &[Layout], inputs: &[TensorId], axis: usize) -> bool {
    let as_channels = |shape: &[usize]| match axis {
        1 => shape.len() == 4 || shape.get(1) == Some(&1),
        _ => shape.len() > 2 && axis + 1 == shape.len() && shape[axis] == 1,
    };
    layouts.iter().all(|l| l.len() == 1)
        && inputs
            .iter()
            .all(|t| graph.shape(*t).is_some_and(as_channels))
}

pub fn join(
    b: &mut Builder<'_>,
    out: TensorId,
    dims: Vec<usize>,
    from: Vec<Vec<ChannelId>>,
) -> Handled {
    let layout = b.fresh(out, dims);
    for (channel_id, sources) in layout.channel_ids().zip(&from) {
        for source in sources {
            b.union.tie(channel_id, *source);
        }
    }
    Some(Flow::Join { out, from })
}

/// Constants beside channels, as channels (coordinate maps, zeros that widen a shortcut): they belong to
/// nobody but the Concat, like those that a Pad adds.
fn with_constants(b: &mut Builder<'_>, node: NodeId, out: TensorId, axis: usize) -> Handled {
    let graph = b.graph;
    let shape = graph.shape(out)?.to_vec();
    let inputs: Vec<TensorId> = graph.nodes[node].inputs.iter().flatten().copied().collect();
    let mut dims = vec![1; shape.len()];
    dims[axis] = shape[axis];
    let (mut from, mut pad): (Vec<ChannelId>, Vec<f64>) = (Vec::new(), Vec::new());
    for tensor in &inputs {
        let full = graph.shape(*tensor)?;
        match b.layouts[*tensor].clone() {
            Some(layout) => {
                let elsewhere =
                    (0..shape.len()).any(|a| a != axis && layout.dims.get(a) != Some(&1));
                let told_apart = layout.dims.get(axis) == full.get(axis);
                if layout.dims.len() != shape.len() || elsewhere || !told_apart {
                    return None;
                }
                from.extend(layout.channel_ids());
                pad.extend(vec![f64::NAN; full[axis]]);
            }
            None => {
                from.extend(vec![ChannelId::PAD; full[axis]]);
                pad.extend(per_index(graph, *tensor, axis)?);
            }
        }
    }
    b.follow(out, dims, &from);
    Some(Flow::Move {
        outs: vec![(out, from)],
        pad,
    })
}

/// The value of a constant at each index of `axis`; NaN where it is not the same everywhere.
fn per_index(graph: &Graph, tensor: TensorId, axis: usize) -> Option<Vec<f64>> {
    let values = graph.values(tensor)?;
    let each = values.axis_iter(ndarray::Axis(axis)).map(|part| {
        let first = part.iter().next().copied().unwrap_or(f32::NAN);
        let even = part.iter().all(|v| *v == first);
        if even { f64::from(first) } else { f64::NAN }
    });
    Some(each.collect())
}
