//! Slices of channels, and constants that lie beside channels in a Concat.

use crate::channels::{ChannelId, Flow, axis_of};
use crate::error::Result;
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::onnx::{Attributes, int_tensor, pb};

use super::edit::{Editor, refuse};
use super::keep::Keep;

pub fn slice(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
) -> Result<()> {
    let graph = &analysis.graph;
    let input = graph
        .input(node, 0)
        .ok_or_else(|| refuse(analysis, node, "a slice"))?;
    let shape = graph.shape(input).unwrap_or_default().to_vec();
    let chosen = crate::channels::slice_positions(graph, node, &shape)
        .ok_or_else(|| refuse(analysis, node, "a slice"))?;
    let read = |slot: usize, name: &str| {
        graph.nodes[node]
            .ints(name)
            .map(<[i64]>::to_vec)
            .or_else(|| graph.integers(node, slot))
    };
    let (Some(mut starts), Some(mut ends)) = (read(1, "starts"), read(2, "ends")) else {
        return Err(refuse(analysis, node, "a slice"));
    };
    let mut steps = read(4, "steps");
    let mut touched = false;
    for (entry, (axis, picks)) in chosen.iter().enumerate() {
        if !keep.changes(input, *axis) {
            continue;
        }
        let before = keep
            .along(input, *axis)
            .ok_or_else(|| refuse(analysis, node, "a slice"))?;
        let ranks: Vec<usize> = picks
            .iter()
            .filter_map(|p| before.binary_search(p).ok())
            .collect();
        let step = steps.as_ref().and_then(|s| s.get(entry).copied());
        let run = ranks.windows(2).all(|w| w[1] == w[0] + 1);
        if step.unwrap_or(1) != 1 || !run || ranks.is_empty() {
            if chosen.len() == 1 {
                select_instead(editor, analysis, node, *axis, &ranks);
                return Ok(());
            }
            select_before(editor, analysis, node, *axis, &ranks);
            (starts[entry], ends[entry]) = (0, ranks.len() as i64);
            if let Some(step) = steps.as_mut().and_then(|s| s.get_mut(entry)) {
                *step = 1;
            }
        } else {
            starts[entry] = ranks[0] as i64;
            ends[entry] = ranks[ranks.len() - 1] as i64 + 1;
        }
        touched = true;
    }
    if touched {
        if graph.nodes[node].attribute("starts").is_some() {
            editor.set_int_list(node, "starts", starts);
            editor.set_int_list(node, "ends", ends);
        } else {
            editor.set_ints(node, 1, starts);
            editor.set_ints(node, 2, ends);
            if let (Some(steps), Some(_)) = (steps, graph.input(node, 4)) {
                editor.set_ints(node, 4, steps);
            }
        }
    }
    Ok(())
}

/// The constant list of channels that a Gather picks.
fn table(editor: &mut Editor<'_>, analysis: &Analysis, node: NodeId, ranks: &[usize]) -> String {
    let indices: Vec<i64> = ranks.iter().map(|r| *r as i64).collect();
    let name = &analysis.graph.nodes[node].name;
    editor.add_tensor(&format!("{name}_channels"), |n| int_tensor(n, &indices))
}

/// A slice with a stride through channels that no longer lie evenly becomes a Gather.
fn select_instead(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    node: NodeId,
    axis: usize,
    ranks: &[usize],
) {
    let table = table(editor, analysis, node, ranks);
    let replaced = editor.node(node);
    replaced.op_type = "Gather".into();
    replaced.input.truncate(1);
    replaced.input.push(table);
    replaced.attribute.clear();
    editor.set_int(node, "axis", axis as i64);
}

/// The same where the slice cuts other axes too: the Gather goes before it.
fn select_before(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    node: NodeId,
    axis: usize,
    ranks: &[usize],
) {
    let table = table(editor, analysis, node, ranks);
    let name = editor.fresh(&format!("{}_picked", analysis.graph.nodes[node].name));
    let from = std::mem::replace(&mut editor.node(node).input[0], name.clone());
    editor.insert_before(
        node,
        pb::NodeProto {
            op_type: "Gather".into(),
            name: name.clone(),
            input: vec![from, table],
            output: vec![name],
            attribute: vec![pb::AttributeProto {
                name: "axis".into(),
                i: axis as i64,
                r#type: pb::attribute_proto::AttributeType::Int as i32,
                ..Default::default()
            }],
            ..Default::default()
        },
    );
}

/// Constants in a Concat lose what was coupled to removed channels; one that loses all leaves.
pub fn constants_beside(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    node: NodeId,
    out: TensorId,
) -> Result<()> {
    let graph = &analysis.graph;
    let Flow::Move { outs, .. } = &analysis.channels.flows[node] else {
        return Ok(());
    };
    if !outs[0].1.contains(&ChannelId::PAD) {
        return Ok(());
    }
    let rank = graph.shape(out).map_or(0, <[usize]>::len);
    let axis = axis_of(graph.nodes[node].int("axis").unwrap_or(1), rank)
        .ok_or_else(|| refuse(analysis, node, "a concatenation"))?;
    let kept = keep
        .along(out, axis)
        .ok_or_else(|| refuse(analysis, node, "a concatenation"))?;
    let mut start = 0;
    for (slot, input) in graph.nodes[node].inputs.iter().enumerate() {
        let Some(input) = input else { continue };
        let size = graph.shape(*input).map_or(0, |s| s[axis]);
        let range = start..start + size;
        start += size;
        if analysis.channels.layouts[*input].is_some() {
            continue;
        }
        let stay = kept.iter().filter(|k| range.contains(k));
        let stay: Vec<usize> = stay.map(|k| k - range.start).collect();
        if stay.is_empty() {
            editor.drop_input(node, slot);
        } else if stay.len() < size {
            editor.slice(node, slot, vec![(axis, stay)]);
        }
    }
    Ok(())
}
