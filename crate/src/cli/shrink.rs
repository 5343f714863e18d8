//! `shrink`: one target, everything else chosen by what is at hand.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::evaluate::{self, Judge, Promise};
use crate::report::{
    Choice, Compensation, Criterion, Evaluation, Guarded, PlanOptions, ShrinkReport, Step,
};
use crate::{Error, Result};
use crate::{Knob, Measure, Pruned, Session};
use ndarray::ArrayD;

use super::args::{Command, Target};
use super::budget::promise;
use super::files::write;
use super::inputs::{open, preset};
use super::print;
use super::progress::Stages;

/// Images that are fitted to, at the most, and at the most of all: the rest says what it cost.
const FIT: usize = 250;
const PART: f64 = 0.8;
/// Fewer images than this are all fitted to, and nothing is judged.
const FEW: usize = 32;
/// What part of the time goes to the sums over images and to the curves; the rest to the repair.
const SUMS: f64 = 0.2;
const CURVES: f64 = 0.3;
/// Repairs that a search for the smallest network takes, at most, for the time left.
const ROUNDS: f64 = 7.0;
/// KL (or relative error) up to which a cut that needed no repair may be written as it is.
const MAX_KL_UNREPAIRED: f64 = 0.05;

/// What came of it.
struct Made {
    pruned: Pruned,
    /// Images that were fitted to.
    fitted: usize,
    predicted: Option<f64>,
    /// Of a search for the smallest network.
    guard: Option<Guarded>,
}

pub fn shrink(command: &Command) -> Result<()> {
    let mut session = open(command, &command.model)?;
    let data = command
        .data
        .as_deref()
        .map(|p| command.host.data(Some(p), None));
    // The first images of a folder are not a fair sample of it.
    let data = data.transpose()?.map(|data| Arc::new(data.mixed()));
    let mut made = match &data {
        Some(data) => with_images(&mut session, command, data)?,
        None => without_images(&mut session, command)?,
    };
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
    let result = report(made, reading, judged.as_ref());
    if command.json {
        return print::json(&command.host, &result);
    }
    print::plan(&result.plan)?;
    print::shrunk(&result, judged.as_ref())
}

fn report(made: Made, preset: Option<String>, judged: Option<&Evaluation>) -> ShrinkReport {
    let against = judged.and_then(|e| e.against.as_ref());
    let plan = made.pruned.plan;
    ShrinkReport {
        choice: Choice {
            criterion: plan.criterion,
            compensation: plan.compensation,
            allocation: (made.fitted > 0).then_some(match made.predicted {
                Some(_) => "measured",
                None => "flat",
            }),
            preset,
            images: made.fitted,
            judged_on: judged.map_or(0, |e| e.images as usize),
        },
        plan,
        predicted_kl: made.predicted,
        agreement: against.map(|a| a.agreement),
        agreement_interval: against.map(|a| a.agreement_interval),
        accuracy: against.and_then(|a| a.accuracy),
        accuracy_interval: against.and_then(|a| a.accuracy_interval),
        difference: against.and_then(|a| a.difference),
        difference_interval: against.and_then(|a| a.difference_interval),
        guard: made.guard,
    }
}

/// The plan that meets the command's target.
fn aim(session: &mut Session, command: &Command, options: &mut PlanOptions) -> Result<()> {
    let (measure, percent) = match command.target {
        Some(Target::Params(percent)) => (Measure::Params, percent),
        Some(Target::Macs(percent)) => (Measure::Macs, percent),
        _ => return Err(Error::new("needs a target of MACs or parameters")),
    };
    let solved = session.solve(options, measure, percent)?;
    if let Some(reason) = &solved.reason {
        command.host.note(format!(
            "asked for {percent} %, closest reachable: {:.1} %, because {reason}",
            solved.removed
        ));
    }
    Knob::of(options.criterion).set(options, solved.amount);
    Ok(())
}

