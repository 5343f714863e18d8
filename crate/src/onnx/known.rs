//! Whole numbers that a graph holds as constants: axes, sizes, bounds.

use std::collections::HashMap;

use super::{Attributes, pb, standard};

/// Values of int64 and int32 constants by name: initializers, Constant nodes, and what Cast, Reshape and
/// the like make of them without changing the numbers.
pub(crate) fn integers(graph: &pb::GraphProto) -> HashMap<String, Vec<i64>> {
    let stored = graph.initializer.iter();
    let mut known: HashMap<String, Vec<i64>> = stored
        .filter_map(|t| Some((t.name.clone(), read(t)?)))
        .collect();
    for node in graph.node.iter().filter(|n| standard(&n.domain)) {
        let Some(output) = node.output.first() else {
            continue;
        };
        let first = || known.get(node.input.first()?).cloned();
        let value = match node.op_type.as_str() {
            "Constant" => node.attribute.iter().find_map(|a| match a.name.as_str() {
                "value" => a.t.as_ref().and_then(read),
                "value_int" => Some(vec![a.i]),
                "value_ints" => Some(a.ints.clone()),
                _ => None,
            }),
            "Cast" if matches!(node.int("to"), Some(6 | 7)) => first(),
            "Identity" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten" => first(),
            "Concat" => node
                .input
                .iter()
                .map(|i| known.get(i).cloned())
                .collect::<Option<Vec<_>>>()
                .map(|parts| parts.concat()),
            _ => None,
        };
        if let Some(value) = value {
            known.insert(output.clone(), value);
        }
    }
    known
}

fn read(tensor: &pb::TensorProto) -> Option<Vec<i64>> {
    use pb::tensor_proto::DataType::{Int32, Int64};
    // Lists of axes and bounds are short; weights are none of our business.
    if tensor.dims.iter().product::<i64>() > 64 {
        return None;
    }
    let raw = |size: usize| tensor.raw_data.chunks_exact(size);
    match tensor.data_type {
        t if t == Int64 as i32 && tensor.raw_data.is_empty() => Some(tensor.int64_data.clone()),
        t if t == Int64 as i32 => raw(8)
            .map(|b| b.try_into().ok().map(i64::from_le_bytes))
            .collect(),
        t if t == Int32 as i32 && tensor.raw_data.is_empty() => {
            Some(tensor.int32_data.iter().map(|v| i64::from(*v)).collect())
        }
        t if t == Int32 as i32 => raw(4)
            .map(|b| b.try_into().ok().map(|b| i64::from(i32::from_le_bytes(b))))
            .collect(),
        _ => None,
    }
}
