//! The criterion `reconstruction`: what its numbers promise on any graph, and what it does on trained samples.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use channel_pruning::analysis::Analysis;
use channel_pruning::channels::Flow;
use channel_pruning::criterion::reconstruction::{Group, order, regular, weights};
use channel_pruning::engine::{Engine, noise};
use channel_pruning::measure::gram::{self, Grams};
use channel_pruning::onnx;
use channel_pruning::report::{Allocate, Compensation, Criterion, PlanOptions};
use channel_pruning::session::{Measure, Session};
use channel_pruning::surgery::normalisation_behind;
use nalgebra::DMatrix;
use ndarray::ArrayD;
use support::random::Program;
use support::rng::Rng;

fn sample(name: &str) -> Session {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/samples");
    let bytes = std::fs::read(format!("{samples}/{name}.onnx")).expect("the sample is there");
    Session::open(name, &bytes).expect("the sample opens")
}

fn images(session: &Session, count: u64) -> Vec<ArrayD<f32>> {
    let shape = session.input_shape();
    let shape: Vec<usize> = shape.iter().map(|d| d.unwrap_or(1)).collect();
    (0..count).map(|seed| noise(&shape, seed + 7)).collect()
}

/// min over V with V zero in `gone` of tr((W − V)ᵀ C (W − V)), by solving for V.
fn refitted(c: &DMatrix<f64>, w: &DMatrix<f64>, gone: &[bool]) -> f64 {
    let kept: Vec<usize> = (0..gone.len()).filter(|i| !gone[*i]).collect();
    let mut apart = w.clone();
    if !kept.is_empty() {
        let rows = c.select_rows(&kept);
        let inner = rows.select_columns(&kept).cholesky().expect("has a ridge");
        let fitted = inner.solve(&(rows * w));
        for (k, i) in kept.iter().enumerate() {
            let row = apart.row(*i) - fitted.row(k);
            apart.set_row(*i, &row);
        }
    }
    (apart.transpose() * c * apart).trace()
}

/// Loss of all readers of a group without its first `count` classes.
fn brute(analysis: &Analysis, grams: &Grams, group: &Group, count: usize) -> f64 {
    let mut total = 0.0;
    for index in &group.readers {
        let reader = &analysis.channels.readers[*index];
        let per_in = reader.in_per_group();
        for (g, gram) in grams[*index]
            .as_ref()
            .expect("is measured")
            .iter()
            .enumerate()
        {
            let mut w = weights(analysis, reader, g);
            if let Some(norm) = normalisation_behind(analysis, reader)
                && let Flow::Normalise { scale, .. } = &analysis.channels.flows[norm]
            {
                for (j, mut column) in w.column_iter_mut().enumerate() {
                    column *= scale[g * reader.out_per_group() + j];
                }
            }
            let gone = |a: &u32| group.classes[..count].contains(&analysis.channels.class_of(*a));
            let inputs = reader.inputs[g * per_in..(g + 1) * per_in].iter();
            let gone: Vec<bool> = inputs
                .flat_map(|a| std::iter::repeat_n(gone(a), reader.taps))
                .collect();
            total += refitted(&regular(gram).0, &w, &gone);
        }
    }
    total
}

