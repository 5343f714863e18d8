//! The largest pruning that keeps a promise on the images.

use super::{Guard, Judge, all, cores};
use crate::error::{Error, Result};
use crate::report::{Evaluation, Guarded, Plan, PlanOptions};
use crate::session::{Knob, Session};

/// Plans of the first scan, and halvings after it.
const SCAN: usize = 16;
const STEPS: usize = 6;

/// What must stay true of the pruned network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Promise {
    /// It loses at most this share of the images that the original gets right and it does not, net.
    MaxLoss(f64),
    /// It names the same class as the original on at least this share.
    MinAgreement(f64),
}

impl Promise {
    /// Whether it is kept on the images, and whether by the whole interval too.
    pub(super) fn kept(self, evaluation: &Evaluation) -> (bool, bool) {
        let Some(against) = &evaluation.against else {
            return (false, false);
        };
        // Shares are fractions of whole images; a limit typed in percent may miss them by a rounding.
        let least = |value: f64, limit: f64| value >= limit - 1e-12;
        match self {
            Promise::MaxLoss(most) => (
                against.difference.is_some_and(|d| least(d, -most)),
                against
                    .difference_interval
                    .is_some_and(|i| least(i[0], -most)),
            ),
            Promise::MinAgreement(limit) => (
                least(against.agreement, limit),
                least(against.agreement_interval[0], limit),
            ),
        }
    }

    /// # Errors
    /// When the promise needs labels that the data lacks.
    pub(super) fn can_be_judged(self, judge: &Judge) -> Result<()> {
        match self {
            Promise::MaxLoss(_) if !judge.labelled() => Err(Error::new(
                "the data has no labels, so there is no accuracy to lose; name the least agreement instead",
            )),
            _ => Ok(()),
        }
    }

    /// What a search for it found.
    pub(super) fn found(self, plans: u32, sure: bool, evaluation: Evaluation) -> Guarded {
        let (max_loss, min_agreement) = match self {
            Promise::MaxLoss(limit) => (Some(limit), None),
            Promise::MinAgreement(limit) => (None, Some(limit)),
        };
        Guarded {
            max_loss,
            min_agreement,
            plans,
            sure,
            evaluation,
        }
    }
}

/// Prunes with `options` and evaluates the result against the original.
pub(super) fn measure(
    session: &mut Session,
    judge: &mut Judge,
    options: &PlanOptions,
) -> Result<(Plan, Evaluation)> {
    let pruned = session.prune(options)?;
    judge.set_other(&pruned.model, &session.file)?;
    Ok((pruned.plan, judge.report(&all(judge, cores())?)))
}

/// The options with the threshold or share of the largest pruning that keeps `promise`, and what was found there.
///
/// # Errors
/// When no pruning keeps it, or the promise needs labels that the data lacks.
pub fn largest(
    session: &mut Session,
    judge: &mut Judge,
    options: &PlanOptions,
    promise: Promise,
) -> Result<(PlanOptions, Guarded)> {
    promise.can_be_judged(judge)?;
    let knob = Knob::of(options.criterion);
    let mut options = options.clone();
    let knobs = session.sweep_knobs(&options, SCAN)?;
    let mut guard = Guard::new(&knobs, STEPS, knob);
    let mut best = None;
    while let Some(next) = guard.next() {
        knob.set(&mut options, next);
        let (_, evaluation) = measure(session, judge, &options)?;
        let (holds, sure) = promise.kept(&evaluation);
        guard.tell(next, holds);
        if holds {
            best = Some((next, sure, evaluation));
        }
    }
    let (at, sure, evaluation) = best.ok_or_else(|| {
        Error::new(
            "even the smallest pruning of this kind does not keep to the limit on the images",
        )
        .in_file(&session.file)
    })?;
    knob.set(&mut options, at);
    let guarded = promise.found(guard.progress().0 as u32, sure, evaluation);
    Ok((options, guarded))
}
