//! The least-squares system of one group of a reader, from sums over pixels.
//!
//! Rows are pixels: x is what the reader sees there (inputs × taps), y what the original reader made of
//! it. Everything asked of them later (weights, errors, moments) follows from Σx, Σy, Σxxᵀ, Σxyᵀ and Σy².

use nalgebra::{DMatrix, DVector};

use super::cholesky::Cholesky;
use super::waves::Rows;

/// Sums over the pixels of one group.
pub struct System {
    pub width: usize,
    pub outputs: usize,
    pub rows: f64,
    pub xx: DMatrix<f64>,
    pub xy: DMatrix<f64>,
    pub x: DVector<f64>,
    pub y: DVector<f64>,
    pub yy: DVector<f64>,
    /// The means of x and y over each picture.
    pub pictures: Vec<(DVector<f64>, DVector<f64>)>,
    /// The pixels themselves, where outputs may be moved within what the activation maps alike.
    pub again: Option<Rows>,
}

/// Weights [width, outputs] and a bias per output.
#[derive(Clone, Debug)]
pub struct Linear {
    pub weights: DMatrix<f64>,
    pub bias: DVector<f64>,
}

impl System {
    pub fn new(width: usize, outputs: usize) -> System {
        System {
            width,
            outputs,
            rows: 0.0,
            xx: DMatrix::zeros(width, width),
            xy: DMatrix::zeros(width, outputs),
            x: DVector::zeros(width),
            y: DVector::zeros(outputs),
            yy: DVector::zeros(outputs),
            pictures: Vec::new(),
            again: None,
        }
    }

    /// Adds the pixels of a picture that has one pixel.
    #[cfg(test)]
    fn add(&mut self, x: &DVector<f64>, y: &DVector<f64>) {
        self.xx += x * x.transpose();
        self.xy += x * y.transpose();
        self.x += x;
        self.y += y;
        self.yy += y.component_mul(y);
        self.rows += 1.0;
        self.pictures.push((x.clone(), y.clone()));
    }

    pub fn rows(&self) -> usize {
        self.rows as usize
    }

    /// argmin Σ‖y − xW − b‖² + λ·(tr C / width)·‖W − W₀‖² on centred sums, by Cholesky; `None` if that
    /// fails. λ grows with the number of unknowns per pixel.
    pub fn solve(&self, old: &Linear, lambda: f64) -> Option<Linear> {
        self.solve_for((&self.xy, &self.y), old, lambda)
    }

    /// [`System::solve`] with other Σxyᵀ and Σy.
    pub fn solve_for(
        &self,
        (xy, y): (&DMatrix<f64>, &DVector<f64>),
        old: &Linear,
        lambda: f64,
    ) -> Option<Linear> {
        let n = self.rows.max(1.0);
        let (mx, my) = (&self.x / n, y / n);
        let c = &self.xx / n - &mx * mx.transpose();
        let lambda = lambda * (1.0 + self.width as f64 / n);
        let ridge = lambda * c.trace() / self.width as f64 + 1e-12;
        let right = xy / n - &mx * my.transpose() + &old.weights * ridge;
        let weights = Cholesky::new(&c, ridge)?.solve(right);
        // What the cut reader makes on average, and as much of the missing rest as is believed.
        let predicted = old.weights.tr_mul(&mx) + &old.bias;
        let meant = &predicted + (&my - &predicted) * self.belief(old);
        let bias = meant - weights.tr_mul(&mx);
        let finite = weights.iter().chain(bias.iter()).all(|v| v.is_finite());
        finite.then_some(Linear { weights, bias })
    }

    /// How much of the mean difference between y and what the cut reader makes is more than chance
    /// (James and Stein 1961): few pictures say little about means, and the cut reader's come from all
    /// of the training data.
    fn belief(&self, old: &Linear) -> f64 {
        let n = self.pictures.len() as f64;
        if n < 2.0 {
            return 0.0;
        }
        let missing = |(x, y): &(DVector<f64>, DVector<f64>)| y - old.weights.tr_mul(x) - &old.bias;
        let each: Vec<DVector<f64>> = self.pictures.iter().map(missing).collect();
        let mut mean = DVector::zeros(self.outputs);
        for one in &each {
            mean += one / n;
        }
        let scatter: f64 = each.iter().map(|one| (one - &mean).norm_squared()).sum();
        let chance = scatter / (n - 1.0) / n;
        let signal = mean.norm_squared();
        if signal > chance {
            1.0 - chance / signal
        } else {
            0.0
        }
    }

