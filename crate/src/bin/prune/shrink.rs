//! `prune shrink`: one target; criterion, compensation, allocation and repair are chosen by what is at hand.

use std::path::Path;

use channel_pruning::dataset::Dataset;
use channel_pruning::error::{Error, Result};
use channel_pruning::evaluate::{self, Judge, all, cores};
use channel_pruning::report::{
    Allocate, Compensation, Criterion, Evaluation, Plan, PlanOptions, Step,
};
use channel_pruning::session::{Knob, Measure, Pruned, Session};
use ndarray::ArrayD;
use serde::Serialize;

use crate::args::{Command, Target};
use crate::commands::{open, preset, write};
use crate::print;

/// Images that are fitted to, at the most; never more than half of what there is.
const FIT: usize = 250;
/// Plans that are tried for a promise about the answers.
const TRIES: usize = 5;
/// Beyond this part of the MACs, in percent, no promise is looked for.
const REACH: f64 = 80.0;

/// What was chosen, for scripts.
#[derive(Clone, Serialize)]
pub struct Choice {
    pub criterion: Criterion,
    pub compensation: Compensation,
    pub allocation: Option<Allocate>,
    /// Images that were fitted to.
    pub images: usize,
    pub judged_on: usize,
}

/// All that is said of a shrunken network.
#[derive(Serialize)]
pub struct Shrunken<'a> {
    #[serde(flatten)]
    pub plan: &'a Plan,
    pub choice: Choice,
    pub reasons: [String; 3],
    pub agreement: Option<f64>,
    pub agreement_interval: Option<[f64; 2]>,
    pub accuracy_before: Option<f64>,
    pub accuracy: Option<f64>,
    pub accuracy_interval: Option<[f64; 2]>,
}

/// The images, in two parts that share none.
struct Data {
    fit: Vec<ArrayD<f32>>,
    judge: Judge,
}

pub fn shrink(command: &Command) -> Result<()> {
    let mut session = open(&command.model)?;
    let data = command.data.as_deref();
    let mut data = data.map(|path| read(&session, command, path)).transpose()?;
    let mut choice = choose(&session, data.as_ref());
    if let Some(data) = data.as_ref().filter(|_| choice.allocation.is_some()) {
        let threads = cores();
        session.measure_reconstruction(&data.fit, Allocate::Measured, threads, &mut |_, _| true)?;
    }
    let mut result = attempt(&mut session, command, &choice, &mut data)?;
    // Without its refit a cut by reconstruction is worthless, so it is not kept.
    if choice.allocation.is_some() && !result.0.repaired && !result.0.decision.is_nothing() {
        let unlike = |e: &Evaluation| e.against.as_ref().is_none_or(|a| a.agreement < 1.0);
        if result.1.as_ref().is_none_or(unlike) {
            (choice.criterion, choice.compensation) = (Criterion::Influence, Compensation::Moments);
            choice.allocation = None;
            result = attempt(&mut session, command, &choice, &mut data)?;
        }
    }
    let (pruned, evaluation) = result;
    if let Some(path) = &command.output {
        write(path, &pruned.bytes)?;
    }
    let against = evaluation.as_ref().and_then(|e| e.against.as_ref());
    let shrunken = Shrunken {
        plan: &pruned.plan,
        reasons: reasons(&session, &choice, &pruned),
        choice,
        agreement: against.map(|a| a.agreement),
        agreement_interval: against.map(|a| a.agreement_interval),
        accuracy_before: evaluation.as_ref().and_then(|e| e.accuracy),
        accuracy: against.and_then(|a| a.accuracy),
        accuracy_interval: against.and_then(|a| a.accuracy_interval),
    };
    if command.json {
        print::json(&shrunken)
    } else {
        print::shrunken(&shrunken)
    }
}

/// Opens the images and draws, always alike, which are fitted to and which are judged on.
fn read(session: &Session, command: &Command, path: &Path) -> Result<Data> {
    let whole = Dataset::open(path, command.limit).map_err(Error::new)?;
    let count = whole.len();
    if count < 2 {
        return Err(Error::new(format!(
            "{}: one image cannot be fitted to and judged on; give at least two",
            path.display()
        )));
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|k| evaluate::shuffled(*k));
    let (fit, judged) = order.split_at((count / 2).min(FIT));
    let preset = preset(session, command);
    let feeder = session.feeder(&preset)?;
    let tensors: Result<Vec<_>> = fit
        .iter()
        .map(|k| Ok(feeder.feed(&whole.get(*k).map_err(Error::new)?.image)))
        .collect();
    let (fit, mut judged) = (tensors?, judged.to_vec());
    judged.sort_unstable();
    let judge = Judge::new(&session.model, &session.file, whole.only(&judged), &preset)?;
    Ok(Data { fit, judge })
}

