//! Dead branches: a constant takes the operand's place, or the Add goes if there is nothing to add.

use std::collections::{BTreeMap, HashMap, HashSet};

use ndarray::{ArrayD, IxDyn};
use tract_onnx::prelude::DatumType;

use crate::error::{Error, Result};
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::onnx::{Attributes, float_tensor, float_type, pb};
use crate::plan::Decision;
use crate::plan::branches::Branch;

use super::edit::Editor;
use super::keep::Keep;

/// Cuts all dead branches off; returns the Adds that are left with a single operand.
pub fn cut(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    decision: &Decision,
    keep: &Keep<'_>,
) -> Result<Vec<String>> {
    let mut by_node: BTreeMap<NodeId, Vec<&Branch>> = BTreeMap::new();
    for branch in &decision.branches.list {
        by_node.entry(branch.addend.node).or_default().push(branch);
    }
    let mut bare = Vec::new();
    for (node, mut branches) in by_node {
        // From the last slot on, so that the others keep their numbers.
        branches.sort_by_key(|b| std::cmp::Reverse(b.addend.slot));
        for branch in branches {
            let slot = branch.addend.slot;
            match constant(editor, analysis, decision, keep, branch)? {
                Some(name) => editor.node(node).input[slot] = name,
                None => {
                    editor.node(node).input.remove(slot);
                }
            }
        }
        let add = editor.node(node);
        if add.input.len() == 1 {
            add.op_type = "Identity".into();
            add.domain = String::new();
            add.attribute.clear();
            bare.extend(add.output.first().cloned());
        }
    }
    Ok(bare)
}

/// An initializer of what the branch adds to the channels that stay; `None` if that is nothing.
fn constant(
    editor: &mut Editor<'_>,
    analysis: &Analysis,
    decision: &Decision,
    keep: &Keep<'_>,
    branch: &Branch,
) -> Result<Option<String>> {
    let values = branch.left(analysis, &decision.removed);
    if values.iter().all(|v| *v == 0.0) {
        return Ok(None);
    }
    let node = &analysis.graph.nodes[branch.addend.node];
    let tensor = branch.addend.tensor;
    let refuse = || Error::at(&node.name, "what a branch adds cannot be cut");
    let layout = analysis.channels.layouts[tensor].as_ref();
    let dims: Option<Vec<usize>> = (0..layout.ok_or_else(refuse)?.dims.len())
        .map(|axis| keep.along(tensor, axis).map(|kept| kept.len()))
        .collect();
    let dims = IxDyn(&dims.ok_or_else(refuse)?);
    let array = ArrayD::from_shape_vec(dims, values).map_err(|_| refuse())?;
    let like = stored_type(analysis, tensor);
    let base = format!("{}_constant", node.name);
    Ok(Some(editor.add_tensor(&base, |name| {
        float_tensor(name, array.view(), like)
    })))
}

/// The precision in which a file computes a tensor: that of the last weights or Cast before it.
pub fn stored_type(analysis: &Analysis, mut tensor: TensorId) -> DatumType {
    let graph = &analysis.graph;
    while let Some(node) = graph.tensors[tensor].producer {
        if graph.nodes[node].op == "Cast" {
            let to = graph.nodes[node]
                .int("to")
                .and_then(|t| float_type(t as i32));
            return to.unwrap_or(DatumType::F32);
        }
        if analysis
            .layers
            .binary_search_by_key(&node, |l| l.node)
            .is_ok()
        {
            return graph.weight_type(node);
        }
        let mut inputs = graph.nodes[node].inputs.iter().flatten();
        match inputs.find(|t| !graph.is_constant(**t)) {
            Some(input) => tensor = *input,
            None => break,
        }
    }
    DatumType::F32
}

/// Takes Identities out of the graph, except where they make an output.
pub fn bypass(model: &mut pb::ModelProto, bare: &[String]) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    let outputs: HashSet<&String> = graph.output.iter().map(|o| &o.name).collect();
    let gone: HashSet<&String> = bare.iter().filter(|b| !outputs.contains(b)).collect();
    let mut sources: HashMap<String, String> = HashMap::new();
    // In topological order, so a chain of them resolves by itself.
    for node in &mut graph.node {
        for input in &mut node.input {
            if let Some(source) = sources.get(input) {
                input.clone_from(source);
            }
        }
        if node.op_type == "Identity" && node.output.iter().any(|o| gone.contains(o)) {
            sources.insert(node.output[0].clone(), node.input[0].clone());
        }
    }
    graph
        .node
        .retain(|n| !n.output.iter().any(|o| sources.contains_key(o)));
    graph.value_info.retain(|v| !sources.contains_key(&v.name));
}
