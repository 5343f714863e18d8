//! The criterion `reconstruction` on real graphs: what is measured does not depend on who measures it, and its order drives
//! plans like any other.

use crate::support::{at_share, files};
use channel_pruning::dataset::Dataset;
use channel_pruning::internals::criterion::reconstruction::ladders;
use channel_pruning::internals::engine::{Engine, noise};
use channel_pruning::internals::measure::gram::grams;
use channel_pruning::report::{Compensation, Criterion, PlanOptions};
use channel_pruning::{Knob, Measure, Session};

/// Residual sums, shuffles with groups, and plain pairs.
const SAMPLES: [&str; 3] = [
    "mobilenetv1_025_fashion",
    "mobilenetv2_050_cifar10",
    "shufflenetv2_050_cifar10",
];

fn open(name: &str) -> Session {
    let bytes = files::read(&files::sample(&format!("{name}.onnx")));
    Session::open(name, &bytes).unwrap()
}

fn images(session: &Session, count: u64) -> Vec<ndarray::ArrayD<f32>> {
    let shape = session.feeder("[0,1]").unwrap().shape();
    (0..count).map(|seed| noise(&shape, seed)).collect()
}

#[test]
fn one_worker_and_four_measure_the_same_to_the_last_bit() {
    for name in SAMPLES {
        let session = open(name);
        let images = images(&session, 9);
        let measure = |threads| {
            let all = &mut |_, _| true;
            grams(&session.model, &session.analysis, &images, threads, all).unwrap()
        };
        let (one, four) = (measure(1), measure(4));
        assert!(one.iter().any(Option::is_some), "{name}");
        assert!(one == four, "{name}");
    }
}

#[test]
fn ladders_hold_every_class_once_and_their_losses_only_grow() {
    for name in SAMPLES {
        let session = open(name);
        let analysis = &session.analysis;
        let images = images(&session, 8);
        let sums = grams(&session.model, analysis, &images, 2, &mut |_, _| true).unwrap();
        let ladders = ladders(analysis, &sums, &|_| false);
        let mut seen = std::collections::HashSet::new();
        for ladder in &ladders {
            assert!(ladder.losses.is_sorted(), "{name}");
            assert!(ladder.classes.iter().all(|c| seen.insert(*c)), "{name}");
            // One class stays in each, and none that cannot go is there.
            assert!(ladder.classes.iter().all(|c| analysis.free[c.index()]));
        }
        let free = analysis.free.iter().filter(|f| **f).count();
        assert_eq!(seen.len() + ladders.len(), free, "{name}");
    }
}

#[test]
fn a_measured_order_meets_targets_and_passes_the_check() {
    for name in SAMPLES {
        let mut session = open(name);
        let mut options = PlanOptions {
            criterion: Criterion::Reconstruction,
            ..PlanOptions::default()
        };
        let unmeasured = session.decide(&options).unwrap_err().to_string();
        assert!(unmeasured.contains("needs images"), "{unmeasured}");
        let images = images(&session, 12);
        let stopped = session.measure_reconstruction(&images, true, 1, 2, &mut |_, _| false);
        assert!(stopped.unwrap_err().to_string().contains("stopped"));
        session
            .measure_reconstruction(&images, true, 1, 2, &mut |_, _| true)
            .unwrap();
        let share = session.solve(&options, Measure::Macs, 30.0).unwrap();
        Knob::Share.set(&mut options, share.amount);
        let pruned = session.prune(&options).unwrap();
        let macs = pruned.plan.macs;
        let gone = 100.0 - 100.0 * macs.after as f64 / macs.before as f64;
        assert!((gone - 30.0).abs() < 3.0, "{name}: {gone}");
        assert!(session.check(&pruned).unwrap().passed, "{name}");
        let removed = pruned.decision.removed.clone();
        assert!(session.predicted_kl(&removed).unwrap() >= 0.0, "{name}");
    }
}

#[test]
fn whole_branches_leave_where_that_is_allowed() {
    let archive = files::root().join("www/public/samples/data/fashion-mnist-1000.zip");
    let data = Dataset::open(&archive, None).unwrap().mixed();
    let left = [false, true].map(|allowed| {
        let mut session = open("mobilenetv2_035_fashion");
        let feeder = session.feeder("fashion-mnist").unwrap();
        let images: Vec<_> = (0..16).map(|k| feeder.item(&data, k).unwrap()).collect();
        session.allow_blocks(allowed);
        session
            .measure_reconstruction(&images, true, 1, 2, &mut |_, _| true)
            .unwrap();
        let mut options = PlanOptions {
            criterion: Criterion::Reconstruction,
            compensation: Compensation::Moments,
            ..PlanOptions::default()
        };
        let share = session.solve(&options, Measure::Macs, 85.0).unwrap();
        Knob::Share.set(&mut options, share.amount);
        let pruned = session.prune(&options).unwrap();
        assert!(session.check(&pruned).unwrap().passed);
        pruned.plan.dead_branches.len()
    });
    assert!(left[0] == 0 && left[1] > 0, "{left:?}");
}

#[test]
fn without_images_merging_brings_the_outputs_nearer_than_means_do() {
    let archive = files::root().join("www/public/samples/data/fashion-mnist-1000.zip");
    for name in ["mobilenetv1_025_fashion", "ghostnet_025_fashion"] {
        let mut session = open(name);
        let data = Dataset::open(&archive, None).unwrap().mixed();
        let feeder = session.feeder("fashion-mnist").unwrap();
        let images: Vec<_> = (0..24).map(|k| feeder.item(&data, k).unwrap()).collect();
        let original = Engine::new(&session.model, 1).unwrap();
        let mut outcome = |compensation| {
            let options = at_share(Criterion::Influence, 0.6, compensation);
            let pruned = session.prune(&options).unwrap();
            assert!(session.check(&pruned).unwrap().passed, "{name}");
            let engine = Engine::new(&pruned.model, 1).unwrap();
            let apart = |image: &ndarray::ArrayD<f32>| -> f64 {
                let (a, b) = (original.run(image.clone()), engine.run(image.clone()));
                let (a, b) = (a.unwrap().remove(0), b.unwrap().remove(0));
                a.iter()
                    .zip(&b)
                    .map(|(a, b)| f64::from(a - b).powi(2))
                    .sum()
            };
            (images.iter().map(apart).sum::<f64>(), pruned.plan.params)
        };
        let (mean, counted) = outcome(Compensation::Mean);
        let (merged, same) = outcome(Compensation::Merge);
        println!("{name}: {mean:.1} with means, {merged:.1} merged");
        assert!(merged < 0.9 * mean, "{name}: {merged} {mean}");
        assert_eq!((counted.before, counted.after), (same.before, same.after));
    }
}

#[test]
fn a_file_without_normalisation_cannot_be_merged_by() {
    let path = files::shared("models").map(|m| m.join("fastestdet/FastestDet.onnx"));
    let Some(path) = path else {
        eprintln!("../shared/models is not here: nothing folded was tried");
        return;
    };
    let mut session = Session::open("folded", &files::read(&path)).unwrap();
    let options = at_share(Criterion::L1, 0.2, Compensation::Merge);
    let refused = session.prune(&options).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("`merge` needs"), "{refused}");
}
