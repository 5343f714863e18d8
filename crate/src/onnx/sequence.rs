//! Parts of a tensor that are written in a way that cannot be followed, respelled when a file is opened:
//! PyTorch's new exporter writes `chunk` as SplitToSequence and SequenceAt, where slices say the same;
//! a Split may leave parts unnamed, which then have no shape to tell where the next one starts.

use std::collections::HashMap;

use super::{Attributes, Names, int_tensor, known, pb};

/// Rewrites operators on sequences as operators on tensors.
pub fn respell(model: &mut pb::ModelProto) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    name_parts(graph);
    if graph.node.iter().any(|n| n.op_type == "SplitToSequence") {
        sequences(graph);
    }
}

/// Gives every unnamed part of a Split a name.
pub(crate) fn name_parts(graph: &mut pb::GraphProto) {
    let mut names = Names::of(graph);
    for node in graph.node.iter_mut().filter(|n| n.op_type == "Split") {
        let base = format!("{}_part", node.name);
        for output in node.output.iter_mut().filter(|o| o.is_empty()) {
            *output = names.fresh(&base);
        }
    }
}

/// Turns every SequenceAt of a SplitToSequence into a Slice, where both have constant operands.
fn sequences(graph: &mut pb::GraphProto) {
    let known = known::integers(graph);
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
