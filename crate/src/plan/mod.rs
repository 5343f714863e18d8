//! From scores to a decision: which classes are removed, which constants their readers get, what was withheld.

pub mod allocate;
pub mod balance;
pub mod branches;
pub mod cases;
mod cost;
mod decide;
pub mod groups;
pub mod kept;
pub mod limits;
pub mod one_channel;
pub mod report;
pub mod spread;
pub mod tally;

use crate::channels::{ChannelId, CoupledId};
use crate::error::Result;
use crate::graph::NodeId;
use crate::network::Analysis;
use crate::report::{Criterion, PlanOptions};
use branches::Branches;
use limits::fraction;

pub use cost::cost;
pub use decide::{Selection, decide, decide_channels, select};

/// What surgery carries out.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Per class.
    pub removed: Vec<bool>,
    /// The constant folded for a removed input, per channel; 0 where nothing is folded.
    pub constants: Vec<f64>,
    /// Per channel: that constant does not hold at image borders before the reader's own padding.
    pub inexact: Vec<bool>,
    /// Per reader: the part of each output's variance that its normalisation is set to.
    pub restores: Vec<Option<Vec<f64>>>,
    /// Wanted by the criterion, kept by a guard.
    pub guarded: Vec<(CoupledId, &'static str)>,
    /// Residual branches that leave as a whole.
    pub branches: Branches,
}

impl Decision {
    /// Nothing is removed.
    pub fn keep_all(analysis: &Analysis) -> Decision {
        Decision {
            removed: vec![false; analysis.free.len()],
            constants: vec![0.0; analysis.channels.class.len()],
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

    /// Whether a channel is removed.
    pub fn is_removed(&self, analysis: &Analysis, channel_id: ChannelId) -> bool {
        self.removed[analysis.channels.class_of(channel_id).index()]
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
