//! ONNX files: bytes to protobuf and back, nothing about pruning.
//!
//! The protobuf types are tract's ([`pb`]); a model is edited in place and written back along the file
//! it came from, so names, metadata, opset and everything nobody touched stay as they were.

mod attributes;
mod bounds;
mod decode;
mod encode;
mod external;
mod functions;
mod known;
mod sequence;
mod tensor;

pub use attributes::Attributes;
pub use decode::{decode, decode_with};
pub use encode::{encode, encode_like};
pub(crate) use known::integers;
pub(crate) use sequence::name_parts;
pub use sequence::respell;
pub use tensor::{
    Names, float_tensor, float_type, int_tensor, raw_form, single_float, tensor_proto, to_single,
};
pub use tract_onnx::pb;

use pb::tensor_shape_proto::dimension::Value as DimValue;

/// Whether an operator belongs to the standard ONNX domain.
pub fn standard(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

/// The tensor type of a graph input, output or `value_info`, if it is a tensor.
pub fn tensor_type(info: &pb::ValueInfoProto) -> Option<&pb::type_proto::Tensor> {
    match info.r#type.as_ref()?.value.as_ref()? {
        pb::type_proto::Value::TensorType(tensor) => Some(tensor),
    }
}

/// The declared dimensions: `Ok(n)` for a number, `Err(name)` for a symbol ("?" when nameless).
pub fn dimensions(info: &pb::ValueInfoProto) -> Vec<Result<usize, String>> {
    let Some(shape) = tensor_type(info).and_then(|t| t.shape.as_ref()) else {
        return Vec::new();
    };
    let dim = |d: &pb::tensor_shape_proto::Dimension| match &d.value {
        Some(DimValue::DimValue(n)) if *n >= 0 => Ok(*n as usize),
        Some(DimValue::DimParam(name)) if !name.is_empty() => Err(name.clone()),
        _ => Err("?".to_string()),
    };
    shape.dim.iter().map(dim).collect()
}

/// Graph inputs that are fed at run time: those no initializer gives a value (IR < 4 lists both).
pub fn runtime_inputs(graph: &pb::GraphProto) -> impl Iterator<Item = &pb::ValueInfoProto> {
    let given: std::collections::HashSet<&str> =
        graph.initializer.iter().map(|i| i.name.as_str()).collect();
    graph
        .input
        .iter()
        .filter(move |i| !given.contains(i.name.as_str()))
}

/// The name by which a node is reported: its own, else its first output, else its kind and place.
pub(crate) fn node_name(node: &pb::NodeProto, index: usize) -> String {
    if !node.name.is_empty() {
        return node.name.clone();
    }
    match node.output.iter().find(|o| !o.is_empty()) {
        Some(output) => output.clone(),
        None => format!("{}#{index}", node.op_type),
    }
}
