//! Which nodes a network's outputs need.

use crate::graph::{Graph, NodeId};

/// A use of a tensor: node and input slot.
pub type Edge = (NodeId, usize);

/// Per node: it was of use, or hangs on something that was, and is of none once `cuts` are made.
pub fn dead(graph: &Graph, cuts: &[Edge]) -> Vec<bool> {
    let (before, after) = (live(graph, &[]), live(graph, cuts));
    let mut dead: Vec<bool> = before.iter().zip(&after).map(|(b, a)| *b && !*a).collect();
    // A dead end that reads what is dead cannot stay. Nodes are in topological order.
    for node in 0..dead.len() {
        let tensors = graph.nodes[node].inputs.iter().flatten();
        // A constant that others share is no part of what they lose.
        let computed = tensors.filter(|t| !graph.is_constant(**t));
        let mut producers = computed.filter_map(|t| graph.tensors[*t].producer);
        dead[node] |= !before[node] && producers.any(|p| dead[p]);
    }
    // A constant leaves with the last of its readers, dead ends included.
    for node in (0..dead.len()).rev() {
        let outputs = graph.nodes[node].outputs.iter().flatten();
        let mut constants = outputs.filter(|t| graph.is_constant(**t));
        let read = |t: &usize| {
            graph.tensors[*t]
                .uses
                .iter()
                .any(|(reader, _)| !dead[*reader])
        };
        dead[node] &= !constants.any(read);
    }
    dead
}

/// Per node: some output depends on it, by other edges than `cuts`.
fn live(graph: &Graph, cuts: &[Edge]) -> Vec<bool> {
    let mut live = vec![false; graph.nodes.len()];
    let mut stack: Vec<NodeId> = graph
        .outputs
        .iter()
        .filter_map(|t| graph.tensors[*t].producer)
        .collect();
    while let Some(node) = stack.pop() {
        if std::mem::replace(&mut live[node], true) {
            continue;
        }
        for (slot, tensor) in graph.nodes[node].inputs.iter().enumerate() {
            let producer = tensor.and_then(|t| graph.tensors[t].producer);
            if let Some(producer) = producer.filter(|_| !cuts.contains(&(node, slot))) {
                stack.push(producer);
            }
        }
    }
    live
}
