//! Forms that tract computes wrongly once its optimiser has been at them, respelled in the copy of the
//! model that only tract sees:
//! what is subtracted from or divides a number per channel (the convolution before it takes the number
//! in, and forgets the sign of its weights), and padding "so that the size stays" of a convolution that a
//! stride behind it is moved into (which then pads by the new stride).

use std::collections::{HashMap, HashSet};

use crate::onnx::{Attributes, Names, pb, standard};

/// c − x becomes c + (−x), c ∕ x becomes c · (1 ∕ x).
pub fn respell(graph: &mut pb::GraphProto, kinds: &HashMap<String, i32>, names: &mut Names) {
    let float = pb::tensor_proto::DataType::Float as i32;
    let written: HashSet<String> = graph
        .node
        .iter()
        .filter(|n| matches!(n.op_type.as_str(), "Conv" | "BatchNormalization"))
        .flat_map(|n| n.output.iter().cloned())
        .collect();
    let mut nodes = Vec::with_capacity(graph.node.len());
    for mut node in std::mem::take(&mut graph.node) {
        let (inverse, forward) = match node.op_type.as_str() {
            "Sub" => ("Neg", "Add"),
            "Div" => ("Reciprocal", "Mul"),
            _ => ("", ""),
        };
        let floats = node.input.len() == 2
            && (kinds.get(&node.input[0]) == Some(&float) || written.contains(&node.input[1]))
            && !kinds.contains_key(&node.input[1]);
        if standard(&node.domain) && !inverse.is_empty() && floats {
            let name = names.fresh(&format!("{}_inverse", node.name));
            nodes.push(pb::NodeProto {
                op_type: inverse.into(),
                name: name.clone(),
                input: vec![node.input[1].clone()],
                output: vec![name.clone()],
                ..Default::default()
            });
            node.op_type = forward.into();
            node.input[1] = name;
        }
        nodes.push(node);
    }
    graph.node = nodes;
}

/// SAME at stride 1 is a number of pixels that does not depend on the picture.
pub fn explicit_pads(node: &mut pb::NodeProto) {
    let auto = node.text("auto_pad").unwrap_or_default();
    let upper = match auto {
        "SAME_UPPER" => true,
        "SAME_LOWER" => false,
        _ => return,
    };
    let Some(kernel) = node.ints("kernel_shape").map(<[i64]>::to_vec) else {
        return;
    };
    if node
        .ints("strides")
        .is_some_and(|s| s.iter().any(|v| *v != 1))
    {
        return;
    }
    let dilations = node
        .ints("dilations")
        .map_or(vec![1; kernel.len()], <[i64]>::to_vec);
    let totals = kernel.iter().zip(&dilations).map(|(k, d)| (k - 1) * d);
    let (less, more): (Vec<i64>, Vec<i64>) = totals.map(|t| (t / 2, t - t / 2)).unzip();
    let pads = if upper { [less, more] } else { [more, less] }.concat();
    node.attribute
        .retain(|a| !matches!(a.name.as_str(), "auto_pad" | "pads"));
    node.attribute.push(pb::AttributeProto {
        name: "pads".into(),
        ints: pads,
        r#type: pb::attribute_proto::AttributeType::Ints as i32,
        ..Default::default()
    });
}
