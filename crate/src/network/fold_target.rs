//! Where the constants of a reader's removed inputs can go.

use crate::channels::{Channels, Flow, Reader, ReaderKind};
use crate::graph::{Graph, NodeId};

/// Where a reader's constants go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FoldTarget {
    /// The bias operand in this slot of the reader itself.
    Bias(usize),
    /// β of this BatchNormalization.
    Shift(NodeId),
    /// The constant operand `slot` of the Add behind a MatMul.
    Add(NodeId, usize),
    /// A bias the reader does not have yet.
    NewBias,
    /// An Add behind the reader (MatMul has no bias).
    NewAdd,
}

impl FoldTarget {
    /// Whether the fold needs numbers the file does not have yet.
    pub fn is_new(self) -> bool {
        matches!(self, FoldTarget::NewBias | FoldTarget::NewAdd)
    }
}

/// Finds the target of a reader's fold.
pub fn target(graph: &Graph, channels: &Channels, reader: &Reader) -> FoldTarget {
    if let Some(slot) = reader.bias_slot()
        && graph.input(reader.node, slot).is_some()
    {
        return FoldTarget::Bias(slot);
    }
    if let Some(norm) = normalisation_behind(graph, channels, reader) {
        return FoldTarget::Shift(norm);
    }
    if reader.kind != ReaderKind::MatMul {
        return FoldTarget::NewBias;
    }
    if let Some((next, slot)) = graph.sole_use(reader.output)
        && graph.nodes[next].op == "Add"
    {
        let other = 1 - slot.min(1);
        let vector = graph.floats(next, other).map(|v| v.shape().to_vec());
        if vector.is_some_and(|s| {
            s.last() == Some(&reader.outputs.len())
                && s.iter().product::<usize>() == reader.outputs.len()
        }) {
            return FoldTarget::Add(next, other);
        }
    }
    FoldTarget::NewAdd
}

/// The BatchNormalization that alone uses what a reader writes, maybe through Transposes (tf2onnx).
pub fn normalisation_behind(graph: &Graph, channels: &Channels, reader: &Reader) -> Option<NodeId> {
    let mut tensor = reader.output;
    loop {
        let (next, slot) = graph.sole_use(tensor)?;
        match &channels.flows[next] {
            Flow::Normalise { gaussians, .. }
                if slot == 0 && gaussians.len() == reader.outputs.len() =>
            {
                return Some(next);
            }
            Flow::Move { .. }
                if matches!(graph.nodes[next].op.as_str(), "Transpose" | "Identity") =>
            {
                tensor = graph.output(next)?;
            }
            _ => return None,
        }
    }
}

/// The target in words.
pub fn target_label(graph: &Graph, channels: &Channels, reader: &Reader) -> String {
    let name = |node: NodeId| &graph.nodes[node].name;
    match target(graph, channels, reader) {
        FoldTarget::Bias(_) => format!("bias of {}", name(reader.node)),
        FoldTarget::Shift(norm) => format!("shift β of {}", name(norm)),
        FoldTarget::Add(add, _) => format!("bias added by {}", name(add)),
        FoldTarget::NewBias => format!("a new bias of {}", name(reader.node)),
        FoldTarget::NewAdd => format!("a new Add behind {}", name(reader.node)),
    }
}

/// What the constant Add behind a reader adds to each output; empty where none is.
pub fn added(graph: &Graph, channels: &Channels, reader: &Reader) -> Vec<f64> {
    let values = match target(graph, channels, reader) {
        FoldTarget::Add(node, slot) => graph.floats(node, slot),
        _ => None,
    };
    values.map_or(Vec::new(), |v| v.iter().map(|x| f64::from(*x)).collect())
}
