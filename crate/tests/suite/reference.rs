//! Plans of the trained MobileNets against an independent computation from the definition
//! (tests/reference/prune_reference.py): cases, removed channels by layer, parameters, MACs.

use std::collections::BTreeMap;

use crate::support::{at_threshold, files};
use channel_pruning::Session;
use serde_json::Value;

fn removed_by_layer(entry: &Value) -> BTreeMap<String, Vec<u64>> {
    let layers = entry["removed"].as_object().expect("an object");
    let list = |v: &Value| -> Vec<u64> {
        let items = v.as_array().expect("a list");
        items
            .iter()
            .map(|i| i.as_u64().expect("an index"))
            .collect()
    };
    layers
        .iter()
        .map(|(name, v)| (name.clone(), list(v)))
        .collect()
}

#[test]
fn plans_equal_the_independent_reference() {
    let networks = files::json(&files::fixture("reference_plans.json"));
    let networks = networks.as_array().expect("a list");
    assert_eq!(networks.len(), 3);
    for network in networks {
        let file = network["file"].as_str().expect("a name");
        let bytes = files::read(&files::sample(file));
        let mut session = Session::open(file, &bytes).unwrap();
        let plans = network["plans"].as_array().expect("a list");
        assert_eq!(plans.len(), 6, "{file}");
        for expected in plans {
            let threshold = expected["threshold"].as_f64().expect("a number");
            let what = format!("{file} at {threshold}");
            let number = |v: &Value| v.as_u64().expect("a count");
            let plan = session.plan(&at_threshold(threshold)).unwrap();

            assert_eq!(plan.params.before, number(&network["params"]), "{what}");
            assert_eq!(plan.macs.before, number(&network["macs"]), "{what}");
            assert_eq!(plan.params.after, number(&expected["params"]), "{what}");
            assert_eq!(plan.macs.after, number(&expected["macs"]), "{what}");

            let cases = &expected["cases"];
            let want =
                ["keep", "output_dead", "input_dead", "both_dead"].map(|c| number(&cases[c]));
            let c = plan.cases;
            assert_eq!(
                [c.keep, c.output_dead, c.input_dead, c.both_dead],
                want,
                "{what}"
            );

            let removed: BTreeMap<String, Vec<u64>> = plan
                .layers
                .iter()
                .filter(|l| !l.removed.is_empty())
                .map(|l| {
                    (
                        l.name.clone(),
                        l.removed.iter().map(|i| u64::from(*i)).collect(),
                    )
                })
                .collect();
            assert_eq!(removed, removed_by_layer(expected), "{what}");

            // The quick path of a drag must not disagree with the plan.
            let preview = session.preview(&at_threshold(threshold)).unwrap().summary;
            assert_eq!(preview.cases, plan.cases, "{what}");
            assert_eq!(
                (preview.params, preview.macs),
                (plan.params, plan.macs),
                "{what}"
            );
            assert_eq!(preview.channels, plan.channels, "{what}");
        }
    }
}

/// The pruned samples against their twins: every threshold of the reference, each compensation.
#[test]
fn pruned_samples_equal_their_twins() {
    crate::support::for_all(&files::SAMPLES, |file| {
        let bytes = files::read(&files::sample(file));
        let mut session = Session::open(file, &bytes).map_err(|e| e.to_string())?;
        for (k, threshold) in [0.5, 0.85, 0.99].into_iter().enumerate() {
            let mut options = at_threshold(threshold);
            options.compensation = crate::support::COMPENSATIONS[k];
            let pruned = session.prune(&options).map_err(|e| e.to_string())?;
            let check = session.check(&pruned).map_err(|e| e.to_string())?;
            if !check.passed {
                return Err(format!("{file} at {threshold}: {check:?}"));
            }
        }
        Ok(())
    });
}
