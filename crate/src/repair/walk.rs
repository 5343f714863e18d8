//! Running a network once, in pieces, over many pictures, with its weights rewritten on the way.
//!
//! A piece is a run of nodes in file order. Between pieces each picture's *frontier* is held: the tensors
//! that later nodes still need. So a walk over n readers costs one pass, not n, and every refit sees what
//! the refits before it produce.

use std::collections::{BTreeMap, HashSet};

use ndarray::ArrayD;
use tract_onnx::prelude::DatumType;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::{self, pb};

/// Tensors of one picture.
type Held = BTreeMap<TensorId, ArrayD<f32>>;

/// A network on its way through the pictures.
pub struct Walk<'a> {
    graph: &'a Graph,
    /// Nodes before this one have run.
    at: NodeId,
    held: Vec<Held>,
}

/// Nodes `from..to`, compiled.
pub struct Piece {
    engine: Engine,
    inputs: Vec<TensorId>,
    outputs: Vec<TensorId>,
    /// Still needed behind the piece.
    frontier: Vec<TensorId>,
    wanted: TensorId,
}

impl<'a> Walk<'a> {
    /// `images` are tensors of batch 1 for the first input; further inputs are fed zeros.
    pub fn new(graph: &'a Graph, images: &[&ArrayD<f32>]) -> Walk<'a> {
        let feed = |image: &ArrayD<f32>| {
            let mut held = Held::new();
            for (k, input) in graph.inputs.iter().enumerate() {
                let zeros = || ArrayD::zeros(graph.shape(*input).unwrap_or_default());
                held.insert(*input, if k == 0 { image.clone() } else { zeros() });
            }
            held
        };
        Walk {
            graph,
            at: 0,
            held: images.iter().map(|i| feed(i)).collect(),
        }
    }

    /// Compiles the nodes up to (not with) `to`, so that `wanted` is seen; weights are those of `model`.
    pub fn piece(&self, model: &pb::ModelProto, to: NodeId, wanted: TensorId) -> Result<Piece> {
        let graph = self.graph;
        let made: HashSet<TensorId> = (self.at..to)
            .flat_map(|n| graph.nodes[n].outputs.iter().flatten().copied())
            .collect();
        let frontier = frontier(graph, to);
        let here = |t: &TensorId| made.contains(t);
        let mut outputs: Vec<TensorId> = frontier.iter().copied().filter(here).collect();
        if here(&wanted) && !outputs.contains(&wanted) {
            outputs.push(wanted);
        }
        let needed = needed(graph, self.at..to, &outputs);
        let mut inputs = Vec::new();
        let mut constants = Vec::new();
        let mut seen = HashSet::new();
        for node in &needed {
            for tensor in graph.nodes[*node].inputs.iter().flatten() {
                if !seen.insert(*tensor) {
                    continue;
                }
                if graph.is_constant(*tensor) {
                    constants.push(*tensor);
                } else if !made.contains(tensor) {
                    inputs.push(*tensor);
                }
            }
        }
        let model = extract(graph, model, &needed, &inputs, &constants, &outputs)?;
        let names: Vec<String> = outputs.iter().map(|t| name(graph, *t)).collect();
        let engine = Engine::with_outputs(&model, 1, Some(&names))?;
        Ok(Piece {
            engine,
            inputs,
            outputs,
            frontier,
            wanted,
        })
    }

    /// Takes one picture through a piece; gives what the piece wanted.
    pub fn step(&mut self, piece: &Piece, picture: usize) -> Result<ArrayD<f32>> {
        let held = &mut self.held[picture];
        if !piece.outputs.is_empty() {
            let input = |t: &TensorId| {
                let lost = || Error::new(format!("{} was not kept", name(self.graph, *t)));
                held.get(t).cloned().ok_or_else(lost)
            };
            let inputs: Result<Vec<_>> = piece.inputs.iter().map(input).collect();
            let outputs = piece.engine.run_all(inputs?)?;
            held.extend(piece.outputs.iter().copied().zip(outputs));
        }
        let lost = || Error::new(format!("{} was not made", name(self.graph, piece.wanted)));
        let wanted = held.get(&piece.wanted).cloned().ok_or_else(lost)?;
        held.retain(|t, _| piece.frontier.contains(t));
        Ok(wanted)
    }

    /// Says that all pictures went through the piece that ends before `to`.
    pub fn arrive(&mut self, to: NodeId) {
        self.at = to;
    }
}

/// Numbers held per picture at the widest place of a network.
pub fn widest(graph: &Graph) -> usize {
    let size = |t: TensorId| graph.shape(t).map_or(0, |s| s.iter().product::<usize>());
    let at = |n: NodeId| frontier(graph, n).into_iter().map(size).sum();
    (0..graph.nodes.len()).map(at).max().unwrap_or(0)
}

fn name(graph: &Graph, tensor: TensorId) -> String {
    graph.tensors[tensor].name.clone()
}

/// What nodes from `at` on need of what comes before.
fn frontier(graph: &Graph, at: NodeId) -> Vec<TensorId> {
    let before = |t: &TensorId| match graph.tensors[*t].producer {
        Some(node) => node < at,
        None => graph.tensors[*t].is_input,
    };
    let later = |t: &TensorId| graph.tensors[*t].uses.iter().any(|(node, _)| *node >= at);
    (0..graph.tensors.len())
        .filter(|t| !graph.is_constant(*t) && before(t) && later(t))
        .collect()
}

/// The nodes among `range` on which `outputs` depend, in order. Constants need no node.
fn needed(graph: &Graph, range: std::ops::Range<NodeId>, outputs: &[TensorId]) -> Vec<NodeId> {
    let mut wanted: HashSet<TensorId> = outputs.iter().copied().collect();
    let mut nodes = Vec::new();
    for node in range.rev() {
        let info = &graph.nodes[node];
        let useful = |t: &TensorId| wanted.contains(t) && !graph.is_constant(*t);
        if info.outputs.iter().flatten().any(useful) {
            wanted.extend(info.inputs.iter().flatten());
            nodes.push(node);
        }
    }
    nodes.reverse();
    nodes
}

/// A model of these nodes alone.
fn extract(
    graph: &Graph,
    model: &pb::ModelProto,
    nodes: &[NodeId],
    inputs: &[TensorId],
    constants: &[TensorId],
    outputs: &[TensorId],
) -> Result<pb::ModelProto> {
    let whole = model.graph.as_ref();
    let whole = whole.ok_or_else(|| Error::new("holds no graph"))?;
    let names: HashSet<&str> = constants
        .iter()
        .map(|t| graph.tensors[*t].name.as_str())
        .collect();
    let stored = whole.initializer.iter();
    let mut initializer: Vec<pb::TensorProto> = stored
        .filter(|i| names.contains(i.name.as_str()))
        .cloned()
        .collect();
    let there: HashSet<String> = initializer.iter().map(|i| i.name.clone()).collect();
    for tensor in constants {
        let info = &graph.tensors[*tensor];
        if there.contains(&info.name) {
            continue;
        }
        initializer.push(match (graph.is_float(*tensor), &info.value) {
            (false, Some(value)) => onnx::tensor_proto(&info.name, value)?,
            _ => {
                let values = graph.values(*tensor);
                let values =
                    values.ok_or_else(|| Error::new(format!("{} is unknown", info.name)))?;
                onnx::float_tensor(&info.name, values.view(), DatumType::F32)
            }
        });
    }
    Ok(pb::ModelProto {
        graph: Some(pb::GraphProto {
            node: nodes
                .iter()
                .map(|n| whole.node[graph.nodes[*n].proto].clone())
                .collect(),
            input: inputs.iter().map(|t| described(graph, *t)).collect(),
            output: outputs.iter().map(|t| described(graph, *t)).collect(),
            initializer,
            name: whole.name.clone(),
            ..Default::default()
        }),
        ir_version: model.ir_version,
        opset_import: model.opset_import.clone(),
        functions: model.functions.clone(),
        ..Default::default()
    })
}

/// A tensor with its concrete shape at batch 1.
fn described(graph: &Graph, tensor: TensorId) -> pb::ValueInfoProto {
    use pb::tensor_proto::DataType;
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let dim = |d: &usize| Dimension {
        value: Some(Value::DimValue(*d as i64)),
        ..Default::default()
    };
    let kind = match graph.tensors[tensor].kind {
        Some(DatumType::I64 | DatumType::TDim) => DataType::Int64,
        Some(DatumType::I32) => DataType::Int32,
        Some(DatumType::Bool) => DataType::Bool,
        _ => DataType::Float,
    };
    let shape = pb::TensorShapeProto {
        dim: graph
            .shape(tensor)
            .unwrap_or_default()
            .iter()
            .map(dim)
            .collect(),
    };
    pb::ValueInfoProto {
        name: name(graph, tensor),
        r#type: Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(pb::type_proto::Tensor {
                elem_type: kind as i32,
                shape: Some(shape),
            })),
            ..Default::default()
        }),
        ..Default::default()
    }
}
