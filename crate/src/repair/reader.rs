//! One reader before and after the cut, on one scale.

use nalgebra::{DMatrix, DVector};
use ndarray::Axis;

use super::system::Linear;
use crate::channels::{Flow, Reader};
use crate::network::Analysis;

/// A reader of the original and what the cut made of it.
pub struct Pair<'a> {
    pub before: (&'a Analysis, &'a Reader),
    pub now: (&'a Analysis, &'a Reader),
    /// Outputs of the original that are still there.
    pub kept: Vec<usize>,
}

impl Pair<'_> {
    /// Columns of the least-squares system of one group.
    pub fn width(&self) -> usize {
        self.now.1.in_per_group() * self.now.1.taps
    }

    /// What the cut reader computes, per group, as seen before the *original's* normalisation. A fold
    /// in β and re-stated statistics are undone by asking which output of the original reader would
    /// give the same number behind its normalisation.
    pub fn as_cut(&self) -> Vec<Linear> {
        let (now, reader) = self.now;
        let weights = reader.weights(&now.graph);
        let biases = reader.biases(&now.graph);
        let (width, per_out) = (self.width(), reader.out_per_group());
        let scale = self.rescaled();
        let group = |g: usize| {
            let rows = g * per_out..(g + 1) * per_out;
            let mut matrix = DMatrix::zeros(width, per_out);
            let mut bias = DVector::zeros(per_out);
            for (column, j) in rows.enumerate() {
                let (gain, offset) = scale[j];
                for (row, w) in weights.index_axis(Axis(0), j).iter().enumerate() {
                    matrix[(row, column)] = f64::from(*w) * gain;
                }
                bias[column] = biases[j] * gain + offset;
            }
            Linear {
                weights: matrix,
                bias,
            }
        };
        (0..reader.groups).map(group).collect()
    }

    /// (gain, offset) per kept output from the cut reader's scale to the original's.
    fn rescaled(&self) -> Vec<(f64, f64)> {
        let norms = (affine(self.before), affine(self.now));
        if let (Some(old), Some(new)) = norms {
            let one = |(c, j): (usize, &usize)| {
                let ((a, b), (p, q)) = (old[*j], new[c]);
                if a == 0.0 {
                    (1.0, 0.0)
                } else {
                    (p / a, (q - b) / a)
                }
            };
            return self.kept.iter().enumerate().map(one).collect();
        }
        let (before, now) = (self.before, self.now);
        let (old, new) = (before.0.added(before.1), now.0.added(now.1));
        let one = |(c, j): (usize, &usize)| {
            let at = |v: &Vec<f64>, i: usize| v.get(i).copied().unwrap_or(0.0);
            (1.0, at(&new, c) - at(&old, *j))
        };
        self.kept.iter().enumerate().map(one).collect()
    }

    /// How much an error of each kept output counts: in units behind the normalisation.
    pub fn importance(&self) -> Vec<f64> {
        match affine(self.before) {
            Some(affine) => {
                let square = |j: &usize| affine[*j].0 * affine[*j].0;
                self.kept.iter().map(square).collect()
            }
            None => vec![1.0; self.kept.len()],
        }
    }
}

/// (scale, shift) of the normalisation behind a reader.
fn affine((analysis, reader): (&Analysis, &Reader)) -> Option<Vec<(f64, f64)>> {
    match &analysis.channels.flows[analysis.normalisation_behind(reader)?] {
        Flow::Normalise { scale, shift, .. } => {
            Some(scale.iter().copied().zip(shift.iter().copied()).collect())
        }
        _ => None,
    }
}
