//! Models to bytes, keeping what nobody touched as it was.
//!
//! The protobuf types know fewer fields than files have: `metadata_props` of nodes, functions of newer
//! ONNX, an attribute that says 0 explicitly. So the writer reads along in the file the model came
//! from: a message that is still equal to its original is copied from there, and a changed one keeps
//! the fields its type does not know.

use std::collections::{HashMap, HashSet};

use prost::Message;
use prost::encoding::{
    DecodeContext, WireType, decode_key, decode_varint, encode_key, encode_varint,
    encoded_len_varint, key_len, skip_field,
};

use super::pb;

/// Field numbers of the messages that are taken apart here.
mod field {
    pub const GRAPH: u32 = 7;
    pub const NODE: u32 = 1;
    pub const INITIALIZER: u32 = 5;
    pub const INPUT: u32 = 11;
    pub const OUTPUT: u32 = 12;
    pub const VALUE_INFO: u32 = 13;
    pub const ATTRIBUTE: u32 = 5;
}

/// The last IR version that wants every initializer listed among the graph's inputs.
const LISTED: i64 = 3;

/// Encodes a model.
pub fn encode(model: &pb::ModelProto) -> Vec<u8> {
    encode_like(model, &[])
}

/// Encodes a model that was made from the file `source` (empty: from none).
pub fn encode_like(model: &pb::ModelProto, source: &[u8]) -> Vec<u8> {
    let (rest, graphs) = split(source, &[field::GRAPH]);
    let mut out = keep_or(&rest, &shell(model));
    if let Some(graph) = &model.graph {
        let original = graphs.first().map_or(&[][..], |f| f.payload);
        let listed = model.ir_version <= LISTED;
        write_graph(graph, original, listed, &mut out);
    }
    out
}

/// A field of a message on the wire.
struct Field<'a> {
    number: u32,
    whole: &'a [u8],
    /// Of length-delimited fields; empty for the others.
    payload: &'a [u8],
}

/// The fields of a message, as far as they can be read.
fn fields(mut bytes: &[u8]) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let start = bytes;
        let Ok((number, wire)) = decode_key(&mut bytes) else {
            break;
        };
        let mut payload = &start[..0];
        let read = if wire == WireType::LengthDelimited {
            decode_varint(&mut bytes).ok().and_then(|length| {
                let length = usize::try_from(length).ok()?;
                payload = bytes.get(..length)?;
                bytes = &bytes[length..];
                Some(())
            })
        } else {
            skip_field(wire, number, &mut bytes, DecodeContext::default()).ok()
        };
        if read.is_none() {
            break;
        }
        found.push(Field {
            number,
            whole: &start[..start.len() - bytes.len()],
            payload,
        });
    }
    found
}

/// Everything but the fields `apart`, as it stands, and those fields.
fn split<'a>(bytes: &'a [u8], apart: &[u32]) -> (Vec<u8>, Vec<Field<'a>>) {
    let mut rest = Vec::new();
    let mut taken = Vec::new();
    for field in fields(bytes) {
        if apart.contains(&field.number) {
            taken.push(field);
        } else {
            rest.extend_from_slice(field.whole);
        }
    }
    (rest, taken)
}

/// `original` if it still says what `message` says, else `message` with the fields its type lacks.
fn keep_or<M: Message + Default + PartialEq>(original: &[u8], message: &M) -> Vec<u8> {
    match M::decode(original) {
        Ok(old) if old == *message && !original.is_empty() => original.to_vec(),
        Ok(old) => {
            let mut bytes = message.encode_to_vec();
            bytes.extend(unknown(original, &old));
            bytes
        }
        Err(_) => message.encode_to_vec(),
    }
}

/// The fields of `original` that its type does not know. A type drops them on decoding, so what it
/// encodes has no field of that number; a field left out for being 0 is lost the same way and means 0.
fn unknown<M: Message>(original: &[u8], decoded: &M) -> Vec<u8> {
    let encoded = decoded.encode_to_vec();
    let known: HashSet<u32> = fields(&encoded).iter().map(|f| f.number).collect();
    let there = fields(original);
    let delimited = there.iter().filter(|f| !f.payload.is_empty());
    delimited
        .filter(|f| !known.contains(&f.number))
        .flat_map(|f| f.whole.iter().copied())
        .collect()
}

fn put(number: u32, payload: &[u8], out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(payload.len() as u64, out);
    out.extend_from_slice(payload);
}

/// The model without its graph.
fn shell(model: &pb::ModelProto) -> pb::ModelProto {
    pb::ModelProto {
        ir_version: model.ir_version,
        opset_import: model.opset_import.clone(),
        producer_name: model.producer_name.clone(),
        producer_version: model.producer_version.clone(),
        domain: model.domain.clone(),
        model_version: model.model_version,
        doc_string: model.doc_string.clone(),
        graph: None,
        metadata_props: model.metadata_props.clone(),
        training_info: model.training_info.clone(),
        functions: model.functions.clone(),
    }
}

