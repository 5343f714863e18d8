//! Random networks of every supported operator, pruned with random options: the sliced network must
//! equal its masked twin, its cost must be the one stated, and its bytes must open again.
//!
//! `CHANNEL_PRUNING_CASES` sets the number of networks, `CHANNEL_PRUNING_FROM` the first seed,
//! `CHANNEL_PRUNING_SEED` repeats one seed.

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use channel_pruning::Session;
use channel_pruning::internals::engine::{Engine, difference, noise};
use channel_pruning::internals::onnx::{self, pb};
use channel_pruning::report::{Compensation, LayerLimits, Plan, PlanOptions};
use support::count::count;
use support::random::{Program, describe, random_limits, random_options, with_limits};
use support::rng::Rng;

/// What became of one network.
enum Outcome {
    /// Channels and whole branches removed.
    Proved(u64, usize),
    /// The engine cannot run the original, so nothing can be proved of it.
    NotRun(String),
}

struct Case {
    program: Program,
    options: PlanOptions,
    limits: Vec<(usize, LayerLimits)>,
}

impl Case {
    fn new(seed: u64) -> Case {
        let mut rng = Rng::new(seed);
        let program = Program::random(&mut rng);
        let mut options = random_options(&mut rng, &program.build().model);
        let limits = random_limits(&mut rng);
        // It came later, and the others keep their seeds.
        if seed % 5 == 4 {
            options.compensation = Compensation::Merge;
        }
        Case {
            program,
            options,
            limits,
        }
    }

    fn prove(&self) -> Result<Outcome, String> {
        let built = self.program.build();
        let bytes = onnx::encode(&built.model);
        let original = match Engine::new(&built.model, 1) {
            Ok(engine) => engine,
            Err(e) => return Ok(Outcome::NotRun(e.to_string())),
        };
        let probe = original.run(noise(&original.inputs[0].0, 1));
        let shapes: Vec<Vec<usize>> = match probe {
            Ok(outputs) => outputs.iter().map(|o| o.shape().to_vec()).collect(),
            Err(e) => return Ok(Outcome::NotRun(e.to_string())),
        };

        let mut session =
            Session::open("random.onnx", &bytes).map_err(|e| format!("opens: {e}"))?;
        let costs = |pruned| count(pruned, &built.model, &built.counted);
        let before = session.analysis.cost.total();
        same(
            "cost of the original",
            (before.params, before.macs),
            costs(&built.model),
        )?;

        let options = with_limits(&self.options, &self.limits, &session.sites());
        let pruned = match session.prune(&options) {
            Ok(pruned) => pruned,
            // Nothing in this network says how channels vary.
            Err(e) if e.reason.contains("`merge` needs") => return Ok(Outcome::NotRun(e.reason)),
            Err(e) => return Err(format!("prunes: {e}")),
        };
        let plan = &pruned.plan;
        let stated = (plan.params.after, plan.macs.after);
        let written = onnx::decode(&pruned.bytes).map_err(|e| format!("decodes: {e}"))?;
        let twin = session.twin_of(&pruned).map_err(|e| format!("twin: {e}"))?;

        compare(&twin, &written, &shapes)?;
        let check = session.check(&pruned).map_err(|e| format!("checks: {e}"))?;
        if !check.passed {
            return Err(format!("is refused by its check: {check:?}"));
        }
        same("cost of the pruned", stated, costs(&written))?;
        let preview = session
            .preview(&options)
            .map_err(|e| format!("previews: {e}"))?
            .summary;
        same("channels of the preview", preview.channels, plan.channels)?;
        adds_up(plan)?;
        same("tally of the preview", preview.tally, plan.tally)?;

        let mut again =
            Session::open("pruned.onnx", &pruned.bytes).map_err(|e| format!("opens again: {e}"))?;
        if self.program.seed.is_multiple_of(4) {
            // What comes out is a network like any other.
            let mut options = with_limits(&self.options, &self.limits, &again.sites());
            let mut next = again.prune(&options);
            let lacks_norms =
                |e: &channel_pruning::Error| e.to_string().contains("which `merge` needs");
            if next.as_ref().is_err_and(lacks_norms) {
                // The last BatchNormalization went with its branch.
                options.compensation = Compensation::Moments;
                next = again.prune(&options);
            }
            let next = next.map_err(|e| format!("prunes again: {e}"))?;
            let check = again
                .check(&next)
                .map_err(|e| format!("checks again: {e}"))?;
            if !check.passed {
                return Err(format!("pruned twice: {check:?}"));
            }
        }
        let branches = plan.dead_branches.len();
        Ok(Outcome::Proved(
            plan.channels.before - plan.channels.after,
            branches,
        ))
    }

