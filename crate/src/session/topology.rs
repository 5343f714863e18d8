//! The network as a graph of layers: what writes or carries channels through weights, and the places
//! where branches meet, part or are shuffled. Everything else is drawn as the line it is.

use super::Session;
use crate::channels::{ChannelId, Channels, Flow};
use crate::error::Result;
use crate::graph::{Graph, NodeId, TensorId};
use crate::network::Analysis;
use crate::plan::Decision;
use crate::report::{PlanOptions, Topology, TopologyEdge, TopologyNode};

/// A [`Topology`] with the graph behind it.
struct Drawn {
    topology: Topology,
    /// Per node: the operator (none for inputs and outputs), and the tensors whose channels are its width.
    nodes: Vec<(Option<NodeId>, Vec<TensorId>)>,
    /// Per edge: the tensor it starts as.
    edges: Vec<TensorId>,
}

/// What is drawn of an operator; `None` for what only lets channels pass.
fn kind(graph: &Graph, channels: &Channels, node: NodeId) -> Option<&'static str> {
    let op = graph.nodes[node].op.as_str();
    match &channels.flows[node] {
        Flow::Read { .. } | Flow::Depthwise { .. } => Some("layer"),
        Flow::Combine { .. } => (incoming(graph, channels, node).len() > 1).then_some("join"),
        Flow::Move { outs, .. } if outs.len() > 1 => Some("split"),
        Flow::Move { .. } if incoming(graph, channels, node).len() > 1 => Some("concat"),
        Flow::Move { outs, .. } => {
            let from = &outs.first()?.1;
            // Not a mere transposition of axes: channels change their order.
            let shuffled = from.windows(2).any(|w| w[0] > w[1]);
            shuffled.then_some("shuffle")
        }
        Flow::Opaque => {
            let passes = !incoming(graph, channels, node).is_empty();
            (passes && !matches!(op, "Shape" | "Size")).then_some("other")
        }
        _ => None,
    }
}

/// The inputs of a node that carry channels.
fn incoming(graph: &Graph, channels: &Channels, node: NodeId) -> Vec<TensorId> {
    let carries = |t: &TensorId| channels.layouts[*t].is_some() && !graph.is_constant(*t);
    let inputs = graph.nodes[node].inputs.iter().flatten().copied();
    inputs.filter(carries).collect()
}

fn width(channels: &Channels, tensor: TensorId) -> u32 {
    channels.layouts[tensor].as_ref().map_or(0, |l| l.len()) as u32
}

impl Drawn {
    fn new(a: &Analysis) -> Drawn {
        let (graph, channels) = (&a.graph, &a.channels);
        let mut drawn = Drawn {
            topology: Topology {
                nodes: Vec::new(),
                edges: Vec::new(),
            },
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        // Per tensor: the drawn nodes it comes from, and as what it left them.
        let mut sources: Vec<Vec<(u32, TensorId)>> = vec![Vec::new(); graph.tensors.len()];
        for input in &graph.inputs {
            let id = drawn.add(a, None, "input", vec![*input]);
            sources[*input] = vec![(id, *input)];
        }
        for node in 0..graph.nodes.len() {
            let mut comes: Vec<(u32, TensorId)> = Vec::new();
            for tensor in incoming(graph, channels, node) {
                for source in &sources[tensor] {
                    if !comes.contains(source) {
                        comes.push(*source);
                    }
                }
            }
            let outputs: Vec<TensorId> = graph.nodes[node]
                .outputs
                .iter()
                .flatten()
                .copied()
                .collect();
            match kind(graph, channels, node).filter(|_| !comes.is_empty()) {
                Some(kind) => {
                    let id = drawn.add(a, Some(node), kind, outputs.clone());
                    drawn.connect(a, &comes, id);
                    for tensor in outputs {
                        sources[tensor] = vec![(id, tensor)];
                    }
                }
                None => {
                    for tensor in outputs {
                        sources[tensor].clone_from(&comes);
                    }
                }
            }
        }
        for output in &graph.outputs {
            let id = drawn.add(a, None, "output", vec![*output]);
            drawn.connect(a, &sources[*output], id);
        }
        drawn
    }

    fn add(
        &mut self,
        a: &Analysis,
        node: Option<NodeId>,
        kind: &str,
        tensors: Vec<TensorId>,
    ) -> u32 {
        let name = match node {
            Some(node) => a.graph.nodes[node].name.clone(),
            None => a.graph.tensors[tensors[0]].name.clone(),
        };
        let layer = node.and_then(|n| a.layers.binary_search_by_key(&n, |l| l.node).ok());
        self.topology.nodes.push(TopologyNode {
            name,
            op: node.map_or(String::new(), |n| a.graph.nodes[n].op.clone()),
            kind: kind.into(),
            layer: layer.map(|l| l as u32),
            channels: tensors.iter().map(|t| width(&a.channels, *t)).sum(),
        });
        self.nodes.push((node, tensors));
        self.topology.nodes.len() as u32 - 1
    }

    fn connect(&mut self, a: &Analysis, from: &[(u32, TensorId)], to: u32) {
        for (from, tensor) in from {
            self.topology.edges.push(TopologyEdge {
                from: *from,
                to,
                channels: width(&a.channels, *tensor),
            });
            self.edges.push(*tensor);
        }
    }
}

impl Session {
    /// The graph of layers.
    pub fn topology(&self) -> Topology {
        Drawn::new(&self.analysis).topology
    }

    /// Channels that stay: of every node of [`Session::topology`], then of every edge.
    pub fn topology_widths(&mut self, options: &PlanOptions) -> Result<Vec<u32>> {
        let decision = self.decide(options)?;
        let a = &self.analysis;
        let drawn = Drawn::new(a);
        let kept = |tensor: TensorId| stays(a, &decision, tensor);
        let node = |(node, tensors): &(Option<NodeId>, Vec<TensorId>)| match node {
            Some(node) if decision.is_dead(*node) => 0,
            _ => tensors.iter().map(|t| kept(*t)).sum(),
        };
        let edge = |tensor: &TensorId| {
            let producer = a.graph.tensors[*tensor].producer;
            match producer.is_some_and(|n| decision.is_dead(n)) {
                true => 0,
                false => kept(*tensor),
            }
        };
        let mut widths: Vec<u32> = drawn.nodes.iter().map(node).collect();
        widths.extend(drawn.edges.iter().map(edge));
        Ok(widths)
    }
}

fn stays(a: &Analysis, decision: &Decision, tensor: TensorId) -> u32 {
    let Some(layout) = &a.channels.layouts[tensor] else {
        return 0;
    };
    let stays = |channel_id: &ChannelId| !decision.is_removed(a, *channel_id);
    layout.channel_ids().filter(stays).count() as u32
}
