//! Targets that an activation does not tell apart.
//!
//! Where the original's output is cut off by the activation behind it (below 0 for ReLU, above 6 too for
//! ReLU6), any number beyond the end does as well, so the refit need not spend itself on meeting one. The
//! target becomes the nearest such number to what the reader makes so far, and the reader is fitted again
//! (Zhang, Zou, He and Sun 2016 solve the same problem with an auxiliary variable).

use nalgebra::{DMatrix, DVector};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2};

use super::parallel::each;
use super::system::{Linear, System};
use super::waves::full;
use crate::error::Result;

impl System {
    /// Σxyᵀ and Σy with each y moved as near to what `linear` makes as the activation allows: below
    /// `bounds[j].0` and above `bounds[j].1` all numbers are alike.
    pub fn projected(
        &self,
        linear: &Linear,
        bounds: &[(f64, f64)],
        threads: usize,
    ) -> Result<Option<(DMatrix<f64>, DVector<f64>)>> {
        let Some(again) = &self.again else {
            return Ok(None);
        };
        let vector = |v: &[f32]| DVector::from_iterator(v.len(), v.iter().map(|v| f64::from(*v)));
        let (a, b) = (vector(&again.shift_x), vector(&again.shift_y));
        let weights = Array2::from_shape_fn((self.width, self.outputs), |(i, j)| {
            linear.weights[(i, j)] as f32
        });
        // In the shifted numbers.
        let bias = &linear.bias + linear.weights.tr_mul(&a) - &b;
        let bias = Array1::from_iter(bias.iter().map(|v| *v as f32));
        let shifted = bounds.iter().zip(b.iter());
        let bounds: Vec<(f32, f32)> = shifted
            .map(|((low, high), b)| ((low - b) as f32, (high - b) as f32))
            .collect();
        let mut items: Vec<_> = again.waves.iter().map(|w| (w, None)).collect();
        each(threads, &mut items, |(wave, made)| {
            let (x, mut moved) = (full(&wave.x, wave.rows), full(&wave.y, wave.rows));
            let mut now = Array2::zeros(moved.dim());
            now += &bias;
            general_mat_mul(1.0, &x, &weights, 1.0, &mut now);
            for (mut row, now) in moved.rows_mut().into_iter().zip(now.rows()) {
                for ((y, z), (low, high)) in row.iter_mut().zip(now).zip(&bounds) {
                    *y = nearest(*y, *z, *low, *high) - *y;
                }
            }
            let mut product = Array2::zeros((self.width, self.outputs));
            general_mat_mul(1.0, &x.t(), &moved, 0.0, &mut product);
            let sums = moved.mapv(f64::from).sum_axis(ndarray::Axis(0));
            *made = Some((product, sums));
            Ok(())
        })?;
        let (mut xy, mut sum) = (self.xy.clone(), DVector::zeros(self.outputs));
        for (product, sums) in items.into_iter().filter_map(|(_, made)| made) {
            for ((i, j), v) in product.indexed_iter() {
                xy[(i, j)] += f64::from(*v);
            }
            for (j, v) in sums.iter().enumerate() {
                sum[j] += v;
            }
        }
        xy += &a * sum.transpose();
        Ok(Some((xy, &self.y + sum)))
    }
}

/// The number nearest to `now` that the activation maps as it maps `y`.
fn nearest(y: f32, now: f32, low: f32, high: f32) -> f32 {
    if y <= low {
        now.min(low)
    } else if y >= high {
        now.max(high)
    } else {
        y
    }
}

#[cfg(test)]
mod tests {
    use super::super::gram::Gram;
    use super::*;
    use crate::engine::noise;

    #[test]
    fn numbers_that_the_activation_tells_apart_stay() {
        let ends = (0.0, 6.0);
        let near = |y, now| nearest(y, now, ends.0, ends.1);
        assert_eq!([near(2.0, 5.0), near(2.0, -5.0)], [2.0, 2.0]);
        // What is cut off anyway need not be met; what is not cut off yet comes to the end.
        assert_eq!([near(-3.0, -0.1), near(-3.0, 1.0)], [-0.1, 0.0]);
        assert_eq!([near(9.0, 7.0), near(9.0, 5.0)], [7.0, 6.0]);
    }

    #[test]
    fn a_refit_need_not_meet_what_relu_cuts_off() {
        // One input of two is gone; y is the ReLU's argument.
        let (rows, picture) = (4000, 100);
        let seen = |seed| noise(&[rows], seed);
        let (x, lost) = (seen(1), seen(2));
        let made = |k: usize| x[k] - 1.5 * lost[k].max(0.0);
        let mut gram = Gram::new(1, 1, true);
        let mut xs = Array2::from_shape_fn((rows, 1), |(k, _)| x[k]);
        let mut ys = Array2::from_shape_fn((rows, 1), |(k, _)| made(k));
        gram.add(xs.view_mut(), ys.view_mut(), picture, 1)
            .expect("adds");
        let system = gram.finish();
        let old = Linear {
            weights: DMatrix::from_element(1, 1, 1.0),
            bias: DVector::zeros(1),
        };
        let error = |l: &Linear| -> f64 {
            let relu = |v: f64| v.max(0.0);
            let one = |k: usize| {
                let now = l.weights[0] * f64::from(x[k]) + l.bias[0];
                (relu(f64::from(made(k))) - relu(now)).powi(2)
            };
            (0..rows).map(one).sum()
        };
        let plain = system.solve(&old, 1e-6).expect("well posed");
        let mut linear = plain.clone();
        let mut errors = vec![error(&plain)];
        for _ in 0..3 {
            let bounds = [(0.0, f64::INFINITY)];
            let sums = system.projected(&linear, &bounds, 2).expect("runs");
            let (xy, y) = sums.expect("rows were kept");
            linear = system.solve_for((&xy, &y), &old, 1e-6).expect("well posed");
            errors.push(error(&linear));
        }
        assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
        assert!(errors[3] < 0.9 * errors[0], "{errors:?}");
    }
}
