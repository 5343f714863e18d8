//! Files and graphs with random damage: a sentence or a network, never a panic.

use crate::support::build::small;
use crate::support::fill::Fill;
use crate::support::rng::Rng;
use crate::support::{attempt, files, for_all};
use channel_pruning::Session;
use channel_pruning::internals::onnx::{self, pb};

/// Random bytes, and real files with a few bytes changed: a sentence or a network, never a panic.
#[test]
fn mutated_files_never_panic() {
    // Small ones of many forms: every byte of them matters more than one of a million weights.
    let names = [
        "shuffle_forms",
        "twice_concat",
        "se_hardswish_op",
        "vgg_flatten",
        "residual_pad",
    ];
    let mut originals: Vec<Vec<u8>> = names
        .iter()
        .map(|n| onnx::encode(&files::filled(&format!("{n}.onnx"), 2, &Fill::default())))
        .collect();
    originals.push(onnx::encode(&small(|_| {})));
    let seeds: Vec<u64> = (0..2000).collect();
    for_all(&seeds, |seed| {
        let mut rng = Rng::new(*seed);
        let mut data = if rng.chance(0.05) {
            (0..1 + rng.below(300)).map(|_| rng.next() as u8).collect()
        } else {
            rng.pick(&originals).clone()
        };
        for _ in 0..1 + rng.below(6) {
            mutate(&mut rng, &mut data);
        }
        let done = attempt(|| {
            let Ok(mut session) = Session::open("mutated.onnx", &data) else {
                return Ok(());
            };
            // What opens must also plan and prune, or say why not.
            let _ = session.prune(&crate::support::at_threshold(0.9));
            Ok(())
        });
        done.map_err(|e| format!("seed {seed}: {e}"))
    });
}

fn mutate(rng: &mut Rng, data: &mut Vec<u8>) {
    if data.is_empty() {
        return;
    }
    let at = rng.below(data.len());
    match rng.below(5) {
        0 => data[at] ^= 1 << rng.below(8),
        1 => data[at] = rng.next() as u8,
        2 => data.truncate(at),
        3 => {
            let end = (at + 1 + rng.below(16)).min(data.len());
            data.drain(at..end);
        }
        _ => {
            let end = (at + 1 + rng.below(16)).min(data.len());
            let copy = data[at..end].to_vec();
            let to = rng.below(data.len());
            data.splice(to..to, copy);
        }
    }
}

/// The same with changes that leave the file readable: operators, attributes, wires, shapes.
#[test]
fn mutated_graphs_never_panic() {
    let names = files::fixtures();
    let originals: Vec<pb::ModelProto> = names
        .iter()
        .filter(|n| files::read(&files::fixture(n)).len() < 12_000)
        .map(|n| files::filled(n, 2, &Fill::default()))
        .chain([small(|_| {})])
        .collect();
    let seeds: Vec<u64> = (0..2000).collect();
    for_all(&seeds, |seed| {
        let mut rng = Rng::new(*seed);
        let mut model = rng.pick(&originals).clone();
        let graph = model.graph.as_mut().expect("a graph");
        for _ in 0..1 + rng.below(2) {
            rewire(&mut rng, graph);
        }
        let data = onnx::encode(&model);
        let done = attempt(|| {
            if let Ok(mut session) = Session::open("mutated.onnx", &data) {
                let _ = session.prune(&crate::support::at_threshold(0.9));
            }
            Ok(())
        });
        done.map_err(|e| format!("seed {seed}: {e}"))
    });
}

fn rewire(rng: &mut Rng, graph: &mut pb::GraphProto) {
    let at = rng.below(graph.node.len());
    let other = rng.below(graph.node.len());
    let names: Vec<String> = graph.node.iter().flat_map(|n| n.output.clone()).collect();
    let op = graph.node[other].op_type.clone();
    let node = &mut graph.node[at];
    match rng.below(8) {
        0 => node.op_type = op,
        1 => drop(node.input.pop()),
        2 => node.attribute.truncate(node.attribute.len() / 2),
        3 => {
            for attribute in &mut node.attribute {
                attribute.i = *rng.pick(&[-1, 0, 1, 2, 3, 1 << 40]);
            }
        }
        4 => {
            for attribute in &mut node.attribute {
                for value in &mut attribute.ints {
                    *value = *rng.pick(&[-1, 0, 1, 2, 5, 1 << 40]);
                }
            }
        }
        5 if !node.input.is_empty() => {
            let slot = rng.below(node.input.len());
            node.input[slot] = rng.pick(&names).clone();
        }
        6 => {
            let tensor = rng.below(graph.initializer.len().max(1));
            if let Some(tensor) = graph.initializer.get_mut(tensor) {
                match rng.below(4) {
                    0 => tensor.dims.reverse(),
                    1 => tensor.dims.push(1),
                    2 => drop(tensor.dims.pop()),
                    _ => tensor.data_type = *rng.pick(&[1, 6, 7, 9, 10, 11]),
                }
            }
        }
        _ => drop(graph.node.remove(at)),
    }
}
