//! Spellings that tract does not read, respelled in a copy of the model that only tract sees.

use std::collections::HashMap;

use tract_onnx::model::{Onnx, ParsingContext};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::InferenceOp;

use super::{arithmetic, pad};
use crate::error::Error;
use crate::onnx::{self, Attributes, Names, float_tensor, int_tensor, pb};

/// tract's ONNX parser with the operators it lacks.
pub fn parser() -> Onnx {
    let mut onnx = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true);
    onnx.op_register.insert("Upsample", upsample);
    onnx.op_register.insert(pad::OP, pad::build);
    onnx
}

/// The first operator of a respelled model that [`parser`] lacks, in one sentence.
pub fn lacking(model: &pb::ModelProto) -> Option<Error> {
    let known = parser().op_register.0;
    let graph = model.graph.as_ref()?;
    let absent = |n: &&pb::NodeProto| !onnx::standard(&n.domain) || !known.contains_key(&n.op_type);
    let (index, node) = graph.node.iter().enumerate().find(|(_, n)| absent(n))?;
    Some(Error::at(
        onnx::node_name(node, index),
        format!(
            "the engine in which networks are run and results proved lacks the operator {}, so this network can be inspected and planned but not run or pruned; cut the network before that node, or replace it in the export",
            node.op_type
        ),
    ))
}

/// Upsample (opset 7 to 9) is Resize as opset 10 has it.
fn upsample(
    ctx: &ParsingContext<'_>,
    node: &pb::NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let mut ctx = ctx.clone();
    ctx.onnx_operator_set_version = 10;
    let mut node = node.clone();
    node.op_type = "Resize".into();
    match ctx.framework.op_register.0.get("Resize") {
        Some(build) => build(&ctx, &node),
        None => Err(std::io::Error::other("there is no Resize to stand for Upsample").into()),
    }
}

/// Respells a model for [`parser`]. Half and double precision become float32: the engine is at home
/// there, and both networks of a comparison go the same way.
pub fn dialect(model: &mut pb::ModelProto) {
    let standard = model
        .opset_import
        .iter()
        .find(|o| onnx::standard(&o.domain));
    let opset = standard.map_or(0, |o| o.version);
    let Some(graph) = &mut model.graph else {
        return;
    };
    to_single(graph);
    onnx::name_parts(graph);
    let known = onnx::integers(graph);
    let kinds = element_types(graph);
    let mut names = Names::of(graph);
    let mut added = Vec::new();
    for node in graph.node.iter_mut().filter(|n| onnx::standard(&n.domain)) {
        match node.op_type.as_str() {
            // The scales of opset 7 are an attribute.
            "Upsample" if node.input.len() == 1 => {
                let Some(scales) = node.attribute("scales").map(|a| a.floats.clone()) else {
                    continue;
                };
                let name = names.fresh("scales");
                let view = ndarray::aview1(&scales).into_dyn();
                added.push(float_tensor(
                    &name,
                    view,
                    tract_onnx::prelude::DatumType::F32,
                ));
                node.input.push(name);
            }
            // tract counts the empty names of opset 11 as if they were not there.
            "Resize" if (11..13).contains(&opset) && node.input.len() > 2 => {
                for slot in 1..node.input.len().min(3) {
                    if node.input[slot].is_empty() {
                        let name = names.fresh("nothing");
                        added.push(float_tensor(
                            &name,
                            ndarray::aview1(&[]).into_dyn(),
                            tract_onnx::prelude::DatumType::F32,
                        ));
                        node.input[slot] = name;
                    }
                }
            }
            "Conv" => arithmetic::explicit_pads(node),
            "Slice" if node.input.len() > 2 => literal(node, &known, &mut names, &mut added),
            "Pad" if node.input.get(3).is_some_and(|a| !a.is_empty()) => pad::respell(node, &known),
            // A cast to the type of a constant; anything else that casts are likened to is an activation.
            "CastLike" => {
                let like = node.input.get(1).and_then(|name| kinds.get(name));
                node.op_type = "Cast".into();
                node.input.truncate(1);
                node.attribute = vec![pb::AttributeProto {
                    name: "to".into(),
                    i: i64::from(*like.unwrap_or(&(pb::tensor_proto::DataType::Float as i32))),
                    r#type: pb::attribute_proto::AttributeType::Int as i32,
                    ..Default::default()
                }];
            }
            _ => {}
        }
    }
    graph.initializer.extend(added);
    pad::crop(graph, &known, &mut names, opset);
    arithmetic::respell(graph, &kinds, &mut names);
}

/// Element types of what the graph stores and is fed.
fn element_types(graph: &pb::GraphProto) -> HashMap<String, i32> {
    let stored = graph.initializer.iter();
    let stored = stored.map(|t| (t.name.clone(), t.data_type));
    let fed = graph.input.iter();
    let fed = fed.filter_map(|i| Some((i.name.clone(), onnx::tensor_type(i)?.elem_type)));
    let constants = graph.node.iter().filter(|n| n.op_type == "Constant");
    let constants = constants.filter_map(|n| {
        let value = n.attribute("value").and_then(|a| a.t.as_ref())?;
        Some((n.output.first()?.clone(), value.data_type))
    });
    stored.chain(fed).chain(constants).collect()
}

/// Bounds that went through a Cast are symbols to tract, which then takes the largest number for a
/// number rather than for "to the end".
fn literal(
    node: &mut pb::NodeProto,
    known: &HashMap<String, Vec<i64>>,
    names: &mut Names,
    added: &mut Vec<pb::TensorProto>,
) {
    for operand in node.input.iter_mut().skip(1) {
        if let Some(values) = known.get(operand) {
            let name = names.fresh("bounds");
            added.push(int_tensor(&name, values));
            *operand = name;
        }
    }
}

/// float16 and float64 everywhere to float32.
fn to_single(graph: &mut pb::GraphProto) {
    use pb::tensor_proto::DataType::{Double, Float, Float16};
    let other = |code: i32| code == Float16 as i32 || code == Double as i32;
    graph.initializer.iter_mut().for_each(onnx::to_single);
    for node in &mut graph.node {
        let cast = node.op_type == "Cast";
        for attribute in &mut node.attribute {
            if let Some(tensor) = &mut attribute.t {
                onnx::to_single(tensor);
            }
            if cast && attribute.name == "to" && other(attribute.i as i32) {
                attribute.i = Float as i64;
            }
        }
    }
    for value in graph.input.iter_mut().chain(&mut graph.output) {
        if let Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(t)),
            ..
        }) = &mut value.r#type
            && other(t.elem_type)
        {
            t.elem_type = Float as i32;
        }
    }
}