    /// The given weights with each output stretched by (σ_y/σ_ŷ)^blend and set to the mean of y: what a
    /// recalibrated normalisation does. A least-squares fit makes less spread than it is to meet.
    pub fn rescale(&self, old: &Linear, blend: f64) -> Linear {
        let n = self.rows.max(1.0);
        let (mx, my) = (&self.x / n, &self.y / n);
        let c = &self.xx / n - &mx * mx.transpose();
        let mut new = old.clone();
        for j in 0..self.outputs {
            let w = old.weights.column(j);
            let predicted = (&c * w).dot(&w);
            let meant = self.yy[j] / n - my[j] * my[j];
            let known = predicted > 1e-12 && meant > 0.0;
            let gain = if known {
                (meant / predicted).powf(0.5 * blend)
            } else {
                1.0
            };
            let mut column = new.weights.column_mut(j);
            column *= gain.clamp(0.25, 4.0);
            new.bias[j] = my[j] - column.dot(&mx);
        }
        new
    }

    /// Σ_j weight_j·‖y_j − ŷ_j‖² over all pixels.
    pub fn error(&self, linear: &Linear, weight: &[f64]) -> f64 {
        let (w, b) = (&linear.weights, &linear.bias);
        let xxw = &self.xx * w;
        let one = |j: usize| {
            let (wj, bj) = (w.column(j), b[j]);
            let predicted =
                xxw.column(j).dot(&wj) + 2.0 * bj * wj.dot(&self.x) + self.rows * bj * bj;
            let cross = wj.dot(&self.xy.column(j)) + bj * self.y[j];
            (self.yy[j] - 2.0 * cross + predicted).max(0.0)
        };
        (0..self.outputs).map(|j| weight[j] * one(j)).sum()
    }

    /// Σ_j weight_j·‖y_j − mean‖²: the error of knowing nothing.
    pub fn spread(&self, weight: &[f64]) -> f64 {
        let one = |j: usize| (self.yy[j] - self.y[j] * self.y[j] / self.rows.max(1.0)).max(0.0);
        (0..self.outputs).map(|j| weight[j] * one(j)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    /// y = xW + b on noise.
    fn system(w: &DMatrix<f64>, b: &[f64], rows: usize) -> System {
        let mut system = System::new(w.nrows(), w.ncols());
        for row in 0..rows {
            let x: Vec<f64> = noise(&[w.nrows()], row as u64)
                .iter()
                .map(|v| f64::from(*v))
                .collect();
            let y = w.transpose() * DVector::from_column_slice(&x) + DVector::from_column_slice(b);
            system.add(&DVector::from_vec(x), &y);
        }
        system
    }

    #[test]
    fn a_linear_reader_is_found_again() {
        let w = DMatrix::from_row_slice(3, 2, &[1.0, -2.0, 0.5, 0.0, 3.0, 1.0]);
        let s = system(&w, &[4.0, -1.0], 2000);
        let nothing = Linear {
            weights: DMatrix::zeros(3, 2),
            bias: DVector::zeros(2),
        };
        let found = s.solve(&nothing, 1e-9).expect("well posed");
        assert!((found.weights.clone() - &w).amax() < 1e-6);
        assert!((found.bias[0] - 4.0).abs() < 0.01, "{}", found.bias);
        assert!(s.error(&found, &[1.0, 1.0]) < 1e-4 * s.spread(&[1.0, 1.0]));
    }

    #[test]
    fn a_heavy_ridge_stays_where_it_was() {
        let w = DMatrix::from_row_slice(2, 1, &[1.0, 1.0]);
        let old = Linear {
            weights: DMatrix::from_row_slice(2, 1, &[5.0, -5.0]),
            bias: DVector::zeros(1),
        };
        let s = system(&w, &[0.0], 100);
        let found = s.solve(&old, 1e9).expect("well posed");
        assert!((found.weights - old.weights).amax() < 1e-5);
    }

    #[test]
    fn a_mean_that_is_chance_is_not_believed() {
        let w = DMatrix::from_row_slice(2, 1, &[1.0, 1.0]);
        let right = Linear {
            weights: DMatrix::zeros(2, 1),
            bias: DVector::zeros(1),
        };
        // y scatters about 0 with the pictures, which is what the old reader says.
        let few = system(&w, &[0.0], 8).belief(&right);
        let shifted = system(&w, &[9.0], 8).belief(&right);
        assert!(few < 0.8 && shifted > 0.95, "{few} {shifted}");
    }

    #[test]
    fn errors_are_those_of_the_pixels() {
        let w = DMatrix::from_row_slice(1, 1, &[2.0]);
        let s = system(&w, &[1.0], 500);
        let off = Linear {
            weights: w,
            bias: DVector::from_column_slice(&[1.5]),
        };
        assert!((s.error(&off, &[2.0]) - 500.0 * 0.25 * 2.0).abs() < 1e-6);
    }

    #[test]
    fn rescaling_restores_mean_and_spread() {
        let w = DMatrix::from_row_slice(2, 1, &[3.0, 4.0]);
        let s = system(&w, &[2.0], 3000);
        let shrunk = Linear {
            weights: &w * 0.5,
            bias: DVector::zeros(1),
        };
        let new = s.rescale(&shrunk, 1.0);
        assert!((new.weights[0] - 3.0).abs() < 1e-6 && (new.bias[0] - 2.0).abs() < 1e-6);
    }
}