    fn outcome(&self) -> Result<Outcome, String> {
        support::attempt(|| self.prove())
    }

    /// Drops steps and oddities as long as it still fails in the same way.
    fn shrunk(self, why: &str) -> (Case, String) {
        let kind = |why: &str| why.split(": ").next().unwrap_or_default().to_string();
        let (mut case, mut reason) = (self, why.to_string());
        'again: loop {
            for program in case.program.smaller() {
                let next = Case {
                    program,
                    options: case.options.clone(),
                    limits: case.limits.clone(),
                };
                if let Err(why) = next.outcome()
                    && kind(&why) == kind(&reason)
                {
                    (case, reason) = (next, why);
                    continue 'again;
                }
            }
            return (case, reason);
        }
    }
}

/// Every coupled channel is counted once, and the counts are those that the plan gives elsewhere.
fn adds_up(plan: &Plan) -> Result<(), String> {
    let t = plan.tally;
    let removed = t.output_dead + t.input_dead + t.both_dead + t.removed_alive + t.outside_removed;
    let stays = t.kept + t.withheld + t.outside_kept;
    let withheld: u64 = plan.tally_withheld.iter().map(|w| w.channels).sum();
    same("counted channels", t.channels, plan.channels.before)?;
    same("counted removed", removed, t.channels - plan.channels.after)?;
    same("counted kept", stays, plan.channels.after)?;
    same("counted withheld", withheld, t.withheld)?;
    match plan.tally_withheld.iter().find(|w| w.reason.is_empty()) {
        Some(w) => Err(format!("withheld without a reason: {}", w.node)),
        None => Ok(()),
    }
}

/// Runs both, which must agree and have outputs of the given shapes.
fn compare(
    twin: &pb::ModelProto,
    written: &pb::ModelProto,
    shapes: &[Vec<usize>],
) -> Result<(), String> {
    let twin = Engine::new(twin, 1).map_err(|e| format!("twin compiles: {e}"))?;
    let sliced = Engine::new(written, 1).map_err(|e| format!("sliced compiles: {e}"))?;
    for seed in 1..3 {
        let image = noise(&twin.inputs[0].0, seed);
        let a = twin
            .run(image.clone())
            .map_err(|e| format!("twin runs: {e}"))?;
        let b = sliced.run(image).map_err(|e| format!("sliced runs: {e}"))?;
        if b.iter()
            .map(|o| o.shape().to_vec())
            .ne(shapes.iter().cloned())
        {
            return Err("outputs changed their shapes".into());
        }
        let (worst, scale) = difference(&a, &b);
        if worst > 1e-4 * scale.max(1.0) {
            return Err(format!("differs from its twin by {worst:e} of {scale}"));
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, stated: T, counted: T) -> Result<(), String> {
    if stated == counted {
        return Ok(());
    }
    Err(format!("{what}: stated {stated:?}, counted {counted:?}"))
}

fn report(seed: u64, why: &str) -> String {
    let (case, reason) = Case::new(seed).shrunk(why);
    let o = &case.options;
    format!(
        "seed {seed}: {reason}\n  (at first: {why})\n  opset {}, dynamic batch {}, {:?} {:?}, threshold {}, share {}, floor {}, multiple {}, locked {:?}, layers {:?}\n{}",
        case.program.opset,
        case.program.dynamic_batch,
        o.criterion,
        o.compensation,
        o.threshold,
        o.share,
        o.floor,
        o.multiple,
        o.locked,
        case.limits,
        describe(&case.program.build().model),
    )
}

fn environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number, not {text}")),
    )
}

