//! From scores to a decision: which classes are removed, and which constants their readers get.

use super::branches::{self, Branches};
use super::{Decision, balance, limits, spread};
use crate::channels::CoupledId;
use crate::network::{Analysis, Constants, Read, constants};
use crate::report::{Compensation, Criterion, PlanOptions};

/// The classes that go, in a first step without the constants of the readers: all a drag needs.
/// `scores` are those of `options.criterion`.
pub fn select(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Selection {
    let (candidates, constants) = if options.criterion == Criterion::Probability {
        let constants = constants(
            &analysis.graph,
            &analysis.channels,
            &analysis.statistics,
            &limits::thresholds(analysis, options),
        );
        let none = Branches::default();
        (
            certain_classes(analysis, &constants, &none),
            Some(constants),
        )
    } else {
        (share_of(analysis, options, scores), None)
    };
    let mut barred = Vec::new();
    loop {
        let branches = branches::find(analysis, options, &candidates, constants.as_ref(), &barred);
        let mut removed = match &constants {
            Some(constants) if !branches.is_empty() => {
                certain_classes(analysis, constants, &branches)
            }
            _ => candidates.clone(),
        };
        branches.take_classes(analysis, &mut removed);
        let guarded = balance::guard(analysis, options, scores, &branches, &mut removed);
        // A guard may have put back what a branch was constant for. (By probability it is constant
        // whatever goes.)
        if constants.is_none() && !branches.is_empty() {
            let failing = branches::failing(analysis, options, &branches, &candidates, &removed);
            if !failing.is_empty() {
                barred.extend(failing);
                continue;
            }
        }
        return Selection {
            removed,
            guarded,
            constants,
            branches,
        };
    }
}

/// What [`select`] found.
pub struct Selection {
    /// Per coupled channel.
    pub removed: Vec<bool>,
    /// What guards keep, with the reason.
    pub guarded: Vec<(CoupledId, &'static str)>,
    /// Of `probability`: the constants that follow from its threshold.
    pub constants: Option<Constants>,
    /// Residual branches that are removed as a whole.
    pub branches: Branches,
}

/// Selects, and finds the constants and the spread that every reader is left with.
pub fn decide(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Decision {
    let mut decision = decide_channels(analysis, options, scores);
    if options.compensation == Compensation::Moments {
        decision.restores = spread::stays(analysis, &decision);
    }
    decision
}

/// [`decide`] without [`Decision::restores`], which take every weight of the network to find and change no count: what the step
/// of a drag needs.
pub fn decide_channels(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Decision {
    let selection = select(analysis, options, scores);
    let mut decision = Decision {
        removed: selection.removed,
        guarded: selection.guarded,
        branches: selection.branches,
        ..Decision::keep_all(analysis)
    };
    if options.compensation == Compensation::None {
        return decision;
    }
    // For shares, "shift" tells readers what is left when the scale of the removed channels is 0.
    let pinned = selection
        .constants
        .as_ref()
        .unwrap_or_else(|| analysis.silenced());
    for reader in &analysis.channels.readers {
        // Nothing is left that reads.
        if decision.is_dead(reader.node) {
            continue;
        }
        for channel_id in &reader.inputs {
            if decision.is_removed(analysis, *channel_id) {
                let a = channel_id.index();
                (decision.constants[a], decision.inexact[a]) =
                    analysis.constant_for(options.compensation, pinned, *channel_id);
            }
        }
    }
    decision
}

/// Free classes whose every reader sees a constant.
///
/// A channel that is dead for sure must go without any loss, so where its constant is not 0 and a
/// zero-padded kernel would see it end at the border, it stays; a channel that is only likely dead
/// may be approximate there. Readers that leave with a branch do not count, unless no other is left.
fn certain_classes(analysis: &Analysis, constants: &Constants, branches: &Branches) -> Vec<bool> {
    let is_removed = |r: &Read| {
        let a = r.channel_id.index();
        let reader = &analysis.channels.readers[r.reader as usize];
        let bordered = constants.inexact[a] || reader.padded && constants.value[a] != 0.0;
        let sure = !analysis.certain().value[a].is_nan();
        !(constants.value[a].is_nan() || sure && bordered)
    };
    let stays = |r: &&Read| !branches.dead(analysis.channels.readers[r.reader as usize].node);
    let certain = |class: usize| {
        let reads = analysis.reads.of(CoupledId::new(class));
        let mut left = reads.iter().filter(stays).peekable();
        match left.peek() {
            Some(_) => left.all(is_removed),
            None => reads.iter().all(is_removed),
        }
    };
    (0..analysis.free.len())
        .map(|class| analysis.free[class] && certain(class))
        .collect()
}

/// The share of all free classes, lowest score first; rows with a share of their own are apart.
fn share_of(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Vec<bool> {
    let mut left = analysis.free.clone();
    let mut removed = vec![false; scores.len()];
    for (share, classes) in limits::shares(analysis, options) {
        let own = |class: &CoupledId| std::mem::take(&mut left[class.index()]);
        let own: Vec<CoupledId> = classes.into_iter().filter(own).collect();
        take_lowest(scores, share, own, &mut removed);
    }
    let rest = (0..scores.len()).filter(|c| left[*c]).map(CoupledId::new);
    take_lowest(scores, options.share, rest.collect(), &mut removed);
    removed
}

/// Removes a share of some classes. One without a score stays, but counts.
fn take_lowest(scores: &[f64], share: f64, candidates: Vec<CoupledId>, removed: &mut [bool]) {
    let wanted = (candidates.len() as f64 * share + 1e-9).floor() as usize;
    let score = |class: CoupledId| scores[class.index()];
    let mut order = candidates;
    order.retain(|c| !score(*c).is_nan());
    // Which ones go matters and their order does not: no need to sort at every step of a drag.
    if wanted < order.len() {
        let lower = |a: &CoupledId, b: &CoupledId| score(*a).total_cmp(&score(*b)).then(a.cmp(b));
        order.select_nth_unstable_by(wanted, lower);
    }
    for class in order.into_iter().take(wanted) {
        removed[class.index()] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    /// The slow way: everything in order, and the first so many of it.
    fn sorted(scores: &[f64], share: f64, candidates: &[CoupledId]) -> Vec<bool> {
        let wanted = (candidates.len() as f64 * share + 1e-9).floor() as usize;
        let mut order: Vec<CoupledId> = candidates.to_vec();
        order.retain(|c| !scores[c.index()].is_nan());
        order.sort_by(|a, b| {
            let (x, y) = (scores[a.index()], scores[b.index()]);
            x.total_cmp(&y).then(a.cmp(b))
        });
        let mut removed = vec![false; scores.len()];
        for class in order.into_iter().take(wanted) {
            removed[class.index()] = true;
        }
        removed
    }

    #[test]
    fn the_lowest_are_those_of_the_whole_order() {
        let mut state = 1u64;
        let mut next = |below: u64| {
            state = state.wrapping_add(random::STEP);
            (random::unit(state) * below as f64) as u64
        };
        for case in 0..500 {
            let count = next(60) + case % 2;
            // Few different scores, so that there are ties, and some that are unknown.
            let score = |s: u64| match s {
                0 => f64::NAN,
                s => s as f64 / 4.0 - 1.0,
            };
            let scores: Vec<f64> = (0..count).map(|_| score(next(9))).collect();
            let candidates = (0..count as usize).filter(|_| next(4) > 0);
            let candidates: Vec<CoupledId> = candidates.map(CoupledId::new).collect();
            for share in [0.0, 0.1, 0.25, 0.5, 0.75, 1.0] {
                let mut removed = vec![false; scores.len()];
                take_lowest(&scores, share, candidates.clone(), &mut removed);
                assert_eq!(
                    removed,
                    sorted(&scores, share, &candidates),
                    "{scores:?} {share}"
                );
            }
        }
    }
}
