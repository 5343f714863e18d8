//! Symmetric positive definite systems in blocks, so that nearly all of the work is matrix products.

use nalgebra::DMatrix;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, ShapeBuilder, s};

/// Rows of a block.
const BLOCK: usize = 64;

/// A matrix as a product L·Lᵀ, and the inverses of the blocks on L's diagonal.
pub struct Cholesky {
    lower: Array2<f64>,
    inverses: Vec<Array2<f64>>,
}

impl Cholesky {
    /// Of `matrix` + `ridge`·I; `None` where that is not positive definite.
    pub fn new(matrix: &DMatrix<f64>, ridge: f64) -> Option<Cholesky> {
        let n = matrix.nrows();
        let mut lower = view(matrix).to_owned();
        lower.diag_mut().map_inplace(|v| *v += ridge);
        let mut inverses = Vec::with_capacity(n.div_ceil(BLOCK));
        for from in (0..n).step_by(BLOCK) {
            let to = (from + BLOCK).min(n);
            let inverse = factor(lower.slice_mut(s![from..to, from..to]))?;
            let below = lower.slice(s![to.., from..to]);
            let mut panel = Array2::zeros(below.dim());
            general_mat_mul(1.0, &below, &inverse.t(), 0.0, &mut panel);
            lower.slice_mut(s![to.., from..to]).assign(&panel);
            // Only the lower half is read later.
            for a in (to..n).step_by(4 * BLOCK) {
                let b = (a + 4 * BLOCK).min(n);
                let (rows, columns) = (
                    panel.slice(s![a - to.., ..]),
                    panel.slice(s![a - to..b - to, ..]),
                );
                let mut rest = lower.slice_mut(s![a.., a..b]);
                general_mat_mul(-1.0, &rows, &columns.t(), 1.0, &mut rest);
            }
            inverses.push(inverse);
        }
        Some(Cholesky { lower, inverses })
    }

    /// The X of (L·Lᵀ)·X = `right`.
    pub fn solve(&self, mut right: DMatrix<f64>) -> DMatrix<f64> {
        let n = right.nrows();
        let mut x = view_mut(&mut right);
        let scaled = |inverse: ArrayView2<'_, f64>, rows: ArrayView2<'_, f64>| {
            let mut out = Array2::zeros(rows.dim());
            general_mat_mul(1.0, &inverse, &rows, 0.0, &mut out);
            out
        };
        for (k, inverse) in self.inverses.iter().enumerate() {
            let (from, to) = (k * BLOCK, ((k + 1) * BLOCK).min(n));
            let rows = scaled(inverse.view(), x.slice(s![from..to, ..]));
            let below = self.lower.slice(s![to.., from..to]);
            general_mat_mul(-1.0, &below, &rows, 1.0, &mut x.slice_mut(s![to.., ..]));
            x.slice_mut(s![from..to, ..]).assign(&rows);
        }
        for (k, inverse) in self.inverses.iter().enumerate().rev() {
            let (from, to) = (k * BLOCK, ((k + 1) * BLOCK).min(n));
            let rows = scaled(inverse.t(), x.slice(s![from..to, ..]));
            let left = self.lower.slice(s![from..to, ..from]);
            general_mat_mul(
                -1.0,
                &left.t(),
                &rows,
                1.0,
                &mut x.slice_mut(s![..from, ..]),
            );
            x.slice_mut(s![from..to, ..]).assign(&rows);
        }
        right
    }
}

/// Factors a small block in place and gives the inverse of its factor.
fn factor(mut a: ArrayViewMut2<'_, f64>) -> Option<Array2<f64>> {
    let n = a.nrows();
    for j in 0..n {
        for k in 0..j {
            let factor = a[(j, k)];
            for i in j..n {
                a[(i, j)] -= a[(i, k)] * factor;
            }
        }
        let pivot = a[(j, j)];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        let root = pivot.sqrt();
        a.slice_mut(s![j.., j]).map_inplace(|v| *v /= root);
    }
    let mut inverse = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        inverse[(j, j)] = 1.0 / a[(j, j)];
        for i in j + 1..n {
            let sum: f64 = (j..i).map(|k| a[(i, k)] * inverse[(k, j)]).sum();
            inverse[(i, j)] = -sum / a[(i, i)];
        }
    }
    Some(inverse)
}

/// Both libraries' matrices are one slice of numbers, column by column.
pub fn view(matrix: &DMatrix<f64>) -> ArrayView2<'_, f64> {
    let shape = (matrix.nrows(), matrix.ncols());
    ArrayView2::from_shape(shape.f(), matrix.as_slice()).expect("a matrix has as many numbers")
}

fn view_mut(matrix: &mut DMatrix<f64>) -> ArrayViewMut2<'_, f64> {
    let shape = (matrix.nrows(), matrix.ncols());
    ArrayViewMut2::from_shape(shape.f(), matrix.as_mut_slice())
        .expect("a matrix has as many numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    #[test]
    fn solutions_solve() {
        for n in [1, 5, 64, 65, 200, 400] {
            let rows = DMatrix::from_iterator(
                n,
                n + 9,
                noise(&[n * (n + 9)], 3).iter().map(|v| f64::from(*v)),
            );
            let matrix = &rows * rows.transpose();
            let right =
                DMatrix::from_iterator(n, 7, noise(&[n * 7], 4).iter().map(|v| f64::from(*v)));
            let found = Cholesky::new(&matrix, 0.5).expect("definite");
            let x = found.solve(right.clone());
            let made = &matrix * &x + &x * 0.5;
            assert!((made - right).amax() < 1e-7, "{n}");
        }
    }

    #[test]
    fn what_is_not_definite_is_refused() {
        let mut matrix = DMatrix::identity(100, 100);
        assert!(Cholesky::new(&matrix, 0.0).is_some());
        matrix[(80, 80)] = -2.0;
        assert!(Cholesky::new(&matrix, 1.0).is_none());
        matrix[(80, 80)] = f64::NAN;
        assert!(Cholesky::new(&matrix, 1.0).is_none());
    }
}
