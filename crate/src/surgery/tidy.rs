//! After the cut: shape notes that are still true, and no nodes or weights that nobody uses.

use std::collections::{HashMap, HashSet};

use super::keep::Keep;
use crate::network::Analysis;
use crate::onnx::pb;

use pb::tensor_shape_proto::dimension::Value as Dim;

/// Overwrites the numeric dimensions of a value's shape.
pub fn set_dims(info: &mut pb::ValueInfoProto, dims: &[i64]) {
    let Some(pb::TypeProto {
        value: Some(pb::type_proto::Value::TensorType(tensor)),
        ..
    }) = &mut info.r#type
    else {
        return;
    };
    let Some(shape) = &mut tensor.shape else {
        return;
    };
    for (dim, new) in shape.dim.iter_mut().zip(dims) {
        if matches!(dim.value, Some(Dim::DimValue(_))) {
            dim.value = Some(Dim::DimValue(*new));
        }
    }
}

/// Updates `value_info`, and drops what the cut left without use.
pub fn tidy(
    original: &pb::ModelProto,
    pruned: &mut pb::ModelProto,
    analysis: &Analysis,
    keep: &Keep<'_>,
) {
    let was_live = original
        .graph
        .as_ref()
        .map(|g| live(g, Vec::new()))
        .unwrap_or_default();
    let Some(graph) = &mut pruned.graph else {
        return;
    };
    let now_live = live(graph, Vec::new());
    // What the cut made useless goes, and dead ends whose shapes are no longer true. Other dead ends
    // are none of our business.
    let by_name: HashMap<&str, usize> = analysis
        .graph
        .tensors
        .iter()
        .enumerate()
        .map(|(i, t)| (t.name.as_str(), i))
        .collect();
    let irregular = |name: &String| {
        let tensor = by_name.get(name.as_str());
        tensor.is_some_and(|t| !keep.regular(*t))
    };
    // Dead ends that stay go on needing what they read, even if nobody else does any more.
    let loose = graph.node.iter().filter(|n| {
        !n.output.iter().any(|o| was_live.contains(o))
            && !n.input.iter().chain(&n.output).any(irregular)
    });
    let wanted: Vec<String> = loose.flat_map(|n| n.output.iter().cloned()).collect();
    let wanted = live(graph, wanted);
    let mut lost: HashSet<String> = HashSet::new();
    graph.node.retain(|n| {
        let live = n.output.iter().any(|o| now_live.contains(o));
        let useless = n
            .output
            .iter()
            .any(|o| was_live.contains(o) && !wanted.contains(o));
        let stale = n
            .input
            .iter()
            .chain(&n.output)
            .any(|name| lost.contains(name) || irregular(name));
        let stays = live || !(useless || stale);
        if !stays {
            lost.extend(n.output.iter().filter(|o| !o.is_empty()).cloned());
        }
        stays
    });
    let read: HashSet<&String> = graph.node.iter().flat_map(|n| &n.input).collect();
    let was_used: HashSet<String> = original
        .graph
        .iter()
        .flat_map(|g| &g.node)
        .flat_map(|n| n.input.iter().cloned())
        .collect();
    let unread: HashSet<String> = graph
        .initializer
        .iter()
        .map(|t| &t.name)
        .filter(|n| was_used.contains(*n) && !read.contains(n) && !now_live.contains(*n))
        .cloned()
        .collect();
    let dropped = |name: &str| unread.contains(name);
    graph.initializer.retain(|t| !dropped(&t.name));
    let weights: HashSet<String> = original
        .graph
        .iter()
        .flat_map(|g| &g.initializer)
        .map(|t| t.name.clone())
        .collect();
    graph
        .input
        .retain(|i| !(weights.contains(&i.name) && dropped(&i.name)));

    let written: HashSet<&String> = graph.node.iter().flat_map(|n| &n.output).collect();
    let gone: HashSet<String> = graph
        .value_info
        .iter()
        .filter(|v| !written.contains(&v.name))
        .filter(|v| was_live.contains(&v.name) || lost.contains(&v.name))
        .map(|v| v.name.clone())
        .collect();
    graph.value_info.retain(|v| !gone.contains(&v.name));
    // Notes on constants: true again from the constants themselves.
    let constants = graph
        .node
        .iter()
        .filter(|n| n.op_type == "Constant")
        .filter_map(|n| {
            let value = n
                .attribute
                .iter()
                .find(|a| a.name == "value")
                .and_then(|a| a.t.as_ref())?;
            Some((n.output.first()?, &value.dims))
        });
    let stored: HashMap<String, Vec<i64>> = graph
        .initializer
        .iter()
        .map(|t| (&t.name, &t.dims))
        .chain(constants)
        .map(|(name, dims)| (name.clone(), dims.clone()))
        .collect();
    for info in &mut graph.value_info {
        if let Some(dims) = stored.get(&info.name) {
            set_dims(info, dims);
        }
    }
    for info in &mut graph.value_info {
        let Some(tensor) = by_name.get(info.name.as_str()) else {
            continue;
        };
        if !keep.touched(*tensor) {
            continue;
        }
        if let (Some(after), Some(before)) = (keep.shape(*tensor), analysis.graph.shape(*tensor)) {
            set_changed(info, before, &after);
        }
    }
}

/// Sets only those dimensions that a cut changed; the others may be symbols.
fn set_changed(info: &mut pb::ValueInfoProto, before: &[usize], after: &[usize]) {
    let Some(pb::TypeProto {
        value: Some(pb::type_proto::Value::TensorType(tensor)),
        ..
    }) = &mut info.r#type
    else {
        return;
    };
    let Some(shape) = &mut tensor.shape else {
        return;
    };
    for (axis, dim) in shape.dim.iter_mut().enumerate() {
        if let (Some(old), Some(new)) = (before.get(axis), after.get(axis))
            && old != new
        {
            dim.value = Some(Dim::DimValue(*new as i64));
        }
    }
}

/// Names of all values that some graph output, or one of `also`, depends on.
fn live(graph: &pb::GraphProto, also: Vec<String>) -> HashSet<String> {
    let producer: HashMap<&str, &pb::NodeProto> = graph
        .node
        .iter()
        .flat_map(|n| n.output.iter().map(move |o| (o.as_str(), n)))
        .collect();
    let mut live: HashSet<String> = HashSet::new();
    let mut stack = also;
    stack.extend(graph.output.iter().map(|o| o.name.clone()));
    while let Some(name) = stack.pop() {
        if name.is_empty() || !live.insert(name.clone()) {
            continue;
        }
        if let Some(node) = producer.get(name.as_str()) {
            stack.extend(node.input.iter().cloned());
        }
    }
    live
}
