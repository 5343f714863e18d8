//! Targets are met, or the answer says why not.

use super::*;

fn sample(name: &str) -> Session {
    let path = format!(
        "{}/../www/public/samples/{name}.onnx",
        env!("CARGO_MANIFEST_DIR")
    );
    Session::open(name, &std::fs::read(path).unwrap()).unwrap()
}

fn options(criterion: Criterion) -> PlanOptions {
    PlanOptions {
        criterion,
        ..PlanOptions::default()
    }
}

#[test]
fn targets_are_met() {
    // On ShuffleNetV1 MACs do not fall evenly with the share: whole dead branches leave.
    for (name, criterion, most) in [
        ("mobilenetv1_050_cifar10", Criterion::Sigma, 0.6),
        ("mobilenetv1_050_cifar10", Criterion::Probability, 0.6),
        ("shufflenetv1_100_cifar10", Criterion::Sigma, 1.5),
    ] {
        let mut session = sample(name);
        let knob = Knob::of(criterion);
        for percent in [25.0, 45.0] {
            for measure in [Measure::Macs, Measure::Params] {
                let mut options = options(criterion);
                let at = session.solve(&options, measure, percent).unwrap().amount;
                knob.set(&mut options, at);
                let preview = session.preview(&options).unwrap().summary;
                let change = match measure {
                    Measure::Macs => preview.macs,
                    Measure::Params => preview.params,
                };
                let removed = 100.0 - 100.0 * change.after as f64 / change.before as f64;
                let miss = (removed - percent).abs();
                assert!(
                    miss < most,
                    "{name} {criterion:?} {measure:?}: {removed} for {percent}"
                );
            }
        }
    }
    let mut session = sample("mobilenetv1_025_fashion");
    let wrong = session.solve(&options(Criterion::Sigma), Measure::Macs, 101.0);
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("between 0 and 100 %")
    );
}

#[test]
fn no_plan_of_a_fine_grid_is_nearer() {
    let mut session = sample("shufflenetv1_100_cifar10");
    let options = options(Criterion::Sigma);
    for percent in [15.0, 30.0, 55.0] {
        let target = 1.0 - percent / 100.0;
        let at = session
            .solve(&options, Measure::Macs, percent)
            .unwrap()
            .amount;
        let found = session.look(&options, Knob::Share, at).unwrap();
        let fine = session.scan(&options, 500).unwrap();
        let best = fine
            .iter()
            .map(|p| (p.macs - target).abs())
            .reduce(f64::min);
        let miss = (found.macs - target).abs();
        assert!(miss <= best.unwrap() + 2e-3, "{percent}: {miss}, {best:?}");
    }
}

#[test]
fn a_missed_target_says_why() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let by_probability = options(Criterion::Probability);
    for percent in [0.5, 1.0, 99.5] {
        let solved = session
            .solve(&by_probability, Measure::Macs, percent)
            .unwrap();
        let mut at = by_probability.clone();
        at.threshold = solved.amount;
        let macs = session.preview(&at).unwrap().summary.macs;
        let removed = 100.0 - 100.0 * macs.after as f64 / macs.before as f64;
        assert!(
            (removed - solved.removed).abs() < 1e-9,
            "{percent}: {solved:?}, {removed}"
        );
        assert_eq!(
            solved.reached,
            (removed - percent).abs() <= TARGET_TOLERANCE,
            "{solved:?}"
        );
        assert_eq!(solved.reached, solved.reason.is_none(), "{solved:?}");
    }
    // A floor keeps what no threshold can then remove.
    let floored = PlanOptions {
        floor: 64,
        ..by_probability
    };
    let most = session.solve(&floored, Measure::Macs, 95.0).unwrap();
    assert!(most.removed < 90.0, "{most:?}");
    assert!(most.reason.unwrap().contains("the floor on channels"));
    // A share goes channel by channel, so it meets what a threshold cannot.
    let share = session
        .solve(&options(Criterion::Sigma), Measure::Macs, 1.0)
        .unwrap();
    assert!(share.reached, "{share:?}");
}

#[test]
fn sweeps_are_ordered_and_distinct() {
    let mut session = sample("mobilenetv1_025_fashion");
    let shares = session.sweep_knobs(&options(Criterion::Sigma), 8).unwrap();
    assert!(
        shares.len() >= 6 && shares.is_sorted_by(|a, b| a < b),
        "{shares:?}"
    );
    let thresholds = session
        .sweep_knobs(&options(Criterion::Probability), 8)
        .unwrap();
    assert!(
        thresholds.len() >= 4 && thresholds.is_sorted_by(|a, b| a > b),
        "{thresholds:?}"
    );
}
