//! How much of what the readers get would be missing: our score for cuts that nothing repairs.
//!
//! A channel reaches a reader as energy e = Var[a]·Σ‖W‖², summed over the reader's outputs. Its share r
//! is measured against all channels of that reader that carry at least as much, as LAMP does for single
//! weights (Lee et al. 2021): the last channels of a layer then cannot go for a song, however small the
//! layer's numbers are. The score is Var[a]·r: what is lost in the channel's own units, weighted by how
//! much its reader lives on it. A class of several reads is worth the largest of them.

use ndarray::Axis;

use crate::channels::{CoupledId, Reader};
use crate::network::Analysis;

/// Per class; NaN where a variance is not known.
pub fn influence(analysis: &Analysis) -> Vec<f64> {
    let readers = analysis.channels.readers.iter();
    let shares: Vec<Vec<f64>> = readers.map(|r| shares(&energies(analysis, r))).collect();
    let score = |class: usize| {
        let reads = analysis.reads.of(CoupledId::new(class));
        let one = |read: &crate::network::Read| {
            let variance = analysis.statistics.by_channel[read.channel_id.index()].variance;
            variance * shares[read.reader as usize][read.channel as usize]
        };
        reads.iter().map(one).fold(f64::NEG_INFINITY, worst)
    };
    (0..analysis.free.len()).map(score).collect()
}

/// The larger of two; NaN if either is.
fn worst(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// Var[a]·Σ‖W‖² of every input channel of a reader.
fn energies(analysis: &Analysis, reader: &Reader) -> Vec<f64> {
    let weights = reader.weights(&analysis.graph);
    let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
    let mut energies = vec![0.0; reader.inputs.len()];
    for (j, row) in weights.axis_iter(Axis(0)).enumerate() {
        for (i, taps) in row.axis_iter(Axis(0)).enumerate() {
            let square: f32 = taps.iter().map(|w| w * w).sum();
            energies[j / per_out * per_in + i] += f64::from(square);
        }
    }
    for (energy, channel_id) in energies.iter_mut().zip(&reader.inputs) {
        *energy *= analysis.statistics.by_channel[channel_id.index()].variance;
    }
    energies
}

/// Each energy over the sum of all that are at least as large; 0 for a channel that carries nothing.
fn shares(energies: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..energies.len()).collect();
    order.sort_by(|a, b| energies[*b].total_cmp(&energies[*a]));
    let mut shares = vec![f64::NAN; energies.len()];
    let mut sum = 0.0;
    for i in order {
        if energies[i].is_nan() {
            continue;
        }
        sum += energies[i];
        shares[i] = if sum > 0.0 { energies[i] / sum } else { 0.0 };
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_what_is_at_least_as_large() {
        let shares = shares(&[1.0, 4.0, 0.0, 3.0, f64::NAN]);
        assert_eq!(&shares[..4], &[1.0 / 8.0, 1.0, 0.0, 3.0 / 7.0]);
        assert!(shares[4].is_nan());
    }

    #[test]
    fn a_reader_of_nothing_shares_nothing() {
        assert_eq!(shares(&[0.0, 0.0]), [0.0, 0.0]);
    }
}
