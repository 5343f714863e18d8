//! What a network is, before any plan.

use super::Session;
use crate::channels::Flow;
use crate::graph::TensorId;
use crate::onnx::{self, pb};
use crate::plan::report::not_prunable;
use crate::report::{Inspect, InspectChannel, Layer, ModelInfo, Overview, Pair, Site, Value};

const FOLDED: &str = "This file carries no BatchNormalization: the exporter folded it into the convolutions, so β and γ are gone. \
Measure the network on some of your images instead, or export it again with BatchNormalization kept.";

impl Session {
    /// What the file says of itself.
    pub fn model_info(&self) -> ModelInfo {
        let graph = self.model.graph.clone().unwrap_or_default();
        let producer = [
            self.model.producer_name.as_str(),
            self.model.producer_version.as_str(),
        ];
        let opset = self
            .model
            .opset_import
            .iter()
            .find(|o| onnx::standard(&o.domain))
            .map_or(0, |o| o.version);
        ModelInfo {
            name: graph.name.clone(),
            producer: producer.join(" ").trim().to_string(),
            opset,
            ir_version: self.model.ir_version,
            inputs: onnx::runtime_inputs(&graph).map(value).collect(),
            outputs: graph.output.iter().map(value).collect(),
        }
    }

    /// Rows of the channel map.
    pub fn sites(&self) -> Vec<Site> {
        let s = &self.analysis.statistics;
        s.sites
            .iter()
            .zip(&self.analysis.writers)
            .map(|(site, writer)| {
                let range = site.offset as usize..site.offset as usize + site.gaussians.len();
                let pinned = range.clone().any(|k| !s.low[k].is_nan());
                Site {
                    norm: self.analysis.graph.nodes[site.node].name.clone(),
                    writer: writer.map_or(String::new(), |l| self.layer_name(l)),
                    activation: self.activation_label(range.start),
                    pinned,
                    channels: site.gaussians.len() as u32,
                    offset: site.offset,
                    calibrated: site.calibrated,
                }
            })
            .collect()
    }

    pub(super) fn layer_name(&self, layer: usize) -> String {
        self.analysis.graph.nodes[self.analysis.layers[layer].node]
            .name
            .clone()
    }

    pub(super) fn activation_label(&self, channel: usize) -> String {
        let activation = self
            .analysis
            .statistics
            .activation
            .get(channel)
            .copied()
            .flatten();
        activation.map_or("none".into(), |f| f.label())
    }

    /// Pairs by (before, depthwise, after), in graph order.
    pub fn pairs(&self) -> Vec<Pair> {
        let s = &self.analysis.statistics;
        let name = |node: usize| self.analysis.graph.nodes[node].name.clone();
        let mut keys: Vec<(usize, usize, usize)> = Vec::new();
        let mut counts: Vec<u32> = Vec::new();
        for pair in &s.pairs {
            let key = (
                s.locate(pair.before).0,
                pair.depthwise,
                s.locate(pair.after).0,
            );
            match keys.iter().rposition(|k| *k == key) {
                Some(at) => counts[at] += 1,
                None => {
                    keys.push(key);
                    counts.push(1);
                }
            }
        }
        let pair = |((before, depthwise, after), channels): ((usize, usize, usize), u32)| Pair {
            before: name(s.sites[before].node),
            depthwise: name(depthwise),
            after: name(s.sites[after].node),
            channels,
        };
        keys.into_iter().zip(counts).map(pair).collect()
    }

    /// Layers with weights, in graph order.
    pub fn layers(&self) -> Vec<Layer> {
        let cost = self.analysis.cost.total();
        let graph = &self.analysis.graph;
        self.analysis
            .layers
            .iter()
            .enumerate()
            .map(|(k, layer)| {
                let node = &graph.nodes[layer.node];
                let weight = graph
                    .input(layer.node, 1)
                    .and_then(|w| graph.shape(w))
                    .unwrap_or_default();
                let kernel = if weight.len() > 2 {
                    weight[2..].to_vec()
                } else {
                    Vec::new()
                };
                let kind = match layer {
                    l if l.depthwise => "depthwise",
                    l if l.groups > 1 => "grouped",
                    _ if kernel.is_empty() => "linear",
                    _ if kernel.iter().all(|k| *k == 1) => "pointwise",
                    _ => "dense",
                };
                let kernel: Vec<String> = kernel.iter().map(ToString::to_string).collect();
                Layer {
                    name: node.name.clone(),
                    op: node.op.clone(),
                    kind: kind.into(),
                    inputs: layer.inputs.len() as u32,
                    outputs: layer.outputs.len() as u32,
                    kernel: kernel.join("×"),
                    params: cost.layer_params[k],
                    macs: cost.layer_macs[k],
                }
            })
            .collect()
    }

