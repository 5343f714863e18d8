//! Spellings that tract does not read, respelled in a copy of the model that only tract sees.

use tract_onnx::model::{Onnx, ParsingContext};
use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::InferenceOp;

use crate::onnx::{self, Attributes, Names, float_tensor, pb};

/// tract's ONNX parser with the operators it lacks.
pub fn parser() -> Onnx {
    let mut onnx = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true);
    onnx.op_register.insert("Upsample", upsample);
    onnx
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
            // A constant cast to the type of an activation is still a constant.
            "CastLike" => {
                node.op_type = "Cast".into();
                node.input.truncate(1);
                node.attribute = vec![pb::AttributeProto {
                    name: "to".into(),
                    i: pb::tensor_proto::DataType::Float as i64,
                    r#type: pb::attribute_proto::AttributeType::Int as i32,
                    ..Default::default()
                }];
            }
            _ => {}
        }
    }
    graph.initializer.extend(added);
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
