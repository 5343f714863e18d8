//! Bytes to [`pb::ModelProto`], refusing in one sentence what is not (yet) supported.

use prost::Message;

use super::{Attributes, dimensions, node_name, pb, runtime_inputs, standard};
use crate::error::{Error, Result};

/// Decodes an ONNX file.
///
/// # Errors
/// One sentence when the bytes are not ONNX (and what they look like instead), or when the model
/// uses something that cannot be pruned here: quantised operators, control flow, external data.
pub fn decode(bytes: &[u8]) -> Result<pb::ModelProto> {
    decode_with(bytes, &|_| None)
}

/// Like [`decode`], with a way to get at files the model keeps its weights in, by the name the model
/// gives. The weights are then inside the model.
pub fn decode_with(
    bytes: &[u8],
    external: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<pb::ModelProto> {
    if let Some(reason) = foreign(bytes) {
        return Err(Error::new(reason));
    }
    let mut model = pb::ModelProto::decode(bytes).map_err(|e| {
        Error::new(format!(
            "is not a readable ONNX file, or is cut short ({e})"
        ))
    })?;
    super::external::inline(&mut model, external)?;
    super::functions::write_out(&mut model);
    check(&model)?;
    Ok(model)
}

/// Recognises what people drop by mistake.
fn foreign(bytes: &[u8]) -> Option<String> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let kind = if bytes.is_empty() {
        return Some("is empty".into());
    } else if starts(b"version https://git-lfs") {
        return Some(
            "is a Git LFS pointer, not the model itself; fetch it with `git lfs pull`".into(),
        );
    } else if starts(b"\x89PNG") {
        "a PNG image"
    } else if starts(b"\xff\xd8\xff") {
        "a JPEG image"
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        "a WebP image"
    } else if starts(b"PK\x03\x04") {
        "a ZIP archive (a PyTorch checkpoint is one; export it to ONNX first)"
    } else if starts(b"\x89HDF") {
        "an HDF5 file (Keras); convert it with tf2onnx first"
    } else if bytes.get(4..8) == Some(b"TFL3") {
        "a TensorFlow Lite model"
    } else if starts(b"ORTM") || bytes.get(4..8) == Some(b"ORTM") {
        "an ONNX Runtime .ort file; use the .onnx it was made from"
    } else if starts(b"%PDF") {
        "a PDF document"
    } else if starts(b"\x1f\x8b") {
        "a gzip archive; unpack it first"
    } else if looks_like_text(bytes) {
        "text, not an ONNX protobuf"
    } else {
        return None;
    };
    Some(format!("is {kind}"))
}

/// Protobuf starts with a field tag and is full of zero bytes; a text model is neither.
fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    let printable = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    std::str::from_utf8(head).is_ok_and(|s| !s.is_empty()) && head.iter().all(printable)
}

/// Operators of quantised models.
fn quantised(op: &str) -> bool {
    op.starts_with("QLinear")
        || matches!(
            op,
            "QuantizeLinear"
                | "DequantizeLinear"
                | "DynamicQuantizeLinear"
                | "ConvInteger"
                | "MatMulInteger"
        )
}

