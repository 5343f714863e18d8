//! Repair without gradients: after the cut, readers are refitted to what they produced before.
//!
//! For a reader with kept inputs X (in the pruned network) and original outputs Y (before their
//! normalisation), on centred Gram matrices accumulated over pictures and pixels,
//!
//! W' = argmin Σ‖Y − X W' − b'‖² + λ·(tr C / n)·‖W' − W_kept‖²,  C = cov(X),
//!
//! solved by Cholesky. Readers go in graph order, each on the inputs that earlier refits produce, and
//! both networks are walked once ([`walk`]). Some of the pictures are held back: they choose λ and
//! refuse a reader whose refit does not carry over, and they judge the whole step by what the networks
//! answer. Prior work: ThiNet (Luo et al. 2017), channel pruning by reconstruction (He et al. 2017).

mod cholesky;
mod collect;
mod fit;
mod gram;
mod judge;
mod parallel;
mod patches;
mod reader;
mod stored;
mod system;
mod walk;

use std::collections::HashMap;

use nalgebra::DMatrix;
use ndarray::ArrayD;

use crate::analysis::Analysis;
use crate::channels::Reader;
use crate::error::{Error, Result};
use crate::onnx::pb;
use crate::plan::Decision;
use crate::random;
use crate::report::{RepairLayer, RepairReport, RepairStep, Step};
use crate::surgery::{Revision, revise};
use collect::{Pieces, collect};
use fit::fit_reader;
use judge::Judge;
use parallel::cores;
use patches::Patches;
use reader::{Pair, is_depthwise, refittable};
use system::Linear;
use walk::Walk;

/// Systems larger than this are left as they are: the solve would take minutes.
const LARGEST: usize = 2600;
/// Fewer pictures than this cannot better a cut that answers all of them as the original does.
const MANY: usize = 48;
/// Pictures on which the cut is asked before anything is done, and the KL at which it is near enough.
const ASKED: usize = 64;
const NEAR: f64 = 0.05;
/// Bytes that both networks may hold for all pictures together.
const MEMORY: usize = 1_000_000_000;

/// What is to be repaired.
pub struct Job<'a> {
    pub original: &'a pb::ModelProto,
    pub before: &'a Analysis,
    pub pruned: &'a pb::ModelProto,
    pub decision: &'a Decision,
    /// For classifiers: whether the outputs are probabilities.
    pub classifier: Option<bool>,
}