    /// What the network is.
    pub fn overview(&self) -> Overview {
        let cost = self.analysis.cost.total();
        let preset = self.guess_preset();
        Overview {
            file: self.file.clone(),
            bytes: self.bytes,
            model: self.model_info(),
            params: cost.params,
            macs: cost.macs,
            channels: self.analysis.counted.iter().filter(|c| **c).count() as u64,
            sites: self.sites(),
            pairs: self.pairs(),
            layers: self.layers(),
            not_prunable: not_prunable(&self.analysis),
            folded: (self.analysis.is_folded() && self.analysis.statistics.sites.is_empty())
                .then(|| FOLDED.to_string()),
            labels: self.guess_labels(&preset),
            preset_carried: self.carried_preset().is_some(),
            preset,
        }
    }

    /// The same with the figures of every channel.
    pub fn inspect(&self) -> Inspect {
        let cost = self.analysis.cost.total();
        let s = &self.analysis.statistics;
        let channels = s
            .sites
            .iter()
            .map(|site| {
                let range = site.offset as usize..site.offset as usize + site.gaussians.len();
                InspectChannel {
                    norm: self.analysis.graph.nodes[site.node].name.clone(),
                    activation: self.activation_label(range.start),
                    mean: site.gaussians.iter().map(|g| g.mean).collect(),
                    std: site.gaussians.iter().map(|g| g.std).collect(),
                    probability: s.low[range]
                        .iter()
                        .map(|p| (!p.is_nan()).then_some(*p))
                        .collect(),
                }
            })
            .collect();
        Inspect {
            model: self.model_info(),
            params: cost.params,
            macs: cost.macs,
            channels,
            pairs: self.pairs(),
            not_prunable: not_prunable(&self.analysis),
        }
    }

    /// The label set that fits the output width; "none" if there is no vector of classes.
    pub fn guess_labels(&self, preset: &str) -> String {
        self.class_count()
            .map_or("none", |n| crate::labels::guess(n, preset))
            .to_string()
    }

    /// Declared shape of the image input; `None` where it is open.
    pub fn input_shape(&self) -> Vec<Option<usize>> {
        let graph = self.model.graph.as_ref();
        let shape = graph
            .and_then(|graph| onnx::runtime_inputs(graph).next())
            .map(onnx::dimensions)
            .unwrap_or_default();
        shape
            .into_iter()
            .map(|d| d.ok().filter(|n| *n > 0))
            .collect()
    }

    /// Number of classes, if the first output is one vector per image.
    pub fn class_count(&self) -> Option<usize> {
        let output: TensorId = *self.analysis.graph.outputs.first()?;
        let shape = self.analysis.graph.shape(output)?;
        let classes: usize = shape.iter().skip(1).product();
        let vector = shape.iter().skip(1).filter(|d| **d > 1).count() == 1;
        (vector && self.analysis.graph.outputs.len() == 1).then_some(classes)
    }

    /// Whether the first output already is a probability distribution.
    pub fn ends_in_softmax(&self) -> bool {
        let output = self.analysis.graph.outputs.first();
        let node = output.and_then(|t| self.analysis.graph.tensors[*t].producer);
        node.is_some_and(|n| self.analysis.graph.nodes[n].op == "Softmax")
    }

    /// Whether any BatchNormalization is in the file.
    pub fn has_normalisation(&self) -> bool {
        self.analysis
            .channels
            .flows
            .iter()
            .any(|f| matches!(f, Flow::Normalise { .. }))
    }
}

fn value(info: &pb::ValueInfoProto) -> Value {
    use pb::tensor_proto::DataType;
    let code = onnx::tensor_type(info).map_or(0, |t| t.elem_type);
    let kind = DataType::try_from(code).map_or("unknown", |d| match d {
        DataType::Float => "float32",
        DataType::Float16 => "float16",
        DataType::Double => "float64",
        DataType::Uint8 => "uint8",
        DataType::Int64 => "int64",
        DataType::Int32 => "int32",
        DataType::Bool => "bool",
        _ => "other",
    });
    let shape = onnx::dimensions(info)
        .into_iter()
        .map(|d| d.map_or_else(|name| name, |n| n.to_string()));
    Value {
        name: info.name.clone(),
        elem_type: kind.into(),
        shape: shape.collect(),
    }
}
