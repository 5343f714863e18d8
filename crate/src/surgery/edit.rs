//! Edits on a copy of the model: which constant operands, attributes and wires change.
//!
//! Constants are edited per use, (node, input slot). When all uses of an initializer agree it is
//! replaced in place and keeps its name; where they differ, each variant gets a name of its own.

use std::collections::{BTreeMap, HashMap};

use tract_onnx::prelude::DatumType;

use super::content::{Content, render};
use super::keep::Keep;
use crate::error::{Error, Result};
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::onnx::{Names, float_tensor, int_tensor, pb, raw_form, tensor_proto};

/// A use of a tensor: node and input slot.
type Place = (NodeId, usize);

pub struct Editor<'a> {
    pub analysis: &'a Analysis,
    keep: &'a Keep<'a>,
    model: pb::ModelProto,
    names: Names,
    content: BTreeMap<Place, Content>,
    /// Nodes to insert before the node of that index.
    inserted: BTreeMap<NodeId, Vec<pb::NodeProto>>,
    /// Nodes to insert after the node of that index.
    appended: BTreeMap<NodeId, Vec<pb::NodeProto>>,
    added: Vec<pb::TensorProto>,
    /// Operands of nodes with any number of them that are left out.
    dropped: Vec<Place>,
}

impl<'a> Editor<'a> {
    pub fn new(model: &pb::ModelProto, analysis: &'a Analysis, keep: &'a Keep<'a>) -> Result<Self> {
        let graph = model
            .graph
            .as_ref()
            .ok_or_else(|| Error::new("holds no graph"))?;
        Ok(Editor {
            analysis,
            keep,
            names: Names::of(graph),
            model: model.clone(),
            content: BTreeMap::new(),
            inserted: BTreeMap::new(),
            appended: BTreeMap::new(),
            added: Vec::new(),
            dropped: Vec::new(),
        })
    }

    fn graph(&mut self) -> &mut pb::GraphProto {
        self.model.graph.get_or_insert_default()
    }

    pub fn node(&mut self, node: NodeId) -> &mut pb::NodeProto {
        &mut self.graph().node[node]
    }

    /// Keeps these indices of an operand's axes.
    pub fn slice(&mut self, node: NodeId, slot: usize, axes: Vec<(usize, Vec<usize>)>) {
        self.content.insert((node, slot), Content::Slice(axes));
    }

    /// Keeps these flat elements; `lead` are the first dimensions of the result.
    pub fn pick(&mut self, node: NodeId, slot: usize, elements: Vec<usize>, lead: &[usize]) {
        self.content
            .insert((node, slot), Content::Pick(elements, lead.to_vec()));
    }

    pub fn set_floats(&mut self, node: NodeId, slot: usize, shape: Vec<usize>, values: Vec<f64>) {
        self.content
            .insert((node, slot), Content::Floats(shape, values));
    }

    pub fn set_ints(&mut self, node: NodeId, slot: usize, values: Vec<i64>) {
        self.content.insert((node, slot), Content::Ints(values));
    }

    pub fn set_scalar(&mut self, node: NodeId, slot: usize, value: i64) {
        self.content.insert((node, slot), Content::Scalar(value));
    }

    fn attribute(&mut self, node: NodeId, name: &str) -> &mut pb::AttributeProto {
        let attributes = &mut self.node(node).attribute;
        let at = attributes
            .iter()
            .position(|a| a.name == name)
            .unwrap_or_else(|| {
                attributes.push(pb::AttributeProto {
                    name: name.to_string(),
                    ..Default::default()
                });
                attributes.len() - 1
            });
        &mut attributes[at]
    }

    pub fn set_int(&mut self, node: NodeId, name: &str, value: i64) {
        let attribute = self.attribute(node, name);
        attribute.i = value;
        attribute.r#type = pb::attribute_proto::AttributeType::Int as i32;
    }

    pub fn set_float(&mut self, node: NodeId, name: &str, value: f32) {
        let attribute = self.attribute(node, name);
        attribute.f = value;
        attribute.r#type = pb::attribute_proto::AttributeType::Float as i32;
    }

