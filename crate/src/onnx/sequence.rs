//! The new PyTorch exporter writes `chunk` as SplitToSequence and SequenceAt. Sequences cannot be
//! followed, slices can: the pair is respelled when a file is opened.

use std::collections::HashMap;

use super::{Attributes, Names, int_tensor, pb};

/// Small integer constants by name.
fn integers(graph: &pb::GraphProto) -> HashMap<String, Vec<i64>> {
    let read = |t: &pb::TensorProto| -> Option<Vec<i64>> {
        if t.data_type != pb::tensor_proto::DataType::Int64 as i32 {
            return None;
        }
        if t.raw_data.is_empty() {
            return Some(t.int64_data.clone());
        }
        let word = |b: &[u8]| b.try_into().ok().map(i64::from_le_bytes);
        t.raw_data.chunks(8).map(word).collect()
    };
    let mut known: HashMap<String, Vec<i64>> = graph
        .initializer
        .iter()
        .filter_map(|t| Some((t.name.clone(), read(t)?)))
        .collect();
    for node in graph.node.iter().filter(|n| n.op_type == "Constant") {
        let value = node.attribute.iter().find_map(|a| match a.name.as_str() {
            "value" => a.t.as_ref().and_then(read),
            "value_int" => Some(vec![a.i]),
            "value_ints" => Some(a.ints.clone()),
            _ => None,
        });
        if let (Some(value), Some(name)) = (value, node.output.first()) {
            known.insert(name.clone(), value);
        }
    }
    known
}

/// Turns every SequenceAt of a SplitToSequence into a Slice, where both have constant operands.
pub fn respell(model: &mut pb::ModelProto) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    if !graph.node.iter().any(|n| n.op_type == "SplitToSequence") {
        return;
    }
    let known = integers(graph);
    let splits: HashMap<String, (String, Option<Vec<i64>>, i64)> = graph
        .node
        .iter()
        .filter(|n| n.op_type == "SplitToSequence" && n.int("keepdims").unwrap_or(1) != 0)
        .filter_map(|n| {
            let sizes = n.input.get(1).and_then(|s| known.get(s)).cloned();
            Some((
                n.output.first()?.clone(),
                (n.input.first()?.clone(), sizes, n.int("axis").unwrap_or(0)),
            ))
        })
        .collect();
    let mut names = Names::of(graph);
    let mut added = Vec::new();
    for node in graph.node.iter_mut().filter(|n| n.op_type == "SequenceAt") {
        let index = node
            .input
            .get(1)
            .and_then(|i| known.get(i))
            .and_then(|v| v.first());
        let split = node.input.first().and_then(|s| splits.get(s));
        let (Some(index), Some((source, Some(sizes), axis))) = (index, split) else {
            continue;
        };
        let Some(index) = usize::try_from(*index).ok() else {
            continue;
        };
        let (start, end) = match sizes.as_slice() {
            // One number is the size of every piece.
            [each] => (index as i64 * each, (index as i64 + 1) * each),
            list if index < list.len() => {
                let start: i64 = list[..index].iter().sum();
                (start, start + list[index])
            }
            _ => continue,
        };
        let mut vector = |base: &str, value: i64| {
            let name = names.fresh(&format!("{}_{base}", node.name));
            added.push(int_tensor(&name, &[value]));
            name
        };
        let operands = [
            vector("start", start),
            vector("end", end),
            vector("axis", *axis),
        ];
        node.op_type = "Slice".into();
        node.input = std::iter::once(source.clone()).chain(operands).collect();
        node.attribute.clear();
    }
    graph.initializer.extend(added);
    let used: std::collections::HashSet<String> = graph
        .node
        .iter()
        .flat_map(|n| n.input.iter().cloned())
        .collect();
    graph
        .node
        .retain(|n| n.op_type != "SplitToSequence" || n.output.iter().any(|o| used.contains(o)));
}
