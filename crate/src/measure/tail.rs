//! The part of a network behind some readers, with new weights in them, fed by what was made before.

use std::collections::HashSet;

use ndarray::{ArrayD, ArrayView, IxDyn};
use tract_onnx::prelude::DatumType;

use crate::channels::{Reader, ReaderKind};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::evaluate::fuse;
use crate::graph::{Graph, TensorId};
use crate::onnx::{self, pb};

/// New numbers of one reader: weights [outputs, inputs per group, taps] and what is added to every output.
pub struct Change<'a> {
    pub reader: &'a Reader,
    pub weights: Vec<f32>,
    pub shift: Vec<f64>,
}

/// Where the network is cut in two.
pub struct Tail {
    /// Nodes behind, in order.
    nodes: Vec<usize>,
    /// What the nodes behind need of those before.
    pub feeds: Vec<TensorId>,
}

impl Tail {
    pub fn new(graph: &Graph, readers: &[&Reader]) -> Tail {
        let mut made: HashSet<TensorId> = HashSet::new();
        let mut nodes = Vec::new();
        for (index, node) in graph.nodes.iter().enumerate() {
            let inputs = || node.inputs.iter().flatten();
            let constant = node.outputs.iter().flatten().all(|t| graph.is_constant(*t));
            let here = readers.iter().any(|r| r.node == index);
            if here || constant || inputs().any(|t| made.contains(t)) {
                nodes.push(index);
                if !constant {
                    made.extend(node.outputs.iter().flatten());
                }
            }
        }
        let mut feeds: Vec<TensorId> = Vec::new();
        for node in &nodes {
            for tensor in graph.nodes[*node].inputs.iter().flatten() {
                let given = !graph.is_constant(*tensor) && !made.contains(tensor);
                if given && !feeds.contains(tensor) {
                    feeds.push(*tensor);
                }
            }
        }
        Tail { nodes, feeds }
    }

    /// What lies before, as a network whose outputs are the feeds.
    pub fn head(&self, graph: &Graph, model: &pb::ModelProto) -> Result<Engine> {
        let name = |t: &TensorId| graph.tensors[*t].name.clone();
        fuse::engine(model, &self.feeds.iter().map(name).collect::<Vec<_>>())
    }

    /// What lies behind, with these changes.
    pub fn engine(
        &self,
        graph: &Graph,
        model: &pb::ModelProto,
        changes: &[Change<'_>],
    ) -> Result<Engine> {
        let whole = model.graph.as_ref();
        let whole = whole.ok_or_else(|| Error::new("holds no graph"))?;
        let mut part = pb::GraphProto {
            name: whole.name.clone(),
            output: whole.output.clone(),
            ..Default::default()
        };
        for index in &self.nodes {
            let mut node = whole.node[graph.nodes[*index].proto].clone();
            let change = changes.iter().find(|c| c.reader.node == *index);
            let added = change.and_then(|c| write(graph, &mut node, c, &mut part.initializer));
            part.node.push(node);
            part.node.extend(added);
        }
        let used: HashSet<&str> = part
            .node
            .iter()
            .flat_map(|n| &n.input)
            .map(String::as_str)
            .collect();
        let stored = whole.initializer.iter();
        let stored: Vec<pb::TensorProto> = stored
            .filter(|i| used.contains(i.name.as_str()))
            .cloned()
            .collect();
        part.initializer.extend(stored);
        part.input = self.feeds.iter().map(|t| described(graph, *t)).collect();
        let model = pb::ModelProto {
            graph: Some(part),
            ir_version: model.ir_version.max(4),
            opset_import: model.opset_import.clone(),
            functions: model.functions.clone(),
            ..Default::default()
        };
        let names: Vec<String> = whole.output.iter().map(|o| o.name.clone()).collect();
        fuse::engine(&model, &names)
    }
}

/// Puts the numbers into a node; gives the node that adds the shift where the operator has no bias.
fn write(
    graph: &Graph,
    node: &mut pb::NodeProto,
    change: &Change<'_>,
    stored: &mut Vec<pb::TensorProto>,
) -> Option<pb::NodeProto> {
    let reader = change.reader;
    let (outputs, inputs) = (reader.outputs.len(), reader.in_per_group());
    let mut put = |name: &str, shape: Vec<usize>, values: &[f32]| {
        let name = format!("{name}.{}.refitted", reader.node);
        if let Ok(view) = ArrayView::from_shape(IxDyn(&shape), values) {
            stored.push(onnx::float_tensor(&name, view, DatumType::F32));
        }
        name
    };
    let biases = reader.biases(graph);
    let bias: Vec<f32> = biases
        .iter()
        .zip(&change.shift)
        .map(|(b, s)| (b + s) as f32)
        .collect();
    match reader.kind {
        ReaderKind::Conv => {
            let shape = graph.input(reader.node, 1).and_then(|t| graph.shape(t));
            node.input[1] = put("weights", shape?.to_vec(), &change.weights);
            node.input.resize(3, String::new());
            node.input[2] = put("bias", vec![outputs], &bias);
            None
        }
        ReaderKind::Gemm { .. } => {
            node.input[1] = put("weights", vec![outputs, inputs], &change.weights);
            node.input.resize(3, String::new());
            node.input[2] = put("bias", vec![outputs], &bias);
            node.attribute.retain(|a| a.name == "transA");
            node.attribute.push(pb::AttributeProto {
                name: "transB".into(),
                i: 1,
                r#type: pb::attribute_proto::AttributeType::Int as i32,
                ..Default::default()
            });
            None
        }
        ReaderKind::MatMul => {
            let turned: Vec<f32> = (0..inputs * outputs)
                .map(|k| change.weights[k % outputs * inputs + k / outputs])
                .collect();
            node.input[1] = put("weights", vec![inputs, outputs], &turned);
            let output = node.output[0].clone();
            node.output[0] = format!("{output}.before.shift");
            let bias = put("bias", vec![outputs], &bias);
            Some(pb::NodeProto {
                op_type: "Add".into(),
                input: vec![node.output[0].clone(), bias],
                output: vec![output],
                ..Default::default()
            })
        }
        ReaderKind::ConvTranspose => None,
    }
}

/// A tensor with its concrete shape at batch 1.
fn described(graph: &Graph, tensor: TensorId) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let dim = |d: &usize| Dimension {
        value: Some(Value::DimValue(*d as i64)),
        ..Default::default()
    };
    let shape = graph.shape(tensor).unwrap_or_default();
    let value = pb::type_proto::Tensor {
        elem_type: pb::tensor_proto::DataType::Float as i32,
        shape: Some(pb::TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
        }),
    };
    pb::ValueInfoProto {
        name: graph.tensors[tensor].name.clone(),
        r#type: Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(value)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Feeds of one image, made by [`Tail::head`].
pub type Fed = Vec<ArrayD<f32>>;
