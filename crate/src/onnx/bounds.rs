//! Sizes in a file, held against [`crate::limits`] before anything is built from them.

use std::collections::HashMap;

use super::node_name;
use super::pb::{self, tensor_proto::DataType};
use super::{Attributes, dimensions, runtime_inputs, standard};
use crate::error::{Error, Result};
use crate::limits::{
    MAX_AXIS, MAX_NODES, MAX_OPERANDS, MAX_RANK, MAX_STEP, MAX_TAPS, MAX_TENSOR_ELEMENTS,
    product_within,
};

/// Refuses sizes that no network for images has.
///
/// # Errors
/// Names the node or tensor and the size.
pub fn check(graph: &pb::GraphProto) -> Result<()> {
    if graph.node.len() > MAX_NODES {
        return Err(Error::new(format!(
            "holds {} nodes; at most {MAX_NODES} are handled",
            graph.node.len()
        )));
    }
    for tensor in &graph.initializer {
        stored(tensor).map_err(Error::new)?;
    }
    for input in runtime_inputs(graph) {
        let dims = dimensions(input);
        let sizes = dims.iter().filter_map(|d| d.as_ref().ok().copied());
        let large = sizes.clone().any(|d| d > MAX_AXIS);
        if large || dims.len() > MAX_RANK || product_within(sizes, MAX_TENSOR_ELEMENTS).is_none() {
            return Err(Error::new(format!(
                "declares input {} with the shape {}, which is too large to be handled",
                input.name,
                spelled(&dims)
            )));
        }
    }
    let mut integers: HashMap<&str, Vec<i64>> = graph
        .initializer
        .iter()
        .filter_map(|t| Some((t.name.as_str(), small_integers(t)?)))
        .collect();
    for (index, node) in graph.node.iter().enumerate() {
        let at = |reason: String| Error::at(node_name(node, index), reason);
        if node.input.len().max(node.output.len()) > MAX_OPERANDS {
            return Err(at(format!(
                "{} has more than {MAX_OPERANDS} operands",
                node.op_type
            )));
        }
        for tensor in node.attribute.iter().filter_map(|a| a.t.as_ref()) {
            stored(tensor).map_err(&at)?;
        }
        if !standard(&node.domain) {
            continue;
        }
        operands(node).map_err(&at)?;
        steps(node).map_err(&at)?;
        sizes(node, &integers).map_err(&at)?;
        if node.op_type == "Constant"
            && let Some(tensor) = node.attribute("value").and_then(|a| a.t.as_ref())
            && let (Some(name), Some(values)) = (node.output.first(), small_integers(tensor))
        {
            integers.insert(name, values);
        }
    }
    Ok(())
}

fn spelled<E>(dims: &[Result<usize, E>]) -> String {
    let one = |d: &Result<usize, E>| d.as_ref().map_or("?".into(), ToString::to_string);
    dims.iter().map(one).collect::<Vec<_>>().join("×")
}

/// Bytes of one element, for the kinds that are stored as plain numbers.
fn width(kind: i32) -> Option<usize> {
    Some(match DataType::try_from(kind).ok()? {
        DataType::Float | DataType::Int32 | DataType::Uint32 => 4,
        DataType::Double | DataType::Int64 | DataType::Uint64 => 8,
        DataType::Float16 | DataType::Bfloat16 | DataType::Int16 | DataType::Uint16 => 2,
        DataType::Bool | DataType::Int8 | DataType::Uint8 => 1,
        _ => return None,
    })
}

/// A stored tensor holds as many numbers as its dimensions promise.
fn stored(tensor: &pb::TensorProto) -> Result<(), String> {
    let name = || match tensor.name.as_str() {
        "" => "a constant".to_string(),
        name => format!("tensor {name}"),
    };
    let shape = || {
        let dims = tensor.dims.iter().map(ToString::to_string);
        dims.collect::<Vec<_>>().join("×")
    };
    let sizes: Option<Vec<usize>> = tensor
        .dims
        .iter()
        .map(|d| usize::try_from(*d).ok())
        .collect();
    let Some(sizes) = sizes else {
        return Err(format!("has a negative dimension in {}", name()));
    };
    let too_large = || {
        format!(
            "declares {} with the shape {}, which is too large to be handled",
            name(),
            shape()
        )
    };
    if sizes.len() > MAX_RANK {
        return Err(too_large());
    }
    // What is stored cannot be larger than the file; a product that overflows is.
    let count = product_within(sizes, usize::MAX / 16).ok_or_else(too_large)?;
    let Some(width) = width(tensor.data_type) else {
        return Ok(());
    };
    let held = if tensor.raw_data.is_empty() {
        match DataType::try_from(tensor.data_type) {
            Ok(DataType::Float) => tensor.float_data.len(),
            Ok(DataType::Double) => tensor.double_data.len(),
            Ok(DataType::Int64) => tensor.int64_data.len(),
            Ok(DataType::Uint32 | DataType::Uint64) => tensor.uint64_data.len(),
            _ => tensor.int32_data.len(),
        }
    } else {
        tensor.raw_data.len() / width
    };
    if held != count {
        return Err(format!(
            "holds {held} numbers for {} of shape {}, which needs {count}",
            name(),
            shape()
        ));
    }
    Ok(())
}

