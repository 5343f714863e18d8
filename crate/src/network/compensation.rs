//! The constants that replace channels which a share removes, and what a reader writes when all of
//! its inputs are replaced. Neither depends on the share, so a drag works out each of them once.

use std::sync::OnceLock;

use super::constants::Constants;
use crate::channels::{ChannelId, Channels};
use crate::graph::Graph;
use crate::report::Compensation;
use crate::statistics::Statistics;

/// The constants of one compensation.
#[derive(Clone, Debug)]
pub struct CompensationTable {
    /// Per channel that some reader reads.
    constants: Constants,
    /// Per reader: its outputs if all its inputs are replaced, before normalisation.
    responses: Vec<OnceLock<Vec<f64>>>,
}

impl CompensationTable {
    pub(super) fn new(
        channels: &Channels,
        statistics: &Statistics,
        certain: &Constants,
        silenced: &Constants,
        compensation: Compensation,
    ) -> CompensationTable {
        let mut constants = Constants::nothing(channels.class.len());
        for channel_id in channels.readers.iter().flat_map(|r| &r.inputs) {
            let a = channel_id.index();
            (constants.value[a], constants.inexact[a]) =
                compensation_constant(statistics, certain, compensation, silenced, *channel_id);
        }
        CompensationTable {
            constants,
            responses: vec![OnceLock::new(); channels.readers.len()],
        }
    }
}

/// The coupled channels that a share asks to remove, with the constants that replace them.
#[derive(Clone, Copy)]
pub struct RemovalRequest<'a> {
    /// Per coupled channel: whether it is to be removed.
    pub wanted: &'a [bool],
    /// The constants that replace them.
    pub table: &'a CompensationTable,
}

impl<'a> RemovalRequest<'a> {
    /// The constant that replaces a channel, if its removal is asked for.
    pub fn constant_of(&self, channels: &Channels, channel_id: ChannelId) -> Option<(f64, bool)> {
        let a = channel_id.index();
        let constants = &self.table.constants;
        self.wanted[channels.class_of(channel_id).index()]
            .then(|| (constants.value[a], constants.inexact[a]))
    }

    /// The outputs of a reader whose inputs are all replaced.
    pub fn response_when_all_removed(
        &self,
        graph: &Graph,
        channels: &Channels,
        reader: usize,
    ) -> &'a [f64] {
        let table = self.table;
        table.responses[reader].get_or_init(|| {
            let reader = &channels.readers[reader];
            let value = |a: ChannelId| table.constants.value[a.index()];
            reader.response(graph, &value)
        })
    }
}

/// The constant that stands for a channel, and whether it fails to hold at image borders.
pub fn compensation_constant(
    statistics: &Statistics,
    certain: &Constants,
    compensation: Compensation,
    pinned: &Constants,
    channel_id: ChannelId,
) -> (f64, bool) {
    let a = channel_id.index();
    let expected = statistics.by_channel[a].mean;
    let shift = pinned.value[a];
    // Dead for sure: the constant is known, and no expectation is better than it.
    let sure = || !certain.value[a].is_nan() && !shift.is_nan();
    let constant = match compensation {
        Compensation::None => 0.0,
        Compensation::Mean | Compensation::Moments | Compensation::Merge
            if !expected.is_nan() && !sure() =>
        {
            expected
        }
        _ if shift.is_nan() => expected,
        _ => shift,
    };
    let constant = if constant.is_nan() { 0.0 } else { constant };
    (constant, pinned.inexact[a] && constant != 0.0)
}
