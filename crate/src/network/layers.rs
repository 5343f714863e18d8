//! The nodes that carry weights, with the classes of their channels.

use crate::channels::{ChannelId, Channels, CoupledId, Flow};
use crate::graph::{Graph, NodeId, TensorId};

/// A node that carries weights, with its channels' classes.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its node.
    pub node: NodeId,
    /// Whether it maps each channel to itself.
    pub depthwise: bool,
    /// Groups of a convolution; 1 for all others.
    pub groups: usize,
    /// Weights per input and output: the size of the kernel.
    pub taps: usize,
    /// The coupled channels of its inputs.
    pub inputs: Vec<CoupledId>,
    /// The coupled channels of its outputs.
    pub outputs: Vec<CoupledId>,
    /// Index into `Channels.readers` unless depthwise.
    pub reader: Option<usize>,
}

pub(super) fn layers(channels: &Channels) -> Vec<Layer> {
    let classes =
        |channel_ids: &[ChannelId]| channel_ids.iter().map(|a| channels.class_of(*a)).collect();
    let mut layers = Vec::new();
    for (node, flow) in channels.flows.iter().enumerate() {
        match flow {
            Flow::Read { reader, .. } => {
                let r = &channels.readers[*reader];
                layers.push(Layer {
                    node,
                    depthwise: false,
                    groups: r.groups,
                    taps: r.taps,
                    inputs: classes(&r.inputs),
                    outputs: classes(&r.outputs),
                    reader: Some(*reader),
                });
            }
            Flow::Depthwise { out, from, .. } => {
                let outputs = channels.layouts[*out]
                    .iter()
                    .flat_map(|l| l.channel_ids())
                    .collect::<Vec<_>>();
                let mut inputs = from.clone();
                // One input per multiplier run.
                inputs.dedup();
                layers.push(Layer {
                    node,
                    depthwise: true,
                    groups: inputs.len(),
                    taps: 0,
                    inputs: classes(&inputs),
                    outputs: classes(&outputs),
                    reader: None,
                });
            }
            _ => {}
        }
    }
    layers
}

/// The layer a tensor's channels were last written or carried by, walking back first inputs.
pub fn layer_behind(graph: &Graph, layers: &[Layer], mut tensor: TensorId) -> Option<usize> {
    loop {
        let node = graph.tensors[tensor].producer?;
        if let Ok(layer) = layers.binary_search_by_key(&node, |l| l.node) {
            return Some(layer);
        }
        tensor = graph.nodes[node]
            .inputs
            .iter()
            .flatten()
            .copied()
            .find(|t| !graph.is_constant(*t))?;
    }
}