    pub fn set_int_list(&mut self, node: NodeId, name: &str, values: Vec<i64>) {
        let attribute = self.attribute(node, name);
        attribute.ints = values;
        attribute.r#type = pb::attribute_proto::AttributeType::Ints as i32;
    }

    pub fn drop_attribute(&mut self, node: NodeId, name: &str) {
        self.node(node).attribute.retain(|a| a.name != name);
    }

    /// A fresh name for a value.
    pub fn fresh(&mut self, base: &str) -> String {
        self.names.fresh(base)
    }

    /// Adds an int64 (or bool) initializer under a fresh name.
    pub fn add_tensor(&mut self, base: &str, make: impl Fn(&str) -> pb::TensorProto) -> String {
        let name = self.names.fresh(base);
        self.added.push(make(&name));
        name
    }

    pub fn insert_before(&mut self, node: NodeId, new: pb::NodeProto) {
        self.inserted.entry(node).or_default().push(new);
    }

    pub fn insert_after(&mut self, node: NodeId, new: pb::NodeProto) {
        self.appended.entry(node).or_default().push(new);
    }

    /// Takes an operand away; those behind it move up.
    pub fn drop_input(&mut self, node: NodeId, slot: usize) {
        self.dropped.push((node, slot));
    }

    /// Applies everything.
    pub fn finish(mut self) -> Result<pb::ModelProto> {
        self.apply_content()?;
        self.dropped.sort_unstable();
        while let Some((node, slot)) = self.dropped.pop() {
            self.node(node).input.remove(slot);
        }
        let (mut inserted, mut appended) = (
            std::mem::take(&mut self.inserted),
            std::mem::take(&mut self.appended),
        );
        let added = std::mem::take(&mut self.added);
        let graph = self.graph();
        graph.initializer.extend(added);
        if !inserted.is_empty() || !appended.is_empty() {
            let nodes = std::mem::take(&mut graph.node);
            for (index, node) in nodes.into_iter().enumerate() {
                graph
                    .node
                    .extend(inserted.remove(&index).unwrap_or_default());
                graph.node.push(node);
                graph
                    .node
                    .extend(appended.remove(&index).unwrap_or_default());
            }
        }
        Ok(self.model)
    }

    fn apply_content(&mut self) -> Result<()> {
        let content = std::mem::take(&mut self.content);
        let mut by_tensor: HashMap<Option<TensorId>, Vec<(Place, Content)>> = HashMap::new();
        let mut order = Vec::new();
        for (place, new) in content {
            let tensor = self.analysis.graph.input(place.0, place.1);
            // A slot without a tensor is new: every one stands for itself.
            if tensor.is_none() {
                self.write_new(place, &new)?;
                continue;
            }
            let uses = by_tensor.entry(tensor).or_default();
            if uses.is_empty() {
                order.push(tensor);
            }
            uses.push((place, new));
        }
        let initializers: HashMap<String, usize> = self
            .graph()
            .initializer
            .iter()
            .enumerate()
            .map(|(i, t)| (t.name.clone(), i))
            .collect();
        for tensor in order.into_iter().flatten() {
            let uses = by_tensor.remove(&Some(tensor)).unwrap_or_default();
            self.write(tensor, uses, &initializers)?;
        }
        Ok(())
    }

    fn write_new(&mut self, (node, slot): Place, content: &Content) -> Result<()> {
        let base = format!(
            "{}_{}",
            self.analysis.graph.nodes[node].name,
            if slot == 2 { "bias" } else { "value" }
        );
        let name = self.names.fresh(&base);
        let like = self.analysis.graph.weight_type(node);
        let tensor = render(&name, content, None, like)?;
        self.graph().initializer.push(tensor);
        let inputs = &mut self.node(node).input;
        while inputs.len() <= slot {
            inputs.push(String::new());
        }
        inputs[slot] = name;
        Ok(())
    }

    /// A tensor as the file holds it: an initializer, or the value of a Constant node.
    fn stored(
        &self,
        tensor: TensorId,
        initializers: &HashMap<String, usize>,
    ) -> Option<pb::TensorProto> {
        let info = &self.analysis.graph.tensors[tensor];
        let graph = self.model.graph.as_ref()?;
        if let Some(index) = initializers.get(&info.name) {
            return raw_form(&graph.initializer[*index]);
        }
        let node = info
            .producer
            .filter(|n| self.analysis.graph.nodes[*n].op == "Constant")?;
        raw_form(
            graph.node[node]
                .attribute
                .iter()
                .find(|a| a.name == "value")?
                .t
                .as_ref()?,
        )
    }

