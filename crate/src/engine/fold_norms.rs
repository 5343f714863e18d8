//! BatchNormalization folded into the convolution in front of it, for speed: tract runs it as two passes over the data, which
//! costs as much as a fifth of the convolutions. Only what is about to be run is folded, never a file that is written.

use std::collections::{HashMap, HashSet};

use ndarray::{Array1, ArrayView};
use tract_onnx::prelude::DatumType;

use crate::onnx::{self, Attributes, Names, pb};

/// Folds what can be folded; everything else stays as it is.
pub(super) fn fold(graph: &mut pb::GraphProto) {
    let constants = Constants::of(graph);
    let mut readers: HashMap<&str, usize> = HashMap::new();
    for name in graph.node.iter().flat_map(|node| &node.input) {
        *readers.entry(name).or_default() += 1;
    }
    // What leaves the graph is read by who runs it.
    for output in &graph.output {
        *readers.entry(&output.name).or_default() += 1;
    }
    let writers: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .filter_map(|(index, node)| Some((node.output.first()?.as_str(), index)))
        .collect();
    let mut folds = Vec::new();
    for (index, norm) in graph.node.iter().enumerate() {
        let alone = |name: &String| readers.get(name.as_str()) == Some(&1);
        let Some(source) = norm.input.first().filter(|name| alone(name)) else {
            continue;
        };
        let Some(&conv) = writers.get(source.as_str()) else {
            continue;
        };
        if let Some((weights, bias)) = folded(&graph.node[conv], norm, &constants) {
            folds.push((conv, index, weights, bias));
        }
    }
    let mut names = Names::of(graph);
    let mut gone = HashSet::new();
    for (conv, norm, weights, bias) in folds {
        gone.insert(norm);
        let output = graph.node[norm].output[0].clone();
        let node = &mut graph.node[conv];
        node.output[0] = output;
        node.input.truncate(2);
        node.input.push(String::new());
        let bias = onnx::float_tensor("", ArrayView::from(&bias).into_dyn(), DatumType::F32);
        for (slot, mut tensor) in [(1, weights), (2, bias)] {
            tensor.name = names.fresh("folded");
            node.input[slot].clone_from(&tensor.name);
            graph.initializer.push(tensor);
        }
    }
    let mut index = 0;
    graph.node.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
    // The weights as they were would be held beside the folded ones.
    let read: HashSet<&String> = graph.node.iter().flat_map(|node| &node.input).collect();
    let kept: HashSet<&String> = graph.output.iter().map(|output| &output.name).collect();
    let needed = |t: &pb::TensorProto| read.contains(&t.name) || kept.contains(&t.name);
    let (staying, left): (Vec<_>, Vec<_>) = std::mem::take(&mut graph.initializer)
        .into_iter()
        .partition(needed);
    // Old files declare every initializer as an input too, which would now wait for a value.
    let left: HashSet<String> = left.into_iter().map(|t| t.name).collect();
    graph.input.retain(|input| !left.contains(&input.name));
    graph.initializer = staying;
}

/// The tensors that nothing computes, by name; read only when asked for.
struct Constants<'a>(HashMap<&'a str, &'a pb::TensorProto>);

impl<'a> Constants<'a> {
    fn of(graph: &'a pb::GraphProto) -> Self {
        let given = graph.initializer.iter();
        let mut known: HashMap<&str, &pb::TensorProto> =
            given.map(|tensor| (tensor.name.as_str(), tensor)).collect();
        for node in &graph.node {
            let value = match node.op_type.as_str() {
                "Constant" => node.attribute("value").and_then(|a| a.t.as_ref()),
                // Exporters write equal tensors once and let the others be its copies.
                "Identity" => node
                    .input
                    .first()
                    .and_then(|n| known.get(n.as_str()).copied()),
                _ => None,
            };
            if let Some((value, output)) = value.zip(node.output.first()) {
                known.insert(output, value);
            }
        }
        Constants(known)
    }