#[test]
fn on_random_graphs_the_loss_of_every_prefix_is_that_of_a_refit() {
    let compared = AtomicUsize::new(0);
    let several = AtomicUsize::new(0);
    for seed in 0..60 {
        let program = Program::random(&mut Rng::new(seed));
        let model = program.build().model;
        if Engine::new(&model, 1).is_err() {
            continue;
        }
        let Ok(session) = Session::open("random.onnx", &onnx::encode(&model)) else {
            continue;
        };
        let images = images(&session, 12);
        let grams = gram::collect(
            &session.model,
            &session.analysis,
            &images,
            1,
            &mut |_, _| true,
        );
        let Ok(grams) = grams else { continue };
        for group in order(&session.analysis, &grams) {
            several.fetch_add(usize::from(group.readers.len() > 1), Ordering::Relaxed);
            let all = group.classes.len();
            for count in [1, all / 2, all.saturating_sub(1), all] {
                if count == 0 {
                    continue;
                }
                let (told, brute) = (
                    group.losses[count - 1],
                    brute(&session.analysis, &grams, &group, count),
                );
                let scale = group.whole.max(1e-9);
                assert!(
                    (told - brute).abs() <= 1e-6 * scale,
                    "seed {seed}, {count} of {all}: {told} {brute} of {scale}"
                );
                compared.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    let (compared, several) = (compared.into_inner(), several.into_inner());
    assert!(compared > 100 && several > 5, "{compared} {several}");
}

#[test]
fn one_and_four_workers_measure_the_same() {
    let session = sample("mobilenetv1_025_fashion");
    let images = images(&session, 37);
    let measure = |threads| {
        gram::collect(
            &session.model,
            &session.analysis,
            &images,
            threads,
            &mut |_, _| true,
        )
        .expect("measures")
    };
    assert_eq!(measure(1), measure(4));
}

#[test]
fn a_stopped_measurement_says_so_and_leaves_nothing() {
    let mut session = sample("mobilenetv1_025_fashion");
    let images = images(&session, 20);
    let mut calls = 0;
    let stopped = session.measure_reconstruction(&images, Allocate::Measured, 2, &mut |_, _| {
        calls += 1;
        calls < 2
    });
    assert!(stopped.unwrap_err().to_string().contains("stopped"));
    assert_eq!(calls, 2);
    assert!(session.reconstruction().is_none());
    let options = support::at_share(Criterion::Reconstruction, 0.3, Compensation::Mean);
    let refused = session.plan(&options).unwrap_err().to_string();
    assert!(refused.contains("needs images"), "{refused}");
}

#[test]
fn the_dead_come_first_and_plans_are_nested_and_foreseen() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let images = images(&session, 24);
    let measured = session.measure_reconstruction(&images, Allocate::Measured, 2, &mut |_, _| true);
    measured.expect("measures");
    let groups = &session.reconstruction().expect("is there").groups;
    let mut dead = 0;
    for group in groups {
        let is_dead = |c: &&u32| session.analysis.constant_at[**c as usize] >= 0.9999;
        let count = group.classes.iter().filter(is_dead).count();
        assert!(group.classes[..count].iter().all(|c| is_dead(&c)));
        assert!(group.losses.is_sorted());
        dead += count;
    }
    assert!(dead > 50, "{dead}");
    for allocate in [Allocate::Measured, Allocate::Flat] {
        let mut before: Option<(Vec<bool>, f64)> = None;
        for share in [0.2, 0.4, 0.6] {
            let options = PlanOptions {
                allocate: Some(allocate),
                ..support::at_share(Criterion::Reconstruction, share, Compensation::Mean)
            };
            let pruned = session.prune(&options).expect("prunes");
            assert!(session.check(&pruned).expect("checks").passed);
            let kl = pruned.plan.predicted_kl.expect("curves were measured");
            if let Some((removed, less)) = before {
                let nested = removed
                    .iter()
                    .zip(&pruned.decision.removed)
                    .all(|(a, b)| !a || *b);
                assert!(nested && kl >= less, "{allocate:?} {share}: {kl} {less}");
            }
            before = Some((pruned.decision.removed.clone(), kl));
        }
    }
}

#[test]
fn steps_of_eight_leave_multiples_of_eight() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let images = images(&session, 16);
    let measured = session.measure_reconstruction(&images, Allocate::Measured, 2, &mut |_, _| true);
    measured.expect("measures");
    let mut options = PlanOptions {
        multiple: 8,
        ..support::at_share(Criterion::Reconstruction, 0.0, Compensation::Mean)
    };
    options.share = session
        .solve(&options, Measure::Macs, 40.0)
        .expect("solves");
    let plan = session.plan(&options).expect("plans");
    let removed = 1.0 - plan.macs.after as f64 / plan.macs.before as f64;
    assert!((removed - 0.4).abs() < 0.03, "{removed}");
    let classes = plan.layers.last().expect("has layers").channels.before;
    for layer in plan.layers.iter().filter(|l| l.channels.before != classes) {
        assert_eq!(layer.channels.after % 8, 0, "{layer:?}");
    }
}
