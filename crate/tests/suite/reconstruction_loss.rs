//! On random graphs the loss that the criterion `reconstruction` reports for every prefix of its order is that of a refit
//! solved directly: kernels, groups, shuffles, sums with several readers and all.

use crate::support::random::Program;
use crate::support::rng::Rng;
use channel_pruning::Session;
use channel_pruning::internals::channels::{CoupledId, Flow};
use channel_pruning::internals::criterion::reconstruction::{Ladder, ladders, refit, ridge};
use channel_pruning::internals::engine::{Engine, noise};
use channel_pruning::internals::measure::gram::{Grams, grams};
use channel_pruning::internals::network::Analysis;
use channel_pruning::internals::onnx;
use nalgebra::DMatrix;
use ndarray::ArrayD;

const GRAPHS: u64 = 60;

/// Loss of a ladder's readers without its first `count` classes, from the refitted weights themselves.
fn direct(analysis: &Analysis, grams: &Grams, ladder: &Ladder, count: usize) -> Option<f64> {
    let gone = |class: CoupledId| ladder.classes[..count].contains(&class);
    let mut total = 0.0;
    for index in &ladder.readers {
        let reader = &analysis.channels.readers[*index];
        let grams = grams[*index].as_ref()?;
        let (new, _) = refit(analysis, reader, grams, &gone, false)?;
        let old = reader.weights(&analysis.graph);
        let old: Vec<f64> = old.iter().map(|w| f64::from(*w)).collect();
        let norm = analysis.normalisation_behind(reader);
        let scale = match norm.map(|n| &analysis.channels.flows[n]) {
            Some(Flow::Normalise { scale, .. }) => scale.clone(),
            _ => vec![1.0; reader.outputs.len()],
        };
        let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
        let width = per_in * reader.taps;
        for (g, gram) in grams.iter().enumerate() {
            let (c, _) = gram.moments();
            let lambda = ridge(gram, &c);
            let part = |all: &[f64]| {
                let own = all[g * per_out * width..][..per_out * width].to_vec();
                let mut m = DMatrix::from_vec(width, per_out, own);
                for (j, mut column) in m.column_iter_mut().enumerate() {
                    column *= scale[g * per_out + j];
                }
                m
            };
            let apart = part(&old) - part(&new);
            total += (&c * &apart).dot(&apart);
            let stays = |row: &usize| {
                let channel_id = reader.inputs[g * per_in + row / reader.taps];
                !gone(analysis.channels.class_of(channel_id))
            };
            let kept = (0..width).filter(stays);
            total += kept
                .map(|row| lambda * apart.row(row).norm_squared())
                .sum::<f64>();
        }
    }
    Some(total)
}

#[test]
fn on_random_graphs_every_prefix_costs_what_a_refit_costs() {
    let (mut compared, mut several, mut blocks) = (0, 0, 0);
    for seed in 0..GRAPHS {
        let model = Program::random(&mut Rng::new(seed)).build().model;
        let Ok(engine) = Engine::new(&model, 1) else {
            continue;
        };
        let Ok(session) = Session::open("random.onnx", &onnx::encode(&model)) else {
            continue;
        };
        let analysis = &session.analysis;
        let image = |k: u64| noise(&engine.inputs[0].0, k + 7);
        let images: Vec<ArrayD<f32>> = (0..12).map(image).collect();
        let Ok(sums) = grams(&session.model, analysis, &images, 1, &mut |_, _| true) else {
            continue;
        };
        for ladder in ladders(analysis, &sums, &|_| true) {
            let readers = || {
                ladder
                    .readers
                    .iter()
                    .map(|r| &analysis.channels.readers[*r])
            };
            several += usize::from(readers().count() > 1);
            blocks += usize::from(readers().any(|r| r.taps > 1));
            let all = ladder.losses.len();
            for count in [1, all.div_ceil(2), all] {
                if count == 0 || count > all {
                    continue;
                }
                let Some(direct) = direct(analysis, &sums, &ladder, count) else {
                    continue;
                };
                let stated = ladder.losses[count - 1];
                assert!(
                    (stated - direct).abs() <= 1e-6 * ladder.whole.max(1e-9),
                    "graph {seed}, {count} of {all}: {stated} for {direct} of {}",
                    ladder.whole
                );
                compared += 1;
            }
        }
    }
    assert!(
        compared > 100 && several > 5 && blocks > 5,
        "{compared} {several} {blocks}"
    );
}
