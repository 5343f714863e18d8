//! The spread that readers lose with the channels that go, estimated from the Gaussians alone.
//!
//! A reader's output varies with variance v, which the BatchNormalization behind it knows. If its inputs
//! were independent, v would be `D = Σ Var[aᵢ]·‖W_ji‖²`, and a cut that takes the share f of D would leave
//! 1 − f of the variance. What v has beyond D (or lacks) comes from inputs that move together, and leaves
//! faster: both partners of a product have to stay. So
//!
//! stays_j = D/v·(1 − f) + (1 − D/v)·(1 − f)^4,
//!
//! the power measured on the sample networks. Telling the normalisation v·stays instead of v makes its
//! output as wide as it was. A measure without data: `prune repair` knows better.

use ndarray::Axis;

use super::Decision;
use crate::channels::{ChannelId, Flow, Reader};
use crate::network::Analysis;

/// However much goes, the estimate never asks for a slope more than four and a half times as steep.
const LEAST: f64 = 0.05;

/// Per reader: the part of each output's variance that stays; `None` where nothing is lost or known.
pub fn stays(analysis: &Analysis, decision: &Decision) -> Vec<Option<Vec<f64>>> {
    let readers = analysis.channels.readers.iter();
    readers.map(|r| of_reader(analysis, decision, r)).collect()
}

fn of_reader(analysis: &Analysis, decision: &Decision, reader: &Reader) -> Option<Vec<f64>> {
    let removed: Vec<bool> = reader
        .inputs
        .iter()
        .map(|a| decision.is_removed(analysis, *a))
        .collect();
    if !removed.contains(&true) || decision.is_dead(reader.node) {
        return None;
    }
    let norm = analysis.normalisation_behind(reader)?;
    let Flow::Normalise {
        scale, gaussians, ..
    } = &analysis.channels.flows[norm]
    else {
        return None;
    };
    let variance = |a: &ChannelId| analysis.statistics.by_channel[a.index()].variance;
    let variances: Vec<f64> = reader.inputs.iter().map(variance).collect();
    let weights = reader.weights(&analysis.graph);
    let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
    let left = |(j, row): (usize, ndarray::ArrayView2<'_, f32>)| {
        let (mut all, mut lost) = (0.0, 0.0);
        for (i, taps) in row.axis_iter(Axis(0)).enumerate() {
            let i = j / per_out * per_in + i;
            let square: f32 = taps.iter().map(|w| w * w).sum();
            let part = f64::from(square) * variances[i];
            all += part;
            lost += if removed[i] { part } else { 0.0 };
        }
        let spread = gaussians[j].std / scale[j];
        estimate(all, lost, spread * spread)
    };
    let stays: Vec<f64> = weights.axis_iter(Axis(0)).enumerate().map(left).collect();
    stays.iter().any(|s| *s != 1.0).then_some(stays)
}

/// What stays of variance `v` when `lost` of the independent sum `all` goes; 1 where nothing is known.
fn estimate(all: f64, lost: f64, v: f64) -> f64 {
    let known = all > 0.0 && v > 0.0 && lost >= 0.0 && v.is_finite();
    if !known {
        return 1.0;
    }
    let (alone, kept) = (all / v, 1.0 - lost / all);
    let stays = alone * kept + (1.0 - alone) * kept.powi(4);
    stays.clamp(LEAST, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_inputs_take_their_share_and_no_more() {
        assert!((estimate(2.0, 0.5, 2.0) - 0.75).abs() < 1e-12);
        assert_eq!(estimate(2.0, 0.0, 3.0), 1.0);
    }

    #[test]
    fn inputs_that_move_together_take_more() {
        assert!(estimate(1.0, 0.25, 2.0) < 0.75);
    }

    #[test]
    fn the_unknown_is_left_alone() {
        assert_eq!(estimate(f64::NAN, 0.1, 1.0), 1.0);
        assert_eq!(estimate(1.0, f64::NAN, 1.0), 1.0);
        assert_eq!(estimate(1.0, 0.5, 0.0), 1.0);
        assert_eq!(estimate(0.0, 0.0, 1.0), 1.0);
    }
}
