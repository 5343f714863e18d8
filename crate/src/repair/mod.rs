//! Repair without gradients: after the cut, readers are refitted to what they produced before.
//!
//! For a reader with kept inputs X (in the pruned network) and original outputs Y (before their
//! normalisation), on centred Gram matrices accumulated over pictures and pixels,
//!
//! W' = argmin Σ‖Y − X W' − b'‖² + λ·(tr C / n)·‖W' − W_kept‖²,  C = cov(X),
//!
//! solved by Cholesky. A depthwise convolution is a reader of one channel a group. Y is what the original
//! produced, plus what the other operand of a sum behind it lacks, and may move where the activation
//! behind it does not tell numbers apart ([`project`]). Afterwards each output's spread is brought half
//! of the way back to Y's, since a least-squares fit shrinks it.
//!
//! Readers go in graph order, each on the inputs that earlier refits produce, and both networks are
//! walked once ([`walk`]). Some of the pictures are held back: they choose λ and refuse a reader whose
//! refit does not carry over, and they judge the whole step by what the networks answer ([`judge`]).
//!
//! Prior work: ThiNet (Luo et al. 2017) and channel pruning by reconstruction (He et al. 2017), whose
//! residual targets these are; nonlinear targets after Zhang et al. 2016; matching of the spread with
//! shrinkage after ASR (2026); GRAIL (2026) merges by the Gram matrix of the original.

mod cholesky;
mod collect;
pub mod curves;
mod fit;
mod gram;
mod job;
mod judge;
pub mod merge;
mod parallel;
mod patches;
mod project;
mod reader;
mod round;
mod stored;
mod system;
mod walk;
mod waves;

use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::onnx::pb;
use crate::random;
use crate::report::{RepairReport, RepairStep, Step};
use fit::Method;
use judge::Judge;

pub use job::Job;
use parallel::cores;
use reader::refittable;
use round::Round;

/// Fewer pictures than this cannot better a cut that answers all of them as the original does.
const MIN_PICTURES_FOR_PERFECT_CUT: usize = 48;
/// Pictures on which the cut is compared with the original before anything is done.
const MAX_PICTURES_ASKED: usize = 64;
/// Mean KL below which a cut that answers all of them alike is left as it is.
const NEAR_KL: f64 = 0.05;
/// Bytes that both networks may hold for all pictures together.
const MAX_BYTES_HELD: usize = 1_000_000_000;
/// How far a refit's spread is brought back to what it is to meet.
const SPREAD_MATCHING: f64 = 0.5;

/// Repairs step by step on `images` (tensors of batch 1). `progress(at, total)` is called as
/// reader `at`, counted from 1, begins.
///
/// # Errors
/// When there is no picture, a network cannot be run, or `progress` returns false.
pub fn repair(
    job: &Job<'_>,
    steps: &[Step],
    images: &[ArrayD<f32>],
    progress: impl FnMut(usize, usize) -> bool,
) -> Result<(pb::ModelProto, RepairReport)> {
    repair_on(cores(), job, steps, images, progress)
}

/// [`repair`] on so many threads, whose number does not change the result.
///
/// # Errors
/// As [`repair`].
pub fn repair_on(
    threads: usize,
    job: &Job<'_>,
    steps: &[Step],
    images: &[ArrayD<f32>],
    mut progress: impl FnMut(usize, usize) -> bool,
) -> Result<(pb::ModelProto, RepairReport)> {
    if images.is_empty() {
        return Err(Error::new("repair needs at least one picture"));
    }
    let (most, halved) = affordable(walk::widest(&job.before.graph), images.len());
    let used = &images[..most];
    let (fit, held) = split(used);
    let judge = Judge::new(job.original, job.classifier, held.clone(), threads)?;
    let mut model = job.pruned.clone();
    let mut standing = judge.judge(&model)?;
    let first = standing.closeness;
    let mut reports = Vec::new();
    let content = standing.closeness.agreement.is_none_or(|a| a == 1.0)
        && is_content(job, &model, used, threads)?;
    let sites = refittable(job.before);
    let total = steps.len() * sites.len();
    let mut done = 0;
    for step in steps {
        // A spread brought back helps most networks; where it does not, the plain refit may.
        let tried: &[f64] = match (step, held.is_empty()) {
            (Step::Refit, false) => &[SPREAD_MATCHING, 0.0],
            _ => &[0.0],
        };
        let mut best = None;
        for (k, matched) in tried.iter().enumerate() {
            let round = Round {
                job,
                sites: &sites,
                method: Method {
                    step: *step,
                    matched: *matched,
                    threads,
                },
                fit: &fit,
                held: &held,
                halved,
            };
            let mut at = 0;
            let (next, layers) = round.take(&model, || {
                at += 1;
                // A second try starts from the front.
                progress(done + at, total)
            })?;
            let verdict = judge.judge(&next)?;
            let beats = verdict.beats(&standing);
            let acted = layers.iter().any(|l| l.declined.is_none());
            if k == 0 || beats {
                best = Some((next, layers, verdict, beats));
            }
            if beats || content || !acted {
                break;
            }
        }
        done += sites.len();
        let Some((next, layers, verdict, beats)) = best else {
            continue;
        };
        let acted = layers.iter().any(|l| l.declined.is_none());
        let declined = match (acted, content, beats) {
            (false, ..) => Some("there is nothing that it would improve".to_string()),
            (_, true, _) => Some(format!(
                "the cut network answers all {} pictures as the original does, so there is nothing to mend that they would show",
                used.len().min(MAX_PICTURES_ASKED)
            )),
            (.., false) => Some(format!(
                "on {} held-back pictures the network came no nearer to the original",
                held.len()
            )),
            _ => None,
        };
        reports.push(RepairStep {
            step: *step,
            before: standing.closeness,
            after: verdict.closeness,
            layers,
            declined: declined.clone(),
        });
        if declined.is_none() {
            model = next;
            standing = verdict;
        }
    }
    let all = reports.iter().all(|r| r.declined.is_some());
    let declined = reports.first().filter(|_| all);
    let report = RepairReport {
        images: used.len() as u32,
        held: held.len() as u32,
        warning: warning(&reports, images.len(), used.len()),
        declined: declined.and_then(|r| r.declined.clone()),
        before: first,
        after: standing.closeness,
        steps: reports,
    };
    Ok((model, report))
}