    /// A float32 tensor with its values as bytes.
    fn get(&self, name: &str) -> Option<pb::TensorProto> {
        let tensor = self.0.get(name)?;
        if tensor.data_type != pb::tensor_proto::DataType::Float as i32 {
            return None;
        }
        let count: usize = tensor.dims.iter().map(|d| *d as usize).product();
        onnx::raw_form(tensor).filter(|raw| raw.raw_data.len() == size_of::<f32>() * count)
    }
}

fn values(tensor: &pb::TensorProto) -> Array1<f64> {
    let (words, _) = tensor.raw_data.as_chunks::<4>();
    words
        .iter()
        .map(|w| f64::from(f32::from_le_bytes(*w)))
        .collect()
}

/// Weights and bias of the convolution that does both; `None` where they are not constants or this is another operator.
fn folded(
    conv: &pb::NodeProto,
    norm: &pb::NodeProto,
    constants: &Constants<'_>,
) -> Option<(pb::TensorProto, Vec<f32>)> {
    let plain = conv.op_type == "Conv"
        && onnx::standard(&conv.domain)
        && norm.op_type == "BatchNormalization"
        && onnx::standard(&norm.domain)
        && norm.int("training_mode").unwrap_or(0) == 0
        && norm.int("spatial").unwrap_or(1) == 1
        && norm.output.iter().skip(1).all(String::is_empty);
    if !plain {
        return None;
    }
    let constant = |node: &pb::NodeProto, slot: usize| constants.get(node.input.get(slot)?);
    let mut weights = constant(conv, 1)?;
    let outputs = *weights.dims.first()? as usize;
    let vector = |slot: usize| Some(values(&constant(norm, slot)?)).filter(|v| v.len() == outputs);
    let (gamma, beta, mean, variance) = (vector(1)?, vector(2)?, vector(3)?, vector(4)?);
    let bias = match conv.input.get(2).filter(|name| !name.is_empty()) {
        Some(_) => values(&constant(conv, 2)?),
        None => Array1::zeros(outputs),
    };
    if outputs == 0 || bias.len() != outputs {
        return None;
    }
    let epsilon = f64::from(norm.float("epsilon").unwrap_or(1e-5));
    let scale = gamma / (variance + epsilon).mapv(f64::sqrt);
    // In place: a page does this in code that its browser has not optimised yet.
    let (words, _) = weights.raw_data.as_chunks_mut::<4>();
    let size = (words.len() / outputs).max(1);
    for (row, scale) in words.chunks_exact_mut(size).zip(&scale) {
        for word in row {
            let scaled = f64::from(f32::from_le_bytes(*word)) * scale;
            *word = (scaled as f32).to_le_bytes();
        }
    }
    let shift = (bias - mean) * &scale + beta;
    Some((weights, shift.iter().map(|v| *v as f32).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, difference, noise};

    #[test]
    fn folded_samples_say_the_same() {
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/samples");
        let mut found = 0;
        for entry in std::fs::read_dir(samples).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "onnx") {
                continue;
            }
            let model = onnx::decode(&std::fs::read(&path).unwrap()).unwrap();
            let mut fused = model.clone();
            fold(fused.graph.as_mut().unwrap());
            let norms = |m: &pb::ModelProto| {
                let nodes = &m.graph.as_ref().unwrap().node;
                nodes
                    .iter()
                    .filter(|n| n.op_type == "BatchNormalization")
                    .count()
            };
            assert!(norms(&model) > 10 && norms(&fused) == 0, "{path:?}");
            let run = |model: &pb::ModelProto| {
                let engine = Engine::plain(model, 2).unwrap();
                engine.run(noise(&engine.inputs[0].0, 5)).unwrap()
            };
            let (worst, scale) = difference(&run(&model), &run(&fused));
            assert!(
                worst <= 1e-4 * scale.max(1.0),
                "{path:?}: {worst} of {scale}"
            );
            found += 1;
        }
        assert!(found >= 6);
    }
}
