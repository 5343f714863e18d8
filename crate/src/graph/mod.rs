//! A typed view of an ONNX graph: nodes, tensors, shapes and known values.
//!
//! Shapes and constant values come from tract's analyser, which also evaluates the
//! Shape-Gather-Concat chains that exporters write around a Reshape. Dynamic dimensions are fixed
//! for the analysis only: batch to 1, unknown spatial sizes to [`DYNAMIC_SIZE`].

mod analyse;
mod arithmetic;
mod dialect;
mod infer;
mod pad;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn, ShapeBuilder};
use tract_onnx::prelude::{DatumType, Tensor as Values};

use crate::error::{Error, Result};
use crate::onnx::{self, Attributes, pb};

pub(crate) use dialect::{dialect, lacking, parser};
pub use infer::DYNAMIC_SIZE;
pub(crate) use infer::{fix_inputs, sentence};

/// Index into [`Graph::tensors`].
pub type TensorId = usize;
/// Index into [`Graph::nodes`].
pub type NodeId = usize;

/// An operator application. `proto` indexes `GraphProto.node`.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name, or one made from its operator and place.
    pub name: String,
    /// Operator type; "domain::type" outside the standard domain.
    pub op: String,
    /// What it reads; `None` where an optional input is left out.
    pub inputs: Vec<Option<TensorId>>,
    /// What it writes; `None` where an optional output is left out.
    pub outputs: Vec<Option<TensorId>>,
    /// Index of its node in the file.
    pub proto: usize,
    /// Without the payload of Constant nodes; values are in [`Tensor::value`].
    attributes: Vec<pb::AttributeProto>,
}

impl Attributes for Node {
    fn attribute(&self, name: &str) -> Option<&pb::AttributeProto> {
        self.attributes.iter().find(|a| a.name == name)
    }
}

/// A value that flows along an edge.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// Its name in the file.
    pub name: String,
    /// Concrete dimensions at batch 1, if the analyser found them.
    pub shape: Option<Vec<usize>>,
    /// The type of its elements, if known.
    pub kind: Option<DatumType>,
    /// The value, if it does not depend on the network's input.
    pub value: Option<Arc<Values>>,
    /// The one value of a constant too large to be worth evaluating (ConstantOfShape).
    pub uniform: Option<f32>,
    /// The node that writes it; `None` for inputs and weights.
    pub producer: Option<NodeId>,
    /// (node, input slot) of every use.
    pub uses: Vec<(NodeId, usize)>,
    /// Whether it is an output of the network.
    pub is_output: bool,
    /// Whether it is an input of the network.
    pub is_input: bool,
}

/// Nodes and tensors of a network.
#[derive(Clone, Debug)]
pub struct Graph {
    /// In the file's (topological) order.
    pub nodes: Vec<Node>,
    /// All tensors.
    pub tensors: Vec<Tensor>,
    /// Tensors fed at run time.
    pub inputs: Vec<TensorId>,
    /// The network's outputs.
    pub outputs: Vec<TensorId>,
    /// The version of the operator set.
    pub opset: i64,
    by_name: HashMap<String, TensorId>,
    /// Per tensor: its value was worked out from an input size that the file leaves open.
    sized: Vec<bool>,
}

impl Graph {
    /// Analyses `model`.
    ///
    /// # Errors
    /// When tract cannot parse it, naming the node.
    pub fn new(model: &pb::ModelProto) -> Result<Graph> {
        let proto = model
            .graph
            .as_ref()
            .ok_or_else(|| Error::new("holds no graph"))?;
        let facts = infer::facts(model)?;
        let mut graph = Graph {
            nodes: Vec::with_capacity(proto.node.len()),
            tensors: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            opset: onnx_opset(model),
            by_name: HashMap::new(),
            sized: Vec::new(),
        };
        for input in onnx::runtime_inputs(proto) {
            let id = graph.tensor(&input.name, &facts);
            graph.tensors[id].is_input = true;
            graph.inputs.push(id);
        }
        for (index, node) in proto.node.iter().enumerate() {
            let mut id = |name: &String| (!name.is_empty()).then(|| graph.tensor(name, &facts));
            let inputs: Vec<_> = node.input.iter().map(&mut id).collect();
            let outputs: Vec<_> = node.output.iter().map(&mut id).collect();
            for (slot, input) in inputs.iter().enumerate() {
                if let Some(tensor) = input {
                    graph.tensors[*tensor].uses.push((index, slot));
                }
            }
            for tensor in outputs.iter().flatten() {
                graph.tensors[*tensor].producer = Some(index);
            }
            let op = if onnx::standard(&node.domain) {
                node.op_type.clone()
            } else {
                format!("{}::{}", node.domain, node.op_type)
            };
            let name = onnx::node_name(node, index);
            let attributes = if op == "Constant" {
                Vec::new()
            } else {
                node.attribute.clone()
            };
            graph.nodes.push(Node {
                name,
                op,
                inputs,
                outputs,
                proto: index,
                attributes,
            });
        }
        for output in &proto.output {
            let id = graph.tensor(&output.name, &facts);
            graph.tensors[id].is_output = true;
            graph.outputs.push(id);
        }
        graph.note_uniform();
        graph.note_float_types(proto);
        graph.note_sizes(proto);
        Ok(graph)
    }

