//! Operators whose parameters name channel counts: Reshape, Slice, Split, Gather, Pad, Expand, Resize.
//!
//! A chain of moves that no longer is what its shapes say (a channel shuffle with an uneven cut)
//! becomes one Gather with constant indices.

use crate::channels::{ChannelId, Flow};
use crate::error::Result;
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::onnx::{Attributes, int_tensor, pb};

use super::edit::{Editor, refuse};
use super::keep::Keep;
use super::slice;
use crate::network::grids::source;

pub fn rewrite(editor: &mut Editor<'_>, analysis: &Analysis, keep: &Keep<'_>) -> Result<()> {
    for node in (0..analysis.graph.nodes.len()).filter(|n| !keep.dead(*n)) {
        match &analysis.channels.flows[node] {
            Flow::Move { outs, .. }
                if outs.iter().any(|(out, _)| keep.touched(*out))
                    || input_touched(analysis, keep, node) =>
            {
                moved(editor, analysis, keep, node, outs)?;
            }
            // A pixel shuffle written as reshapes.
            Flow::Join { out, .. }
                if analysis.graph.nodes[node].op == "Reshape" && keep.touched(*out) =>
            {
                sizes(editor, analysis, keep, node, 1, *out)?;
            }
            Flow::Pool { out, .. }
                if analysis.graph.nodes[node].op == "Resize" && keep.touched(*out) =>
            {
                sizes(editor, analysis, keep, node, 3, *out)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn input_touched(analysis: &Analysis, keep: &Keep<'_>, node: NodeId) -> bool {
    analysis.graph.nodes[node]
        .inputs
        .iter()
        .flatten()
        .any(|t| keep.touched(*t))
}

fn moved(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    outs: &[(TensorId, Vec<ChannelId>)],
) -> Result<()> {
    let graph = &analysis.graph;
    let op = graph.nodes[node].op.as_str();
    let out = outs[0].0;
    // The middle of a chain that a Gather will skip: left as it is, then dropped as unused.
    if outs.iter().any(|(t, _)| !keep.regular(*t)) {
        return Ok(());
    }
    let uneven_input = graph.nodes[node]
        .inputs
        .iter()
        .flatten()
        .any(|t| !keep.regular(*t));
    if uneven_input {
        return gather_instead(editor, analysis, keep, node, out);
    }
    match op {
        "Reshape" => sizes(editor, analysis, keep, node, 1, out),
        "Expand" => sizes(editor, analysis, keep, node, 1, out),
        "Slice" => slice::slice(editor, analysis, keep, node),
        "Split" => split(editor, analysis, keep, node, outs),
        "Gather" => gather(editor, analysis, keep, node, out, &outs[0].1),
        "Concat" => slice::constants_beside(editor, analysis, keep, node, out),
        "Pad" => pad(editor, analysis, keep, node, out, &outs[0].1),
        // Follow their inputs by themselves.
        _ => Ok(()),
    }
}

/// Replaces the end of a chain of moves by a Gather from its start.
fn gather_instead(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    out: TensorId,
) -> Result<()> {
    let from = source(&analysis.graph, &analysis.channels, out)
        .ok_or_else(|| refuse(analysis, node, "a channel permutation"))?;
    let kept = keep
        .along(from.tensor, from.axis)
        .ok_or_else(|| refuse(analysis, node, "a channel permutation"))?;
    let layout = analysis.channels.layouts[out]
        .as_ref()
        .ok_or_else(|| refuse(analysis, node, "a layout"))?;
    let mut indices = Vec::new();
    for (k, channel_id) in layout.channel_ids().enumerate() {
        if !keep.gone(channel_id) {
            let rank = kept.binary_search(&from.positions[k]);
            indices.push(rank.map_err(|_| refuse(analysis, node, "a channel permutation"))? as i64);
        }
    }
    let name = &analysis.graph.nodes[node].name;
    let table = editor.add_tensor(&format!("{name}_channels"), |n| int_tensor(n, &indices));
    let start = analysis.graph.tensors[from.tensor].name.clone();
    let replaced = editor.node(node);
    replaced.op_type = "Gather".into();
    replaced.domain = String::new();
    replaced.input = vec![start, table];
    replaced.attribute = vec![pb::AttributeProto {
        name: "axis".into(),
        i: from.axis as i64,
        r#type: pb::attribute_proto::AttributeType::Int as i32,
        ..Default::default()
    }];
    Ok(())
}

/// A shape operand (Reshape, Expand, Resize sizes): entries of shortened axes get the new count.
fn sizes(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    slot: usize,
    out: TensorId,
) -> Result<()> {
    let graph = &analysis.graph;
    let Some(operand) = graph.input(node, slot) else {
        return Ok(());
    };
    let before = graph.shape(out).unwrap_or_default();
    let after = keep
        .shape(out)
        .ok_or_else(|| refuse(analysis, node, "a shape"))?;
    let known = graph.integers(node, slot);
    let lead = known
        .as_ref()
        .map_or(0, |k| before.len().saturating_sub(k.len()));
    let changed: Vec<usize> = (0..before.len())
        .filter(|a| before[*a] != after[*a])
        .collect();
    // −1 is worked out and 0 copied at run time: both come out right by themselves.
    let named = |axis: &usize| match &known {
        Some(k) => axis.checked_sub(lead).is_some_and(|i| k[i] > 0),
        None => true,
    };
    let patch: Vec<usize> = changed.into_iter().filter(named).collect();
    if patch.is_empty() {
        return Ok(());
    }
    let stored = graph.tensors[operand]
        .producer
        .is_none_or(|p| graph.nodes[p].op == "Constant");
    if let (Some(known), true) = (&known, stored) {
        let mut values = known.clone();
        for axis in patch {
            values[axis - lead] = after[axis] as i64;
        }
        editor.set_ints(node, slot, values);
        return Ok(());
    }
    // Computed at run time (from a dynamic batch, say): overwrite only the entries that changed.
    let rank = before.len() - lead;
    let mut mask = vec![0u8; rank];
    let mut values = vec![1i64; rank];
    for axis in patch {
        mask[axis - lead] = 1;
        values[axis - lead] = after[axis] as i64;
    }
    let name = graph.nodes[node].name.clone();
    let mask = editor.add_tensor(&format!("{name}_axes"), |n| pb::TensorProto {
        name: n.to_string(),
        dims: vec![rank as i64],
        data_type: pb::tensor_proto::DataType::Bool as i32,
        raw_data: mask.clone(),
        ..Default::default()
    });
    let values = editor.add_tensor(&format!("{name}_sizes"), |n| int_tensor(n, &values));
    let shape = editor.fresh(&format!("{name}_shape"));
    let patch_name = editor.fresh(&format!("{name}_patch"));
    editor.insert_before(
        node,
        pb::NodeProto {
            op_type: "Where".into(),
            name: patch_name,
            input: vec![mask, values, graph.tensors[operand].name.clone()],
            output: vec![shape.clone()],
            ..Default::default()
        },
    );
    editor.node(node).input[slot] = shape;
    Ok(())
}

/// For each kept position of `out` along `axis`, its rank among the kept positions of the input.
fn ranks(
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    out: TensorId,
    axis: usize,
    from: &[ChannelId],
) -> Result<Vec<usize>> {
    let input = analysis
        .graph
        .input(node, 0)
        .ok_or_else(|| refuse(analysis, node, "an input"))?;
    let error = || refuse(analysis, node, "a selection of channels");
    let layout = analysis.channels.layouts[out].as_ref().ok_or_else(error)?;
    let source = analysis.channels.axis_channel_ids(input, axis);
    let kept = keep.along(input, axis).ok_or_else(error)?;
    let step = crate::channels::layout::strides(&layout.dims)[axis];
    keep.along(out, axis)
        .ok_or_else(error)?
        .into_iter()
        .map(|k| {
            let channel_id = from[k * step];
            let place = source
                .iter()
                .position(|a| *a == channel_id)
                .ok_or_else(error)?;
            kept.binary_search(&place).map_err(|_| error())
        })
        .collect()
}

fn split(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    outs: &[(TensorId, Vec<ChannelId>)],
) -> Result<()> {
    let graph = &analysis.graph;
    let rank = graph.shape(outs[0].0).map_or(0, <[usize]>::len);
    let axis = crate::channels::axis_of(graph.nodes[node].int("axis").unwrap_or(0), rank)
        .ok_or_else(|| refuse(analysis, node, "a split"))?;
    if !outs.iter().any(|(t, _)| keep.changes(*t, axis)) {
        return Ok(());
    }
    let size = |out: &TensorId| keep.shape(*out).map(|s| s[axis] as i64);
    let sizes: Option<Vec<i64>> = outs.iter().map(|(t, _)| size(t)).collect();
    let sizes = sizes.ok_or_else(|| refuse(analysis, node, "a split"))?;
    if graph.opset < 13 {
        editor.set_int_list(node, "split", sizes);
    } else {
        editor.drop_attribute(node, "num_outputs");
        editor.set_ints(node, 1, sizes);
    }
    Ok(())
}

fn gather(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    out: TensorId,
    from: &[ChannelId],
) -> Result<()> {
    let graph = &analysis.graph;
    let input = graph
        .input(node, 0)
        .ok_or_else(|| refuse(analysis, node, "a gather"))?;
    let rank = graph.shape(input).map_or(0, <[usize]>::len);
    let axis = crate::channels::axis_of(graph.nodes[node].int("axis").unwrap_or(0), rank)
        .ok_or_else(|| refuse(analysis, node, "a gather"))?;
    if !keep.changes(input, axis) {
        return Ok(());
    }
    let scalar = graph
        .input(node, 1)
        .and_then(|t| graph.shape(t))
        .is_some_and(<[usize]>::is_empty);
    if scalar {
        let kept = keep
            .along(input, axis)
            .ok_or_else(|| refuse(analysis, node, "a gather"))?;
        let size = graph.shape(input).map_or(0, |s| s[axis]);
        let picked = graph
            .integers(node, 1)
            .and_then(|i| crate::channels::axis_of(*i.first()?, size));
        let rank = picked.and_then(|p| kept.binary_search(&p).ok());
        let rank = rank.ok_or_else(|| refuse(analysis, node, "a gather of one channel"))?;
        editor.set_scalar(node, 1, rank as i64);
        return Ok(());
    }
    let indices = ranks(analysis, keep, node, out, axis, from)?;
    editor.set_ints(node, 1, indices.iter().map(|i| *i as i64).collect());
    Ok(())
}

/// A Pad that adds constant channels adds only those that stay.
fn pad(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    out: TensorId,
    from: &[ChannelId],
) -> Result<()> {
    let graph = &analysis.graph;
    let shape = graph.shape(out).unwrap_or_default();
    let mut amounts = crate::channels::pad_amounts(graph, node, shape.len())
        .ok_or_else(|| refuse(analysis, node, "a pad"))?;
    let layout = analysis.channels.layouts[out]
        .as_ref()
        .ok_or_else(|| refuse(analysis, node, "a pad"))?;
    let step = crate::channels::layout::strides(&layout.dims);
    for (axis, (before, after)) in amounts.iter_mut().enumerate() {
        if layout.dims[axis] <= 1 || (*before, *after) == (0, 0) {
            continue;
        }
        let kept = keep
            .along(out, axis)
            .ok_or_else(|| refuse(analysis, node, "a pad"))?;
        let (low, high) = (*before as usize, layout.dims[axis] - *after as usize);
        debug_assert!((0..low).all(|k| from[k * step[axis]] == ChannelId::PAD));
        *before = kept.iter().filter(|k| **k < low).count() as i64;
        *after = kept.iter().filter(|k| **k >= high).count() as i64;
    }
    let listed: Vec<usize> = match graph.input(node, 3) {
        Some(_) => graph
            .integers(node, 3)
            .unwrap_or_default()
            .iter()
            .filter_map(|a| crate::channels::axis_of(*a, shape.len()))
            .collect(),
        None => (0..shape.len()).collect(),
    };
    let values: Vec<i64> = listed
        .iter()
        .map(|a| amounts[*a].0)
        .chain(listed.iter().map(|a| amounts[*a].1))
        .collect();
    for name in ["pads", "paddings"] {
        if graph.nodes[node].attribute(name).is_some() {
            editor.set_int_list(node, name, values);
            return Ok(());
        }
    }
    editor.set_ints(node, 1, values);
    Ok(())
}
