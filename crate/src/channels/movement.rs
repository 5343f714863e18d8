//! Operators that only move values: reshapes, transposes, slices, concatenations.
//!
//! Each is reduced to a table of positions ([`Moved`]); a channel shuffle is then nothing special.

use super::build::{Builder, Handled};
use super::concat::{self, join};
use super::layout::{Moved, PAD};
use super::operands::{axis_of, channel_ids, pad_amounts, slice_positions};
use super::{ChannelId, Flow, Layout};
use crate::graph::NodeId;
use crate::limits::{MAX_AXIS, product_within};
use crate::onnx::Attributes;

pub fn visit(b: &mut Builder<'_>, node: NodeId) -> Handled {
    match b.graph.nodes[node].op.as_str() {
        "Identity" | "Dropout" | "Cast" | "CastLike" => identity(b, node),
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => reshape(b, node),
        "Transpose" => transpose(b, node),
        "Slice" => slice(b, node),
        "Split" => split(b, node),
        "Gather" => gather(b, node),
        "Concat" => concat::concat(b, node),
        "Pad" => pad(b, node),
        "Expand" => expand(b, node),
        "DepthToSpace" => depth_to_space(b, node),
        "SpaceToDepth" => space_to_depth(b, node),
        _ => None,
    }
}

fn moved(b: &mut Builder<'_>, node: NodeId, layout: &Layout, m: Moved) -> Handled {
    let out = b.output(node)?;
    let from = channel_ids(layout, &m.from);
    b.follow(out, m.dims, &from);
    Some(Flow::Move {
        outs: vec![(out, from)],
        pad: vec![0.0],
    })
}

fn identity(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    if !graph.is_float(out) {
        return None;
    }
    let mask = graph.nodes[node].outputs.get(1).copied().flatten();
    if mask.is_some_and(|t| !graph.tensors[t].uses.is_empty() || graph.tensors[t].is_output) {
        return None;
    }
    moved(b, node, &layout, Moved::identity(&layout.dims))
}

fn reshape(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let (shape, target) = (graph.shape(input)?, graph.shape(out)?);
    let m = Moved::reshape(&layout.dims, shape, target)?;
    let mixed = super::layout::mixed_axes(&layout.dims, shape, target);
    if target.len() < 3 || mixed.iter().all(|axis| *axis < 2) {
        return moved(b, node, &layout, m);
    }
    // A pixel shuffle: what lay in several channels alternates over the picture, and goes together.
    let mut dims = m.dims.clone();
    for axis in mixed {
        dims[axis] = 1;
    }
    let place = Moved::broadcast(&dims, &m.dims).from;
    let mut from = vec![Vec::new(); super::layout::product(&dims)];
    for (source, to) in m.from.iter().zip(place) {
        let channel_id = layout.channel_id(*source as usize);
        if !from[to as usize].contains(&channel_id) {
            from[to as usize].push(channel_id);
        }
    }
    join(b, out, dims, from)
}

fn transpose(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let (_, layout) = b.input(node, 0)?;
    let rank = layout.dims.len();
    let perm: Vec<usize> = match b.graph.nodes[node].ints("perm") {
        Some(perm) => perm
            .iter()
            .map(|p| axis_of(*p, rank))
            .collect::<Option<_>>()?,
        None => (0..rank).rev().collect(),
    };
    if perm.len() != rank {
        return None;
    }
    moved(b, node, &layout, Moved::transpose(&layout.dims, &perm))
}

fn slice(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let (input, layout) = b.input(node, 0)?;
    let shape = b.graph.shape(input)?.to_vec();
    let mut m = Moved::identity(&layout.dims);
    let chosen = slice_positions(b.graph, node, &shape)?;
    // Bounds that depend on the picture's size cannot be replaced by numbers.
    let on_channels = |axis: &usize| layout.dims[*axis] > 1;
    if chosen.len() > 1
        && chosen.iter().any(|(axis, _)| on_channels(axis))
        && b.graph.sized(node, &[1, 2])
    {
        return None;
    }
    for (axis, picks) in chosen {
        if layout.dims[axis] == 1 {
            continue;
        }
        let picks: Vec<u32> = picks.iter().map(|p| *p as u32).collect();
        let next = Moved::select(&m.dims, axis, &picks);
        m = Moved {
            dims: next.dims,
            from: next.from.iter().map(|i| m.from[*i as usize]).collect(),
        };
    }
    moved(b, node, &layout, m)
}

fn split(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    let axis = axis_of(
        graph.nodes[node].int("axis").unwrap_or(0),
        layout.dims.len(),
    )?;
    let mut outs = Vec::new();
    let mut start = 0;
    for out in graph.nodes[node].outputs.clone().into_iter().flatten() {
        let size = graph.shape(out)?[axis];
        let m = if layout.dims[axis] == 1 {
            Moved::identity(&layout.dims)
        } else {
            let picks: Vec<u32> = (start..start + size as u32).collect();
            Moved::select(&layout.dims, axis, &picks)
        };
        start += size as u32;
        let from = channel_ids(&layout, &m.from);
        b.follow(out, m.dims, &from);
        outs.push((out, from));
    }
    Some(Flow::Move {
        outs,
        pad: vec![0.0],
    })
}