/// What the rest of the crate relies on.
fn check(model: &pb::ModelProto) -> Result<()> {
    let Some(graph) = &model.graph else {
        return Err(Error::new("is not an ONNX model: it holds no graph"));
    };
    if graph.node.is_empty() || graph.output.is_empty() {
        return Err(Error::new("holds an ONNX graph without nodes or outputs"));
    }
    for node in &graph.node {
        let name = node_name(node, 0);
        if quantised(&node.op_type) {
            return Err(Error::at(
                name,
                format!(
                    "{} belongs to a quantised model, which cannot be pruned yet; prune the float model and quantise afterwards",
                    node.op_type
                ),
            ));
        }
        if standard(&node.domain)
            && matches!(
                node.op_type.as_str(),
                "If" | "Loop" | "Scan" | "SequenceMap"
            )
        {
            return Err(Error::at(
                name,
                format!(
                    "{} is control flow, which cannot be pruned yet; export a static graph",
                    node.op_type
                ),
            ));
        }
    }
    trained(graph, model)?;
    wired(graph)?;
    super::bounds::check(graph)?;
    let hollow: std::collections::HashSet<&str> = graph
        .initializer
        .iter()
        .filter(|t| t.dims.contains(&0))
        .map(|t| t.name.as_str())
        .collect();
    for (index, node) in graph.node.iter().enumerate() {
        let weighs = matches!(
            node.op_type.as_str(),
            "Conv" | "ConvTranspose" | "Gemm" | "MatMul"
        );
        if let Some(weight) = node
            .input
            .get(1)
            .filter(|w| weighs && hollow.contains(w.as_str()))
        {
            return Err(Error::at(
                node_name(node, index),
                format!("has weights {weight} with a dimension of 0"),
            ));
        }
    }
    let mut images = 0;
    for input in runtime_inputs(graph) {
        images += 1;
        if let Some(axis) = dimensions(input).iter().skip(1).position(|d| *d == Ok(0)) {
            return Err(Error::new(format!(
                "declares input {} with a dimension of 0 (axis {})",
                input.name,
                axis + 1
            )));
        }
    }
    if images == 0 {
        return Err(Error::new("has no input to feed an image to"));
    }
    Ok(())
}

/// BatchNormalization in the form of training normalises by the batch at hand: it has no statistics to
/// judge a channel by, and engines disagree on what to do with it.
fn trained(graph: &pb::GraphProto, model: &pb::ModelProto) -> Result<()> {
    let standards = model.opset_import.iter().find(|o| standard(&o.domain));
    let opset = standards.map_or(0, |o| o.version);
    let form = |n: &&pb::NodeProto| {
        let outputs = n.output.iter().filter(|o| !o.is_empty()).count();
        match opset {
            14.. => n.int("training_mode").unwrap_or(0) != 0,
            7.. => outputs > 1,
            _ => n.int("is_test").unwrap_or(0) == 0 && outputs > 1,
        }
    };
    let norms = graph
        .node
        .iter()
        .filter(|n| standard(&n.domain) && n.op_type == "BatchNormalization");
    match norms.filter(form).map(|n| node_name(n, 0)).next() {
        Some(name) => Err(Error::at(
            name,
            "BatchNormalization is in the form of training, which normalises by the batch at hand; export the network in evaluation mode (in PyTorch: model.eval())",
        )),
        None => Ok(()),
    }
}

/// Every value is written once, before it is read: what ONNX promises and everything here relies on.
fn wired(graph: &pb::GraphProto) -> Result<()> {
    let stored = graph.initializer.iter().map(|t| t.name.as_str());
    let sparse = graph
        .sparse_initializer
        .iter()
        .filter_map(|t| t.values.as_ref())
        .map(|t| t.name.as_str());
    let mut written: std::collections::HashSet<&str> = stored
        .chain(sparse)
        .chain(graph.input.iter().map(|i| i.name.as_str()))
        .collect();
    for (index, node) in graph.node.iter().enumerate() {
        let name = || node_name(node, index);
        if let Some(missing) = node
            .input
            .iter()
            .find(|i| !i.is_empty() && !written.contains(i.as_str()))
        {
            return Err(Error::at(
                name(),
                format!("reads {missing}, which nothing before it writes"),
            ));
        }
        for output in node.output.iter().filter(|o| !o.is_empty()) {
            if !written.insert(output) {
                return Err(Error::at(
                    name(),
                    format!("writes {output}, which is written already"),
                ));
            }
        }
    }
    match graph
        .output
        .iter()
        .find(|o| !written.contains(o.name.as_str()))
    {
        Some(output) => Err(Error::new(format!(
            "declares output {}, which nothing writes",
            output.name
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().to_string()
    }

    #[test]
    fn names_what_was_dropped_instead() {
        assert!(refusal(b"").contains("empty"));
        assert!(refusal(b"\x89PNG\r\n\x1a\n....").contains("PNG"));
        assert!(
            refusal(b"version https://git-lfs.github.com/spec/v1\noid sha256:0").contains("LFS")
        );
        assert!(refusal(b"ir_version: 8\ngraph { name: \"g\" }\n").contains("text"));
        assert!(refusal(&[8, 8, 58, 200, 1, 10]).contains("cut short"));
        assert!(refusal(&[8, 8]).contains("no graph"));
    }
}
