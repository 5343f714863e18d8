//! New weights and a new bias for one reader of a model that is already cut.
//!
//! The numbers are those of the *original* reader's scale, before its normalisation: a normalisation
//! that the cut re-stated (folded β, running statistics) is put back to what the original says, and the
//! bias goes where a fold would go.

use crate::channels::{Flow, Reader, ReaderKind};
use crate::error::Result;
use crate::graph::NodeId;
use crate::network::{Analysis, FoldTarget};
use crate::onnx::pb;
use crate::plan::Decision;

use super::edit::Editor;
use super::keep::Keep;

/// What one reader becomes.
pub struct Revision<'a> {
    /// The cut model's analysis and its reader.
    pub now: (&'a Analysis, &'a Reader),
    /// The original's.
    pub before: (&'a Analysis, &'a Reader),
    /// Outputs of the original that the cut reader still has.
    pub kept: &'a [usize],
    /// [outputs, inputs per group, taps], row-major.
    pub weights: &'a [f64],
    /// Per output, before normalisation.
    pub bias: &'a [f64],
}

/// The model with that reader's numbers; all else stays.
pub fn revise(model: &pb::ModelProto, new: &Revision<'_>) -> Result<pb::ModelProto> {
    let (analysis, reader) = new.now;
    let nothing = Decision::keep_all(analysis);
    let keep = Keep::new(analysis, &nothing);
    let mut editor = Editor::new(model, analysis, &keep)?;
    let graph = &analysis.graph;
    let shape = graph
        .input(reader.node, 1)
        .and_then(|t| graph.shape(t))
        .unwrap_or_default();
    let stored = stored(reader, new.weights);
    editor.set_floats(reader.node, 1, shape.to_vec(), stored);
    restore(&mut editor, new);
    let bias = new.bias.to_vec();
    match analysis.fold_target(reader) {
        FoldTarget::Bias(slot) => {
            // Gemm multiplies its bias by beta; with the whole bias written, beta is 1.
            if matches!(reader.kind, ReaderKind::Gemm { beta, .. } if beta != 1.0) {
                editor.set_float(reader.node, "beta", 1.0);
            }
            let known = graph.floats(reader.node, slot);
            let shape = with_last(known.map_or(vec![0], |v| v.shape().to_vec()), bias.len());
            editor.set_floats(reader.node, slot, shape, bias);
        }
        FoldTarget::Shift(norm) => {
            let old = original(new, 2);
            let Flow::Normalise { scale, .. } = &analysis.channels.flows[norm] else {
                return editor.finish();
            };
            // The scale of the original: the cut may have re-stated the variance.
            let scale = original_scale(new).unwrap_or_else(|| scale.clone());
            let shifted = |(j, b): (usize, &f64)| old.get(j).copied().unwrap_or(0.0) + scale[j] * b;
            let values = bias.iter().enumerate().map(shifted).collect();
            editor.set_floats(norm, 2, vec![bias.len()], values);
        }
        FoldTarget::Add(node, slot) => {
            let old = new.before.0.added(new.before.1);
            let there = |j: &usize| old.get(*j).copied().unwrap_or(0.0);
            let each = bias.iter().zip(new.kept);
            let values: Vec<f64> = each.map(|(b, j)| b + there(j)).collect();
            let known = graph.floats(node, slot);
            let shape = with_last(known.map_or(vec![0], |v| v.shape().to_vec()), values.len());
            editor.set_floats(node, slot, shape, values);
        }
        FoldTarget::NewBias => {
            if matches!(reader.kind, ReaderKind::Gemm { beta, .. } if beta != 1.0) {
                editor.set_float(reader.node, "beta", 1.0);
            }
            editor.set_floats(reader.node, 2, vec![bias.len()], bias);
        }
        FoldTarget::NewAdd => super::fold::new_add(&mut editor, analysis, reader, &bias),
    }
    editor.finish()
}

/// Weights in the arrangement in which the operator stores them.
fn stored(reader: &Reader, weights: &[f64]) -> Vec<f64> {
    let (outputs, inputs) = (reader.outputs.len(), reader.in_per_group());
    let transposed = |values: &[f64]| -> Vec<f64> {
        (0..inputs)
            .flat_map(|i| (0..outputs).map(move |o| values[o * inputs + i]))
            .collect()
    };
    match reader.kind {
        ReaderKind::Gemm { trans_b, alpha, .. } => {
            let plain: Vec<f64> = weights.iter().map(|w| w / f64::from(alpha)).collect();
            if trans_b { plain } else { transposed(&plain) }
        }
        ReaderKind::MatMul => transposed(weights),
        _ => weights.to_vec(),
    }
}

fn with_last(mut shape: Vec<usize>, last: usize) -> Vec<usize> {
    match shape.last_mut() {
        Some(size) => *size = last,
        None => shape = vec![last],
    }
    shape
}

/// The original normalisation behind the reader.
fn original_norm(new: &Revision<'_>) -> Option<NodeId> {
    new.before.0.normalisation_behind(new.before.1)
}

/// A parameter of the original normalisation, for the kept outputs.
fn original(new: &Revision<'_>, slot: usize) -> Vec<f64> {
    let values = original_norm(new).and_then(|n| new.before.0.graph.floats(n, slot));
    values.map_or(Vec::new(), |v| {
        let v: Vec<f64> = v.iter().map(|x| f64::from(*x)).collect();
        new.kept.iter().map(|j| v[*j]).collect()
    })
}

fn original_scale(new: &Revision<'_>) -> Option<Vec<f64>> {
    match &new.before.0.channels.flows[original_norm(new)?] {
        Flow::Normalise { scale, .. } => Some(new.kept.iter().map(|j| scale[*j]).collect()),
        _ => None,
    }
}

/// Puts β and the running statistics behind the reader back to the original's.
fn restore(editor: &mut Editor<'_>, new: &Revision<'_>) {
    let (analysis, reader) = new.now;
    let Some(norm) = analysis.normalisation_behind(reader) else {
        return;
    };
    if original_norm(new).is_none() {
        return;
    }
    for slot in 2..=4 {
        let values = original(new, slot);
        editor.set_floats(norm, slot, vec![values.len()], values);
    }
}
