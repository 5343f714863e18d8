//! `shrink`: one target, everything else chosen by what is at hand.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::evaluate::{self, Judge, Promise};
use crate::report::{Choice, Evaluation, Guarded, ShrinkReport};
use crate::{Error, Result};
use crate::{MIN_TO_JUDGE, Measure, Phase, Pruned, Session, images_to_fit};
use ndarray::ArrayD;

use super::args::{Command, Target};
use super::budget::promise;
use super::files::write;
use super::inputs::{carry_preset, open, order_by, preset};
use super::print;
use super::progress::Stages;

/// What part of the time goes to the sums over images and to the curves; the rest to the repair. Chosen, not measured: they
/// only move the time that is said to be left.
const SUMS: f64 = 0.2;
const CURVES: f64 = 0.3;
const REPAIR: f64 = 1.0 - SUMS - CURVES;
/// Repairs that a search for the smallest network takes, at most, for the time left.
const ROUNDS: f64 = 7.0;

/// What came of it.
struct Made {
    pruned: Pruned,
    /// Images that were fitted to.
    fitted: usize,
    /// Of a search for the smallest network.
    guard: Option<Guarded>,
}

pub fn shrink(command: &Command) -> Result<()> {
    let mut session = open(command, &command.model)?;
    order_by(&mut session, command)?;
    let data = command
        .data
        .as_deref()
        .map(|p| command.host.data(Some(p), None));
    // The first images of a folder are not a fair sample of it.
    let data = data.transpose()?.map(|data| Arc::new(data.mixed()));
    let mut made = make(&mut session, command, data.as_ref())?;
    let pruned = &mut made.pruned;
    if pruned.plan.check.is_none() {
        pruned.plan.check = Some(session.check(pruned)?);
    }
    if pruned.plan.check.is_some_and(|c| !c.passed) {
        let reason = "the pruned network differs from its masked twin, so it was not written; please report this model";
        return Err(Error::new(reason).in_file(&session.file));
    }
    let judged = match (&made.guard, &data) {
        (Some(guard), _) => Some(guard.evaluation.clone()),
        (None, Some(data)) => judge(&session, command, data, &made)?,
        (None, None) => None,
    };
    if let Some(path) = &command.output {
        write(&command.host, path, &made.pruned.bytes)?;
    }
    // Tensors are taken as they are.
    let read = data.as_ref().is_some_and(|d| !d.is_prepared());
    let reading = read.then(|| preset(&session, command));
    let predicted_kl = session.predicted_kl_of(&made.pruned);
    let result = report(made, reading, predicted_kl, judged.as_ref());
    if command.json {
        return print::json(&command.host, &result);
    }
    print::plan(&result.plan)?;
    print::shrunk(&result, judged.as_ref())
}

fn report(
    made: Made,
    preset: Option<String>,
    predicted_kl: Option<f64>,
    judged: Option<&Evaluation>,
) -> ShrinkReport {
    let against = judged.and_then(|e| e.against.as_ref());
    let plan = made.pruned.plan;
    ShrinkReport {
        choice: Choice {
            criterion: plan.criterion,
            compensation: plan.compensation,
            allocation: (made.fitted > 0).then_some(match predicted_kl {
                Some(_) => "measured",
                None => "flat",
            }),
            preset,
            images: made.fitted,
            judged_on: judged.map_or(0, |e| e.images as usize),
        },
        plan,
        predicted_kl,
        agreement: against.map(|a| a.agreement),
        agreement_interval: against.map(|a| a.agreement_interval),
        accuracy: against.and_then(|a| a.accuracy),
        accuracy_interval: against.and_then(|a| a.accuracy_interval),
        difference: against.and_then(|a| a.difference),
        difference_interval: against.and_then(|a| a.difference_interval),
        guard: made.guard,
    }
}

