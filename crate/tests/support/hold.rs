//! Brute force for "which channels are constants": the network with everything declared dead held
//! at its pinned value, run on random inputs.

use std::collections::HashMap;

use channel_pruning::internals::activation::Activation;
use channel_pruning::internals::channels::layout::strides;
use channel_pruning::internals::channels::{ChannelId, Flow};
use channel_pruning::internals::engine::{Engine, noise};
use channel_pruning::internals::gaussian::Gaussian;
use channel_pruning::internals::graph::TensorId;
use channel_pruning::internals::network::Analysis;
use channel_pruning::internals::onnx::pb;
use ndarray::{ArrayD, Axis, Dimension};

use super::build::{floats, node};

/// What one reader sees on one of its input channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    Varies,
    /// The same in every run; `even` if also the same at every position.
    Constant {
        value: f32,
        even: bool,
    },
}

/// Operators that may stay flat on all of a few inputs by accident.
const MONOTONE: [&str; 6] = [
    "Relu",
    "Clip",
    "HardSwish",
    "HardSigmoid",
    "Sigmoid",
    "Tanh",
];

/// Which positions of an activation's output get a sine added, by node. Without it, what is
/// alive might stay flat on all of a few inputs by accident.
pub type Waves = HashMap<usize, Vec<bool>>;

/// Inserts Mul and Add behind every node whose output is declared constant, and the waves.
pub fn held(
    model: &pb::ModelProto,
    analysis: &Analysis,
    threshold: f64,
    waves: &Waves,
) -> pb::ModelProto {
    let mut held = model.clone();
    let graph = held.graph.as_mut().expect("a graph");
    graph.value_info.clear();
    let nodes = std::mem::take(&mut graph.node);
    for (index, mut original) in nodes.into_iter().enumerate() {
        let pinned = pinned(analysis, index, threshold);
        let wave = waves.get(&index);
        if wave.is_none() && pinned.is_none() {
            graph.node.push(original);
            continue;
        }
        let (input, output) = (original.input[0].clone(), original.output[0].clone());
        let name = |what: &str| format!("held_{index}_{what}");
        original.output[0] = name("free");
        graph.node.push(original);
        let mut add = |op: &str, inputs: &[&str], output: &str| {
            graph.node.push(node(op, output, inputs, &[output], vec![]));
        };
        let mut free = name("free");
        let mut tensors = Vec::new();
        if let (Some(wave), Some((_, dims))) = (wave, place(analysis, index)) {
            let height: Vec<f32> = wave.iter().map(|w| 0.5 * f32::from(*w)).collect();
            tensors.push(floats(&name("height"), &dims, &height));
            // Steep, so that what varies little still varies some layers on; not so high that
            // repeating it would draw all values to one.
            tensors.push(floats(&name("three"), &[], &[3.0]));
            add("Mul", &[&input, &name("three")], &name("fast"));
            add("Sin", &[&name("fast")], &name("sine"));
            add("Mul", &[&name("sine"), &name("height")], &name("small"));
            add("Add", &[&free, &name("small")], &name("wavy"));
            free = name("wavy");
        }
        match pinned {
            Some((dims, values)) => {
                let alive: Vec<f32> = values.iter().map(|v| f32::from(v.is_none())).collect();
                let at: Vec<f32> = values.iter().map(|v| v.unwrap_or(0.0)).collect();
                tensors.push(floats(&name("alive"), &dims, &alive));
                tensors.push(floats(&name("at"), &dims, &at));
                add("Mul", &[&free, &name("alive")], &name("masked"));
                add("Add", &[&name("masked"), &name("at")], &output);
            }
            None => add("Identity", &[&free], &output),
        }
        graph.initializer.extend(tensors);
    }
    held
}

/// Input and compact output shape of a monotone activation.
fn place(analysis: &Analysis, node: usize) -> Option<(TensorId, Vec<usize>)> {
    let Flow::Activate { out, .. } = &analysis.channels.flows[node] else {
        return None;
    };
    let op = analysis.graph.nodes[node].op.as_str();
    let input = analysis.graph.input(node, 0)?;
    let dims = analysis.channels.layouts[*out].as_ref()?.dims.clone();
    (MONOTONE.contains(&op) && analysis.channels.layouts[input].is_some()).then_some((input, dims))
}

