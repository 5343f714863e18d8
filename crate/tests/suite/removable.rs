//! The removable set, before balancing and before the guard, against brute force: hold everything
//! that is declared dead at its pinned value, run random inputs, see what readers never see vary.

use std::collections::{BTreeMap, HashMap};

use crate::support::fill::Fill;
use crate::support::hold::{Seen, Waves, held, observe, waves};
use crate::support::{at_threshold, files, for_all};
use channel_pruning::Session;
use channel_pruning::internals::channels::CoupledId;
use channel_pruning::internals::criterion;
use channel_pruning::internals::network::Constants;
use channel_pruning::internals::network::{Analysis, Read};
use channel_pruning::internals::plan::{Selection, select};
use channel_pruning::report::Criterion;
use serde_json::Value;

type Channels = BTreeMap<String, Vec<u64>>;

fn ours(analysis: &Analysis, which: impl Fn(usize) -> bool) -> Channels {
    let mut found = Channels::new();
    for reader in &analysis.channels.readers {
        let list: Vec<u64> = (0..reader.inputs.len())
            .filter(|c| which(reader.inputs[*c].index()))
            .map(|c| c as u64)
            .collect();
        if !list.is_empty() {
            found.insert(analysis.graph.nodes[reader.node].name.clone(), list);
        }
    }
    found
}

fn listed(entry: &Value, key: &str) -> Channels {
    let readers = entry["readers"].as_array().expect("a list");
    let list = |v: &Value| -> Vec<u64> {
        let items = v[key].as_array().map_or(&[][..], Vec::as_slice);
        items
            .iter()
            .map(|i| i.as_u64().expect("an index"))
            .collect()
    };
    readers
        .iter()
        .map(|r| (r["node"].as_str().expect("a name").to_string(), list(r)))
        .filter(|(_, channels)| !channels.is_empty())
        .collect()
}

/// The first difference, short enough to read.
fn compare(what: &str, ours: &Channels, theirs: &Channels) -> Result<(), String> {
    for name in ours.keys().chain(theirs.keys()) {
        let (a, b) = (ours.get(name), theirs.get(name));
        if a != b {
            let only = |x: Option<&Vec<u64>>, y: Option<&Vec<u64>>| -> Vec<u64> {
                let others = y.map_or(&[][..], Vec::as_slice);
                x.into_iter()
                    .flatten()
                    .filter(|c| !others.contains(c))
                    .copied()
                    .collect()
            };
            let (more, fewer) = (only(a, b), only(b, a));
            return Err(format!(
                "{what}: {name}: too many {more:?}, missing {fewer:?}"
            ));
        }
    }
    Ok(())
}

/// tests/reference/removable_reference.py ran this in onnxruntime for the trained samples.
#[test]
fn constants_of_the_samples_equal_brute_force_elsewhere() {
    let reference = files::json(&files::fixture("removable.json"));
    let entries: Vec<&Value> = reference.as_array().expect("a list").iter().collect();
    assert_eq!(entries.len(), 3 * files::SAMPLES.len());
    for_all(&entries, |entry| {
        let file = entry["file"].as_str().expect("a name");
        let threshold = entry["threshold"].as_f64().expect("a number");
        let what = format!("{file} at {threshold}");
        let session =
            Session::open(file, &files::read(&files::sample(file))).map_err(|e| e.to_string())?;
        let a = &session.analysis;
        let selection = selection(a, threshold);
        let c = selection
            .constants
            .as_ref()
            .expect("the criterion looks for constants");
        let found = ours(a, |channel_id| !c.value[channel_id].is_nan());
        let mut constant = listed(entry, "constant");
        // The reference bends every activation a little, so that a constant clipped to 0 is not
        // quite 0 there, and varies behind a squeeze-excite gate. Here it is 0, and stays 0.
        let zero = ours(a, |channel_id| c.value[channel_id] == 0.0);
        if file.starts_with("ghostnet") {
            for (node, channels) in &zero {
                let known = constant.entry(node.clone()).or_default();
                known.extend(channels);
                known.sort_unstable();
                known.dedup();
            }
        }
        compare(&format!("{what}, constant"), &found, &constant)?;
        // Marked as inexact is at least what differs over the pixels (and what is pooled from it).
        let inexact = ours(a, |channel_id| {
            !c.value[channel_id].is_nan() && c.inexact[channel_id]
        });
        for (node, channels) in listed(entry, "uneven") {
            let marked = inexact.get(&node).map_or(&[][..], Vec::as_slice);
            if let Some(k) = channels.iter().find(|k| !marked.contains(k)) {
                return Err(format!(
                    "{what}: {node} channel {k} is uneven and not marked"
                ));
            }
        }

        // Classes: removable exactly when every reader sees a constant.
        let is_listed = |node: &str, channel: u32| {
            constant
                .get(node)
                .is_some_and(|l| l.binary_search(&u64::from(channel)).is_ok())
        };
        let certain = |class: CoupledId| {
            let left = left(a, &selection, class);
            left.iter().all(|r| {
                let reader = &a.channels.readers[r.reader as usize];
                is_listed(&a.graph.nodes[reader.node].name, r.channel)
            })
        };
        classes(a, &selection, certain).map_err(|e| format!("{what}: {e}"))
    });
}

/// Where a class is read, without the readers that leave with a dead branch.
fn left(a: &Analysis, selection: &Selection, class: CoupledId) -> Vec<Read> {
    let node = |r: &Read| a.channels.readers[r.reader as usize].node;
    let reads = a.reads.of(class).iter();
    let left = reads.filter(|r| !selection.branches.dead(node(r)));
    left.copied().collect()
}

