//! What the integration tests share: fixtures, random weights, small graphs, independent counts.
#![allow(dead_code, unused_imports)] // Every test file uses its own part.

pub mod build;
pub mod count;
pub mod files;
pub mod fill;
pub mod hold;
pub mod random;
pub mod rng;

use channel_pruning::internals::engine::{Engine, difference, noise};
use channel_pruning::internals::onnx::pb;
use channel_pruning::report::{Compensation, Criterion, PlanOptions};

pub const COMPENSATIONS: [Compensation; 4] = [
    Compensation::None,
    Compensation::Shift,
    Compensation::Mean,
    Compensation::Moments,
];

/// Every criterion that needs no images.
pub const CRITERIA: [Criterion; 7] = [
    Criterion::Probability,
    Criterion::Sigma,
    Criterion::Influence,
    Criterion::Slimming,
    Criterion::L1,
    Criterion::Fpgm,
    Criterion::Random,
];

pub fn at_threshold(threshold: f64) -> PlanOptions {
    PlanOptions {
        threshold,
        ..PlanOptions::default()
    }
}

pub fn at_share(criterion: Criterion, share: f64, compensation: Compensation) -> PlanOptions {
    PlanOptions {
        criterion,
        share,
        compensation,
        ..PlanOptions::default()
    }
}

/// Largest |Δ| between two networks over seeded inputs, and the largest |output| of the first.
pub fn distance(a: &pb::ModelProto, b: &pb::ModelProto, seeds: std::ops::Range<u64>) -> (f64, f64) {
    let (a, b) = (
        Engine::new(a, 1).expect("compiles"),
        Engine::new(b, 1).expect("compiles"),
    );
    let (mut worst, mut scale) = (0.0f64, 0.0f64);
    for seed in seeds {
        let image = noise(&a.inputs[0].0, seed);
        let (d, s) = difference(
            &a.run(image.clone()).expect("runs"),
            &b.run(image).expect("runs"),
        );
        worst = worst.max(d);
        scale = scale.max(s);
    }
    (worst, scale)
}

/// Runs `job` on every item on two threads, and fails with all that failed.
pub fn for_all<T: Sync>(items: &[T], job: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            // A panic inside one item must not hide what the others find.
            if let Err(why) = attempt(|| job(item)) {
                failures.lock().expect("no poison").push(why);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let failures = failures.into_inner().expect("no poison");
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        items.len(),
        failures.join("\n")
    );
}

thread_local! {
    static TRYING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    static PLACE: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Runs `job`; a panic becomes an error that tells where it happened, and stays off the terminal.
pub fn attempt<T>(job: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // This one ends the process, so it has to be seen now.
            if TRYING.get() && !info.to_string().contains("unsafe precondition") {
                let place = info.location().map_or(String::new(), ToString::to_string);
                PLACE.with_borrow_mut(|p| *p = place);
            } else {
                usual(info);
            }
        }));
    });
    TRYING.set(true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    TRYING.set(false);
    done.unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_string()));
        let place = PLACE.with_borrow(String::clone);
        Err(format!("panicked at {place}: {}", text.unwrap_or_default()))
    })
}
