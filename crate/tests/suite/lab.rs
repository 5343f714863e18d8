//! Evaluation, budgets and sweeps on the built-in network and its built-in images.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use crate::support::files;
use channel_pruning::dataset::Dataset;
use channel_pruning::evaluate::{self, Judge, LENGTH, Promise, Record};
use channel_pruning::report::{Compensation, Criterion, PlanOptions};
use channel_pruning::{Measure, Session};

const MODEL: &str = "mobilenetv1_025_fashion.onnx";
const DATA: &str = "data/fashion-mnist-1000.zip";
const PRESET: &str = "fashion-mnist";

fn session() -> Session {
    Session::open(MODEL, &std::fs::read(files::sample(MODEL)).unwrap()).unwrap()
}

fn data(limit: usize) -> Arc<Dataset> {
    Arc::new(Dataset::open(files::sample(DATA), Some(limit)).unwrap())
}

fn sigma(share: f64) -> PlanOptions {
    PlanOptions {
        criterion: Criterion::Sigma,
        compensation: Compensation::Mean,
        share,
        ..PlanOptions::default()
    }
}

/// A judge of the sample and what is left of it.
fn judge(limit: usize, share: f64) -> Judge {
    let mut session = session();
    let pruned = session.prune(&sigma(share)).unwrap();
    let mut judge = Judge::new(&session.model, MODEL, data(limit), PRESET).unwrap();
    judge.set_other(&pruned.model, "pruned").unwrap();
    judge
}

#[test]
fn who_evaluates_what_does_not_matter() {
    let judge = judge(203, 0.4);
    let one = evaluate::all(&judge, 1).unwrap();
    assert_eq!(one.len(), 203);
    for threads in [2, 3, 7] {
        assert_eq!(evaluate::all(&judge, threads).unwrap(), one);
    }
    // A fresh judge, slices that are no batches, in another order, one twice, packed on the way.
    let fresh = self::judge(203, 0.4);
    let mut packed = Vec::new();
    for (from, to) in [(100, 203), (0, 37), (37, 101), (0, 8)] {
        let records = fresh.evaluate(from, to).unwrap();
        packed.extend(records.iter().flat_map(Record::pack));
    }
    let (rows, rest) = packed.as_chunks::<LENGTH>();
    assert!(rest.is_empty());
    let merged = evaluate::merge(rows.iter().map(Record::unpack).collect());
    assert_eq!(merged, one);
    assert_eq!(fresh.report(&merged), judge.report(&one));
}

#[test]
fn figures_are_those_of_single_images() {
    let mut session = session();
    let pruned = session.prune(&sigma(0.4)).unwrap();
    session.adopt(pruned);
    let data = data(60);
    let report = {
        let judge = judge(60, 0.4);
        judge.report(&evaluate::all(&judge, 2).unwrap())
    };
    let (mut right, mut agreed) = ([0, 0], 0);
    for item in data.iter() {
        let item = item.unwrap();
        let which = [
            channel_pruning::Which::Original,
            channel_pruning::Which::Pruned,
        ];
        let best = which.map(|w| session.predict(w, &item.image, PRESET, 1).unwrap().top[0].index);
        agreed += usize::from(best[0] == best[1]);
        for (count, best) in right.iter_mut().zip(best) {
            *count += usize::from(best as usize == item.class.unwrap());
        }
    }
    let against = report.against.unwrap();
    assert_eq!(report.accuracy, Some(right[0] as f64 / 60.0));
    assert_eq!(against.accuracy, Some(right[1] as f64 / 60.0));
    assert_eq!(against.agreement, agreed as f64 / 60.0);
    assert!(right[0] > 45 && against.mean_kl > 0.0);
    assert_eq!(report.per_class.len(), 10);
    assert_eq!(report.per_class[9].label, "Ankle boot");
}

#[test]
fn a_promise_is_kept_and_the_next_plan_would_break_it() {
    let mut session = session();
    let mut judge = Judge::new(&session.model, MODEL, data(300), PRESET).unwrap();
    for promise in [Promise::MinAgreement(0.97), Promise::MaxLoss(0.01)] {
        let asked = sigma(0.25);
        let (options, found) =
            evaluate::largest(&mut session, &mut judge, &asked, promise).unwrap();
        let against = found.evaluation.against.as_ref().unwrap();
        match promise {
            Promise::MinAgreement(least) => assert!(against.agreement >= least),
            Promise::MaxLoss(most) => assert!(against.difference.unwrap() >= -most - 1e-9),
        }
        assert!(
            options.share > 0.02 && found.plans >= 3,
            "{options:?} {found:?}"
        );
        // Much more pruning breaks it.
        let pruned = session
            .prune(&sigma((options.share + 0.25).min(1.0)))
            .unwrap();
        judge.set_other(&pruned.model, "more").unwrap();
        let more = judge.report(&evaluate::all(&judge, 2).unwrap());
        let more = more.against.unwrap();
        match promise {
            Promise::MinAgreement(least) => assert!(more.agreement < least),
            Promise::MaxLoss(most) => assert!(more.difference.unwrap() < -most),
        }
    }
    let impossible = Promise::MinAgreement(1.1);
    let none = evaluate::largest(&mut session, &mut judge, &sigma(0.25), impossible);
    assert!(
        none.unwrap_err()
            .to_string()
            .contains("even the smallest pruning")
    );
}