/// The smaller network, by whichever target was named.
fn make(session: &mut Session, command: &Command, data: Option<&Arc<Dataset>>) -> Result<Made> {
    let fitted = data.map_or(0, |data| images_to_fit(data.len()));
    // Before minutes of work: a network that is no classifier, or classes that do not fit, end it here.
    let promise = promise(command.target);
    let judge = promise.zip(data).map(|(promise, data)| {
        if fitted == data.len() {
            return Err(Error::new(format!(
                "{fitted} images are too few to judge by: --max-loss and --min-agreement need {MIN_TO_JUDGE} or more"
            )));
        }
        let reading = preset(session, command);
        let judge = Judge::new(&session.model, &session.file, data.clone(), &reading)?;
        Ok((promise, judge))
    });
    let judge = judge.transpose()?;
    let mut images = Vec::new();
    if let Some(data) = data {
        let feeder = session.feeder(&preset(session, command))?;
        for index in 0..fitted {
            images.push(feeder.item(data, index)?);
        }
    }
    carry_preset(session, command)?;
    let stages = Stages::new(&command.host);
    let (pruned, guard) = match judge {
        Some((promise, mut judge)) => {
            let found = smallest(session, command, promise, &mut judge, &images, &stages)?;
            (found.0, Some(found.1))
        }
        None => (to_target(session, command, &images, &stages)?, None),
    };
    Ok(Made {
        pruned,
        fitted,
        guard,
    })
}

/// Says how far one measurement and `rounds` repairs are.
fn at(stages: &Stages, phase: Phase, part: f64, rounds: f64) -> bool {
    let (what, done) = match phase {
        Phase::Summing => ("measuring what each layer can spare", SUMS * part),
        Phase::Trying => ("measuring what each layer can spare", SUMS + CURVES * part),
        Phase::Refitting => ("refitting layers", SUMS + CURVES + REPAIR * rounds * part),
    };
    stages.at(what, done / (SUMS + CURVES + REPAIR * rounds))
}

/// So many MACs or parameters less.
fn to_target(
    session: &mut Session,
    command: &Command,
    images: &[ArrayD<f32>],
    stages: &Stages,
) -> Result<Pruned> {
    let (measure, percent) = match command.target {
        Some(Target::Params(percent)) => (Measure::Params, percent),
        Some(Target::Macs(percent)) => (Measure::Macs, percent),
        _ => return Err(Error::new("needs a target of MACs or parameters")),
    };
    let mut progress = |phase: Phase, done: usize, total: usize| {
        // A layer counts as it begins.
        let done = done.saturating_sub(usize::from(phase == Phase::Refitting));
        at(stages, phase, done as f64 / total.max(1) as f64, 1.0)
    };
    let threads = evaluate::cores();
    let shrunk = session.shrink(
        measure,
        percent,
        &command.options,
        images,
        threads,
        &mut progress,
    )?;
    if let Some(reason) = &shrunk.solved.reason {
        command.host.note(format!(
            "asked for {percent} %, closest reachable: {:.1} %, because {reason}",
            shrunk.solved.removed
        ));
    }
    Ok(shrunk.pruned)
}

/// Of the cuts that keep the promise, the one that removes most.
fn smallest(
    session: &mut Session,
    command: &Command,
    promise: Promise,
    judge: &mut Judge,
    images: &[ArrayD<f32>],
    stages: &Stages,
) -> Result<(Pruned, Guarded)> {
    let options = session.shrink_options(&command.options, true);
    let mut measuring = |phase: Phase, done: usize, total: usize| {
        at(stages, phase, done as f64 / total.max(1) as f64, ROUNDS)
    };
    let threads = evaluate::cores();
    session.measure_to_shrink(options.multiple, images, threads, &mut measuring)?;
    let mut searching = |part: f64| at(stages, Phase::Refitting, part, ROUNDS);
    evaluate::smallest(session, judge, &options, promise, images, &mut searching)
}

/// The result against the original, on the images that were not fitted to.
fn judge(
    session: &Session,
    command: &Command,
    data: &Arc<Dataset>,
    made: &Made,
) -> Result<Option<Evaluation>> {
    if made.fitted >= data.len() || session.class_count().is_none() {
        return Ok(None);
    }
    let preset = preset(session, command);
    let mut judge = Judge::new(&session.model, &session.file, data.clone(), &preset)?;
    judge.set_other(&made.pruned.model, &session.file)?;
    let records = evaluate::since(&judge, made.fitted, evaluate::cores())?;
    Ok(Some(judge.report(&records)))
}
