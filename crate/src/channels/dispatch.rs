//! Walks the graph once and lets each operator family state what it does to channels.

use super::build::Builder;
use super::union::Union;
use super::{Channels, Flow, Layout, Pin};
use super::{elementwise, linear, movement, spatial};
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, NodeId};
use crate::limits::{FOLLOWED_PER_NUMBER, MIN_FOLLOWED};

/// A compact shape for what an operator makes that is not followed. Only names, for all of it is pinned:
/// channels lie where they lay in an input of the same rank, else on axis 1.
fn assumed_dims(shape: &[usize], inputs: &[(&[usize], Layout)]) -> Vec<usize> {
    let alike = inputs
        .iter()
        .filter(|(full, l)| full.len() == shape.len() && l.dims.len() == shape.len());
    for (full, layout) in alike.filter(|(_, l)| l.len() > 1) {
        if *full == shape {
            return layout.dims.clone();
        }
        if let Some(axis) = layout.single_axis() {
            let mut dims = vec![1; shape.len()];
            dims[axis] = shape[axis];
            return dims;
        }
    }
    let mut dims = vec![1; shape.len()];
    if let Some(size) = shape.get(1) {
        dims[1] = *size;
    }
    dims
}

impl Channels {
    /// Follows the channels through all of `graph`.
    ///
    /// # Errors
    /// When an operator makes more channels than the numbers that the file stores can account for.
    pub fn new(graph: &Graph) -> Result<Channels> {
        build(graph)
    }
}

fn build(graph: &Graph) -> Result<Channels> {
    let mut b = Builder {
        room: MIN_FOLLOWED + FOLLOWED_PER_NUMBER * graph.stored_numbers(),
        crowded: false,
        graph,
        layouts: vec![None; graph.tensors.len()],
        slots: Vec::new(),
        readers: Vec::new(),
        union: Union::default(),
    };
    for input in &graph.inputs {
        let rank = graph.shape(*input).map_or(0, <[usize]>::len);
        b.fresh(*input, vec![1; rank]);
        b.pin_tensor(*input, 0, "reads the network's input".into());
    }
    let mut flows = Vec::with_capacity(graph.nodes.len());
    for node in 0..graph.nodes.len() {
        flows.push(visit(&mut b, node));
        if b.crowded {
            return Err(Error::at(
                graph.nodes[node].name.clone(),
                "makes more channels than can be followed in a file of this size",
            ));
        }
    }
    for output in &graph.outputs {
        let Some(layout) = b.layouts[*output].clone() else {
            continue;
        };
        let node = graph.tensors[*output].producer.unwrap_or(0);
        let reason = format!("makes the network's output {}", graph.tensors[*output].name);
        let reason = b.union.reason(Pin {
            node,
            reason,
            output: true,
        });
        for channel_id in layout.channel_ids() {
            b.union.pin(channel_id, reason);
        }
    }
    let (class, pinned, pins) = b.union.classes();
    Ok(Channels {
        layouts: b.layouts,
        flows,
        slots: b.slots,
        readers: b.readers,
        class,
        pinned,
        pins,
    })
}

fn visit(b: &mut Builder<'_>, node: NodeId) -> Flow {
    let graph = b.graph;
    let constant = graph.nodes[node]
        .outputs
        .iter()
        .flatten()
        .all(|t| graph.is_constant(*t));
    let labelled = |b: &Builder<'_>| {
        graph.nodes[node]
            .inputs
            .iter()
            .flatten()
            .any(|t| b.layouts[*t].is_some())
    };
    // Shape arithmetic: either its value is known, or no channels enter it.
    if constant || graph.nodes[node].op == "Shape" || graph.nodes[node].op == "Size" {
        return Flow::Nothing;
    }
    if labelled(b) {
        let families = [
            linear::visit,
            elementwise::visit,
            spatial::visit,
            movement::visit,
        ];
        for family in families {
            if let Some(flow) = family(b, node) {
                return flow;
            }
        }
    } else if graph.nodes[node]
        .outputs
        .iter()
        .flatten()
        .all(|t| !graph.is_float(*t))
    {
        return Flow::Nothing;
    }
    opaque(b, node)
}

/// Operators that are understood, and mix channels: what they do to channels, in words.
fn mixes(op: &str) -> Option<&'static str> {
    Some(match op {
        "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceSum" | "ReduceL1" | "ReduceL2" => {
            "reduces over the channels"
        }
        "LayerNormalization" | "GroupNormalization" | "LRN" | "LpNormalization" => {
            "normalises across channels"
        }
        "ArgMax" | "ArgMin" | "TopK" | "NonMaxSuppression" => "compares channels with each other",
        "MatMul" | "Gemm" | "Einsum" => "multiplies two computed tensors",
        "LSTM" | "GRU" | "RNN" => "is recurrent",
        _ => return None,
    })
}

/// An operator (or a form of one) that is not understood, or that mixes channels: nothing on either
/// side may change.
fn opaque(b: &mut Builder<'_>, node: NodeId) -> Flow {
    let graph = b.graph;
    let op = &graph.nodes[node].op;
    let why = match (mixes(op), graph.unknown_since(node)) {
        (Some(why), _) => why.to_string(),
        (None, Some(origin)) if origin == node => "has a result of unknown shape".to_string(),
        (None, Some(origin)) => {
            let Node { name, op, .. } = &graph.nodes[origin];
            format!("has no known shape, as nothing has behind {name} ({op})")
        }
        (None, None) => "is not understood in this form".to_string(),
    };
    for tensor in graph.nodes[node].inputs.clone().into_iter().flatten() {
        b.pin_tensor(tensor, node, format!("goes into {op}, which {why}"));
    }
    let labelled = graph.nodes[node].inputs.iter().flatten();
    let labelled: Vec<(&[usize], Layout)> = labelled
        .filter_map(|t| Some((graph.shape(*t)?, b.layouts[*t].clone()?)))
        .collect();
    for tensor in graph.nodes[node].outputs.clone().into_iter().flatten() {
        if graph.is_float(tensor) {
            let shape = graph.shape(tensor);
            let dims = shape
                .map(|s| assumed_dims(s, &labelled))
                .unwrap_or_default();
            b.fresh(tensor, dims);
            b.pin_tensor(tensor, node, format!("comes from {op}, which {why}"));
        }
    }
    Flow::Opaque
}