/// Repairs step by step on `images` (tensors of batch 1). `progress(done, total)` counts readers.
///
/// # Errors
/// When there is no picture, or a network cannot be run.
pub fn repair(
    job: &Job<'_>,
    steps: &[Step],
    images: &[ArrayD<f32>],
    progress: impl FnMut(usize, usize),
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
    mut progress: impl FnMut(usize, usize),
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
        let tick = || {
            done += 1;
            progress(done, total);
        };
        let walk = Round {
            job,
            sites: &sites,
            step: *step,
            fit: &fit,
            held: &held,
            halved,
            threads,
        };
        let (next, layers) = walk.take(&model, tick)?;
        let verdict = judge.judge(&next)?;
        let acted = layers.iter().any(|l| l.declined.is_none());
        let declined = match (acted, content, verdict.beats(&standing)) {
            (false, ..) => Some("there is nothing that it would improve".to_string()),
            (_, true, _) => Some(format!(
                "the cut network answers all {} pictures as the original does, so there is nothing to mend that they would show",
                used.len().min(ASKED)
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
    let most = |bytes: usize| MEMORY / (2 * widest * bytes).max(1);
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
    let asked = &images[..images.len().min(ASKED)];
    let asked = asked.iter().collect();
    let judge = Judge::new(job.original, job.classifier, asked, threads)?;
    let near = judge.judge(cut)?.closeness;
    let sure = near.mean_kl.is_some_and(|kl| kl < NEAR);
    Ok(near.agreement == Some(1.0) && (images.len() < MANY || sure))
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

/// One walk over all readers behind the first cut.
struct Round<'a> {
    job: &'a Job<'a>,
    /// What can be refitted in the original.
    sites: &'a [Reader],
    step: Step,
    fit: &'a [&'a ArrayD<f32>],
    held: &'a [&'a ArrayD<f32>],
    halved: bool,
    threads: usize,
}

impl Round<'_> {
    fn take(
        &self,
        cut: &pb::ModelProto,
        mut tick: impl FnMut(),
    ) -> Result<(pb::ModelProto, Vec<RepairLayer>)> {
        let (before, decision) = (self.job.before, self.job.decision);
        let now = Analysis::new(cut, &HashMap::new())?;
        let readers = refittable(&now);
        let pictures: Vec<&ArrayD<f32>> = self.fit.iter().chain(self.held).copied().collect();
        let mut old = Walk::new(&before.graph, &pictures, self.halved);
        let mut new = Walk::new(&now.graph, &pictures, self.halved);
        let mut model = cut.clone();
        let mut layers = Vec::new();
        let mut changed = false;
        for reader in self.sites {
            tick();
            let gone = |atom: &u32| decision.is_removed(before, *atom);
            let left = &decision.branches.list;
            changed |= left.iter().any(|b| b.addend.node < reader.node);
            if decision.is_dead(reader.node) {
                continue;
            }
            // A depthwise convolution sees what is left as it was.
            changed |= !is_depthwise(reader) && reader.inputs.iter().any(gone);
            // Before the first cut nothing has changed.
            if !changed {
                continue;
            }
            let Some(pair) = Pair::new((before, reader), (&now, &readers), decision) else {
                continue;
            };
            let Some(patches) = Patches::new(&now.graph, pair.now.1) else {
                continue;
            };
            if pair.width() > LARGEST || pair.width() == 0 {
                let wide = "it is too wide to be solved in reasonable time";
                layers.push(declined(&pair, before, wide));
                continue;
            }
            let at = pair.now.1.node;
            let pieces = Pieces {
                old: &old.piece(self.job.original, reader.node + 1, reader.output)?,
                new: &new.piece(&model, at, pair.now.1.input)?,
            };
            let (old_fit, old_held) = old.pictures.split_at_mut(self.fit.len());
            let (new_fit, new_held) = new.pictures.split_at_mut(self.fit.len());
            let sums = |both| collect(&pair, &patches, &pieces, both, self.threads);
            let (fit, held) = (sums((old_fit, new_fit))?, sums((old_held, new_held))?);
            old.arrive(reader.node + 1);
            new.arrive(at);
            let pictures = self.held.len();
            let fitted = fit_reader(&pair, self.step, &fit, &held, pictures, self.threads)?;
            let mut layer = declined(&pair, before, "");
            layer.rows = patches.len() * self.fit.len();
            (layer.before, layer.after, layer.ridge) = (fitted.before, fitted.after, fitted.ridge);
            layer.declined = fitted.linear.is_none().then(|| fitted.why.to_string());
            layers.push(layer);
            if let Some(linear) = fitted.linear {
                model = write(&model, &pair, &linear)?;
            }
        }
        Ok((model, layers))
    }
}

fn declined(pair: &Pair<'_>, before: &Analysis, why: &str) -> RepairLayer {
    RepairLayer {
        node: before.graph.nodes[pair.before.1.node].name.clone(),
        width: pair.width(),
        rows: 0,
        ridge: None,
        before: 0.0,
        after: 0.0,
        declined: Some(why.to_string()),
    }
}

fn write(model: &pb::ModelProto, pair: &Pair<'_>, linear: &[Linear]) -> Result<pb::ModelProto> {
    let rows = |w: &DMatrix<f64>| -> Vec<f64> { w.iter().copied().collect() };
    // Column-major [width, outputs] is row-major [outputs, width].
    let weights: Vec<f64> = linear.iter().flat_map(|l| rows(&l.weights)).collect();
    let bias: Vec<f64> = linear.iter().flat_map(|l| l.bias.iter().copied()).collect();
    revise(
        model,
        &Revision {
            now: pair.now,
            before: pair.before,
            kept: &pair.kept,
            weights: &weights,
            bias: &bias,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
