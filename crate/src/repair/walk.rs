//! Running a network once, in pieces, over many pictures, with its weights rewritten on the way.
//!
//! A piece is a run of nodes in file order. Between pieces each picture's *frontier* is held: the tensors
//! that later nodes still need. So a walk over n readers costs one pass, not n, and every refit sees what
//! the refits before it produce.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ndarray::ArrayD;
use tract_onnx::prelude::DatumType;

use super::stored::Stored;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::{self, pb};

/// What one picture has become so far: the tensors that are still needed.
pub struct Picture(BTreeMap<TensorId, Stored>);

/// A network on its way through the pictures.
pub struct Walk<'a> {
    graph: &'a Graph,
    /// Nodes before this one have run.
    at: NodeId,
    /// Whether large tensors are held in half precision.
    halved: bool,
    pub pictures: Vec<Picture>,
}

/// Nodes `from..to`, compiled.
pub struct Piece {
    /// `None` where there is nothing to run.
    engine: Option<Engine>,
    inputs: Vec<TensorId>,
    /// And whether they are held in half precision.
    outputs: Vec<(TensorId, bool)>,
    /// Still needed behind the piece.
    frontier: Vec<TensorId>,
    wanted: TensorId,
}

impl<'a> Walk<'a> {
    /// `images` are tensors of batch 1 for the first input; further inputs are fed zeros.
    pub fn new(graph: &'a Graph, images: &[&ArrayD<f32>], halved: bool) -> Walk<'a> {
        let feed = |image: &&ArrayD<f32>| {
            let mut held = BTreeMap::new();
            for (k, input) in graph.inputs.iter().enumerate() {
                let zeros = || ArrayD::zeros(graph.shape(*input).unwrap_or_default());
                let value = if k == 0 { (*image).clone() } else { zeros() };
                held.insert(*input, Stored::new(value, halved));
            }
            Picture(held)
        };
        Walk {
            graph,
            at: 0,
            halved,
            pictures: images.iter().map(feed).collect(),
        }
    }

    /// Compiles the nodes up to (not with) `to`, so that `wanted` is seen; weights are those of `model`.
    pub fn piece(&self, model: &pb::ModelProto, to: NodeId, wanted: TensorId) -> Result<Piece> {
        let graph = self.graph;
        let produced: HashSet<TensorId> = (self.at..to)
            .flat_map(|n| graph.nodes[n].outputs.iter().flatten().copied())
            .collect();
        let frontier = frontier(graph, to);
        let here = |t: &TensorId| produced.contains(t);
        let mut outputs: Vec<TensorId> = frontier.iter().copied().filter(here).collect();
        if here(&wanted) && !outputs.contains(&wanted) {
            outputs.push(wanted);
        }
        let mut held: HashSet<TensorId> = self::frontier(graph, self.at).into_iter().collect();
        held.extend(graph.inputs.iter().copied().filter(|_| self.at == 0));
        let (inputs, engine) = if outputs.is_empty() {
            (Vec::new(), None)
        } else {
            let (model, inputs) = extract(graph, model, &held, &outputs)?;
            let names: Vec<String> = outputs.iter().map(|t| name(graph, *t)).collect();
            (inputs, Some(Engine::with_outputs(&model, 1, Some(&names))?))
        };
        Ok(Piece {
            engine,
            inputs,
            outputs: outputs
                .into_iter()
                .map(|t| (t, self.halved && graph.is_float(t)))
                .collect(),
            frontier,
            wanted,
        })
    }

    /// Says that all pictures went through the piece that ends before `to`.
    pub fn arrive(&mut self, to: NodeId) {
        self.at = to;
    }
}

impl Picture {
    /// A tensor that is still held.
    pub fn get(&self, tensor: TensorId) -> Option<ArrayD<f32>> {
        self.0.get(&tensor).map(Stored::get)
    }
}

impl Piece {
    /// Takes one picture through the piece; gives what the piece wanted.
    pub fn step(&self, picture: &mut Picture) -> Result<ArrayD<f32>> {
        let lost = || Error::new("a tensor that the repair needs was not kept");
        let mut seen = None;
        if let Some(engine) = &self.engine {
            let input = |t: &TensorId| picture.get(*t).ok_or_else(lost);
            let inputs: Result<Vec<_>> = self.inputs.iter().map(input).collect();
            for ((tensor, halved), value) in self.outputs.iter().zip(engine.run_all(inputs?)?) {
                if *tensor == self.wanted {
                    seen = Some(value.clone());
                }
                if self.frontier.contains(tensor) {
                    let kept = Stored::new(value, *halved);
                    picture.0.insert(*tensor, kept);
                }
            }
        }
        let seen = seen.or_else(|| picture.get(self.wanted)).ok_or_else(lost)?;
        picture.0.retain(|t, _| self.frontier.contains(t));
        Ok(seen)
    }
}

/// A network from where a walk stands to its outputs, compiled; its weights may be others than the walk's.
pub struct Tail {
    /// `None` where no output is made here.
    engine: Option<Engine>,
    inputs: Vec<TensorId>,
    /// Which of the network's outputs are made here.
    produced: Vec<usize>,
}

impl Walk<'_> {
    /// Compiles the rest of `model`, whose nodes before this place must be those of the walk.
    pub fn tail(&self, model: &pb::ModelProto) -> Result<Tail> {
        let held: HashSet<TensorId> = match self.at {
            0 => self.graph.inputs.iter().copied().collect(),
            at => frontier(self.graph, at).into_iter().collect(),
        };
        let graph = self.graph;
        let late = |k: &usize| {
            let producer = graph.tensors[graph.outputs[*k]].producer;
            producer.is_some_and(|node| node >= self.at)
        };
        let produced: Vec<usize> = (0..graph.outputs.len()).filter(late).collect();
        let outputs: Vec<TensorId> = produced.iter().map(|k| graph.outputs[*k]).collect();
        let (mut inputs, mut engine) = (Vec::new(), None);
        if !outputs.is_empty() {
            let (model, needs) = extract(graph, model, &held, &outputs)?;
            let names: Vec<String> = outputs.iter().map(|t| name(graph, *t)).collect();
            engine = Some(Engine::with_outputs(&model, 1, Some(&names))?);
            inputs = needs;
        }
        Ok(Tail {
            engine,
            inputs,
            produced,
        })
    }
}

