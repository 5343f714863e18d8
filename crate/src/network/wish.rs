//! What readers are told of channels that a share removes, and what a reader makes of it that is told
//! all of its inputs. Neither depends on the share, so a drag works out each of them once.

use std::sync::OnceLock;

use super::constants::Constants;
use crate::channels::{Atom, Channels, Reader};
use crate::graph::Graph;
use crate::report::Compensation;
use crate::statistics::Statistics;

/// The constants of one compensation.
#[derive(Clone, Debug)]
pub struct Told {
    /// Per atom that some reader reads.
    constants: Constants,
    /// Per reader: its outputs if it is told everything, before normalisation.
    made: Vec<OnceLock<Vec<f64>>>,
}

impl Told {
    pub(super) fn new(
        channels: &Channels,
        statistics: &Statistics,
        certain: &Constants,
        silenced: &Constants,
        compensation: Compensation,
    ) -> Told {
        let mut constants = Constants::nothing(channels.class.len());
        for atom in channels.readers.iter().flat_map(|r| &r.inputs) {
            let a = *atom as usize;
            (constants.value[a], constants.inexact[a]) =
                told(statistics, certain, compensation, silenced, *atom);
        }
        Told {
            constants,
            made: vec![OnceLock::new(); channels.readers.len()],
        }
    }
}

/// The classes that a share wants gone, with what their readers are told.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// Per coupled channel: whether it is to be removed.
    pub wanted: &'a [bool],
    /// The constants that replace them.
    pub told: &'a Told,
}

impl<'a> Wish<'a> {
    /// What is told of an atom, if its class goes.
    pub fn told(&self, channels: &Channels, atom: Atom) -> Option<(f64, bool)> {
        let a = atom as usize;
        let constants = &self.told.constants;
        self.wanted[channels.class_of(atom) as usize]
            .then(|| (constants.value[a], constants.inexact[a]))
    }

    /// The outputs of a reader that is told all of its inputs.
    pub fn made(&self, graph: &Graph, channels: &Channels, reader: usize) -> &'a [f64] {
        let told = self.told;
        told.made[reader].get_or_init(|| {
            let reader = &channels.readers[reader];
            let value = |a: Atom| told.constants.value[a as usize];
            response(graph, reader, &value)
        })
    }
}

/// b + Σ taps·c for every output.
pub fn response(graph: &Graph, reader: &Reader, value: &dyn Fn(Atom) -> f64) -> Vec<f64> {
    let mut made = reader.biases(graph);
    if reader.inputs.iter().all(|a| value(*a) == 0.0) {
        return made;
    }
    let sums = reader.tap_sums(graph);
    let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
    for (j, made) in made.iter_mut().enumerate() {
        let inputs = &reader.inputs[j / per_out * per_in..][..per_in];
        let told = |(i, a): (usize, &Atom)| sums[(j, i)] * value(*a);
        *made += inputs.iter().enumerate().map(told).sum::<f64>();
    }
    made
}

/// The constant that stands for an atom, and whether it fails to hold at image borders.
pub fn told(
    statistics: &Statistics,
    certain: &Constants,
    compensation: Compensation,
    pinned: &Constants,
    atom: Atom,
) -> (f64, bool) {
    let a = atom as usize;
    let expected = statistics.atoms[a].mean;
    let shift = pinned.value[a];
    // Dead for sure: the constant is known, and no expectation is better than it.
    let sure = || !certain.value[a].is_nan() && !shift.is_nan();
    let told = match compensation {
        Compensation::None => 0.0,
        Compensation::Mean | Compensation::Moments if !expected.is_nan() && !sure() => expected,
        _ if shift.is_nan() => expected,
        _ => shift,
    };
    let told = if told.is_nan() { 0.0 } else { told };
    (told, pinned.inexact[a] && told != 0.0)
}
