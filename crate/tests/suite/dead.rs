//! Channels that are dead for every input must go without loss: γ = 0, or a variance of 0 behind a
//! convolution that gives nothing. The pruned network is compared with the original itself.

use std::collections::HashMap;

use crate::support::fill::edit;
use crate::support::random::{Program, describe};
use crate::support::rng::Rng;
use crate::support::{at_threshold, attempt, distance, files, for_all};
use channel_pruning::Session;
use channel_pruning::internals::engine::{Engine, difference, noise};
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, PlanOptions};

/// The most by which logits may differ.
const TOLERANCE: f64 = 1e-5;

/// Only what is dead with probability 1.
fn options(compensation: Compensation) -> PlanOptions {
    PlanOptions {
        compensation,
        ..at_threshold(1.0)
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// γ = 0 and β ≤ 0.
    Gamma,
    /// v = 0, where the convolution before it has only zeros and the mean is 0.
    Variance,
    /// Both sides of every pair: the same channels in all BatchNormalizations of one width.
    BothSides,
}

/// Makes `share` of the channels dead for every input; returns how many.
fn deaden(model: &mut pb::ModelProto, kind: Kind, share: f64, seed: u64) -> usize {
    let graph = model.graph.as_mut().expect("a graph");
    let writers: HashMap<String, Vec<String>> = graph
        .node
        .iter()
        .filter(|n| n.op_type == "Conv")
        .map(|n| (n.output[0].clone(), n.input.clone()))
        .collect();
    let norms: Vec<Vec<String>> = graph
        .node
        .iter()
        .filter(|n| n.op_type == "BatchNormalization")
        .map(|n| n.input.clone())
        .collect();
    let mut rng = Rng::new(seed);
    let mut count = 0;
    for inputs in norms {
        let stored = graph.initializer.iter().find(|t| t.name == inputs[1]);
        let Some(width) = stored.map(|t| t.dims[0] as usize) else {
            continue;
        };
        if matches!(kind, Kind::BothSides) {
            rng = Rng::new(seed + width as u64);
        }
        let dead: Vec<usize> = (0..width).filter(|_| rng.chance(share)).collect();
        count += dead.len();
        let mut set = |name: &str, value: &dyn Fn(f32) -> f32| {
            edit(graph, name, |v| {
                dead.iter().for_each(|k| v[*k] = value(v[*k]))
            });
        };
        set(&inputs[2], &|beta| -beta.abs());
        match kind {
            Kind::Gamma | Kind::BothSides => set(&inputs[1], &|_| 0.0),
            Kind::Variance => {
                set(&inputs[3], &|_| 0.0);
                set(&inputs[4], &|_| 0.0);
                if let Some(writer) = writers.get(&inputs[0]) {
                    assert_eq!(writer.len(), 2, "a convolution without bias");
                    edit(graph, &writer[1], |w| {
                        let row = w.len() / width;
                        dead.iter()
                            .for_each(|k| w[k * row..(k + 1) * row].fill(0.0));
                    });
                }
            }
        }
    }
    count
}

#[test]
fn trained_networks_lose_dead_channels_without_loss() {
    let mut jobs = Vec::new();
    for file in files::SAMPLES {
        for kind in [Kind::Gamma, Kind::Variance, Kind::BothSides] {
            jobs.push((file, kind));
        }
    }
    for_all(&jobs, |(file, kind)| {
        let mut model = files::model(&files::sample(file));
        let dead = deaden(&mut model, *kind, 0.15, 9);
        let mut session = Session::from_model(file, 0, model.clone(), &HashMap::new())
            .map_err(|e| e.to_string())?;
        for compensation in [Compensation::Shift, Compensation::Mean] {
            let what = format!("{file}, {kind:?}, {compensation:?}");
            let pruned = session
                .prune(&options(compensation))
                .map_err(|e| format!("{what}: {e}"))?;
            let gone = pruned.plan.channels.before - pruned.plan.channels.after;
            if (gone as usize) < dead / 20 {
                return Err(format!(
                    "{what}: only {gone} channels go of {dead} dead ones"
                ));
            }
            let written = onnx::decode(&pruned.bytes).map_err(|e| e.to_string())?;
            let (worst, scale) = distance(&model, &written, 1..4);
            if worst > TOLERANCE {
                return Err(format!(
                    "{what}: {gone} channels, logits of {scale} differ by {worst:e}"
                ));
            }
        }
        Ok(())
    });
}

/// Random networks with exactly dead channels; `None` where the engine does not run them.
fn prove(program: &Program) -> Result<Option<u64>, String> {
    let built = program.build();
    let Ok(original) = Engine::new(&built.model, 1) else {
        return Ok(None);
    };
    let bytes = onnx::encode(&built.model);
    let mut session = Session::open("dead.onnx", &bytes).map_err(|e| e.to_string())?;
    let mut gone = 0;
    for compensation in [Compensation::Shift, Compensation::Mean] {
        let pruned = session
            .prune(&options(compensation))
            .map_err(|e| e.to_string())?;
        let written = onnx::decode(&pruned.bytes).map_err(|e| e.to_string())?;
        let engine = Engine::new(&written, 1).map_err(|e| format!("compiles: {e}"))?;
        for seed in 1..3 {
            let image = noise(&original.inputs[0].0, seed);
            let a = original.run(image.clone()).map_err(|e| e.to_string())?;
            let b = engine.run(image).map_err(|e| e.to_string())?;
            let (worst, scale) = difference(&a, &b);
            if worst > TOLERANCE * scale.max(1.0) {
                return Err(format!(
                    "{compensation:?}: outputs of {scale} differ by {worst:e}"
                ));
            }
        }
        gone = pruned.plan.channels.before - pruned.plan.channels.after;
    }
    Ok(Some(gone))
}

#[test]
fn random_networks_lose_dead_channels_without_loss() {
    let seeds: Vec<u64> = (0..500).collect();
    let removed = std::sync::atomic::AtomicU64::new(0);
    for_all(&seeds, |seed| {
        let mut program = Program::random(&mut Rng::new(*seed + 1_000_000));
        program.exact = true;
        let attempted = |p: &Program| attempt(|| prove(p));
        match attempted(&program) {
            Ok(gone) => {
                let gone = gone.unwrap_or(0);
                removed.fetch_add(gone, std::sync::atomic::Ordering::Relaxed);
                Ok(())
            }
            Err(mut why) => {
                while let Some((smaller, reason)) = program
                    .smaller()
                    .into_iter()
                    .find_map(|p| attempted(&p).err().map(|e| (p, e)))
                {
                    (program, why) = (smaller, reason);
                }
                Err(format!(
                    "seed {seed}: {why}\n{}",
                    describe(&program.build().model)
                ))
            }
        }
    });
    let removed = removed.into_inner();
    assert!(
        removed > 500,
        "only {removed} channels were removed from 500 networks"
    );
}
