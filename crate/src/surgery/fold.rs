//! Shifting-factor fusion: what removed channels contributed as constants moves into their readers.
//!
//! Δ_j = Σ_i (Σ_taps W_ji)·c_i goes into the reader's bias, else into the shift β of the
//! BatchNormalization behind it, else into a new bias.

use crate::channels::{Flow, Reader, ReaderKind};
use crate::graph::NodeId;
use crate::network::{Analysis, FoldTarget};
use crate::onnx::pb;
use crate::plan::Decision;

use super::edit::Editor;
use super::keep::Keep;

/// Δ per output channel of a reader, before its normalisation.
pub fn shifts(analysis: &Analysis, decision: &Decision, reader: &Reader) -> Option<Vec<f64>> {
    let constants: Vec<f64> = reader
        .inputs
        .iter()
        .map(|a| {
            if decision.is_removed(analysis, *a) {
                decision.constants[a.index()]
            } else {
                0.0
            }
        })
        .collect();
    if constants.iter().all(|t| *t == 0.0) {
        return None;
    }
    let sums = reader.tap_sums(&analysis.graph);
    let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
    let shift = |j: usize| -> f64 {
        let group = j / per_out;
        (0..per_in)
            .map(|i| sums[(j, i)] * constants[group * per_in + i])
            .sum()
    };
    Some((0..reader.outputs.len()).map(shift).collect())
}

/// Folds all constants of a decision, and tells normalisations what spread is left.
pub fn fold(editor: &mut Editor<'_>, analysis: &Analysis, decision: &Decision, keep: &Keep<'_>) {
    for (index, reader) in analysis.channels.readers.iter().enumerate() {
        if keep.dead(reader.node) {
            continue;
        }
        let delta = shifts(analysis, decision, reader);
        let stays = decision.restores[index].as_deref();
        match (stays, analysis.fold_target(reader)) {
            (Some(stays), FoldTarget::Shift(norm)) => {
                restate(
                    editor,
                    analysis,
                    keep,
                    reader,
                    norm,
                    stays,
                    delta.as_deref(),
                );
            }
            _ => {
                if let Some(delta) = &delta {
                    add(editor, analysis, keep, reader, delta);
                }
                if let Some((stays, norm)) = stays.zip(analysis.normalisation_behind(reader)) {
                    restate(editor, analysis, keep, reader, norm, stays, None);
                }
            }
        }
    }
}

/// Rewrites the running statistics of the BatchNormalization behind a reader: the mean without what the
/// removed channels gave to it, the variance that is left.
fn restate(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    reader: &Reader,
    norm: NodeId,
    stays: &[f64],
    delta: Option<&[f64]>,
) {
    let kept: Vec<usize> = (0..reader.outputs.len())
        .filter(|j| !keep.gone(reader.outputs[*j]))
        .collect();
    let read = |slot: usize| -> Vec<f64> {
        let values = analysis.graph.floats(norm, slot);
        values.map_or(Vec::new(), |v| v.iter().map(|x| f64::from(*x)).collect())
    };
    let variance = read(4);
    let values: Vec<f64> = kept.iter().map(|j| variance[*j] * stays[*j]).collect();
    editor.set_floats(norm, 4, vec![values.len()], values);
    if let Some(delta) = delta {
        let mean = read(3);
        let values: Vec<f64> = kept.iter().map(|j| mean[*j] - delta[*j]).collect();
        editor.set_floats(norm, 3, vec![values.len()], values);
    }
}

/// Adds `delta` (one value per original output) to what a reader emits.
pub fn add(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    keep: &Keep<'_>,
    reader: &Reader,
    delta: &[f64],
) {
    let graph = &analysis.graph;
    let kept: Vec<usize> = (0..reader.outputs.len())
        .filter(|j| !keep.gone(reader.outputs[*j]))
        .collect();
    let read = |node: NodeId, slot: usize| -> Vec<f64> {
        graph
            .floats(node, slot)
            .map_or(Vec::new(), |v| v.iter().map(|x| f64::from(*x)).collect())
    };
    let sum = |old: &[f64], scale: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let base = |j: usize| if old.len() == 1 { old[0] } else { old[j] };
        kept.iter()
            .map(|j| base(*j) + scale(*j) * delta[*j])
            .collect()
    };
    match analysis.fold_target(reader) {
        FoldTarget::Bias(slot) => {
            // Gemm multiplies its bias by beta.
            let beta = match reader.kind {
                ReaderKind::Gemm { beta, .. } => f64::from(beta),
                _ => 1.0,
            };
            let old: Vec<f64> = read(reader.node, slot).iter().map(|b| b * beta).collect();
            let values = sum(&old, &|_| 1.0);
            if beta != 1.0 {
                editor.set_float(reader.node, "beta", 1.0);
            }
            let mut shape = graph
                .floats(reader.node, slot)
                .map_or(vec![0], |v| v.shape().to_vec());
            match shape.last_mut() {
                Some(last) => *last = values.len(),
                None => shape = vec![values.len()],
            }
            editor.set_floats(reader.node, slot, shape, values);
        }
        FoldTarget::Shift(norm) => {
            let Flow::Normalise { scale, .. } = &analysis.channels.flows[norm] else {
                return;
            };
            let values = sum(&read(norm, 2), &|j| scale[j]);
            editor.set_floats(norm, 2, vec![values.len()], values);
        }
        FoldTarget::Add(node, slot) => {
            let values = sum(&read(node, slot), &|_| 1.0);
            let mut shape = graph
                .floats(node, slot)
                .map_or(vec![0], |v| v.shape().to_vec());
            if let Some(last) = shape.last_mut() {
                *last = values.len();
            }
            editor.set_floats(node, slot, shape, values);
        }
        FoldTarget::NewBias => {
            let values = sum(&[0.0], &|_| 1.0);
            if matches!(reader.kind, ReaderKind::Gemm { beta, .. } if beta != 1.0) {
                editor.set_float(reader.node, "beta", 1.0);
            }
            editor.set_floats(reader.node, 2, vec![values.len()], values);
        }
        FoldTarget::NewAdd => {
            let values = sum(&[0.0], &|_| 1.0);
            new_add(editor, analysis, reader, &values);
        }
    }
}

/// MatMul followed by an Add of our own: the MatMul writes a new name, the Add the old one.
pub(super) fn new_add(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    reader: &Reader,
    values: &[f64],
) {
    let node = &analysis.graph.nodes[reader.node];
    let floats: Vec<f32> = values.iter().map(|v| *v as f32).collect();
    let like = analysis.graph.weight_type(reader.node);
    let vector = editor.add_tensor(&format!("{}_bias", node.name), |name| {
        crate::onnx::float_tensor(name, ndarray::aview1(&floats).into_dyn(), like)
    });
    let old = analysis.graph.tensors[reader.output].name.clone();
    let bare = editor.fresh(&format!("{old}_unshifted"));
    let name = editor.fresh(&format!("{}_shift", node.name));
    editor.node(reader.node).output[0] = bare.clone();
    editor.insert_after(
        reader.node,
        pb::NodeProto {
            op_type: "Add".into(),
            name,
            input: vec![bare, vector],
            output: vec![old],
            ..Default::default()
        },
    );
}
