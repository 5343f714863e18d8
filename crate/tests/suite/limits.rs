//! What single layers have to themselves: thresholds, shares, floors and multiples of rows.

use std::collections::BTreeSet;

use crate::support::at_threshold;
use channel_pruning::report::{Criterion, LayerLimits, Overview, Plan, PlanOptions};
use channel_pruning::{Measure, Session};

fn sample(name: &str) -> Session {
    let path = format!(
        "{}/../www/public/samples/{name}.onnx",
        env!("CARGO_MANIFEST_DIR")
    );
    Session::open(name, &std::fs::read(path).expect("a sample")).expect("opens")
}

fn limits(layer: &str) -> LayerLimits {
    LayerLimits {
        layer: layer.into(),
        ..LayerLimits::default()
    }
}

fn limited(options: &PlanOptions, limits: LayerLimits) -> PlanOptions {
    PlanOptions {
        layers: vec![limits],
        ..options.clone()
    }
}

/// Output channels that a plan takes from the layer that writes a row.
fn removed(plan: &Plan, overview: &Overview, norm: &str) -> BTreeSet<u32> {
    let site = overview.sites.iter().find(|s| s.norm == norm);
    let writer = &site.expect("a row").writer;
    let layer = plan.layers.iter().find(|l| l.name == *writer);
    layer.expect("a layer").removed.iter().copied().collect()
}

fn probabilities(session: &Session, norm: &str) -> Vec<f64> {
    let channels = session.inspect().channels;
    let row = channels.iter().find(|c| c.norm == norm).expect("a row");
    row.probability.iter().map(|p| p.expect("a ReLU")).collect()
}

/// In a stack of depthwise pairs a channel goes when either of its rows is pinned by that row's threshold.
#[test]
fn each_side_of_a_pair_has_its_own_threshold() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let overview = session.overview();
    let plain = session.plan(&at_threshold(0.99)).expect("a plan");
    for pair in &overview.pairs {
        let sides = [
            probabilities(&session, &pair.before),
            probabilities(&session, &pair.after),
        ];
        for (side, norm) in [&pair.before, &pair.after].into_iter().enumerate() {
            for own in [0.6, 0.9, 1.0] {
                let options = limited(
                    &at_threshold(0.99),
                    LayerLimits {
                        threshold: Some(own),
                        ..limits(norm)
                    },
                );
                let plan = session.plan(&options).expect("a plan");
                let at = |k: usize| if k == side { own } else { 0.99 };
                let expected: BTreeSet<u32> = (0..sides[0].len())
                    .filter(|c| (0..2).any(|k| sides[k][*c] >= at(k)))
                    .map(|c| c as u32)
                    .collect();
                assert_eq!(removed(&plan, &overview, norm), expected, "{norm} at {own}");
                // Nothing else moves.
                let others = |plan: &Plan| -> Vec<(String, Vec<u32>)> {
                    let layers = plan.layers.iter();
                    layers
                        .map(|l| (l.name.clone(), l.removed.clone()))
                        .filter(|(name, _)| {
                            let row = |s: &&channel_pruning::report::Site| s.writer == *name;
                            let norm = overview.sites.iter().find(row).map(|s| &s.norm);
                            norm != Some(&pair.before) && norm != Some(&pair.after)
                        })
                        .collect()
                };
                assert_eq!(others(&plan), others(&plain), "{norm} at {own}");
                assert_eq!(plan.limits, options.layers);
            }
        }
    }
}

#[test]
fn a_layer_may_be_named_by_what_writes_it() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let site = session.sites().remove(5);
    let plans = [&site.norm, &site.writer].map(|name| {
        let own = LayerLimits {
            threshold: Some(0.5),
            ..limits(name)
        };
        session
            .plan(&limited(&at_threshold(0.99), own))
            .expect("a plan")
    });
    assert_eq!(plans[0].layers, plans[1].layers);
    assert!(plans[0].withheld.is_empty());
}

#[test]
fn a_row_keeps_what_its_floor_and_multiple_say() {
    for name in [
        "mobilenetv1_050_cifar10",
        "shufflenetv1_100_cifar10",
        "mobilenetv2_050_cifar10",
    ] {
        let mut session = sample(name);
        let sites = session.sites();
        for site in sites.iter().step_by(3) {
            for (options, what) in [
                (at_threshold(0.6), "probability"),
                (
                    PlanOptions {
                        criterion: Criterion::Sigma,
                        share: 0.7,
                        ..PlanOptions::default()
                    },
                    "sigma",
                ),
            ] {
                let own = LayerLimits {
                    floor: Some(site.channels / 2),
                    multiple: Some(8),
                    ..limits(&site.norm)
                };
                let pruned = session.prune(&limited(&options, own)).expect("a plan");
                let channels = (site.offset..site.offset + site.channels).map(|c| {
                    let class = session.analysis.class_of_site(c).index();
                    !pruned.decision.removed[class]
                });
                let kept = channels.filter(|kept| *kept).count() as u32;
                assert!(
                    kept >= site.channels / 2 && (kept.is_multiple_of(8) || kept == site.channels),
                    "{name} {} by {what}: {kept} of {}",
                    site.norm,
                    site.channels
                );
            }
        }
    }
}

#[test]
fn a_share_of_its_own_takes_the_lowest_of_the_row() {
    let mut session = sample("mobilenetv1_050_cifar10");
    let overview = session.overview();
    let rest = PlanOptions {
        criterion: Criterion::Slimming,
        share: 0.0,
        ..PlanOptions::default()
    };
    for site in overview.sites.iter().skip(2).step_by(4) {
        let own = LayerLimits {
            share: Some(0.25),
            ..limits(&site.norm)
        };
        let plan = session.plan(&limited(&rest, own)).expect("a plan");
        let gone = removed(&plan, &overview, &site.norm);
        assert_eq!(gone.len() as u32, site.channels / 4, "{}", site.norm);
        // And nothing from layers that share no channel with the row.
        let coupled = plan.layers.iter().filter(|l| !l.removed.is_empty());
        assert!(coupled.count() <= 2, "{}", site.norm);
    }
}

#[test]
fn wrong_limits_are_named() {
    let mut session = sample("mobilenetv1_025_fashion");
    let norm = session.sites().remove(1).norm;
    let mut refused = |own: LayerLimits| {
        let options = limited(&at_threshold(0.9), own);
        session.plan(&options).expect_err("refuses").to_string()
    };
    let high = LayerLimits {
        threshold: Some(1.5),
        ..limits(&norm)
    };
    let message = refused(high);
    assert!(
        message.contains(&norm) && message.contains("between 0 and 1"),
        "{message}"
    );
    let none = LayerLimits {
        floor: Some(0),
        ..limits(&norm)
    };
    assert!(refused(none).contains("at least 1"));
    let unknown = refused(limits("conv17"));
    assert!(
        unknown.contains("mobilenetv1_025_fashion") && unknown.contains("conv17"),
        "{unknown}"
    );
}

#[test]
fn a_target_without_statistics_says_what_is_missing() {
    let model = crate::support::build::small(|_| {});
    let bytes = channel_pruning::internals::onnx::encode(&model);
    let mut session = Session::open("plain.onnx", &bytes).unwrap();
    let solved = session
        .solve(&PlanOptions::default(), Measure::Macs, 30.0)
        .unwrap();
    assert_eq!((solved.removed, solved.reached), (0.0, false));
    let reason = solved.reason.unwrap();
    assert!(
        reason.contains("measure it on some images first"),
        "{reason}"
    );
}
