//! Repair on a trained sample: what it promises whatever the pictures are.

use channel_pruning::Session;
use channel_pruning::internals::engine::noise;
use channel_pruning::report::{Compensation, Criterion, Per, PlanOptions, Step};
use ndarray::ArrayD;

fn fashion() -> Session {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../www/public/samples/mobilenetv1_025_fashion.onnx"
    );
    let bytes = std::fs::read(path).expect("the sample is there");
    Session::open("fashion.onnx", &bytes).expect("the sample opens")
}

fn pictures(session: &Session, count: u64) -> Vec<ArrayD<f32>> {
    let shape: Vec<usize> = session
        .input_shape()
        .iter()
        .map(|d| d.unwrap_or(1))
        .collect();
    (0..count).map(|seed| noise(&shape, seed + 100)).collect()
}

fn options(share: f64, compensation: Compensation) -> PlanOptions {
    crate::support::at_share(Criterion::Sigma, share, compensation)
}

#[test]
fn a_cut_network_comes_nearer_to_the_original() {
    let mut session = fashion();
    let images = pictures(&session, 64);
    for step in [Step::Refit, Step::Recalibrate] {
        let mut seen = 0;
        let repaired = session
            .repair(
                &options(0.4, Compensation::None),
                &[step],
                &images,
                |_, _| {
                    seen += 1;
                    true
                },
            )
            .expect("repairs");
        let report = repaired.plan.repair.expect("is reported");
        assert_eq!((report.images, report.held), (64, 12));
        assert!(report.declined.is_none(), "{report:?}");
        let (before, after) = (report.before.mean_kl, report.after.mean_kl);
        assert!(after < before, "{step:?}: {before:?} -> {after:?}");
        assert!(report.after.error < 0.5 * report.before.error, "{report:?}");
        assert!(seen >= report.steps[0].layers.len());
        // The file is that of the cut but for its numbers.
        let again = Session::open("repaired.onnx", &repaired.bytes).expect("opens");
        assert_eq!(
            again.analysis.cost.total().params,
            repaired.plan.params.after
        );
        assert_eq!(again.analysis.cost.total().macs, repaired.plan.macs.after);
    }
}

#[test]
fn the_restated_statistics_of_a_cut_do_not_stay_behind() {
    // Both cuts differ in their normalisations alone, which a refit puts back; with the ridge pulling
    // towards the same weights on the original's scale, both end near each other.
    let mut session = fashion();
    let images = pictures(&session, 96);
    let mut answers = Vec::new();
    for compensation in [Compensation::Mean, Compensation::Moments] {
        let repaired = session
            .repair(
                &options(0.6, compensation),
                &[Step::Refit],
                &images,
                |_, _| true,
            )
            .expect("repairs");
        let report = repaired.plan.repair.clone().expect("is reported");
        assert!(report.declined.is_none(), "{report:?}");
        answers.push(report.after.error);
    }
    assert!(
        answers[0] < 2.0 * answers[1] && answers[1] < 2.0 * answers[0],
        "{answers:?}"
    );
}

#[test]
fn nothing_cut_is_nothing_done() {
    let mut session = fashion();
    let images = pictures(&session, 20);
    let repaired = session
        .repair(
            &options(0.0, Compensation::Mean),
            &[Step::Refit, Step::Recalibrate],
            &images,
            |_, _| true,
        )
        .expect("repairs");
    let report = repaired.plan.repair.clone().expect("is reported");
    assert!(report.declined.is_some() && !repaired.repaired);
    assert_eq!(report.before, report.after);
    let plain = session.prune(&options(0.0, Compensation::Mean));
    assert_eq!(repaired.bytes, plain.expect("prunes").bytes);
}

#[test]
fn no_picture_is_one_sentence() {
    let mut session = fashion();
    let result = session.repair(
        &options(0.3, Compensation::Mean),
        &[Step::Refit],
        &[],
        |_, _| true,
    );
    let sentence = result.err().expect("needs pictures").to_string();
    assert!(sentence.contains("at least one picture"), "{sentence}");
}

#[test]
fn influence_per_mac_saves_more_macs_per_channel() {
    let mut session = fashion();
    let mut share = |per: Per| {
        let options = PlanOptions {
            per,
            ..crate::support::at_share(Criterion::Influence, 0.6, Compensation::Moments)
        };
        let preview = session.preview(&options).expect("plans").summary;
        preview.macs.after as f64 / preview.macs.before as f64
    };
    assert!(share(Per::Mac) < share(Per::Channel));
    assert!(share(Per::Mac) < share(Per::Parameter));
    assert_eq!(share(Per::Own), share(Per::Mac));
}

#[test]
fn what_does_not_help_is_refused() {
    let mut session = fashion();
    let (mut refused, mut taken) = (0, 0);
    for (share, count) in [
        (0.05, 10),
        (0.1, 10),
        (0.2, 12),
        (0.3, 12),
        (0.5, 16),
        (0.6, 40),
    ] {
        let images = pictures(&session, count);
        let options = options(share, Compensation::Moments);
        let steps = [Step::Refit, Step::Recalibrate];
        let repaired = session
            .repair(&options, &steps, &images, |_, _| true)
            .expect("repairs");
        let report = repaired.plan.repair.clone().expect("is reported");
        // The steps go on from what was taken, and what was refused changes nothing.
        let mut standing = report.before;
        for step in &report.steps {
            assert_eq!(step.before, standing, "{report:?}");
            if step.declined.is_none() {
                standing = step.after;
                taken += 1;
                assert!(
                    step.after.error < step.before.error
                        || step.after.tempered_kl < step.before.tempered_kl
                );
                assert!(step.after.agreement >= step.before.agreement.map(|a| a - 0.1));
            } else {
                refused += 1;
            }
        }
        assert_eq!(report.after, standing);
        let cut = session.prune(&options).expect("prunes");
        assert_eq!(repaired.bytes == cut.bytes, report.declined.is_some());
    }
    assert!(refused > 1 && taken > 1, "{refused} refused, {taken} taken");
}