    /// The analyser leaves large ConstantOfShape unevaluated; weights written so are weights.
    fn note_uniform(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].op != "ConstantOfShape" || self.integers(node, 0).is_none() {
                continue;
            }
            let value = self.nodes[node].attribute("value").map(|a| &a.t);
            let filled = match value {
                None => Some(0.0),
                Some(t) => t.as_ref().and_then(onnx::single_float),
            };
            if let Some(output) = self.output(node)
                && self.tensors[output].value.is_none()
                && self.tensors[output].shape.is_some()
            {
                self.tensors[output].uniform = filled;
            }
        }
    }

    /// The analysis runs in float32; what is written back has the file's own precision.
    fn note_float_types(&mut self, proto: &pb::GraphProto) {
        let constants = proto.node.iter().filter_map(|n| {
            let value = n
                .attribute
                .iter()
                .find(|a| a.name == "value")
                .and_then(|a| a.t.as_ref())?;
            Some((n.output.first()?, value.data_type))
        });
        let stored = proto
            .initializer
            .iter()
            .map(|t| (&t.name, t.data_type))
            .chain(constants);
        for (name, code) in stored {
            if let (Some(id), Some(kind)) = (self.by_name.get(name), onnx::float_type(code)) {
                self.tensors[*id].kind = Some(kind);
            }
        }
        // Identity and the like pass the type on.
        for node in 0..self.nodes.len() {
            let (input, output) = (self.input(node, 0), self.output(node));
            if let (Some(input), Some(output)) = (input, output)
                && self.is_constant(output)
                && self.is_float(output)
                && self.is_float(input)
                && self.nodes[node].op != "Constant"
            {
                self.tensors[output].kind = self.tensors[input].kind;
            }
        }
    }

    /// Marks what was worked out from an open size. Shapes so found are only ever patched; numbers so
    /// found (a map expanded to the picture's size, say) are no constants that could be cut.
    fn note_sizes(&mut self, proto: &pb::GraphProto) {
        self.sized = vec![false; self.tensors.len()];
        let open = |i: &pb::ValueInfoProto| onnx::dimensions(i).iter().any(Result::is_err);
        if !onnx::runtime_inputs(proto).any(open) {
            return;
        }
        for node in &self.nodes {
            let measures = matches!(node.op.as_str(), "Shape" | "Size")
                && node
                    .inputs
                    .iter()
                    .flatten()
                    .any(|t| self.tensors[*t].value.is_none());
            let depends = node.inputs.iter().flatten().any(|t| self.sized[*t]);
            if measures || depends {
                for output in node.outputs.iter().flatten() {
                    self.sized[*output] = self.tensors[*output].value.is_some();
                }
            }
        }
        for (tensor, sized) in self.tensors.iter_mut().zip(&self.sized) {
            if *sized && tensor.kind.is_some_and(|k| k.is_float()) {
                tensor.value = None;
            }
        }
    }

    /// Whether one of a node's operands was worked out from an open size.
    pub fn sized(&self, node: NodeId, slots: &[usize]) -> bool {
        slots
            .iter()
            .filter_map(|s| self.input(node, *s))
            .any(|t| self.sized[t])
    }

    /// Where the shapes on which `node` depends stop being known: the first node on the way to it whose
    /// result has no shape although all that it is given has one.
    pub fn unknown_since(&self, node: NodeId) -> Option<NodeId> {
        let hazy = |t: &TensorId| {
            let tensor = &self.tensors[*t];
            tensor.shape.is_none() && (tensor.producer.is_some() || tensor.is_input)
        };
        let mut at = node;
        loop {
            let inputs = self.nodes[at].inputs.iter().flatten();
            match inputs.copied().find(|t| hazy(t)) {
                Some(tensor) => match self.tensors[tensor].producer {
                    Some(producer) => at = producer,
                    None => return Some(at),
                },
                None => {
                    let mut outputs = self.nodes[at].outputs.iter().flatten();
                    return outputs.any(hazy).then_some(at);
                }
            }
        }
    }

    /// Element type in which a node's weights (input slot 1) are stored.
    pub fn weight_type(&self, node: NodeId) -> DatumType {
        self.input(node, 1)
            .and_then(|t| self.tensors[t].kind)
            .filter(|k| k.is_float())
            .unwrap_or(DatumType::F32)
    }

    fn tensor(&mut self, name: &str, facts: &HashMap<String, infer::Fact>) -> TensorId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let fact = facts.get(name).cloned().unwrap_or_default();
        self.tensors.push(Tensor {
            name: name.to_string(),
            shape: fact.shape,
            kind: fact.kind,
            value: fact.value,
            uniform: None,
            producer: None,
            uses: Vec::new(),
            is_output: false,
            is_input: false,
        });
        let id = self.tensors.len() - 1;
        self.by_name.insert(name.to_string(), id);
        id
    }

    /// Numbers that the file stores: elements of all constants.
    pub fn stored_numbers(&self) -> usize {
        let values = self.tensors.iter().filter_map(|t| t.value.as_ref());
        values.map(|v| v.len()).sum()
    }

    /// The tensor of a name.
    pub fn find(&self, name: &str) -> Option<TensorId> {
        self.by_name.get(name).copied()
    }

    /// The tensor in a node's input slot, if the slot is used.
    pub fn input(&self, node: NodeId, slot: usize) -> Option<TensorId> {
        self.nodes[node].inputs.get(slot).copied().flatten()
    }

    /// The first output of a node.
    pub fn output(&self, node: NodeId) -> Option<TensorId> {
        self.nodes[node].outputs.first().copied().flatten()
    }

    /// The shape of a tensor, if all of it is known.
    pub fn shape(&self, tensor: TensorId) -> Option<&[usize]> {
        self.tensors[tensor].shape.as_deref()
    }

    /// Whether a tensor's values are known.
    pub fn is_constant(&self, tensor: TensorId) -> bool {
        self.tensors[tensor].value.is_some() || self.tensors[tensor].uniform.is_some()
    }

    /// The known value of an input slot, as f32: a view where it is stored as f32.
    pub fn floats(&self, node: NodeId, slot: usize) -> Option<CowArray<'_, f32, IxDyn>> {
        self.values(self.input(node, slot)?)
    }

    /// The known value of a tensor, as f32: a view where it is stored as f32.
    pub fn values(&self, tensor: TensorId) -> Option<CowArray<'_, f32, IxDyn>> {
        if let (Some(value), Some(shape)) = (&self.tensors[tensor].uniform, self.shape(tensor)) {
            // Strides of 0: every element is the same one in memory.
            let layout = IxDyn(shape).strides(IxDyn(&vec![0; shape.len()]));
            let view = ArrayViewD::from_shape(layout, std::slice::from_ref(value));
            return view.ok().map(Into::into);
        }
        let values = self.tensors[tensor].value.as_ref()?;
        let view: Result<ArrayViewD<'_, f32>, _> = values.to_plain_array_view::<f32>();
        if let Ok(view) = view {
            return Some(view.into());
        }
        let cast: Cow<'_, Values> = values.cast_to_dt(DatumType::F32).ok()?;
        let owned: ArrayD<f32> = cast.to_plain_array_view::<f32>().ok()?.to_owned();
        Some(owned.into())
    }

    /// The known value of an input slot, flattened, as integers.
    pub fn integers(&self, node: NodeId, slot: usize) -> Option<Vec<i64>> {
        let values = self.tensors[self.input(node, slot)?].value.as_ref()?;
        let cast = values.cast_to_dt(DatumType::I64).ok()?;
        Some(
            cast.to_plain_array_view::<i64>()
                .ok()?
                .iter()
                .copied()
                .collect(),
        )
    }

    /// The only user of `tensor`, unless it is also a network output.
    pub fn sole_use(&self, tensor: TensorId) -> Option<(NodeId, usize)> {
        let tensor = &self.tensors[tensor];
        match (tensor.is_output, tensor.uses.as_slice()) {
            (false, [only]) => Some(*only),
            _ => None,
        }
    }

    /// Whether a tensor holds floats (as opposed to shapes, indices and masks).
    pub fn is_float(&self, tensor: TensorId) -> bool {
        self.tensors[tensor].kind.is_none_or(|k| k.is_float())
    }
}

fn onnx_opset(model: &pb::ModelProto) -> i64 {
    let standard = model
        .opset_import
        .iter()
        .find(|o| onnx::standard(&o.domain));
    standard.map_or(0, |o| o.version)
}