/// A weighted layer has an input and weights: tract counts a bias behind a missing weight wrongly.
fn operands(node: &pb::NodeProto) -> Result<(), String> {
    let needed = match node.op_type.as_str() {
        "Conv" | "ConvTranspose" | "Gemm" | "MatMul" => 2,
        "BatchNormalization" => 5,
        _ => return Ok(()),
    };
    let given = node.input.iter().take(needed);
    match given.filter(|name| !name.is_empty()).count() {
        n if n == needed => Ok(()),
        n => Err(format!(
            "{} needs {needed} operands and has {n}",
            node.op_type
        )),
    }
}

/// Attributes that say how far a window reaches or moves.
fn steps(node: &pb::NodeProto) -> Result<(), String> {
    const LISTS: [&str; 6] = [
        "kernel_shape",
        "strides",
        "dilations",
        "pads",
        "paddings",
        "output_padding",
    ];
    for name in LISTS {
        let values = node.ints(name).unwrap_or_default();
        // A Pad may also crop; a window cannot.
        let least = match (name, node.op_type.as_str()) {
            (_, "Pad") => -MAX_STEP,
            ("kernel_shape" | "strides" | "dilations", _) => 1,
            _ => 0,
        };
        if values.len() > 2 * MAX_RANK {
            return Err(format!("{name} has {} numbers", values.len()));
        }
        if let Some(value) = values.iter().find(|v| !(least..=MAX_STEP).contains(*v)) {
            return Err(format!(
                "{} has {value} among its {name}; {least} to {MAX_STEP} are handled",
                node.op_type
            ));
        }
    }
    let taps = node
        .ints("kernel_shape")
        .unwrap_or_default()
        .iter()
        .try_fold(1i64, |all, k| all.checked_mul(*k));
    if taps.is_none_or(|t| t > MAX_TAPS) {
        return Err(format!(
            "{} has a window of more than {MAX_TAPS} elements",
            node.op_type
        ));
    }
    // tract turns a permutation into moves until it is done, which it never is with what is none.
    if let ("Transpose", Some(perm)) = (node.op_type.as_str(), node.ints("perm")) {
        let mut sorted = perm.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..perm.len() as i64) {
            return Err(format!(
                "Transpose has a perm that is no permutation: {perm:?}"
            ));
        }
    }
    for (name, least) in [("group", 1), ("blocksize", 1)] {
        if let Some(value) = node.int(name)
            && !(least..=MAX_AXIS as i64).contains(&value)
        {
            return Err(format!("{} has {name} {value}", node.op_type));
        }
    }
    Ok(())
}

/// Operands that say how large a result is, where the file stores them.
fn sizes(node: &pb::NodeProto, integers: &HashMap<&str, Vec<i64>>) -> Result<(), String> {
    let read = |slot: usize| {
        let name = node.input.get(slot)?;
        integers.get(name.as_str())
    };
    let within = |values: &[i64], limit: usize| {
        let positive = values.iter().filter(|v| **v > 0).map(|v| *v as usize);
        product_within(positive.clone(), limit).is_some() && positive.max().unwrap_or(0) <= MAX_AXIS
    };
    let (slot, what) = match node.op_type.as_str() {
        "Pad" => (1, "pads"),
        "Expand" | "Tile" => (1, "size"),
        "ConstantOfShape" => (0, "size"),
        "Resize" => (3, "size"),
        "OneHot" => (1, "depth"),
        "Range" => (1, "limit"),
        _ => return Ok(()),
    };
    let Some(values) = read(slot) else {
        return Ok(());
    };
    let fits = match node.op_type.as_str() {
        "Pad" => values.iter().all(|v| v.saturating_abs() <= MAX_STEP),
        "Range" => {
            let (from, step) = (read(0), read(2));
            let one =
                |v: Option<&Vec<i64>>, or: i64| v.and_then(|v| v.first().copied()).unwrap_or(or);
            let (from, to, step) = (one(from, 0), one(Some(values), 0), one(step, 1));
            step != 0
                && to
                    .checked_sub(from)
                    .and_then(|all| all.checked_div(step))
                    .is_some_and(|n| n <= MAX_AXIS as i64)
        }
        // Weights may be written so, and are then as large as weights are.
        "ConstantOfShape" => within(values, 4 * MAX_TENSOR_ELEMENTS),
        _ => within(values, MAX_TENSOR_ELEMENTS),
    };
    if fits {
        return Ok(());
    }
    let list = values.iter().take(8).map(ToString::to_string);
    Err(format!(
        "{} asks for {what} {}, which is too large to be handled",
        node.op_type,
        list.collect::<Vec<_>>().join("×")
    ))
}

/// The values of a short integer tensor, as shapes and amounts are.
fn small_integers(tensor: &pb::TensorProto) -> Option<Vec<i64>> {
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let raw = &tensor.raw_data;
    let values: Vec<i64> = match kind {
        DataType::Int64 if raw.is_empty() => tensor.int64_data.clone(),
        DataType::Int64 => raw
            .chunks_exact(8)
            .filter_map(|b| b.try_into().ok().map(i64::from_le_bytes))
            .collect(),
        DataType::Int32 if raw.is_empty() => {
            tensor.int32_data.iter().map(|v| i64::from(*v)).collect()
        }
        DataType::Int32 => raw
            .chunks_exact(4)
            .filter_map(|b| b.try_into().ok().map(|b| i64::from(i32::from_le_bytes(b))))
            .collect(),
        _ => return None,
    };
    (values.len() <= 2 * MAX_RANK).then_some(values)
}