fn write_graph(graph: &pb::GraphProto, original: &[u8], listed: bool, out: &mut Vec<u8>) {
    let apart = [
        field::NODE,
        field::INITIALIZER,
        field::INPUT,
        field::OUTPUT,
        field::VALUE_INFO,
    ];
    let (rest, parts) = split(original, &apart);
    let shell = pb::GraphProto {
        name: graph.name.clone(),
        doc_string: graph.doc_string.clone(),
        sparse_initializer: graph.sparse_initializer.clone(),
        quantization_annotation: graph.quantization_annotation.clone(),
        ..Default::default()
    };
    let mut small = keep_or(&rest, &shell);
    write_nodes(graph, &parts, &mut small);
    let values = [
        (field::INPUT, &graph.input),
        (field::OUTPUT, &graph.output),
        (field::VALUE_INFO, &graph.value_info),
    ];
    for (number, infos) in values {
        write_values(number, infos, &parts, &mut small);
    }
    if listed {
        list_initializers(graph, &mut small);
    }
    // Weights are most of a file: written once, where they belong.
    let extras = tensor_extras(&parts);
    let none = Vec::new();
    let extra = |t: &pb::TensorProto| extras.get(t.name.as_str()).unwrap_or(&none);
    let length = |t: &pb::TensorProto| t.encoded_len() + extra(t).len();
    let tensors: usize = graph
        .initializer
        .iter()
        .map(|t| key_len(field::INITIALIZER) + encoded_len_varint(length(t) as u64) + length(t))
        .sum();
    out.reserve(small.len() + tensors + 16);
    encode_key(field::GRAPH, WireType::LengthDelimited, out);
    encode_varint((small.len() + tensors) as u64, out);
    out.extend_from_slice(&small);
    for tensor in &graph.initializer {
        encode_key(field::INITIALIZER, WireType::LengthDelimited, out);
        encode_varint(length(tensor) as u64, out);
        tensor.encode_raw(out);
        out.extend_from_slice(extra(tensor));
    }
}

/// What a node is recognised by: values are written once.
fn identity(node: &pb::NodeProto) -> Option<&String> {
    node.output.iter().find(|o| !o.is_empty())
}

fn write_nodes(graph: &pb::GraphProto, parts: &[Field<'_>], out: &mut Vec<u8>) {
    let nodes = parts.iter().filter(|f| f.number == field::NODE);
    let originals: HashMap<String, (&[u8], pb::NodeProto)> = nodes
        .filter_map(|f| {
            let node = pb::NodeProto::decode(f.payload).ok()?;
            Some((identity(&node)?.clone(), (f.payload, node)))
        })
        .collect();
    for node in &graph.node {
        let original = identity(node)
            .and_then(|id| originals.get(id))
            .filter(|(_, old)| old.op_type == node.op_type && old.domain == node.domain);
        match original {
            None => put(field::NODE, &node.encode_to_vec(), out),
            Some((bytes, old)) if old == node => put(field::NODE, bytes, out),
            Some((bytes, old)) => {
                let bare = |node: &pb::NodeProto| pb::NodeProto {
                    attribute: Vec::new(),
                    ..node.clone()
                };
                let (rest, attributes) = split(bytes, &[field::ATTRIBUTE]);
                let mut changed = bare(node).encode_to_vec();
                changed.extend(unknown(&rest, &bare(old)));
                for attribute in &node.attribute {
                    let same = old.attribute.iter().position(|a| a.name == attribute.name);
                    let before = same.and_then(|k| attributes.get(k));
                    let before = before.map_or(&[][..], |f| f.payload);
                    put(field::ATTRIBUTE, &keep_or(before, attribute), &mut changed);
                }
                put(field::NODE, &changed, out);
            }
        }
    }
}

fn write_values(number: u32, infos: &[pb::ValueInfoProto], parts: &[Field<'_>], out: &mut Vec<u8>) {
    let originals: HashMap<String, &[u8]> = parts
        .iter()
        .filter(|f| f.number == number)
        .filter_map(|f| {
            let info = pb::ValueInfoProto::decode(f.payload).ok()?;
            Some((info.name, f.payload))
        })
        .collect();
    for info in infos {
        let original = originals.get(&info.name).copied().unwrap_or_default();
        put(number, &keep_or(original, info), out);
    }
}

/// Inputs for initializers that surgery added to a file of an old IR version.
fn list_initializers(graph: &pb::GraphProto, out: &mut Vec<u8>) {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let listed: HashSet<&str> = graph.input.iter().map(|i| i.name.as_str()).collect();
    let missing = graph.initializer.iter();
    for tensor in missing.filter(|t| !listed.contains(t.name.as_str())) {
        let dim = |d: &i64| Dimension {
            value: Some(Value::DimValue(*d)),
            ..Default::default()
        };
        let kind = pb::type_proto::Tensor {
            elem_type: tensor.data_type,
            shape: Some(pb::TensorShapeProto {
                dim: tensor.dims.iter().map(dim).collect(),
            }),
        };
        let info = pb::ValueInfoProto {
            name: tensor.name.clone(),
            r#type: Some(pb::TypeProto {
                value: Some(pb::type_proto::Value::TensorType(kind)),
                ..Default::default()
            }),
            ..Default::default()
        };
        put(field::INPUT, &info.encode_to_vec(), out);
    }
}

