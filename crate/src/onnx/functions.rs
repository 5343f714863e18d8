//! Local functions (how PyTorch's newer exporters write modules) are written out where they are called:
//! nothing that looks at nodes could see into them.

use std::collections::HashMap;

use super::{Attributes, Names, node_name, pb, standard};

/// Calls within calls; ONNX forbids recursion, a damaged file may hold it.
const DEEPEST: usize = 32;
/// Nodes written out at most: a damaged file may double at every level.
const MOST: usize = 1 << 20;

/// Replaces every call of a local function by the function's nodes.
pub fn write_out(model: &mut pb::ModelProto) {
    if model.functions.is_empty() {
        return;
    }
    let opset = |imports: &[pb::OperatorSetIdProto]| {
        let own = imports.iter().find(|o| standard(&o.domain));
        own.map(|o| o.version)
    };
    let ours = opset(&model.opset_import);
    // A body in another version of the operators would mean something else out here.
    let bodies: HashMap<(String, String), pb::FunctionProto> = model
        .functions
        .iter()
        .filter(|f| opset(&f.opset_import).is_none_or(|v| Some(v) == ours))
        .map(|f| (place(f), f.clone()))
        .collect();
    let Some(graph) = &mut model.graph else {
        return;
    };
    let mut names = Names::of(graph);
    for _ in 0..DEEPEST {
        let called = |n: &pb::NodeProto| bodies.get(&(n.domain.clone(), n.op_type.clone()));
        if !graph.node.iter().any(|n| called(n).is_some()) || graph.node.len() > MOST {
            break;
        }
        let nodes = std::mem::take(&mut graph.node);
        for (index, node) in nodes.into_iter().enumerate() {
            match bodies.get(&(node.domain.clone(), node.op_type.clone())) {
                Some(body) if complete(body, &node) => {
                    graph.node.extend(call(body, &node, index, &mut names));
                }
                _ => graph.node.push(node),
            }
        }
    }
    let used = |domain: &str, name: &str| {
        let here = |n: &pb::NodeProto| n.domain == domain && n.op_type == name;
        graph.node.iter().any(here)
    };
    model.functions.retain(|f| {
        let (domain, name) = place(f);
        used(&domain, &name)
    });
    let kept = &model.functions;
    model.opset_import.retain(|o| {
        standard(&o.domain)
            || graph.node.iter().any(|n| n.domain == o.domain)
            || kept
                .iter()
                .any(|f| f.opset_import.iter().any(|i| i.domain == o.domain))
    });
}

/// Domain and name, by which nodes call it.
fn place(function: &pb::FunctionProto) -> (String, String) {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    (text(&function.domain), text(&function.name))
}

/// The nodes of one call, with the caller's names at the edges and fresh ones inside.
fn call(
    body: &pb::FunctionProto,
    node: &pb::NodeProto,
    index: usize,
    names: &mut Names,
) -> Vec<pb::NodeProto> {
    let caller = node_name(node, index);
    let mut renamed: HashMap<&str, String> = HashMap::new();
    for (slot, formal) in body.input.iter().enumerate() {
        renamed.insert(formal, node.input.get(slot).cloned().unwrap_or_default());
    }
    let mut nodes = Vec::with_capacity(body.node.len());
    // An output that is an input, handed through, still has to be written by something.
    let mut handed = Vec::new();
    for (slot, formal) in body.output.iter().enumerate() {
        let Some(actual) = node.output.get(slot).filter(|o| !o.is_empty()) else {
            continue;
        };
        match renamed.get(formal.as_str()) {
            Some(source) => handed.push((source.clone(), actual.clone())),
            None => {
                renamed.insert(formal, actual.clone());
            }
        }
    }
    for (place, inner) in body.node.iter().enumerate() {
        let mut copy = inner.clone();
        copy.name = format!("{caller}/{}", node_name(inner, place));
        for name in copy.input.iter_mut().filter(|n| !n.is_empty()) {
            *name = renamed.get(name.as_str()).cloned().unwrap_or_default();
        }
        for (slot, name) in inner.output.iter().enumerate() {
            if !name.is_empty() {
                let fresh = renamed
                    .entry(name)
                    .or_insert_with(|| names.fresh(&format!("{caller}/{name}")));
                copy.output[slot] = fresh.clone();
            }
        }
        copy.attribute = inner
            .attribute
            .iter()
            .filter_map(|a| given(a, node))
            .collect();
        nodes.push(copy);
    }
    for (source, target) in handed {
        nodes.push(pb::NodeProto {
            op_type: "Identity".into(),
            name: format!("{caller}/{target}"),
            input: vec![source],
            output: vec![target],
            ..Default::default()
        });
    }
    nodes
}

/// Whether every attribute that the body asks for is given, or is one that may be left out. The others
/// have defaults in a field of newer files that is not read here.
fn complete(body: &pb::FunctionProto, caller: &pb::NodeProto) -> bool {
    let asked = body.node.iter().flat_map(|n| &n.attribute);
    asked
        .map(|a| &a.ref_attr_name)
        .filter(|name| !name.is_empty())
        .all(|name| body.attribute.contains(name) || caller.attribute(name).is_some())
}

/// An attribute of a body's node: its own, or the one the caller gives for it.
fn given(attribute: &pb::AttributeProto, caller: &pb::NodeProto) -> Option<pb::AttributeProto> {
    if attribute.ref_attr_name.is_empty() {
        return Some(attribute.clone());
    }
    let value = caller.attribute(&attribute.ref_attr_name)?;
    Some(pb::AttributeProto {
        name: attribute.name.clone(),
        ..value.clone()
    })
}