    /// The ConstantOfShape `node` once more, with other dimensions.
    fn refill(&mut self, node: NodeId, output: &str, dims: &[i64]) {
        let shape = self.add_tensor(&format!("{output}_shape"), |name| int_tensor(name, dims));
        let old = self.node(node).clone();
        let name = self.names.fresh(&format!("{output}_fill"));
        self.insert_before(
            node,
            pb::NodeProto {
                name,
                input: vec![shape],
                output: vec![output.to_string()],
                ..old
            },
        );
    }

    fn write(
        &mut self,
        tensor: TensorId,
        uses: Vec<(Place, Content)>,
        initializers: &HashMap<String, usize>,
    ) -> Result<()> {
        let analysis = self.analysis;
        let info = &analysis.graph.tensors[tensor];
        let agreed = uses.iter().all(|(_, c)| *c == uses[0].1);
        let staying = info.uses.iter().filter(|(node, _)| !self.keep.dead(*node));
        let all = uses.len() == staying.count() && !info.is_output;
        let like = info.kind.unwrap_or(DatumType::F32);
        // As stored, so that every bit and the precision stay; computed constants as computed.
        let old = match self.stored(tensor, initializers) {
            Some(stored) => Some(stored),
            // Computed from something stored: the analysis made it float32, the file has its own
            // precision.
            None if like.is_float() => {
                let values = analysis.graph.values(tensor);
                values.map(|v| float_tensor(&info.name, v.view(), like))
            }
            None => info
                .value
                .as_deref()
                .map(|v| tensor_proto(&info.name, v))
                .transpose()?,
        };
        let old = old.as_ref();
        if agreed && all {
            if let Some(index) = initializers.get(&info.name) {
                let new = render(&info.name, &uses[0].1, old, like)?;
                let doc = self.graph().initializer[*index].doc_string.clone();
                let dims: Vec<i64> = new.dims.clone();
                self.graph().initializer[*index] = pb::TensorProto {
                    doc_string: doc,
                    ..new
                };
                // IR < 4 repeats initializers among the inputs, with their shapes.
                if let Some(input) = self.graph().input.iter_mut().find(|i| i.name == info.name) {
                    super::tidy::set_dims(input, &dims);
                }
                return Ok(());
            }
            let constant = info
                .producer
                .filter(|n| analysis.graph.nodes[*n].op == "Constant");
            if let Some(node) = constant {
                let value = self
                    .node(node)
                    .attribute
                    .iter()
                    .position(|a| a.name == "value");
                if let Some(at) = value {
                    let name = self.node(node).attribute[at]
                        .t
                        .as_ref()
                        .map_or(String::new(), |t| t.name.clone());
                    let new = render(&name, &uses[0].1, old, like)?;
                    self.node(node).attribute[at].t = Some(new);
                    return Ok(());
                }
            }
        }
        let mut variants: Vec<(Content, String)> = Vec::new();
        for ((node, slot), content) in uses {
            let known = variants
                .iter()
                .find(|(c, _)| *c == content)
                .map(|(_, n)| n.clone());
            let name = match known {
                Some(name) => name,
                None => {
                    let name = self.names.fresh(&format!("{}_pruned", info.name));
                    let new = render(&name, &content, old, like)?;
                    match info.producer.filter(|_| content.is_cut()) {
                        Some(fill) if analysis.graph.nodes[fill].op == "ConstantOfShape" => {
                            self.refill(fill, &name, &new.dims);
                        }
                        _ => self.graph().initializer.push(new),
                    }
                    variants.push((content, name.clone()));
                    name
                }
            };
            self.node(node).input[slot] = name;
        }
        Ok(())
    }
}

/// What cannot be carried out, by the node that stands in the way.
pub(super) fn refuse(analysis: &Analysis, node: NodeId, what: &str) -> Error {
    Error::at(
        &analysis.graph.nodes[node].name,
        format!("{what} cannot be rewritten for the channels that stay"),
    )
}
