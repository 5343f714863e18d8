//! Networks and pictures of others, which are not part of the repository: tried where they are at
//! hand, skipped (and said so) where not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::{at_share, at_threshold, files, for_all};
use channel_pruning::Session;
use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate::evaluate;
use channel_pruning::report::{Compensation, Criterion, PlanOptions};

fn networks(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        // `damaged` holds files that have to be refused; `damaged_files_are_refused` is about them.
        if path.ends_with("damaged") {
            continue;
        }
        if path.is_dir() {
            found.extend(networks(&path));
        } else if path.extension().is_some_and(|e| e == "onnx") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every file is opened, planned, pruned in several ways, proved and opened again.
#[test]
fn other_peoples_networks_prune() {
    let Some(folder) = files::shared("models") else {
        eprintln!("skipped: there are no third-party networks beside the repository");
        return;
    };
    for_all(&networks(&folder), |path| {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let bytes = files::read(path);
        let mut session = Session::open(&name, &bytes).map_err(|e| e.to_string())?;
        let folded = session.analysis.is_folded();
        let mut options = vec![
            at_threshold(0.9),
            at_share(Criterion::L1, 0.3, Compensation::Shift),
            at_share(Criterion::Random, 0.5, Compensation::None),
        ];
        if !folded {
            options.push(at_share(Criterion::Sigma, 0.3, Compensation::Mean));
            options.push(at_share(Criterion::Slimming, 0.3, Compensation::Shift));
        }
        for options in options {
            let what = format!("{name}, {:?}", options.criterion);
            let pruned = session
                .prune(&options)
                .map_err(|e| format!("{what}: {e}"))?;
            let plan = &pruned.plan;
            let gone = plan.channels.before - plan.channels.after;
            let by_share = options.criterion != Criterion::Probability;
            println!("{what}: {gone} of {} channels", plan.channels.before);
            if by_share && gone == 0 {
                return Err(format!("{what}: nothing is removed"));
            }
            if plan.not_prunable.iter().any(|r| r.reason.trim().is_empty()) {
                return Err(format!("{what}: a layer stays for no reason"));
            }
            let check = session.check(&pruned).map_err(|e| format!("{what}: {e}"))?;
            if !check.passed {
                return Err(format!("{what}: {check:?}"));
            }
            let again = Session::open(&name, &pruned.bytes).map_err(|e| format!("{what}: {e}"))?;
            let cost = again.analysis.cost.total();
            if (cost.params, cost.macs) != (plan.params.after, plan.macs.after) {
                return Err(format!(
                    "{what}: costs {} {} when opened again, stated {:?} {:?}",
                    cost.params, cost.macs, plan.params, plan.macs
                ));
            }
        }
        Ok(())
    });
}

/// A file that asks for more memory than a network can need is refused, at once and by name.
#[test]
fn damaged_files_are_refused() {
    let Some(folder) = files::shared("models/damaged") else {
        eprintln!("skipped: there are no damaged files beside the repository");
        return;
    };
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "onnx"))
        .collect();
    for_all(&files, |path| {
        let start = std::time::Instant::now();
        match Session::open("damaged.onnx", &files::read(path)) {
            Ok(_) => Err(format!("{} is opened", path.display())),
            Err(error) if !error.to_string().contains("node") => {
                Err(format!("{error} names no node"))
            }
            Err(_) if start.elapsed().as_secs_f64() > 1.0 => Err("is refused late".into()),
            Err(_) => Ok(()),
        }
    });
}

fn accuracy(session: &mut Session, options: &PlanOptions, data: &Arc<Dataset>) -> f64 {
    let pruned = session.prune(options).unwrap();
    let pruned = Session::open("pruned.onnx", &pruned.bytes).unwrap();
    evaluate(&pruned, None, Arc::clone(data), "cifar10")
        .unwrap()
        .accuracy
        .unwrap()
}

/// The paper's claim on trained weights: at 0.99 nothing is lost, and at 0.85 the fold is what
/// keeps the accuracy up.
#[test]
fn accuracy_of_the_pruned_network() {
    let Some(folder) = files::shared("data") else {
        eprintln!("skipped: there are no test pictures beside the repository");
        return;
    };
    let data = Dataset::open(folder.join("cifar10-test-half.zip"), Some(1000));
    let data = Arc::new(data.unwrap());
    assert_eq!(data.len(), 1000);
    let file = "mobilenetv1_050_cifar10.onnx";
    let mut session = Session::open(file, &files::read(&files::sample(file))).unwrap();
    let original = evaluate(&session, None, Arc::clone(&data), "cifar10")
        .unwrap()
        .accuracy
        .unwrap();
    let at = |threshold, compensation| PlanOptions {
        compensation,
        ..at_threshold(threshold)
    };
    let careful = accuracy(&mut session, &at(0.99, Compensation::Shift), &data);
    let none = accuracy(&mut session, &at(0.85, Compensation::None), &data);
    let shift = accuracy(&mut session, &at(0.85, Compensation::Shift), &data);
    let mean = accuracy(&mut session, &at(0.85, Compensation::Mean), &data);
    println!(
        "original {original}, 0.99 shift {careful}, 0.85 none {none}, shift {shift}, mean {mean}"
    );
    assert!(original > 0.78, "the original is right on {original}");
    assert!(
        (original - careful).abs() <= 0.002 + 1e-9,
        "{original} became {careful}"
    );
    assert!(
        original - none >= 0.01,
        "nothing folded: {original} became {none}"
    );
    assert!(
        shift > none,
        "the fold is worth something: {shift} against {none}"
    );
    assert!(mean > none, "so is the mean: {mean} against {none}");
}