#[test]
fn other_networks_and_data_are_refused() {
    let session = session();
    let single = |bytes: &[u8]| Dataset::from_memory(vec![("x".into(), bytes.to_vec())], None);
    let picture = std::fs::read(files::sample("images/fashion/bag.png")).unwrap();
    let data = Arc::new(single(&picture).unwrap());
    let mut judge = Judge::new(&session.model, MODEL, Arc::clone(&data), PRESET).unwrap();
    assert!(!judge.labelled());
    let wrong = Judge::new(&session.model, MODEL, data, "nothing");
    assert!(
        wrong
            .err()
            .unwrap()
            .to_string()
            .contains("there is no preset nothing")
    );
    // Without labels there is agreement, and no accuracy to lose.
    judge.set_other(&session.model, "same").unwrap();
    let report = judge.report(&evaluate::all(&judge, 4).unwrap());
    assert_eq!(
        (report.accuracy, report.against.unwrap().agreement),
        (None, 1.0)
    );
    let mut session = session;
    let loss = Promise::MaxLoss(0.1);
    let none = evaluate::largest(&mut session, &mut judge, &sigma(0.25), loss);
    assert!(none.unwrap_err().to_string().contains("has no labels"));
}

#[test]
fn targets_are_taken_by_plan_options() {
    let mut session = session();
    let at = session.solve(&sigma(0.0), Measure::Params, 30.0).unwrap();
    let plan = prune(&[
        "plan",
        "MODEL",
        "--criterion",
        "sigma",
        "--compensation",
        "mean",
        "--target-params",
        "30",
    ]);
    let plan = plan.unwrap();
    assert_eq!(plan["share"].as_f64(), Some(at.amount));
    let left =
        plan["params"]["after"].as_f64().unwrap() / plan["params"]["before"].as_f64().unwrap();
    assert!((left - 0.7).abs() < 0.02, "{left}");
    for (wrong, reason) in [
        (
            vec!["--target-macs", "30", "--threshold", "0.9"],
            "in place of",
        ),
        (
            vec!["--target-macs", "30", "--target-params", "3"],
            "one target",
        ),
        (vec!["--max-loss", "1"], "need --data"),
        (vec!["--target-macs", "130"], "between 0 and 100"),
    ] {
        let error = prune(&[vec!["plan", "MODEL"], wrong].concat()).unwrap_err();
        assert!(error.0 == Some(2) && error.1.contains(reason), "{error:?}");
    }
}

#[test]
fn a_guarded_plan_says_what_was_found() {
    let plan = prune(&[
        "plan",
        "MODEL",
        "--criterion",
        "sigma",
        "--compensation",
        "mean",
        "--min-agreement",
        "95",
        "--data",
        "DATA",
        "--limit",
        "200",
    ])
    .unwrap();
    let guard = &plan["guard"];
    assert_eq!(
        (guard["min_agreement"].as_f64(), guard["max_loss"].is_null()),
        (Some(0.95), true)
    );
    assert_eq!(guard["evaluation"]["images"], 200);
    let agreement = guard["evaluation"]["against"]["agreement"]
        .as_f64()
        .unwrap();
    assert!((0.95..0.999).contains(&agreement), "{agreement}");
    let low = guard["evaluation"]["against"]["agreement_interval"][0]
        .as_f64()
        .unwrap();
    assert_eq!(guard["sure"].as_bool(), Some(low >= 0.95));
    assert!(plan["macs"]["after"].as_u64() < plan["macs"]["before"].as_u64());
}

#[test]
fn a_sweep_is_taken_up_where_it_stopped() {
    let folder = std::env::temp_dir().join(format!("prune-sweep-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("curve.csv");
    let out = path.to_str().unwrap().to_owned();
    let sweep = || {
        prune(&[
            "sweep",
            "MODEL",
            "--criteria",
            "probability,sigma",
            "--compensations",
            "shift,none",
            "--data",
            "DATA",
            "--limit",
            "64",
            "--points",
            "3",
            "-o",
            &out,
        ])
    };
    let run = sweep();
    assert!(run.is_ok(), "{run:?}");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines[0], evaluate::HEADER);
    assert!((9..=17).contains(&lines.len()), "{whole}");
    let first: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(
        (first[0], first[1], first.len()),
        ("probability", "shift", 11)
    );
    // Again: nothing is added.
    sweep().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    // Cut off in the middle of a line: that line and those after it come back the same.
    let end = whole.find(lines[4]).unwrap() + 20;
    std::fs::write(&path, &whole[..end]).unwrap();
    sweep().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    // A row that is there already is believed, not computed again.
    let known = whole.replace(
        lines[2],
        &lines[2].replace(lines[2].split(',').nth(3).unwrap(), "77"),
    );
    std::fs::write(&path, &known).unwrap();
    sweep().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), known);
    for (text, reason) in [
        ("a,b\n1,2\n", "its first line"),
        (&format!("{}\nx\n", lines[0]), "line 2"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = sweep().unwrap_err();
        assert!(error.0 == Some(1) && error.1.contains(reason), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Runs the command line on the sample (`MODEL`) and its images (`DATA`): its JSON (null where it printed none), or exit code and error.
fn prune(args: &[&str]) -> Result<serde_json::Value, (Option<i32>, String)> {
    let place = |arg: &&str| match *arg {
        "MODEL" => files::sample(MODEL),
        "DATA" => files::sample(DATA),
        other => PathBuf::from(other),
    };
    let run = Command::new(env!("CARGO_BIN_EXE_prune"))
        .args(args.iter().map(place))
        .arg("--json")
        .output()
        .unwrap();
    match run.status.success() {
        true => Ok(serde_json::from_slice(&run.stdout).unwrap_or_default()),
        false => Err((
            run.status.code(),
            String::from_utf8_lossy(&run.stderr).into_owned(),
        )),
    }
}
