//! Operands of residual sums that a constant could replace, and the nodes that only make them.

use super::reach::{self, Edge};
use crate::channels::{Channels, Combine, Flow};
use crate::graph::{Graph, NodeId, TensorId};

/// An operand of an Add that could be replaced by a constant without changing the sum's shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Addend {
    /// The sum.
    pub node: NodeId,
    /// Which of its operands.
    pub slot: usize,
    /// The operand's tensor.
    pub tensor: TensorId,
}

/// All addends of a network that a constant could replace; what they are worth depends on a plan.
pub fn addends(graph: &Graph, channels: &Channels) -> Vec<Addend> {
    // The body of an If or Loop may use any tensor without naming it as an input.
    let hides = |op: &str| matches!(op, "If" | "Loop" | "Scan" | "SequenceMap");
    if graph.nodes.iter().any(|n| hides(&n.op)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (node, flow) in channels.flows.iter().enumerate() {
        let Flow::Combine {
            out,
            op: Combine::Add,
            ..
        } = flow
        else {
            continue;
        };
        let shape = graph.shape(*out);
        for (slot, tensor) in graph.nodes[node].inputs.iter().enumerate() {
            let Some(tensor) = *tensor else { continue };
            let follows = channels.layouts[tensor].is_some();
            if follows && shape.is_some() && graph.shape(tensor) == shape {
                found.push(Addend { node, slot, tensor });
            }
        }
    }
    found
}

/// For every tensor among `addends`: the nodes that only make this one, in order.
pub fn regions(graph: &Graph, addends: &[Addend]) -> Vec<Vec<NodeId>> {
    let mut tensors: Vec<TensorId> = addends.iter().map(|a| a.tensor).collect();
    tensors.sort_unstable();
    tensors.dedup();
    let region = |tensor: &TensorId| {
        let uses = addends.iter().filter(|a| a.tensor == *tensor);
        let cuts: Vec<Edge> = uses.map(|a| (a.node, a.slot)).collect();
        let dead = reach::dead(graph, &cuts);
        (0..dead.len()).filter(|n| dead[*n]).collect()
    };
    tensors.iter().map(region).collect()
}
