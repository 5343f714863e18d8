//! One channel taken by itself: the constants its readers get if only its coupled channel is removed.

use super::{Decision, limits, spread};
use crate::channels::CoupledId;
use crate::network::{Analysis, Read, constants};
use crate::report::{Compensation, PlanOptions};

/// What one reader gets in place of a removed channel.
pub struct Substitute {
    /// Where it reads the channel.
    pub read: Read,
    /// What it gets.
    pub constant: f64,
    /// Whether the constant fails at image borders.
    pub inexact: bool,
}

/// What every reader of a coupled channel gets: by the plan where `decision` removes the class, else as if the class went alone.
pub fn constants_for_readers(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    class: CoupledId,
) -> Vec<Substitute> {
    let reads = analysis.reads.of(class);
    if decision.removed[class.index()] {
        let by_plan = |r: &Read| Substitute {
            read: *r,
            constant: decision.constants[r.channel_id.index()],
            inexact: decision.inexact[r.channel_id.index()],
        };
        return reads.iter().map(by_plan).collect();
    }
    if options.compensation == Compensation::None {
        let nothing = |r: &Read| Substitute {
            read: *r,
            constant: 0.0,
            inexact: false,
        };
        return reads.iter().map(nothing).collect();
    }
    // A channel that is alive by the thresholds is asked as if they were just low enough for it.
    let at = analysis.constant_at[class.index()];
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
        let (constant, inexact) = analysis.constant_for(options.compensation, pinned, r.channel_id);
        Substitute {
            read: *r,
            constant,
            inexact,
        }
    };
    reads.iter().map(ask).collect()
}

/// The decision that removes one class and nothing else. It need not be one that surgery could carry
/// out (groups may lose their balance); the masked twin can.
pub fn alone(
    analysis: &Analysis,
    options: &PlanOptions,
    decision: &Decision,
    class: CoupledId,
) -> Decision {
    let mut only = Decision::keep_all(analysis);
    only.removed[class.index()] = true;
    if options.compensation != Compensation::None {
        for it in constants_for_readers(analysis, options, decision, class) {
            only.constants[it.read.channel_id.index()] = it.constant;
            only.inexact[it.read.channel_id.index()] = it.inexact;
        }
    }
    if options.compensation == Compensation::Moments {
        only.restores = spread::stays(analysis, &only);
    }
    only
}
