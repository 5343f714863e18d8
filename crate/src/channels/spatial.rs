//! Pooling, reductions, resizing and softmax: operators that work within a channel.

use super::build::{Builder, Handled};
use super::layout::product;
use super::{ChannelId, Flow, Layout, Pooling};
use crate::graph::{Graph, NodeId};
use crate::onnx::Attributes;

pub fn visit(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let n = &graph.nodes[node];
    match n.op.as_str() {
        "MaxPool" => pool(b, node, Pooling::Keep, false),
        "AveragePool" => {
            let counted = n.int("count_include_pad").unwrap_or(0) != 0;
            let same = n.text("auto_pad").is_some_and(|p| p.starts_with("SAME"));
            let padded = same || n.ints("pads").is_some_and(|p| p.iter().any(|v| *v != 0));
            pool(b, node, Pooling::Keep, counted && padded)
        }
        "LpPool" | "GlobalLpPool" => pool(b, node, Pooling::Other, false),
        "GlobalAveragePool" | "GlobalMaxPool" => pool(b, node, Pooling::Keep, false),
        "ReduceMean" | "ReduceMax" | "ReduceMin" => reduce(b, node, |_| Pooling::Keep),
        "ReduceSum" => reduce(b, node, Pooling::Sum),
        "ReduceL1" | "ReduceL2" | "ReduceProd" | "ReduceSumSquare" | "ReduceLogSum"
        | "ReduceLogSumExp" => reduce(b, node, |_| Pooling::Other),
        "Resize" | "Upsample" => resize(b, node),
        "Softmax" | "LogSoftmax" | "Hardmax" => softmax(b, node),
        "LRN" => None,
        _ => None,
    }
}

/// A node whose output has the input's channels in the same places.
fn same_channels(
    b: &mut Builder<'_>,
    node: NodeId,
    layout: &Layout,
    kind: Pooling,
    borders: bool,
) -> Handled {
    let out = b.output(node)?;
    let from: Vec<ChannelId> = layout.channel_ids().collect();
    b.follow(out, layout.dims.clone(), &from);
    Some(Flow::Pool {
        out,
        from,
        kind,
        borders,
    })
}

fn pool(b: &mut Builder<'_>, node: NodeId, kind: Pooling, borders: bool) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    if product(layout.dims.get(2..)?) != 1 {
        return None;
    }
    // MaxPool's second output holds indices into the whole tensor.
    let indices = graph.nodes[node].outputs.get(1).copied().flatten();
    if indices.is_some_and(|t| !graph.tensors[t].uses.is_empty() || graph.tensors[t].is_output) {
        return None;
    }
    same_channels(b, node, &layout, kind, borders)
}

/// Axes of a reduction, from the attribute or (newer opsets) the second input.
fn reduced_axes(graph: &Graph, node: NodeId, rank: usize) -> Option<Vec<usize>> {
    let n = &graph.nodes[node];
    let axes = match n.ints("axes") {
        Some(axes) => axes.to_vec(),
        None if graph.input(node, 1).is_some() => graph.integers(node, 1)?,
        None => Vec::new(),
    };
    if axes.is_empty() {
        let noop = n.int("noop_with_empty_axes").unwrap_or(0) != 0;
        return Some(if noop {
            Vec::new()
        } else {
            (0..rank).collect()
        });
    }
    Some(
        axes.iter()
            .map(|a| {
                if *a < 0 {
                    (*a + rank as i64) as usize
                } else {
                    *a as usize
                }
            })
            .collect(),
    )
}

fn reduce(b: &mut Builder<'_>, node: NodeId, kind: impl Fn(f64) -> Pooling) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let axes = reduced_axes(graph, node, layout.dims.len())?;
    // Mixing channels ends all knowledge of them.
    if axes
        .iter()
        .any(|a| layout.dims.get(*a).is_none_or(|d| *d > 1))
    {
        return None;
    }
    let shape = graph.shape(input)?;
    let count: usize = axes.iter().map(|a| shape[*a]).product();
    let keep = graph.nodes[node].int("keepdims").unwrap_or(1) != 0;
    let kept = |a: &usize| keep || !axes.contains(a);
    let dims: Vec<usize> = (0..layout.dims.len())
        .filter(kept)
        .map(|a| layout.dims[a])
        .collect();
    let from: Vec<ChannelId> = layout.channel_ids().collect();
    b.follow(out, dims, &from);
    Some(Flow::Pool {
        out,
        from,
        kind: kind(count as f64),
        borders: false,
    })
}

fn resize(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (input, layout) = b.input(node, 0)?;
    let out = b.output(node)?;
    let (before, after) = (graph.shape(input)?, graph.shape(out)?);
    if before.len() != after.len() {
        return None;
    }
    // Only axes that do not carry channels may change size.
    if (0..before.len()).any(|a| layout.dims[a] > 1 && before[a] != after[a]) {
        return None;
    }
    // `sizes` names the channel count; surgery rewrites it, so it has to be a known constant.
    if graph.input(node, 3).is_some() && graph.integers(node, 3).is_none() {
        return None;
    }
    let crop =
        graph.nodes[node].text("coordinate_transformation_mode") == Some("tf_crop_and_resize");
    same_channels(
        b,
        node,
        &layout,
        if crop { Pooling::Other } else { Pooling::Keep },
        false,
    )
}

/// Softmax within a channel keeps channels apart; over channels it needs them all.
fn softmax(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let (_, layout) = b.input(node, 0)?;
    let rank = layout.dims.len();
    let default = if graph.opset < 13 { 1 } else { -1 };
    let axis = graph.nodes[node].int("axis").unwrap_or(default);
    let axis = super::axis_of(axis, rank)?;
    let mixed = if graph.opset < 13 {
        axis..rank
    } else {
        axis..axis + 1
    };
    if product(layout.dims.get(mixed)?) > 1 {
        let op = graph.nodes[node].op.clone();
        b.pin_channels(
            layout.channel_ids(),
            node,
            format!("goes into {op}, which normalises over the channels"),
        );
    }
    same_channels(b, node, &layout, Pooling::Other, false)
}