/// Fields of the original initializers that their type lacks, by name.
fn tensor_extras(parts: &[Field<'_>]) -> HashMap<String, Vec<u8>> {
    /// The fields of TensorProto up to `data_location`, all of which the type knows.
    const KNOWN: u32 = 14;
    const NAME: u32 = 8;
    let tensors = parts.iter().filter(|f| f.number == field::INITIALIZER);
    tensors
        .filter_map(|tensor| {
            let all = fields(tensor.payload);
            let extra: Vec<u8> = all
                .iter()
                .filter(|f| f.number > KNOWN)
                .flat_map(|f| f.whole.iter().copied())
                .collect();
            let name = all.iter().find(|f| f.number == NAME)?;
            let name = std::str::from_utf8(name.payload).ok()?.to_string();
            (!extra.is_empty()).then_some((name, extra))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: u32 = 9;

    fn flatten(axis: i64) -> pb::NodeProto {
        pb::NodeProto {
            op_type: "Flatten".into(),
            name: "flat".into(),
            input: vec!["x".into()],
            output: vec!["y".into()],
            attribute: vec![pb::AttributeProto {
                name: "axis".into(),
                i: axis,
                r#type: pb::attribute_proto::AttributeType::Int as i32,
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    /// A file with a node field the types do not know and an explicit 0.
    fn file() -> Vec<u8> {
        let mut node = flatten(0);
        let attribute = node.attribute.remove(0);
        let mut attribute = attribute.encode_to_vec();
        attribute.extend([3 << 3, 0]);
        let mut bytes = node.encode_to_vec();
        put(field::ATTRIBUTE, &attribute, &mut bytes);
        put(METADATA, b"\x0a\x01k\x12\x01v", &mut bytes);
        let mut graph = Vec::new();
        put(field::NODE, &bytes, &mut graph);
        put(2, b"graph", &mut graph);
        let mut model = vec![1 << 3, 8];
        put(field::GRAPH, &graph, &mut model);
        model
    }

    #[test]
    fn what_nobody_touched_is_copied() {
        let source = file();
        let model = pb::ModelProto::decode(&source[..]).unwrap();
        assert_eq!(model.graph.as_ref().unwrap().node[0], flatten(0));
        assert!(model.encode_to_vec().len() < source.len());
        let again = encode_like(&model, &source);
        assert_eq!(again.len(), source.len());
        let node = |bytes: &[u8]| {
            let graph = fields(bytes)
                .into_iter()
                .find(|f| f.number == field::GRAPH)
                .unwrap();
            let node = fields(graph.payload)
                .into_iter()
                .find(|f| f.number == field::NODE)
                .unwrap();
            node.payload.to_vec()
        };
        assert_eq!(node(&again), node(&source));
    }

    #[test]
    fn a_changed_node_keeps_its_metadata_and_other_attributes() {
        let source = file();
        let mut model = pb::ModelProto::decode(&source[..]).unwrap();
        let node = &mut model.graph.as_mut().unwrap().node[0];
        node.input[0] = "other".into();
        let again = encode_like(&model, &source);
        assert_eq!(pb::ModelProto::decode(&again[..]).unwrap(), model);
        assert_eq!(again.len(), source.len() + "other".len() - "x".len());
    }

    #[test]
    fn old_files_list_their_initializers() {
        let model = pb::ModelProto {
            ir_version: 3,
            graph: Some(pb::GraphProto {
                initializer: vec![super::super::int_tensor("bias", &[1, 2])],
                ..Default::default()
            }),
            ..Default::default()
        };
        let again = pb::ModelProto::decode(&encode(&model)[..]).unwrap();
        let graph = again.graph.unwrap();
        assert_eq!(graph.input[0].name, "bias");
        assert_eq!(super::super::dimensions(&graph.input[0]), [Ok(2)]);
    }
}
