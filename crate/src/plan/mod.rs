//! From scores to a decision: which classes go, what their readers are told, what was withheld.

pub mod balance;
pub mod cases;
pub mod constants;
pub mod groups;
pub mod report;

use crate::analysis::Analysis;
use crate::channels::{Atom, ClassId};
use crate::error::{Error, Result};
use crate::report::{Compensation, Criterion, PlanOptions};
use constants::Constants;

/// What surgery carries out.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Per class.
    pub removed: Vec<bool>,
    /// What a reader is told of a removed input, per atom; 0 where nothing is told.
    pub told: Vec<f64>,
    /// Per atom: the told constant does not hold at image borders before the reader's own padding.
    pub inexact: Vec<bool>,
    /// Wanted by the criterion, kept by a guard.
    pub guarded: Vec<(ClassId, &'static str)>,
}

impl Decision {
    /// Nothing is removed.
    pub fn keep_all(analysis: &Analysis) -> Decision {
        Decision {
            removed: vec![false; analysis.free.len()],
            told: vec![0.0; analysis.channels.class.len()],
            inexact: vec![false; analysis.channels.class.len()],
            guarded: Vec::new(),
        }
    }

    pub fn is_removed(&self, analysis: &Analysis, atom: Atom) -> bool {
        self.removed[analysis.channels.class_of(atom) as usize]
    }
}

/// Rejects options outside their range, naming the option.
pub fn validate(options: &PlanOptions) -> Result<()> {
    let fraction = |v: f64| (0.0..=1.0).contains(&v);
    if options.criterion == Criterion::Probability && !fraction(options.threshold) {
        return Err(Error::new(format!(
            "the threshold must lie between 0 and 1, not {}",
            options.threshold
        )));
    }
    if options.criterion != Criterion::Probability && !fraction(options.share) {
        return Err(Error::new(format!(
            "the share must lie between 0 and 1, not {}",
            options.share
        )));
    }
    Ok(())
}

/// The classes that go, in a first step without the constants readers are told: all a drag needs.
/// `scores` are those of `options.criterion`.
pub fn select(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Selection {
    let (candidates, constants) = if options.criterion == Criterion::Probability {
        let constants = constants::constants(
            &analysis.graph,
            &analysis.channels,
            &analysis.statistics,
            options.threshold,
        );
        (certain_classes(analysis, &constants), Some(constants))
    } else {
        (share_of(analysis, scores, options.share), None)
    };
    let mut removed = candidates;
    let guarded = balance::guard(analysis, options, scores, &mut removed);
    Selection {
        removed,
        guarded,
        constants,
    }
}

/// What [`select`] found.
pub struct Selection {
    pub removed: Vec<bool>,
    pub guarded: Vec<(ClassId, &'static str)>,
    pub constants: Option<Constants>,
}

/// Selects, and decides what every reader is told.
pub fn decide(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Decision {
    let selection = select(analysis, options, scores);
    let mut decision = Decision {
        removed: selection.removed,
        guarded: selection.guarded,
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
        for atom in &reader.inputs {
            if !decision.is_removed(analysis, *atom) {
                continue;
            }
            let a = *atom as usize;
            let expected = analysis.statistics.atoms[a].mean;
            let shift = pinned.value[a];
            // Dead for sure: the constant is known, and no expectation is better than it.
            let sure = !analysis.certain().value[a].is_nan() && !shift.is_nan();
            let told = match options.compensation {
                Compensation::Mean if !expected.is_nan() && !sure => expected,
                _ if shift.is_nan() => expected,
                _ => shift,
            };
            decision.told[a] = if told.is_nan() { 0.0 } else { told };
            decision.inexact[a] = pinned.inexact[a] && decision.told[a] != 0.0;
        }
    }
    decision
}

/// Free classes whose every reader sees a constant.
///
/// A channel that is dead for sure must go without any loss, so where its constant is not 0 and a
/// zero-padded kernel would see it end at the border, it stays; a channel that is only likely dead
/// may be approximate there.
fn certain_classes(analysis: &Analysis, constants: &Constants) -> Vec<bool> {
    let goes = |r: &crate::analysis::Read| {
        let a = r.atom as usize;
        let reader = &analysis.channels.readers[r.reader as usize];
        let bordered = constants.inexact[a] || reader.padded && constants.value[a] != 0.0;
        let sure = !analysis.certain().value[a].is_nan();
        !(constants.value[a].is_nan() || sure && bordered)
    };
    (0..analysis.free.len())
        .map(|class| analysis.free[class] && analysis.reads.of(class as ClassId).iter().all(goes))
        .collect()
}

/// The given share of all free classes, lowest score first.
fn share_of(analysis: &Analysis, scores: &[f64], share: f64) -> Vec<bool> {
    let free = analysis.free.iter().filter(|f| **f).count();
    let wanted = (free as f64 * share + 1e-9).floor() as usize;
    let mut order: Vec<usize> = (0..scores.len())
        .filter(|c| analysis.free[*c] && !scores[*c].is_nan())
        .collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(a.cmp(b)));
    let mut removed = vec![false; scores.len()];
    for class in order.into_iter().take(wanted) {
        removed[class] = true;
    }
    removed
}

/// Biases that the folds of a decision add, per layer: (index into `Analysis.layers`, count).
pub fn added_biases(analysis: &Analysis, decision: &Decision) -> Vec<(usize, u64)> {
    let told = |a: &Atom| decision.is_removed(analysis, *a) && decision.told[*a as usize] != 0.0;
    let added = |(index, layer): (usize, &crate::analysis::Layer)| {
        let reader = layer.reader?;
        let there = analysis.gains_bias[reader]?;
        let reader = &analysis.channels.readers[reader];
        let kept = reader
            .outputs
            .iter()
            .filter(|a| !decision.is_removed(analysis, **a))
            .count();
        reader
            .inputs
            .iter()
            .any(told)
            .then_some((index, kept as u64 - there.min(kept as u64)))
    };
    analysis
        .layers
        .iter()
        .enumerate()
        .filter_map(added)
        .collect()
}

/// What a decision leaves, counted as the written file counts.
pub fn cost(analysis: &Analysis, decision: &Decision) -> crate::cost::Cost {
    let mut cost = analysis.cost.count(&decision.removed);
    for (layer, biases) in added_biases(analysis, decision) {
        cost.params += biases;
        cost.layer_params[layer] += biases;
    }
    cost
}
