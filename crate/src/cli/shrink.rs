//! `shrink`: one target, everything else chosen by what is at hand.

use crate::dataset::Dataset;
use crate::evaluate::{self, Judge, Record};
use crate::report::{Choice, Compensation, Criterion, Evaluation, PlanOptions, ShrinkReport, Step};
use crate::{Error, Result};
use crate::{Knob, Measure, Pruned, Session};

use super::args::{Command, Target};
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
/// KL (or relative error) up to which a cut that needed no repair may be written as it is.
const MAX_KL_UNREPAIRED: f64 = 0.05;

pub fn shrink(command: &Command) -> Result<()> {
    let mut session = open(command, &command.model)?;
    let data = command
        .data
        .as_deref()
        .map(|p| command.host.data(Some(p), None));
    // The first images of a folder are not a fair sample of it.
    let data = data.transpose()?.map(Dataset::mixed);
    let (mut pruned, fitted, predicted) = match &data {
        Some(data) => with_images(&mut session, command, data)?,
        None => without_images(&mut session, command)?,
    };
    if pruned.plan.check.is_none() {
        pruned.plan.check = Some(session.check(&pruned)?);
    }
    if pruned.plan.check.is_some_and(|c| !c.passed) {
        let reason = "the pruned network differs from its masked twin, so it was not written; please report this model";
        return Err(Error::new(reason).in_file(&session.file));
    }
    // Tensors are taken as they are.
    let read = data.as_ref().is_some_and(|d| !d.is_prepared());
    let judged = match data {
        Some(data) => judge(&session, command, data, fitted, &pruned)?,
        None => None,
    };
    if let Some(path) = &command.output {
        write(&command.host, path, &pruned.bytes)?;
    }
    let against = judged.as_ref().and_then(|e| e.against.as_ref());
    let plan = &pruned.plan;
    let result = ShrinkReport {
        plan: plan.clone(),
        choice: Choice {
            criterion: plan.criterion,
            compensation: plan.compensation,
            allocation: (fitted > 0).then_some(match predicted {
                Some(_) => "measured",
                None => "flat",
            }),
            preset: read.then(|| preset(&session, command)),
            images: fitted,
            judged_on: judged.as_ref().map_or(0, |e| e.images as usize),
        },
        predicted_kl: predicted,
        agreement: against.map(|a| a.agreement),
        agreement_interval: against.map(|a| a.agreement_interval),
        accuracy: against.and_then(|a| a.accuracy),
        accuracy_interval: against.and_then(|a| a.accuracy_interval),
    };
    if command.json {
        return print::json(&command.host, &result);
    }
    print::plan(plan)?;
    print::shrunk(fitted, predicted, plan, judged.as_ref())
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
fn with_images(
    session: &mut Session,
    command: &Command,
    data: &Dataset,
) -> Result<(Pruned, usize, Option<f64>)> {
    let count = match data.len() {
        n if n < FEW => n,
        n => FIT.min((n as f64 * PART) as usize),
    };
    let feeder = session.feeder(&preset(session, command))?;
    let mut images = Vec::new();
    for index in 0..count {
        images.push(feeder.item(data, index)?);
    }
    let mut options = PlanOptions {
        criterion: Criterion::Reconstruction,
        compensation: Compensation::Moments,
        ..command.options.clone()
    };
    let stages = Stages::new(&command.host);
    let (mut last, mut before) = (0, 0.0);
    // First the images are summed over, then every layer is cut alone.
    let mut say = |done: usize, total: usize| {
        if done < last {
            before = SUMS;
        }
        last = done;
        let size = if before > 0.0 { CURVES } else { SUMS };
        let part = before + size * done as f64 / total.max(1) as f64;
        stages.at("measuring what each layer can spare", part)
    };
    let (multiple, threads) = (options.multiple, evaluate::cores());
    session.measure_reconstruction(&images, true, multiple, threads, &mut say)?;
    aim(session, command, &mut options)?;
    let removed = session.decide(&options)?.removed.clone();
    let predicted = session.predicted_kl(&removed);
    let pruned = session.repair(&options, &[Step::Refit], &images, |done, total| {
        let rest = 1.0 - SUMS - CURVES;
        let part = done.saturating_sub(1) as f64 / total.max(1) as f64;
        stages.reach("refitting layers", SUMS + CURVES + rest * part);
    })?;
    drop(stages);
    // A repair that found nothing to mend leaves a good cut; one that failed leaves a broken network.
    let refused = pruned.plan.repair.as_ref().filter(|r| {
        let far = r.before.mean_kl.unwrap_or(r.before.error);
        r.declined.is_some() && far > MAX_KL_UNREPAIRED
    });
    if let Some(why) = refused.and_then(|r| r.declined.clone()) {
        let reason = format!("nothing was written: the cut needs its repair, and {why}");
        return Err(Error::new(reason).in_file(&session.file));
    }
    Ok((pruned, count, predicted))
}

/// What the file alone says.
fn without_images(
    session: &mut Session,
    command: &Command,
) -> Result<(Pruned, usize, Option<f64>)> {
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
    Ok((session.prune(&options)?, 0, None))
}

/// The result against the original, on the images that were not fitted to.
fn judge(
    session: &Session,
    command: &Command,
    data: Dataset,
    fitted: usize,
    pruned: &Pruned,
) -> Result<Option<Evaluation>> {
    let count = data.len();
    if fitted >= count || session.class_count().is_none() {
        return Ok(None);
    }
    let preset = preset(session, command);
    let mut judge = Judge::new(&session.model, &session.file, data, &preset)?;
    judge.set_other(&pruned.model, &session.file)?;
    let mut records: Vec<Record> = Vec::new();
    let threads = evaluate::cores();
    let each = (count - fitted).div_ceil(threads);
    let parts = std::thread::scope(|scope| {
        let judge = &judge;
        let starts = (0..threads).map(|t| fitted + t * each);
        let work = |from: usize| move || judge.evaluate(from, (from + each).min(count));
        let running: Vec<_> = starts
            .filter(|from| *from < count)
            .map(|from| scope.spawn(work(from)))
            .collect();
        let joined = running.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.collect::<Vec<_>>()
    });
    for part in parts {
        records.extend(part.map_err(|_| Error::new("the judgement failed"))??);
    }
    Ok(Some(judge.report(&evaluate::merge(records))))
}
