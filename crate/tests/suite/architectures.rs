//! The five architectures of the literature, and every other fixture: what they cost, that they
//! prune under every criterion, and that nothing is left alone without a reason.

use std::collections::HashMap;

use crate::support::fill::Fill;
use crate::support::{at_share, at_threshold, files, for_all};
use channel_pruning::Session;
use channel_pruning::report::{Compensation, Criterion, PlanOptions};

fn open(
    file: &str,
    model: channel_pruning::internals::onnx::pb::ModelProto,
) -> Result<Session, String> {
    Session::from_model(file, 0, model, &HashMap::new()).map_err(|e| format!("{file}: {e}"))
}

/// The numbers of the papers (and of their reference implementations), at 224×224, 1000 classes.
#[test]
fn costs_of_the_five_architectures() {
    for (file, params, macs) in [
        ("mobilenetv1_224_ts.onnx", 4_231_976, 568_740_352),
        ("mobilenetv2_224_ts.onnx", 3_504_872, 300_774_272),
        ("shufflenetv2_224_ts.onnx", 2_278_604, 144_907_992),
        ("shufflenetv1_g3_224_ts.onnx", 1_864_728, 137_460_672),
        ("ghostnet_224_ts.onnx", 5_182_508, 141_150_512),
    ] {
        let session = open(file, files::filled(file, 1, &Fill::default())).unwrap();
        let cost = session.analysis.cost.total();
        assert_eq!((cost.params, cost.macs), (params, macs), "{file}");
    }
}

/// Counts made outside (shapes from a run in onnxruntime) for every fixture.
#[test]
fn costs_of_all_fixtures() {
    let expected = files::json(&files::fixture("expected.json"));
    let expected: Vec<_> = expected.as_array().expect("a list").iter().collect();
    assert_eq!(expected.len(), files::fixtures().len());
    for_all(&expected, |entry| {
        let file = entry["file"].as_str().expect("a name");
        let session = open(file, files::filled(file, 1, &Fill::default()))?;
        let cost = session.analysis.cost.total();
        let number = |key: &str| entry[key].as_u64().expect("a number");
        let want = (number("params") + number("params_other"), number("macs"));
        if (cost.params, cost.macs) != want {
            return Err(format!(
                "{file}: {:?} instead of {want:?}",
                (cost.params, cost.macs)
            ));
        }
        let layers: u64 = cost.layer_macs.iter().sum();
        if layers != cost.macs {
            return Err(format!(
                "{file}: layers have {layers} MACs of {}",
                cost.macs
            ));
        }
        Ok(())
    });
}

/// Two plans for large networks, every criterion and compensation for small ones.
fn options(file: &str) -> Vec<PlanOptions> {
    let mut list = vec![at_threshold(0.99), at_threshold(0.8)];
    list[1].compensation = Compensation::Mean;
    if file.contains("_224_") {
        list[0] = at_share(Criterion::Sigma, 0.4, Compensation::Mean);
        return list;
    }
    for (k, criterion) in crate::support::CRITERIA.into_iter().skip(1).enumerate() {
        let compensation = crate::support::COMPENSATIONS[k % 3];
        list.push(at_share(criterion, 0.2 + 0.1 * k as f64, compensation));
    }
    list.push(PlanOptions {
        multiple: 4,
        floor: 2,
        compensation: Compensation::None,
        ..at_threshold(0.5)
    });
    list
}

#[test]
fn every_fixture_prunes_and_equals_its_twin() {
    for_all(&files::fixtures(), |file| {
        let model = files::filled(file, 7, &Fill::default());
        let mut session = open(file, model)?;
        let mut removed = 0;
        for options in options(file) {
            let what = format!("{file}, {:?} {}", options.criterion, options.threshold);
            let pruned = session
                .prune(&options)
                .map_err(|e| format!("{what}: {e}"))?;
            let check = session.check(&pruned).map_err(|e| format!("{what}: {e}"))?;
            removed += pruned.plan.channels.before - pruned.plan.channels.after;
            if !check.passed {
                return Err(format!("{what}, {:?}: {check:?}", options.compensation));
            }
            nothing_silent(&session, &pruned.plan).map_err(|e| format!("{what}: {e}"))?;
            let again = Session::open(file, &pruned.bytes).map_err(|e| format!("{what}: {e}"))?;
            let cost = again.analysis.cost.total();
            let stated = (pruned.plan.params.after, pruned.plan.macs.after);
            if (cost.params, cost.macs) != stated {
                return Err(format!(
                    "{what}: opened again it costs {cost:?}, stated {stated:?}"
                ));
            }
        }
        if removed == 0 {
            return Err(format!("{file}: nothing was ever removed"));
        }
        Ok(())
    });
}

/// Every layer lost channels, could lose some, or is listed with its reason.
fn nothing_silent(session: &Session, plan: &channel_pruning::report::Plan) -> Result<(), String> {
    let convolutions = session
        .analysis
        .graph
        .nodes
        .iter()
        .filter(|n| matches!(n.op.as_str(), "Conv" | "ConvTranspose" | "Gemm"));
    for node in convolutions {
        let listed = plan.not_prunable.iter().find(|r| r.node == node.name);
        if let Some(reason) = listed {
            if reason.reason.trim().is_empty() {
                return Err(format!("{} stays for no reason", node.name));
            }
            continue;
        }
        let Some(layer) = plan.layers.iter().position(|l| l.name == node.name) else {
            return Err(format!("{} is not in the plan", node.name));
        };
        let outputs = &session.analysis.layers[layer].outputs;
        let could = outputs.iter().any(|c| session.analysis.free[c.index()]);
        if plan.layers[layer].removed.is_empty() && !could {
            return Err(format!("{} is silently left alone", node.name));
        }
    }
    Ok(())
}

/// A model nothing is removed from comes back byte for byte.
#[test]
fn untouched_networks_keep_their_bytes() {
    for file in files::SAMPLES {
        let bytes = files::read(&files::sample(file));
        let mut session = Session::open(file, &bytes).unwrap();
        let none = at_share(Criterion::L1, 0.0, Compensation::Shift);
        let pruned = session.prune(&none).unwrap();
        assert_eq!(pruned.plan.channels.before, pruned.plan.channels.after);
        assert!(pruned.bytes == bytes, "{file} changed without being pruned");
    }
}