impl Tail {
    /// The outputs for one picture of the walk, which stays where it is; those made earlier are as in `known`.
    pub fn run(&self, picture: &Picture, known: &[ArrayD<f32>]) -> Result<Vec<ArrayD<f32>>> {
        let mut outputs = known.to_vec();
        if let Some(engine) = &self.engine {
            let lost = || Error::new("a tensor that the measurement needs was not kept");
            let input = |t: &TensorId| picture.get(*t).ok_or_else(lost);
            let inputs: Result<Vec<_>> = self.inputs.iter().map(input).collect();
            for (k, output) in self.produced.iter().zip(engine.run_all(inputs?)?) {
                outputs[*k] = output;
            }
        }
        Ok(outputs)
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

/// A model of the nodes that make `outputs` from what is `held`, and which of that they need. It follows
/// the model, not the graph that was read from it: a refit may have added a bias or a node.
fn extract(
    graph: &Graph,
    model: &pb::ModelProto,
    held: &HashSet<TensorId>,
    outputs: &[TensorId],
) -> Result<(pb::ModelProto, Vec<TensorId>)> {
    let whole = model.graph.as_ref();
    let whole = whole.ok_or_else(|| Error::new("holds no graph"))?;
    let stored: HashMap<&str, &pb::TensorProto> = whole
        .initializer
        .iter()
        .map(|i| (i.name.as_str(), i))
        .collect();
    let mut producers: HashMap<&str, usize> = HashMap::new();
    for (index, node) in whole.node.iter().enumerate() {
        producers.extend(node.output.iter().map(|o| (o.as_str(), index)));
    }
    let mut open: Vec<String> = outputs.iter().map(|t| name(graph, *t)).collect();
    let mut seen: HashSet<String> = HashSet::new();
    let (mut nodes, mut inputs, mut initializer) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    while let Some(next) = open.pop() {
        if next.is_empty() || !seen.insert(next.clone()) {
            continue;
        }
        if let Some(tensor) = stored.get(next.as_str()) {
            initializer.push((*tensor).clone());
            continue;
        }
        let tensor = graph.find(&next);
        if let Some(tensor) = tensor.filter(|t| held.contains(t)) {
            inputs.insert(tensor);
            continue;
        }
        let producer = producers.get(next.as_str()).copied();
        let constant = producer.is_some_and(|n| whole.node[n].op_type == "Constant");
        if let Some(tensor) = tensor.filter(|t| !constant && graph.is_constant(*t)) {
            initializer.push(folded(graph, tensor)?);
            continue;
        }
        let producer = producer.ok_or_else(|| Error::new(format!("{next} is made nowhere")))?;
        if nodes.insert(producer) {
            open.extend(whole.node[producer].input.iter().cloned());
        }
    }
    let inputs: Vec<TensorId> = inputs.into_iter().collect();
    let model = pb::ModelProto {
        graph: Some(pb::GraphProto {
            node: nodes.iter().map(|n| whole.node[*n].clone()).collect(),
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
    };
    Ok((model, inputs))
}

/// A tensor that the graph computes from constants alone.
fn folded(graph: &Graph, tensor: TensorId) -> Result<pb::TensorProto> {
    let info = &graph.tensors[tensor];
    match (graph.is_float(tensor), &info.value) {
        (false, Some(value)) => onnx::tensor_proto(&info.name, value),
        _ => {
            let values = graph.values(tensor);
            let values = values.ok_or_else(|| Error::new(format!("{} is unknown", info.name)))?;
            Ok(onnx::float_tensor(
                &info.name,
                values.view(),
                DatumType::F32,
            ))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;
    use crate::session::Session;

    #[test]
    fn from_every_reader_on_the_rest_makes_the_same_outputs() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../www/public/samples/shufflenetv2_050_cifar10.onnx"
        );
        let bytes = std::fs::read(path).expect("the sample is there");
        let session = Session::open("sample.onnx", &bytes).expect("opens");
        let (model, graph) = (&session.model, &session.analysis.graph);
        let image = noise(&[1, 3, 32, 32], 5);
        let engine = Engine::new(model, 1).expect("compiles");
        let known = engine.run(image.clone()).expect("runs");
        let nothing: Vec<_> = known.iter().map(|o| o.mapv(|_| 0.0)).collect();
        let images = [&image];
        let mut walk = Walk::new(graph, &images, false);
        for reader in &session.analysis.channels.readers {
            let piece = walk.piece(model, reader.node, reader.input);
            let piece = piece.expect("compiles");
            piece.step(&mut walk.pictures[0]).expect("runs");
            walk.arrive(reader.node);
            let tail = walk.tail(model).expect("compiles");
            let produced = tail.run(&walk.pictures[0], &nothing).expect("runs");
            let apart = known[0]
                .iter()
                .zip(&produced[0])
                .map(|(a, b)| (a - b).abs());
            assert!(apart.fold(0.0, f32::max) < 1e-3, "{}", reader.node);
        }
    }
}
