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

mod fit;
mod judge;
mod patches;
mod reader;
mod system;
mod walk;

use std::collections::HashMap;

use nalgebra::DMatrix;
use ndarray::ArrayD;

use crate::channels::Reader;
use crate::error::{Error, Result};
use crate::network::Analysis;
use crate::onnx::pb;
use crate::plan::Decision;
use crate::random;
use crate::report::{RepairLayer, RepairReport, RepairStep, Step};
use crate::surgery::{Revision, revise};
use fit::fit_reader;
use judge::Judge;
use patches::Patches;
use reader::Pair;
use system::{Linear, System};
use walk::Walk;

/// Systems larger than this are left as they are: the solve would take minutes.
const LARGEST: usize = 2600;
/// Fewer pictures than this cannot better a cut that answers all of them as the original does.
const MANY: usize = 48;
/// Pictures on which the cut is asked before anything is done, and the KL at which it is near enough.
const ASKED: usize = 64;
const NEAR: f64 = 0.05;
/// Numbers that both networks may hold for all pictures together.
const MEMORY: usize = 250_000_000;

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
    mut progress: impl FnMut(usize, usize),
) -> Result<(pb::ModelProto, RepairReport)> {
    if images.is_empty() {
        return Err(Error::new("repair needs at least one picture"));
    }
    let most = (MEMORY / (2 * walk::widest(&job.before.graph)).max(1)).max(16);
    let used = &images[..images.len().min(most)];
    let (fit, held) = split(used);
    let judge = Judge::new(job.original, job.classifier, held.clone())?;
    let mut model = job.pruned.clone();
    let mut standing = judge.judge(&model)?;
    let first = standing.closeness;
    let mut reports = Vec::new();
    let content = is_content(job, &model, used)?;
    let total = steps.len() * job.before.channels.readers.len();
    let mut done = 0;
    for step in steps {
        let tick = || {
            done += 1;
            progress(done, total);
        };
        let (next, layers) = take(job, &model, *step, (&fit, &held), tick)?;
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

/// Whether the cut answers the pictures as the original does, all of them, and either they are few or it
/// is nearly as sure of its answers: then there is more to lose than to gain.
fn is_content(job: &Job<'_>, cut: &pb::ModelProto, images: &[ArrayD<f32>]) -> Result<bool> {
    if job.classifier.is_none() {
        return Ok(false);
    }
    let asked = &images[..images.len().min(ASKED)];
    let judge = Judge::new(job.original, job.classifier, asked.iter().collect())?;
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
fn take(
    job: &Job<'_>,
    cut: &pb::ModelProto,
    step: Step,
    (fit, held): (&[&ArrayD<f32>], &[&ArrayD<f32>]),
    mut tick: impl FnMut(),
) -> Result<(pb::ModelProto, Vec<RepairLayer>)> {
    let (before, decision) = (job.before, job.decision);
    let now = Analysis::new(cut, &HashMap::new())?;
    let pictures: Vec<&ArrayD<f32>> = fit.iter().chain(held).copied().collect();
    let mut old = Walk::new(&before.graph, &pictures);
    let mut new = Walk::new(&now.graph, &pictures);
    let mut model = cut.clone();
    let mut layers = Vec::new();
    let mut changed = false;
    for reader in &before.channels.readers {
        tick();
        let gone = |atom: &u32| decision.is_removed(before, *atom);
        let left = &decision.branches.list;
        changed |= left.iter().any(|b| b.addend.node < reader.node);
        if decision.is_dead(reader.node) {
            continue;
        }
        changed |= reader.inputs.iter().any(gone);
        // Before the first cut nothing has changed.
        if !changed {
            continue;
        }
        let Some(pair) = pair(before, &now, reader, decision) else {
            continue;
        };
        let Some(patches) = Patches::new(&now.graph, pair.now.1) else {
            continue;
        };
        if pair.width() > LARGEST || pair.width() == 0 {
            layers.push(declined(
                &pair,
                before,
                "it is too wide to be solved in reasonable time",
            ));
            continue;
        }
        let mut systems = (blank(&pair), blank(&pair));
        let cut_reader = pair.now.1;
        let makes = old.piece(job.original, reader.node + 1, reader.output)?;
        let sees = new.piece(&model, cut_reader.node, cut_reader.input)?;
        for picture in 0..pictures.len() {
            let y = old.step(&makes, picture)?;
            let x = new.step(&sees, picture)?;
            let systems = match picture < fit.len() {
                true => &mut systems.0,
                false => &mut systems.1,
            };
            patches.add((cut_reader, &x), (reader, &y), &pair.kept, systems);
        }
        old.arrive(reader.node + 1);
        new.arrive(cut_reader.node);
        for system in systems.0.iter_mut().chain(&mut systems.1) {
            system.sum();
        }
        let fitted = fit_reader(&pair, step, &systems.0, &systems.1, held.len());
        let mut layer = declined(&pair, before, "");
        layer.rows = patches.len() * fit.len();
        (layer.before, layer.after, layer.ridge) = (fitted.before, fitted.after, fitted.ridge);
        layer.declined = fitted.linear.is_none().then(|| fitted.why.to_string());
        layers.push(layer);
        if let Some(linear) = fitted.linear {
            model = write(&model, &pair, &linear)?;
        }
    }
    Ok((model, layers))
}

fn blank(pair: &Pair<'_>) -> Vec<System> {
    let reader = pair.now.1;
    (0..reader.groups)
        .map(|_| System::new(pair.width(), reader.out_per_group()))
        .collect()
}

/// The reader in the cut network; `None` if its form cannot be followed.
fn pair<'a>(
    before: &'a Analysis,
    now: &'a Analysis,
    reader: &'a Reader,
    decision: &Decision,
) -> Option<Pair<'a>> {
    let name = &before.graph.nodes[reader.node].name;
    let same = |r: &&Reader| now.graph.nodes[r.node].name == *name;
    let cut = now.channels.readers.iter().find(same)?;
    let stays = |j: &usize| !decision.is_removed(before, reader.outputs[*j]);
    let kept: Vec<usize> = (0..reader.outputs.len()).filter(stays).collect();
    (kept.len() == cut.outputs.len()).then_some(Pair {
        before: (before, reader),
        now: (now, cut),
        kept,
    })
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
