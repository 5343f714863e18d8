//! From scores to a decision: which classes go, what their readers are told, what was withheld.

pub mod allocate;
pub mod balance;
pub mod branches;
pub mod cases;
pub mod constants;
pub mod groups;
pub mod limits;
mod reach;
pub mod report;
pub mod single;
pub mod spread;
pub mod tally;
pub mod wish;

use crate::analysis::Analysis;
use crate::channels::{Atom, ClassId};
use crate::error::{Error, Result};
use crate::graph::NodeId;
use crate::report::{Compensation, Criterion, PlanOptions};
use branches::Branches;
use constants::Constants;
use limits::Thresholds;

/// What surgery carries out.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Per class.
    pub removed: Vec<bool>,
    /// What a reader is told of a removed input, per atom; 0 where nothing is told.
    pub told: Vec<f64>,
    /// Per atom: the told constant does not hold at image borders before the reader's own padding.
    pub inexact: Vec<bool>,
    /// Per reader: the part of each output's variance that its normalisation is told is left.
    pub restores: Vec<Option<Vec<f64>>>,
    /// Wanted by the criterion, kept by a guard.
    pub guarded: Vec<(ClassId, &'static str)>,
    /// Residual branches that leave as a whole.
    pub branches: Branches,
}

impl Decision {
    /// Nothing is removed.
    pub fn keep_all(analysis: &Analysis) -> Decision {
        Decision {
            removed: vec![false; analysis.free.len()],
            told: vec![0.0; analysis.channels.class.len()],
            inexact: vec![false; analysis.channels.class.len()],
            restores: vec![None; analysis.channels.readers.len()],
            guarded: Vec::new(),
            branches: Branches::default(),
        }
    }

    /// Whether the file stays as it is.
    pub fn is_nothing(&self) -> bool {
        !self.removed.contains(&true) && self.branches.is_empty()
    }

    /// Whether a node leaves with a dead branch.
    pub fn is_dead(&self, node: NodeId) -> bool {
        self.branches.dead(node)
    }

    pub fn is_removed(&self, analysis: &Analysis, atom: Atom) -> bool {
        self.removed[analysis.channels.class_of(atom) as usize]
    }
}

/// Rejects options outside their range, naming the option.
pub fn validate(options: &PlanOptions) -> Result<()> {
    fraction(
        "the threshold",
        options.threshold,
        options.criterion == Criterion::Probability,
    )?;
    fraction(
        "the share",
        options.share,
        options.criterion != Criterion::Probability,
    )?;
    limits::validate(options)
}

/// Rejects what counts and is no fraction.
fn fraction(what: &str, value: f64, counts: bool) -> Result<()> {
    if counts && !(0.0..=1.0).contains(&value) {
        return Err(Error::new(format!(
            "{what} must lie between 0 and 1, not {value}"
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
            &Thresholds::of(analysis, options),
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
    pub removed: Vec<bool>,
    pub guarded: Vec<(ClassId, &'static str)>,
    pub constants: Option<Constants>,
    pub branches: Branches,
}

/// Selects, and decides what every reader is told.
pub fn decide(analysis: &Analysis, options: &PlanOptions, scores: &[f64]) -> Decision {
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
        // Nobody is left to be told.
        if decision.is_dead(reader.node) {
            continue;
        }
        for atom in &reader.inputs {
            if decision.is_removed(analysis, *atom) {
                let a = *atom as usize;
                (decision.told[a], decision.inexact[a]) =
                    told(analysis, options.compensation, pinned, *atom);
            }
        }
    }
    if options.compensation == Compensation::Moments {
        decision.restores = spread::stays(analysis, &decision);
    }
    decision
}

/// The constant that stands for an atom, and whether it fails to hold at image borders.
fn told(
    analysis: &Analysis,
    compensation: Compensation,
    pinned: &Constants,
    atom: Atom,
) -> (f64, bool) {
    let a = atom as usize;
    let expected = analysis.statistics.atoms[a].mean;
    let shift = pinned.value[a];
    // Dead for sure: the constant is known, and no expectation is better than it.
    let sure = || !analysis.certain().value[a].is_nan() && !shift.is_nan();
    let told = match compensation {
        Compensation::None => 0.0,
        Compensation::Mean | Compensation::Moments if !expected.is_nan() && !sure() => expected,
        _ if shift.is_nan() => expected,
        _ => shift,
    };
    let told = if told.is_nan() { 0.0 } else { told };
    (told, pinned.inexact[a] && told != 0.0)
}

/// Free classes whose every reader sees a constant.
///
/// A channel that is dead for sure must go without any loss, so where its constant is not 0 and a
/// zero-padded kernel would see it end at the border, it stays; a channel that is only likely dead
/// may be approximate there. Readers that leave with a branch do not count, unless no other is left.
fn certain_classes(analysis: &Analysis, constants: &Constants, branches: &Branches) -> Vec<bool> {
    let goes = |r: &crate::analysis::Read| {
        let a = r.atom as usize;
        let reader = &analysis.channels.readers[r.reader as usize];
        let bordered = constants.inexact[a] || reader.padded && constants.value[a] != 0.0;
        let sure = !analysis.certain().value[a].is_nan();
        !(constants.value[a].is_nan() || sure && bordered)
    };
    let stays = |r: &&crate::analysis::Read| {
        !branches.dead(analysis.channels.readers[r.reader as usize].node)
    };
    let certain = |class: usize| {
        let reads = analysis.reads.of(class as ClassId);
        let mut left = reads.iter().filter(stays).peekable();
        match left.peek() {
            Some(_) => left.all(goes),
            None => reads.iter().all(goes),
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
        let own = |class: &ClassId| std::mem::take(&mut left[*class as usize]);
        let own: Vec<ClassId> = classes.into_iter().filter(own).collect();
        take_lowest(scores, share, own, &mut removed);
    }
    let rest = (0..scores.len() as ClassId).filter(|c| left[*c as usize]);
    take_lowest(scores, options.share, rest.collect(), &mut removed);
    removed
}

/// Removes a share of some classes. One without a score stays, but counts.
fn take_lowest(scores: &[f64], share: f64, among: Vec<ClassId>, removed: &mut [bool]) {
    let wanted = (among.len() as f64 * share + 1e-9).floor() as usize;
    let score = |class: ClassId| scores[class as usize];
    let mut order = among;
    order.retain(|c| !score(*c).is_nan());
    order.sort_by(|a, b| score(*a).total_cmp(&score(*b)).then(a.cmp(b)));
    for class in order.into_iter().take(wanted) {
        removed[class as usize] = true;
    }
}

/// Biases that the folds of a decision add, per layer: (index into `Analysis.layers`, count).
pub fn added_biases(analysis: &Analysis, decision: &Decision) -> Vec<(usize, u64)> {
    let told = |a: &Atom| decision.is_removed(analysis, *a) && decision.told[*a as usize] != 0.0;
    let added = |(index, layer): (usize, &crate::analysis::Layer)| {
        let reader = layer.reader?;
        let there = analysis.gains_bias[reader]?;
        let reader = &analysis.channels.readers[reader];
        if decision.is_dead(reader.node) {
            return None;
        }
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
    let mut cost = analysis.cost.count(&decision.removed, &decision.branches);
    for branch in &decision.branches.list {
        let left = branch.left(analysis, &decision.removed);
        // As everywhere, a single number that is not a bias does not count.
        if left.len() > 1 && left.iter().any(|v| *v != 0.0) {
            cost.params += left.len() as u64;
        }
    }
    for (layer, biases) in added_biases(analysis, decision) {
        cost.params += biases;
        cost.layer_params[layer] += biases;
    }
    cost
}