fn gather(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let rank = layout.dims.len();
    let axis = axis_of(graph.nodes[node].int("axis").unwrap_or(0), rank)?;
    let indices = graph.integers(node, 1)?;
    let index_rank = graph.shape(graph.input(node, 1)?)?.len();
    let size = graph.shape(input)?[axis];
    let picks: Option<Vec<u32>> = indices
        .iter()
        .map(|i| axis_of(*i, size).map(|p| p as u32))
        .collect();
    let picks = picks?;
    // A single channel has no labelled axis; taken several times it is as many channels, tied to one another.
    let repeats = axis == 1 && size == 1 && rank > 2 && index_rank == 1 && picks.len() > 1;
    let m = if layout.dims[axis] == 1 && !repeats {
        Moved::identity(&layout.dims)
    } else {
        Moved::select(&layout.dims, axis, &picks)
    };
    match index_rank {
        1 => moved(b, node, &layout, m),
        // A scalar index removes the axis; other axes keep their channels.
        0 => {
            let mut dims = m.dims.clone();
            dims.remove(axis);
            moved(b, node, &layout, Moved { dims, from: m.from })
        }
        _ if layout.dims[axis] == 1 => {
            let shape = graph.shape(out)?;
            let mut dims = m.dims.clone();
            dims.splice(axis..=axis, vec![1; index_rank]);
            (dims.len() == shape.len()).then_some(())?;
            moved(b, node, &layout, Moved { dims, from: m.from })
        }
        _ => None,
    }
}

/// Channels that a Pad may add: none are taken away, and no more than an axis can have.
fn followed(amount: &i64) -> bool {
    (0..=MAX_AXIS as i64).contains(amount)
}

fn pad(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let shape = graph.shape(input)?.to_vec();
    let amounts = pad_amounts(graph, node, shape.len())?;
    let n = &graph.nodes[node];
    let value = match graph.input(node, 2) {
        Some(_) => f64::from(*graph.floats(node, 2)?.first()?),
        None => f64::from(n.float("value").unwrap_or(0.0)),
    };
    let constant = n.text("mode").unwrap_or("constant") == "constant";
    // A single channel has no labelled axis, and still is the channel that a pad adds others to.
    let carries = |a: usize| layout.dims[a] > 1 || a == 1 && shape[a] == 1 && shape.len() > 2;
    let channel_axes: Vec<usize> = (0..shape.len())
        .filter(|a| carries(*a) && amounts[*a] != (0, 0))
        .collect();
    match channel_axes.as_slice() {
        // Over space only. Zeros around a zero constant change nothing.
        [] => {
            let from: Vec<ChannelId> = layout.channel_ids().collect();
            b.follow(out, layout.dims.clone(), &from);
            let borders = constant;
            let kind = if constant && value != 0.0 {
                super::Pooling::Other
            } else {
                super::Pooling::Keep
            };
            Some(Flow::Pool {
                out,
                from,
                kind,
                borders,
            })
        }
        // New channels of a constant: they belong to nobody but the pad.
        [_] if amounts.iter().filter(|a| **a != (0, 0)).count() > 1 && graph.sized(node, &[1]) => {
            None
        }
        [axis] if constant && [amounts[*axis].0, amounts[*axis].1].iter().all(followed) => {
            let others = (0..shape.len()).any(|a| a != *axis && amounts[a] != (0, 0));
            if others && value != 0.0 {
                return None;
            }
            let (before, after) = (amounts[*axis].0 as usize, amounts[*axis].1 as usize);
            let mut picks = vec![PAD; before];
            picks.extend(0..shape[*axis] as u32);
            picks.extend(vec![PAD; after]);
            let m = Moved::select(&layout.dims, *axis, &picks);
            let from = channel_ids(&layout, &m.from);
            b.follow(out, m.dims, &from);
            Some(Flow::Move {
                outs: vec![(out, from)],
                pad: vec![value],
            })
        }
        _ => None,
    }
}

fn expand(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let (shape, target) = (graph.shape(input)?.to_vec(), graph.shape(out)?.to_vec());
    let lead = target.len().checked_sub(shape.len())?;
    if (0..shape.len()).any(|a| layout.dims[a] > 1 && shape[a] != target[a + lead]) {
        return None;
    }
    let mut dims = vec![1; lead];
    dims.extend(&layout.dims);
    moved(
        b,
        node,
        &layout,
        Moved {
            from: (0..layout.len() as u32).collect(),
            dims,
        },
    )
}

/// b² input channels make one output channel.
fn depth_to_space(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let block = usize::try_from(graph.nodes[node].int("blocksize")?).ok()?;
    let square = block.checked_mul(block).filter(|s| *s > 0)?;
    if layout.dims.len() != 4 || layout.single_axis() != Some(1) || layout.len() % square != 0 {
        return None;
    }
    let channels = layout.len() / square;
    let crd = graph.nodes[node].text("mode") == Some("CRD");
    let from = (0..channels)
        .map(|c| {
            let source = |k: usize| {
                if crd {
                    c * square + k
                } else {
                    k * channels + c
                }
            };
            (0..square).map(|k| layout.channel_id(source(k))).collect()
        })
        .collect();
    join(b, out, vec![1, channels, 1, 1], from)
}

/// One input channel makes b² output channels, which therefore go together.
fn space_to_depth(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    let block = usize::try_from(graph.nodes[node].int("blocksize")?).ok()?;
    if layout.dims.len() != 4 || layout.single_axis() != Some(1) {
        return None;
    }
    let channels = layout.len() as u32;
    let made = product_within([layout.len(), block, block], MAX_AXIS)? as u32;
    let from: Vec<u32> = (0..made).map(|k| k % channels).collect();
    moved(
        b,
        node,
        &layout,
        Moved {
            dims: vec![1, from.len(), 1, 1],
            from,
        },
    )
}