fn selection(a: &Analysis, threshold: f64) -> Selection {
    let scores = criterion::scores(a, Criterion::Probability, Default::default(), 0, None)
        .expect("needs no images");
    select(a, &at_threshold(threshold), &scores)
}

/// The plan's classes, with those the guards put back, are the free classes that are `certain`.
/// Only what is dead for sure and would not be lossless at a zero-padded border stays.
fn classes(
    a: &Analysis,
    selection: &Selection,
    certain: impl Fn(CoupledId) -> bool,
) -> Result<(), String> {
    let c = selection
        .constants
        .as_ref()
        .expect("the criterion looks for constants");
    let lossy = |class: CoupledId| {
        left(a, selection, class).iter().any(|r| {
            let channel_id = r.channel_id.index();
            let padded = a.channels.readers[r.reader as usize].padded && c.value[channel_id] != 0.0;
            let sure = a.statistics.by_channel[channel_id].constant_at >= 1.0;
            sure && (padded || c.inexact[channel_id])
        })
    };
    let mut chosen = selection.removed.clone();
    for (class, _) in &selection.guarded {
        chosen[class.index()] = true;
    }
    for (class, chosen) in chosen.iter().enumerate() {
        let id = CoupledId::new(class);
        // What leaves with a whole branch is proved elsewhere.
        let read = !left(a, selection, id).is_empty();
        if !selection.branches.is_empty() && !read {
            continue;
        }
        let want = a.free[class] && certain(id) && !lossy(id);
        if *chosen != want {
            let reads: Vec<String> = a
                .reads
                .of(id)
                .iter()
                .map(|r| {
                    let node = a.channels.readers[r.reader as usize].node;
                    format!("{} channel {}", a.graph.nodes[node].name, r.channel)
                })
                .collect();
            return Err(format!(
                "class {class} chosen {chosen}, brute force {want}: {reads:?}"
            ));
        }
    }
    Ok(())
}

/// The same brute force here, on random weights, for every small fixture.
#[test]
fn constants_of_all_fixtures_equal_brute_force() {
    // At 224×224 only the pixels are more.
    let names: Vec<String> = files::fixtures()
        .into_iter()
        .filter(|f| !f.contains("_224_"))
        .collect();
    for_all(&names, |file| {
        let how = Fill {
            dead: 0.5,
            whole: 0.1,
            ..Fill::default()
        };
        let model = files::filled(file, 3, &how);
        let session = Session::from_model(file, 0, model, &HashMap::new())
            .map_err(|e| format!("{file}: {e}"))?;
        // As analysed: some operators are spelled in another way than in the file.
        let (a, model) = (&session.analysis, &session.model);
        let threshold = 0.99;
        let selection = selection(a, threshold);
        let c = selection
            .constants
            .as_ref()
            .expect("the criterion looks for constants");

        let wave = waves(model, a, threshold, 3).map_err(|e| format!("{file}: {e}"))?;
        let wavy =
            observe(&held(model, a, threshold, &wave), a, 4).map_err(|e| format!("{file}: {e}"))?;
        let seen = |which: &dyn Fn(&Seen) -> bool| -> Channels {
            let mut found = Channels::new();
            for (r, channels) in &wavy {
                let list: Vec<u64> = (0..channels.len())
                    .filter(|k| which(&channels[*k]))
                    .map(|k| k as u64)
                    .collect();
                if !list.is_empty() {
                    let node = a.channels.readers[*r].node;
                    found.insert(a.graph.nodes[node].name.clone(), list);
                }
            }
            found
        };
        let constant = seen(&|s| *s != Seen::Varies);
        compare(
            &format!("{file}, constant"),
            &ours(a, |channel_id| !c.value[channel_id].is_nan()),
            &constant,
        )?;
        let certain = |class: CoupledId| {
            left(a, &selection, class).iter().all(|r| {
                let channels = wavy.get(&(r.reader as usize));
                channels.is_some_and(|l| l[r.channel as usize] != Seen::Varies)
            })
        };
        classes(a, &selection, certain).map_err(|e| format!("{file}: {e}"))?;

        // What readers get is what they see; where the map is uneven, that is marked.
        let plain = observe(&held(model, a, threshold, &Waves::new()), a, 1)
            .map_err(|e| format!("{file}: {e}"))?;
        values(a, c, &plain).map_err(|e| format!("{file}: {e}"))
    });
}

fn values(a: &Analysis, c: &Constants, plain: &HashMap<usize, Vec<Seen>>) -> Result<(), String> {
    for (r, channels) in plain {
        let reader = &a.channels.readers[*r];
        let name = &a.graph.nodes[reader.node].name;
        for (k, seen) in channels.iter().enumerate() {
            let channel_id = reader.inputs[k].index();
            let stated = c.value[channel_id];
            let Seen::Constant { value, even } = seen else {
                continue;
            };
            if stated.is_nan() {
                continue;
            }
            if !even && !c.inexact[channel_id] {
                return Err(format!(
                    "{name} channel {k} is uneven, stated as {stated} everywhere"
                ));
            }
            let difference = (stated - f64::from(*value)).abs();
            if *even && !c.inexact[channel_id] && difference > 1e-4 * stated.abs().max(1.0) {
                return Err(format!("{name} channel {k} is {value}, stated {stated}"));
            }
        }
    }
    Ok(())
}
