//! Shapes and values of every tensor, from tract's analyser.

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::prelude::{DatumType, Tensor as Values};
use tract_onnx::tract_hir::internal::{DimLike, Factoid};

use crate::error::{Error, Result};
use crate::limits::{MAX_AXIS, MAX_RANK, MAX_TENSOR_ELEMENTS, product_within};
use crate::onnx::{self, Attributes, pb};

/// Height and width assumed where a model leaves them open. A multiple of 32, so that the usual
/// five halvings come out even.
pub const DYNAMIC_SIZE: usize = 224;

#[derive(Clone, Default)]
pub struct Fact {
    pub shape: Option<Vec<usize>>,
    pub kind: Option<DatumType>,
    pub value: Option<Arc<Values>>,
}

/// Gives every open dimension of the run-time inputs a number: `batch` for the first axis,
/// [`DYNAMIC_SIZE`] elsewhere.
pub(crate) fn fix_inputs(graph: &mut pb::GraphProto, batch: usize) {
    use pb::tensor_shape_proto::dimension::Value as Dim;
    let names: Vec<String> = onnx::runtime_inputs(graph)
        .map(|i| i.name.clone())
        .collect();
    let channels: HashMap<String, usize> = names
        .iter()
        .filter_map(|name| Some((name.clone(), channels_read(graph, name)?)))
        .collect();
    for input in graph.input.iter_mut().filter(|i| names.contains(&i.name)) {
        let Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(tensor)),
            ..
        }) = &mut input.r#type
        else {
            continue;
        };
        let Some(shape) = &mut tensor.shape else {
            continue;
        };
        for (axis, dim) in shape.dim.iter_mut().enumerate() {
            let open = !matches!(dim.value, Some(Dim::DimValue(n)) if n > 0);
            if open {
                // A fixed batch of the export is kept: its Reshapes may rely on it.
                let size = match (axis, channels.get(&input.name)) {
                    (0, _) => batch,
                    (1, Some(channels)) => *channels,
                    _ => DYNAMIC_SIZE,
                };
                dim.value = Some(Dim::DimValue(size as i64));
            }
        }
    }
}

/// How many channels the convolution asks for that reads an input, for files that leave them open too.
fn channels_read(graph: &pb::GraphProto, input: &str) -> Option<usize> {
    let reads = |n: &&pb::NodeProto| n.input.first().is_some_and(|i| i == input);
    let node = graph
        .node
        .iter()
        .filter(|n| n.op_type == "Conv")
        .find(reads)?;
    let weight = graph
        .initializer
        .iter()
        .find(|t| Some(&t.name) == node.input.get(1))?;
    let groups = usize::try_from(node.int("group").unwrap_or(1)).ok()?;
    Some(usize::try_from(*weight.dims.get(1)?).ok()? * groups)
}

/// What tract knows of each tensor, by name.
pub fn facts(model: &pb::ModelProto) -> Result<HashMap<String, Fact>> {
    let mut model = model.clone();
    let graph = model
        .graph
        .as_mut()
        .ok_or_else(|| Error::new("holds no graph"))?;
    fix_inputs(graph, 1);
    // The file's own shape notes may contradict the fixed inputs.
    graph.value_info.clear();
    super::dialect(&mut model);
    let parsed = super::parser()
        .parse(&model, None)
        .map_err(|e| sentence(&e))?;
    let mut network = parsed.model;
    super::analyse::analyse(&mut network)?;
    let mut facts = HashMap::with_capacity(parsed.outlets_by_name.len());
    for (name, outlet) in parsed.outlets_by_name {
        let Ok(fact) = network.outlet_fact(outlet) else {
            continue;
        };
        let shape = fact.shape.concretize().and_then(|dims| {
            dims.iter()
                .map(|d| d.to_usize().ok())
                .collect::<Option<Vec<_>>>()
        });
        if let Some(shape) = &shape {
            let given = fact.value.concretize().is_some();
            bounded(shape, given).map_err(|reason| Error::at(writer(&model, &name), reason))?;
        }
        let kind = fact.datum_type.concretize();
        let value = fact.value.concretize();
        facts.insert(name, Fact { shape, kind, value });
    }
    Ok(facts)
}

/// Refuses a tensor that no machine should be asked to hold.
fn bounded(shape: &[usize], given: bool) -> Result<(), String> {
    // What the file stores is in memory already, or is spread from one number when it is needed.
    let most = if given || shape.len() <= 2 { 4 } else { 1 } * MAX_TENSOR_ELEMENTS;
    let within = product_within(shape.iter().copied(), most).is_some();
    if within && shape.len() <= MAX_RANK && shape.iter().all(|d| *d <= MAX_AXIS) {
        return Ok(());
    }
    let dims = shape.iter().map(ToString::to_string);
    Err(format!(
        "makes a tensor of the shape {}, which is too large to be handled",
        dims.collect::<Vec<_>>().join("×")
    ))
}

/// The node that writes a tensor, or the tensor's own name.
fn writer(model: &pb::ModelProto, tensor: &str) -> String {
    let mut nodes = model.graph.iter().flat_map(|g| g.node.iter().enumerate());
    let found = nodes.find(|(_, n)| n.output.iter().any(|o| o == tensor));
    found.map_or_else(|| tensor.to_string(), |(i, n)| onnx::node_name(n, i))
}

/// tract's error chain as one sentence; its innermost cause says most.
pub(crate) fn sentence(error: &tract_onnx::prelude::TractError) -> Error {
    let outer = error.to_string();
    let cause = error.root_cause().to_string();
    let cause = cause.lines().next().unwrap_or_default();
    if outer == cause {
        Error::new(format!("the inference engine refuses it: {cause}"))
    } else {
        let outer = outer.lines().next().unwrap_or_default();
        Error::new(format!("the inference engine refuses it: {outer}: {cause}"))
    }
}