fn choose(session: &Session, data: Option<&Data>) -> Choice {
    let (criterion, compensation) = match (data, session.has_normalisation()) {
        (Some(_), _) => (Criterion::Reconstruction, Compensation::Mean),
        (None, true) => (Criterion::Influence, Compensation::Moments),
        (None, false) => (Criterion::L1, Compensation::Shift),
    };
    Choice {
        criterion,
        compensation,
        allocation: data.map(|_| Allocate::Measured),
        images: data.map_or(0, |d| d.fit.len()),
        judged_on: data.map_or(0, |d| d.judge.images()),
    }
}

type Judged = (Pruned, Option<Evaluation>);

/// The network for the target; for a promise the smallest of those tried that keeps it.
fn attempt(
    session: &mut Session,
    command: &Command,
    choice: &Choice,
    data: &mut Option<Data>,
) -> Result<Judged> {
    let mut options = PlanOptions {
        criterion: choice.criterion,
        compensation: choice.compensation,
        ..command.options.clone()
    };
    let mut at = |session: &mut Session, measure, percent| -> Result<Judged> {
        let knob = session.solve(&options, measure, percent)?;
        Knob::of(options.criterion).set(&mut options, knob);
        carry_out(session, &options, data)
    };
    let keeps = |evaluation: &Evaluation, target: Target| {
        let against = evaluation.against.as_ref();
        match target {
            Target::MaxLoss(points) => against
                .and_then(|a| a.difference)
                .is_some_and(|d| -100.0 * d <= points + 1e-9),
            Target::MinAgreement(percent) => {
                against.is_some_and(|a| 100.0 * a.agreement >= percent - 1e-9)
            }
            _ => true,
        }
    };
    match command.target {
        Some(Target::Macs(percent)) => at(session, Measure::Macs, percent),
        Some(Target::Params(percent)) => at(session, Measure::Params, percent),
        None => Err(Error::new("a target is missing")),
        Some(promise) => {
            let (mut low, mut high) = (0.0, REACH);
            let mut best = at(session, Measure::Macs, 0.0)?;
            if matches!(promise, Target::MaxLoss(_))
                && best.1.as_ref().is_none_or(|e| e.accuracy.is_none())
            {
                return Err(Error::new(
                    "--max-loss needs images with labels; --min-agreement does without",
                ));
            }
            for _ in 0..TRIES {
                let middle = 0.5 * (low + high);
                let found = at(session, Measure::Macs, middle)?;
                if found.1.as_ref().is_some_and(|e| keeps(e, promise)) {
                    (low, best) = (middle, found);
                } else {
                    high = middle;
                }
            }
            Ok(best)
        }
    }
}

/// Cuts, repairs where there are images, checks, judges.
fn carry_out(
    session: &mut Session,
    options: &PlanOptions,
    data: &mut Option<Data>,
) -> Result<Judged> {
    let pruned = match data {
        Some(data) => session.repair(options, &[Step::Refit], &data.fit, |_, _| ())?,
        None => {
            let mut pruned = session.prune(options)?;
            pruned.plan.check = Some(session.check(&pruned)?);
            pruned
        }
    };
    if let Some(check) = pruned.plan.check.as_ref().filter(|c| !c.passed) {
        return Err(Error::new(format!(
            "the cut network differs from its masked twin by {:.3e} where outputs reach {:.3e}, so it was not written; please report this model",
            check.max_abs_diff, check.max_abs_output
        ))
        .in_file(&session.file));
    }
    let evaluation = match data {
        Some(data) => {
            data.judge.set_other(&pruned.model, &session.file)?;
            Some(data.judge.report(&all(&data.judge, cores())?))
        }
        None => None,
    };
    Ok((pruned, evaluation))
}

/// What was chosen and why, in three lines.
fn reasons(session: &Session, choice: &Choice, pruned: &Pruned) -> [String; 3] {
    let normalised = session.has_normalisation();
    let order = match (choice.criterion, choice.allocation) {
        (Criterion::Reconstruction, _) => format!(
            "order: reconstruction, because {} images show which channels the others can make up for",
            choice.images
        ),
        (Criterion::Influence, _) if choice.images > 0 => {
            "order: influence, because the refit of a cut by reconstruction was refused".into()
        }
        (Criterion::Influence, _) => {
            "order: influence, because there is BatchNormalization and there are no images".into()
        }
        _ => "order: l1, because there is neither BatchNormalization nor an image".into(),
    };
    let shared = match (choice.allocation, normalised) {
        (Some(_), _) => {
            "shared among layers: by what cutting each one alone did to the answers on held-back images"
        }
        (None, true) => "shared among layers: by score per MAC, because no answers were measured",
        (None, false) => "shared among layers: by score, because nothing else is known",
    };
    let mended = match (pruned.repaired, choice.images) {
        (true, images) => format!("repair: the layers were refitted to {images} images"),
        (false, 0) => "repair: none, because that needs images".into(),
        (false, _) => {
            let repair = pruned.plan.repair.as_ref();
            let why = repair.and_then(|r| r.declined.as_deref());
            format!(
                "repair: none, because {}",
                why.unwrap_or("there was nothing to mend")
            )
        }
    };
    [order, shared.into(), mended]
}