/// Waves on every activation whose input varies. A constant that a ReLU clips to 0 has to stay 0,
/// because 0 is what survives a gate; so waves on constants are taken away, in rounds, until
/// nothing more turns out to be one.
pub fn waves(
    model: &pb::ModelProto,
    analysis: &Analysis,
    threshold: f64,
    runs: u64,
) -> Result<Waves, String> {
    let places: Vec<(usize, TensorId, Vec<usize>)> = (0..analysis.graph.nodes.len())
        .filter_map(|n| place(analysis, n).map(|(input, dims)| (n, input, dims)))
        .filter(|(_, input, _)| !analysis.graph.tensors[*input].is_input)
        .collect();
    let mut waves: Waves = places
        .iter()
        .map(|(n, _, dims)| (*n, vec![true; dims.iter().product()]))
        .collect();
    let mut names: Vec<String> = places
        .iter()
        .map(|(_, input, _)| analysis.graph.tensors[*input].name.clone())
        .collect();
    names.sort();
    names.dedup();
    for _ in 0..8 {
        if names.is_empty() {
            break;
        }
        let outputs = run(&held(model, analysis, threshold, &waves), &names, runs)?;
        let mut changed = false;
        for (n, input, dims) in &places {
            let at = names
                .binary_search(&analysis.graph.tensors[*input].name)
                .expect("listed");
            let flags = waves.get_mut(n).expect("listed");
            for (flag, varies) in flags.iter_mut().zip(varying(&outputs, at, dims)) {
                changed |= *flag && !varies;
                *flag &= varies;
            }
        }
        if !changed {
            break;
        }
    }
    Ok(waves)
}

/// Per compact position: does anything that it stands for differ from run to run?
fn varying(outputs: &[Vec<ArrayD<f32>>], at: usize, dims: &[usize]) -> Vec<bool> {
    let steps = strides(dims);
    let mut varies = vec![false; dims.iter().product()];
    for other in &outputs[1..] {
        for ((place, a), b) in outputs[0][at].indexed_iter().zip(&other[at]) {
            if a != b {
                let index: usize = steps.iter().zip(place.slice()).map(|(s, i)| s * i).sum();
                varies[index] = true;
            }
        }
    }
    varies
}

fn run(
    model: &pb::ModelProto,
    names: &[String],
    runs: u64,
) -> Result<Vec<Vec<ArrayD<f32>>>, String> {
    let engine = Engine::with_outputs(model, 1, Some(names)).map_err(|e| e.to_string())?;
    let shape = engine.inputs[0].0.clone();
    (0..runs)
        .map(|seed| {
            engine
                .run(noise(&shape, seed + 11))
                .map_err(|e| e.to_string())
        })
        .collect()
}

/// Compact shape of a node's output, and per position the value at which it is held.
fn pinned(
    analysis: &Analysis,
    node: usize,
    threshold: f64,
) -> Option<(Vec<usize>, Vec<Option<f32>>)> {
    let channels = &analysis.channels;
    let (out, values): (TensorId, Vec<Option<f32>>) = match &channels.flows[node] {
        // A normalisation of scale 0 emits β.
        Flow::Normalise { out, gaussians, .. } => {
            let at = |g: &Gaussian| (g.std == 0.0).then_some(g.mean as f32);
            (*out, gaussians.iter().map(at).collect())
        }
        Flow::Activate {
            out,
            from,
            functions,
        } => {
            let at = |(channel_id, f): (&ChannelId, &Activation)| {
                let s = &analysis.statistics.by_channel[channel_id.index()];
                let y = Gaussian {
                    mean: s.mean,
                    std: s.variance.sqrt(),
                };
                // Behind an input that is dead for sure it is what it is, whatever β says.
                if s.constant_at >= 1.0 {
                    return None;
                }
                let low = f.low().filter(|l| s.gaussian && y.at_most(*l) >= threshold);
                let high = f
                    .high()
                    .filter(|h| s.gaussian && y.at_least(*h) >= threshold);
                low.or(high).map(|end| f.apply(end) as f32)
            };
            (*out, from.iter().zip(functions).map(at).collect())
        }
        _ => return None,
    };
    if values.iter().all(Option::is_none) {
        return None;
    }
    Some((channels.layouts[out].as_ref()?.dims.clone(), values))
}

/// Per reader that does not read the network's input: what it sees, channel by channel.
pub fn observe(
    model: &pb::ModelProto,
    analysis: &Analysis,
    runs: u64,
) -> Result<HashMap<usize, Vec<Seen>>, String> {
    let graph = &analysis.graph;
    let readers = &analysis.channels.readers;
    let read: Vec<usize> = (0..readers.len())
        .filter(|r| !graph.tensors[readers[*r].input].is_input)
        .collect();
    let name = |r: &usize| graph.tensors[readers[*r].input].name.clone();
    let mut names: Vec<String> = read.iter().map(name).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let outputs = run(model, &names, runs)?;
    let seen = |r: usize| -> Vec<Seen> {
        let at = names.binary_search(&name(&r)).expect("listed");
        let channel = |c: usize| {
            let first = outputs[0][at].index_axis(Axis(readers[r].axis), c);
            let again = |o: &Vec<ArrayD<f32>>| o[at].index_axis(Axis(readers[r].axis), c) == first;
            let value = first.iter().copied().next().unwrap_or(f32::NAN);
            match outputs[1..].iter().all(again) {
                true => Seen::Constant {
                    value,
                    even: first.iter().all(|v| *v == value),
                },
                false => Seen::Varies,
            }
        };
        (0..readers[r].inputs.len()).map(channel).collect()
    };
    Ok(read.into_iter().map(|r| (r, seen(r))).collect())
}