/// Seeds at which counts were wrong (1,000,084 and 1,001,646: a Gather that takes a single channel several times; 702,832
/// to 719,866 and 900,060: single channels concatenated along the last axis between Transposes; 3,123,
/// 1,002,500 and 1,003,470: γ and β of a BatchNormalization behind a convolution that is not followed),
/// at which tract's optimiser lost the odd start of a Slice (809), and at which a layer that no output depends on
/// could not be locked (1,000,599).
#[test]
fn seeds_that_failed_once_hold() {
    for seed in [
        809, 2014, 2163, 3358, 3392, 4286, 5379, 5903, 3123, 702_832, 708_434, 712_769, 716_256,
        719_770, 719_866, 900_060, 1_000_084, 1_000_599, 1_001_646, 1_002_500, 1_003_470,
        1_315_649,
    ] {
        if let Err(why) = Case::new(seed).outcome() {
            panic!("{}", report(seed, &why));
        }
    }
}

#[test]
fn random_networks_equal_their_twins() {
    if let Some(seed) = environment("CHANNEL_PRUNING_SEED") {
        if let Err(why) = Case::new(seed).outcome() {
            panic!("{}", report(seed, &why));
        }
        return;
    }
    let cases = environment("CHANNEL_PRUNING_CASES").unwrap_or(2000);
    let from = environment("CHANNEL_PRUNING_FROM").unwrap_or(0);
    let (next, cut, removed) = (AtomicU64::new(from), AtomicUsize::new(0), AtomicU64::new(0));
    let branches = AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::<(u64, String)>::new());
    let not_run = std::sync::Mutex::new(HashMap::<String, u64>::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + cases {
                return;
            }
            match Case::new(seed).outcome() {
                Ok(Outcome::Proved(0, 0)) => {}
                Ok(Outcome::Proved(n, whole)) => {
                    branches.fetch_add(whole.min(1), Ordering::Relaxed);
                    cut.fetch_add(1, Ordering::Relaxed);
                    removed.fetch_add(n, Ordering::Relaxed);
                }
                Ok(Outcome::NotRun(why)) => {
                    *not_run.lock().expect("no poison").entry(why).or_default() += 1;
                }
                Err(why) => failures.lock().expect("no poison").push((seed, why)),
            }
        }
    };
    // All cores for a run by hand; beside other tests, two.
    let all = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let threads = if cases > 2000 { all } else { 2 };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut failures = failures.into_inner().expect("no poison");
    failures.sort();
    let not_run = not_run.into_inner().expect("no poison");
    let skipped: u64 = not_run.values().sum();
    println!(
        "{cases} networks: {} lost {} channels, {} of them whole branches, {skipped} do not run here, {} fail",
        cut.load(Ordering::Relaxed),
        removed.load(Ordering::Relaxed),
        branches.load(Ordering::Relaxed),
        failures.len()
    );
    // One example of each kind, shrunk; the other seeds by number.
    let mut shown: HashMap<String, usize> = HashMap::new();
    let mut text = String::new();
    for (seed, why) in &failures {
        let kind: String = why
            .chars()
            .take_while(|c| !c.is_ascii_digit())
            .take(60)
            .collect();
        let seen = shown.entry(kind).or_default();
        *seen += 1;
        if *seen <= 2 {
            text += &format!("{}\n", report(*seed, why));
        } else {
            text += &format!("seed {seed}: {why}\n");
        }
    }
    for (why, count) in &not_run {
        println!("{count} × {why}");
    }
    assert!(
        failures.is_empty(),
        "{} of {cases} fail\n{text}",
        failures.len()
    );
    // The test is worth something only if most networks run and lose channels.
    assert!(
        skipped * 50 <= cases,
        "{skipped} of {cases} do not run: {not_run:?}"
    );
    assert!(
        cut.load(Ordering::Relaxed) as u64 * 2 >= cases,
        "few networks lost channels"
    );
    assert!(
        branches.load(Ordering::Relaxed) as u64 * 50 >= cases,
        "few networks lost whole branches"
    );
}
