//! One channel taken by itself: what its readers are told if only its class goes.

use super::{Decision, limits, spread};
use crate::channels::ClassId;
use crate::network::{Analysis, Read, constants};
use crate::report::{Compensation, PlanOptions};

/// What every reader of a class is told, and whether that fails at image borders: by the plan where
/// `decision` removes the class, else as if the class went alone.
pub fn constants_told(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    class: ClassId,
) -> Vec<(Read, f64, bool)> {
    let reads = analysis.reads.of(class);
    if decision.removed[class as usize] {
        let by_plan = |r: &Read| {
            (
                *r,
                decision.told[r.atom as usize],
                decision.inexact[r.atom as usize],
            )
        };
        return reads.iter().map(by_plan).collect();
    }
    if options.compensation == Compensation::None {
        return reads.iter().map(|r| (*r, 0.0, false)).collect();
    }
    // A channel that is alive by the thresholds is asked as if they were just low enough for it.
    let at = analysis.constant_at[class as usize];
    let own;
    let pinned = if at > 0.0 {
        let (graph, channels) = (&analysis.graph, &analysis.channels);
        let thresholds = limits::thresholds(analysis, options).at_most(at);
        own = constants(graph, channels, &analysis.statistics, &thresholds);
        &own
    } else {
        analysis.silenced()
    };
    let ask = |r: &Read| {
        let (value, inexact) = analysis.constant_for(options.compensation, pinned, r.atom);
        (*r, value, inexact)
    };
    reads.iter().map(ask).collect()
}

/// The decision that removes one class and nothing else. It need not be one that surgery could carry
/// out (groups may lose their balance); the masked twin can.
pub fn alone(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    class: ClassId,
) -> Decision {
    let mut only = Decision::keep_all(analysis);
    only.removed[class as usize] = true;
    if options.compensation != Compensation::None {
        for (read, told, inexact) in constants_told(analysis, options, decision, class) {
            only.told[read.atom as usize] = told;
            only.inexact[read.atom as usize] = inexact;
        }
    }
    if options.compensation == Compensation::Moments {
        only.restores = spread::stays(analysis, &only);
    }
    only
}