/// Channels that the others make up for, and a repair with the same images.
fn with_images(session: &mut Session, command: &Command, data: &Arc<Dataset>) -> Result<Made> {
    let fitted = match data.len() {
        n if n < FEW => n,
        n => FIT.min((n as f64 * PART) as usize),
    };
    let promise = promise(command.target);
    if promise.is_some() && fitted == data.len() {
        let reason = format!(
            "{fitted} images are too few to judge by: --max-loss and --min-agreement need {FEW} or more"
        );
        return Err(Error::new(reason));
    }
    let reading = preset(session, command);
    // Before minutes of work: a network that is no classifier, or classes that do not fit, end it here.
    let judge = promise.map(|_| Judge::new(&session.model, &session.file, data.clone(), &reading));
    let judge = judge.transpose()?;
    let feeder = session.feeder(&reading)?;
    let mut images = Vec::new();
    for index in 0..fitted {
        images.push(feeder.item(data, index)?);
    }
    let mut options = PlanOptions {
        criterion: Criterion::Reconstruction,
        compensation: Compensation::Moments,
        ..command.options.clone()
    };
    let stages = Stages::new(&command.host);
    measure(session, command, &images, &stages)?;
    let (pruned, guard) = match judge.zip(promise) {
        Some((mut judge, promise)) => {
            let found = smallest(session, &mut judge, &options, promise, &images, &stages)?;
            (found.0, Some(found.1))
        }
        None => {
            aim(session, command, &mut options)?;
            let pruned = refit(session, &options, &images, (0, 1), &stages)?;
            if let Some(why) = refusal(&pruned) {
                let reason = format!("nothing was written: the cut needs its repair, and {why}");
                return Err(Error::new(reason).in_file(&session.file));
            }
            (pruned, None)
        }
    };
    let predicted = session.predicted_kl(&pruned.decision.removed);
    drop(stages);
    Ok(Made {
        pruned,
        fitted,
        predicted,
        guard,
    })
}

/// First the images are summed over, then every layer is cut alone.
fn measure(
    session: &mut Session,
    command: &Command,
    images: &[ArrayD<f32>],
    stages: &Stages,
) -> Result<()> {
    let (mut last, mut before) = (0, 0.0);
    let rounds = promise(command.target).map_or(1.0, |_| ROUNDS);
    let whole = SUMS + CURVES + (1.0 - SUMS - CURVES) * rounds;
    let mut say = |done: usize, total: usize| {
        if done < last {
            before = SUMS;
        }
        last = done;
        let size = if before > 0.0 { CURVES } else { SUMS };
        let part = before + size * done as f64 / total.max(1) as f64;
        stages.at("measuring what each layer can spare", part / whole)
    };
    let (multiple, threads) = (command.options.multiple, evaluate::cores());
    session.measure_reconstruction(images, true, multiple, threads, &mut say)
}

/// Of the cuts that keep the promise, the one that removes most.
fn smallest(
    session: &mut Session,
    judge: &mut Judge,
    options: &PlanOptions,
    promise: Promise,
    images: &[ArrayD<f32>],
    stages: &Stages,
) -> Result<(Pruned, Guarded)> {
    let mut make = |session: &mut Session, options: &PlanOptions, at: (usize, usize)| {
        let pruned = refit(session, options, images, at, stages)?;
        let proven = pruned.plan.check.is_none_or(|c| c.passed);
        Ok((proven && refusal(&pruned).is_none()).then_some(pruned))
    };
    evaluate::smallest(session, judge, images.len(), options, promise, &mut make)
}

/// Cuts and repairs: number `at.0` of `at.1` of these.
fn refit(
    session: &mut Session,
    options: &PlanOptions,
    images: &[ArrayD<f32>],
    at: (usize, usize),
    stages: &Stages,
) -> Result<Pruned> {
    let rest = 1.0 - SUMS - CURVES;
    let whole = SUMS + CURVES + rest * at.1 as f64;
    session.repair(options, &[Step::Refit], images, |done, total| {
        let part = at.0 as f64 + done.saturating_sub(1) as f64 / total.max(1) as f64;
        stages.reach("refitting layers", (SUMS + CURVES + rest * part) / whole);
    })
}

/// Why a cut may not be written: a repair that found nothing to mend leaves a good cut, one that failed leaves a broken
/// network.
fn refusal(pruned: &Pruned) -> Option<String> {
    let repair = pruned.plan.repair.as_ref()?;
    let far = repair.before.mean_kl.unwrap_or(repair.before.error);
    repair.declined.clone().filter(|_| far > MAX_KL_UNREPAIRED)
}

/// What the file alone says.
fn without_images(session: &mut Session, command: &Command) -> Result<Made> {
    let mut options = PlanOptions {
        criterion: Criterion::L1,
        compensation: Compensation::Shift,
        ..command.options.clone()
    };
    if session.has_normalisation() {
        options.criterion = Criterion::Influence;
        options.compensation = Compensation::Moments;
    }
    aim(session, command, &mut options)?;
    Ok(Made {
        pruned: session.prune(&options)?,
        fitted: 0,
        predicted: None,
        guard: None,
    })
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
