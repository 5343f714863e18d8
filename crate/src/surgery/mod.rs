//! Carrying out a decision on the file: slicing, folding, rewriting shapes, tidying up.
//!
//! The pruned model is the original with edits: every tensor a removed channel touches is cut,
//! everything else stays as it was. [`twin`] makes the oracle: the original with its weights left
//! alone and the removed channels replaced by their constants where readers read them.

mod branch;
mod content;
mod edit;
mod fold;
pub mod keep;
mod reshape;
mod revise;
mod slice;
mod tidy;
pub mod twin;

use crate::channels::{ChannelId, Flow, Reader, ReaderKind};
use crate::error::{Error, Result};
use crate::network::Analysis;
use crate::onnx::pb;
use crate::plan::Decision;
use edit::Editor;
use keep::Keep;

pub use revise::{Revision, revise};

/// The pruned model.
///
/// # Errors
/// Names the node whose form cannot be cut; the plan keeps such channels, so this is a defence.
pub fn prune(
    model: &pb::ModelProto,
    analysis: &Analysis,
    decision: &Decision,
) -> Result<pb::ModelProto> {
    if decision.is_nothing() {
        return Ok(model.clone());
    }
    let keep = Keep::new(analysis, decision);
    let mut editor = Editor::new(model, analysis, &keep)?;
    for slot in analysis
        .channels
        .slots
        .iter()
        .filter(|s| !keep.dead(s.node))
    {
        let mut axes = Vec::new();
        for followed in &slot.axes {
            let (tensor, axis) = (followed.tensor, followed.tensor_axis);
            if keep.changes(tensor, axis) {
                let kept = keep
                    .along(tensor, axis)
                    .ok_or_else(|| uneven(analysis, slot.node))?;
                axes.push((followed.axis, kept));
            }
        }
        if !axes.is_empty() {
            editor.slice(slot.node, slot.input, axes);
        }
    }
    for reader in &analysis.channels.readers {
        if reader.groups > 1 && !keep.dead(reader.node) {
            cut_groups(&mut editor, analysis, &keep, reader)?;
        }
    }
    for (node, flow) in analysis.channels.flows.iter().enumerate() {
        if let (Flow::Depthwise { out, .. }, false) = (flow, keep.dead(node)) {
            let input = analysis
                .graph
                .input(node, 0)
                .filter(|t| keep.changes(*t, 1));
            if let (Some(input), true) = (input, keep.changes(*out, 1)) {
                let kept = keep.along(input, 1).ok_or_else(|| uneven(analysis, node))?;
                editor.set_int(node, "group", kept.len() as i64);
            }
        }
    }
    fold::fold(&mut editor, analysis, decision, &keep);
    reshape::rewrite(&mut editor, analysis, &keep)?;
    let bare = branch::cut(&mut editor, analysis, decision, &keep)?;
    let mut pruned = editor.finish()?;
    branch::bypass(&mut pruned, &bare);
    tidy::tidy(model, &mut pruned, analysis, &keep);
    Ok(pruned)
}

fn uneven(analysis: &Analysis, node: usize) -> Error {
    Error::at(
        &analysis.graph.nodes[node].name,
        "its channels cannot be cut in this arrangement",
    )
}

/// Rows and columns of a grouped convolution's weight, group by group.
fn cut_groups(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    reader: &Reader,
) -> Result<()> {
    let gone = |channel_id: &ChannelId| keep.gone(*channel_id);
    if !reader.inputs.iter().chain(&reader.outputs).any(gone) {
        return Ok(());
    }
    // The rows of the weight follow one side, its columns the other side within each group.
    let transposed = reader.kind == ReaderKind::ConvTranspose;
    let (rows, columns) = if transposed {
        (&reader.inputs, &reader.outputs)
    } else {
        (&reader.outputs, &reader.inputs)
    };
    let (per_row, per_column) = (rows.len() / reader.groups, columns.len() / reader.groups);
    let taps = reader.taps;
    let mut elements = Vec::new();
    let mut widths = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        if gone(row) {
            continue;
        }
        let group = r / per_row;
        let kept: Vec<usize> = (0..per_column)
            .filter(|c| !gone(&columns[group * per_column + c]))
            .collect();
        widths.push(kept.len());
        for c in kept {
            let start = (r * per_column + c) * taps;
            elements.extend(start..start + taps);
        }
    }
    let even = |channel_ids: &[ChannelId], per: usize| {
        let mut counts = channel_ids
            .chunks(per)
            .map(|g| g.iter().filter(|a| !gone(a)).count());
        let first = counts.next();
        counts.all(|c| Some(c) == first)
    };
    if !even(rows, per_row) || !even(columns, per_column) {
        return Err(Error::at(
            &analysis.graph.nodes[reader.node].name,
            "its groups would keep different numbers of channels",
        ));
    }
    editor.pick(
        reader.node,
        1,
        elements,
        &[widths.len(), widths.first().copied().unwrap_or(0)],
    );
    Ok(())
}