/// How many of so many pictures both networks can hold, and whether in half precision.
fn affordable(widest: usize, images: usize) -> (usize, bool) {
    let most = |bytes: usize| MAX_BYTES_HELD / (2 * widest * bytes).max(1);
    match most(4) >= images {
        true => (images, false),
        false => (images.min(most(2).max(16)), true),
    }
}

/// Whether the cut answers the pictures as the original does, all of them, and either they are few or it
/// is nearly as sure of its answers: then there is more to lose than to gain.
fn is_content(
    job: &Job<'_>,
    cut: &pb::ModelProto,
    images: &[ArrayD<f32>],
    threads: usize,
) -> Result<bool> {
    if job.classifier.is_none() {
        return Ok(false);
    }
    let asked = &images[..images.len().min(MAX_PICTURES_ASKED)];
    let asked = asked.iter().collect();
    let judge = Judge::new(job.original, job.classifier, asked, threads)?;
    let near = judge.judge(cut)?.closeness;
    let sure = near.mean_kl.is_some_and(|kl| kl < NEAR_KL);
    Ok(near.agreement == Some(1.0) && (images.len() < MIN_PICTURES_FOR_PERFECT_CUT || sure))
}

/// Pictures to fit on and pictures to judge by: a fifth of many, a quarter of few. Data sets come class
/// by class or one of every class in turn, so which are held back is drawn, always alike.
fn split(images: &[ArrayD<f32>]) -> (Vec<&ArrayD<f32>>, Vec<&ArrayD<f32>>) {
    let held = match images.len() {
        0..8 => 0,
        8..64 => images.len() / 4,
        _ => images.len() / 5,
    };
    let mut order: Vec<usize> = (0..images.len()).collect();
    order.sort_by_key(|k| random::mix((*k as u64 + 1).wrapping_mul(random::STEP)));
    let (back, front) = order.split_at(held);
    let pick = |which: &[usize]| {
        let mut which = which.to_vec();
        which.sort_unstable();
        which.into_iter().map(|k| &images[k]).collect()
    };
    (pick(front), pick(back))
}

/// What a person should know about the pictures they gave.
fn warning(steps: &[RepairStep], given: usize, used: usize) -> Option<String> {
    if used < given {
        return Some(format!(
            "only {used} of {given} pictures were used, so that memory suffices for a network this large"
        ));
    }
    let layers = steps.iter().flat_map(|s| &s.layers);
    let narrow = layers
        .filter(|l| l.rows < 2 * l.width && l.rows > 0)
        .count();
    let few = used < 16;
    match (few, narrow) {
        (true, _) => Some(format!(
            "{used} pictures are few: 16 or more make a repair that carries over"
        )),
        (false, 0) => None,
        (false, n) => Some(format!(
            "for {n} of the layers the pictures hold fewer than two pixels per weight, so they stay near what they were; more pictures help"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_whatever_the_network() {
        // MobileNetV1 at 224 × 224 is widest behind its second layer.
        let widest = 64 * 112 * 112;
        for (numbers, images) in [
            (widest, 250),
            (widest, 100),
            (widest, 5000),
            (40_000_000, 20),
        ] {
            let (used, halved) = affordable(numbers, images);
            let bytes = 2 * numbers * used * if halved { 2 } else { 4 };
            // Sixteen pictures are used in any case.
            assert!(
                bytes <= MAX_BYTES_HELD || used == 16,
                "{numbers} {images}: {used} {halved}"
            );
        }
        assert_eq!(affordable(widest, 250), (250, true));
        assert_eq!(affordable(widest, 100), (100, false));
    }

    #[test]
    fn no_class_is_held_back_as_a_whole() {
        for (classes, count) in [(10, 64), (10, 512), (100, 512), (10, 40)] {
            let images: Vec<_> = (0..count)
                .map(|k| ArrayD::from_elem(vec![1], (k % classes) as f32))
                .collect();
            let (fit, held) = split(&images);
            assert_eq!(fit.len() + held.len(), count);
            let seen = |of: &[&ArrayD<f32>]| {
                let set: std::collections::HashSet<u32> = of.iter().map(|i| i[0] as u32).collect();
                set.len()
            };
            assert_eq!(seen(&fit), classes, "{classes} {count}");
        }
    }
}
