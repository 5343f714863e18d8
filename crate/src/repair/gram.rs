//! Sums of products over pixels: matrix products in f32 over a few pictures at a time, added up in f64.
//!
//! x and y are shifted by what they are on average in the first pictures, so that f32 keeps the spread
//! of numbers whose mean is large; the shift is undone in f64. Blocks of the result are worked on apart,
//! and each is summed in the order of the pictures: the number of threads changes nothing.

use nalgebra::{DMatrix, DVector};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

use super::parallel::each;
use super::system::System;
use super::waves::{Rows, Wave};
use crate::error::Result;

/// Columns of a block.
const BLOCK: usize = 256;

/// A part of Σ xᵀ[x | y].
struct Block {
    rows: (usize, usize),
    columns: (usize, usize),
    /// Whether the columns are those of y.
    outward: bool,
    sum: Array2<f64>,
}

/// Sums over the pixels of one picture, both shifted.
struct PictureSums {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Pixels.
    rows: usize,
}

/// Sums over the pixels of one group of a reader.
pub struct Gram {
    width: usize,
    outputs: usize,
    rows: usize,
    shift: Option<(Vec<f32>, Vec<f32>)>,
    blocks: Vec<Block>,
    yy: Vec<f64>,
    pictures: Vec<PictureSums>,
    /// The shifted rows themselves, where they are asked for again.
    kept: Option<Vec<Wave>>,
}

impl Gram {
    /// `keeps`: whether the rows are asked for again.
    pub fn new(width: usize, outputs: usize, keeps: bool) -> Gram {
        let cuts = |n: usize| -> Vec<(usize, usize)> {
            (0..n)
                .step_by(BLOCK)
                .map(|a| (a, (a + BLOCK).min(n)))
                .collect()
        };
        let mut blocks = Vec::new();
        for rows in cuts(width) {
            let inward = cuts(width).into_iter().filter(|c| *c >= rows);
            let all = inward
                .map(|c| (c, false))
                .chain(cuts(outputs).into_iter().map(|c| (c, true)));
            for (columns, outward) in all {
                blocks.push(Block {
                    rows,
                    columns,
                    outward,
                    sum: Array2::zeros((rows.1 - rows.0, columns.1 - columns.0)),
                });
            }
        }
        Gram {
            width,
            outputs,
            rows: 0,
            shift: None,
            blocks,
            yy: vec![0.0; outputs],
            pictures: Vec::new(),
            kept: keeps.then(Vec::new),
        }
    }

    /// Adds pictures of `pixels` rows each. The rows are overwritten.
    pub fn add(
        &mut self,
        mut x: ArrayViewMut2<'_, f32>,
        mut y: ArrayViewMut2<'_, f32>,
        pixels: usize,
        threads: usize,
    ) -> Result<()> {
        if x.nrows() == 0 || pixels == 0 {
            return Ok(());
        }
        let (shift_x, shift_y) = self
            .shift
            .get_or_insert_with(|| (means(x.view()), means(y.view())));
        for mut row in x.rows_mut() {
            row.iter_mut().zip(&*shift_x).for_each(|(v, m)| *v -= m);
        }
        for mut row in y.rows_mut() {
            row.iter_mut().zip(&*shift_y).for_each(|(v, m)| *v -= m);
            let squares = row.iter().map(|v| f64::from(*v) * f64::from(*v));
            self.yy.iter_mut().zip(squares).for_each(|(s, v)| *s += v);
        }
        let pictures = x.axis_chunks_iter(Axis(0), pixels);
        for (x, y) in pictures.zip(y.axis_chunks_iter(Axis(0), pixels)) {
            self.pictures.push(PictureSums {
                x: sums(x),
                y: sums(y),
                rows: x.nrows(),
            });
        }
        self.rows += x.nrows();
        let (x, y) = (x.view(), y.view());
        if let Some(kept) = &mut self.kept {
            kept.push(Wave::new(x, y));
        }
        each(threads, &mut self.blocks, |block| {
            let left = x.slice(s![.., block.rows.0..block.rows.1]);
            let right = if block.outward { y } else { x };
            let right = right.slice(s![.., block.columns.0..block.columns.1]);
            let mut product = Array2::<f32>::zeros(block.sum.dim());
            general_mat_mul(1.0, &left.t(), &right, 0.0, &mut product);
            block.sum.zip_mut_with(&product, |s, p| *s += f64::from(*p));
            Ok(())
        })
    }

    /// The sums of the unshifted numbers.
    pub fn finish(self) -> System {
        let n = self.rows as f64;
        let (width, outputs) = (self.width, self.outputs);
        let (shift_x, shift_y) = self.shift.unwrap_or((vec![0.0; width], vec![0.0; outputs]));
        let vector = |v: &[f32]| DVector::from_iterator(v.len(), v.iter().map(|v| f64::from(*v)));
        let (a, b) = (vector(&shift_x), vector(&shift_y));
        let (mut x, mut y) = (DVector::zeros(width), DVector::zeros(outputs));
        for picture in &self.pictures {
            x += DVector::from_column_slice(&picture.x);
            y += DVector::from_column_slice(&picture.y);
        }
        let (mut xx, mut xy) = (DMatrix::zeros(width, width), DMatrix::zeros(width, outputs));
        for block in &self.blocks {
            for ((i, j), v) in block.sum.indexed_iter() {
                let (i, j) = (block.rows.0 + i, block.columns.0 + j);
                if block.outward {
                    xy[(i, j)] = *v;
                } else {
                    (xx[(i, j)], xx[(j, i)]) = (*v, *v);
                }
            }
        }
        // (x + a)(y + b)ᵀ = xyᵀ + x bᵀ + a yᵀ + a bᵀ.
        let moved = |p: &DVector<f64>, q: &DVector<f64>, a: &DVector<f64>, b: &DVector<f64>| {
            p * b.transpose() + a * (q + b * n).transpose()
        };
        xx += moved(&x, &x, &a, &a);
        xy += moved(&x, &y, &a, &b);
        let square = |j: usize| self.yy[j] + 2.0 * b[j] * y[j] + n * b[j] * b[j];
        let yy = DVector::from_fn(outputs, |j, _| square(j));
        let mean = |sums: &[f64], shift: &DVector<f64>, rows: usize| {
            DVector::from_column_slice(sums) / rows as f64 + shift
        };
        let pictures = self.pictures.iter();
        let pictures = pictures
            .map(|p| (mean(&p.x, &a, p.rows), mean(&p.y, &b, p.rows)))
            .collect();
        let rows_again = self.kept.map(|waves| Rows {
            waves,
            shift_x,
            shift_y,
        });
        System {
            width,
            outputs,
            again: rows_again,
            rows: n,
            xx,
            xy,
            x: x + a * n,
            y: y + b * n,
            yy,
            pictures,
        }
    }
}

fn sums(rows: ArrayView2<'_, f32>) -> Vec<f64> {
    let mut sum = vec![0.0; rows.ncols()];
    for row in rows.rows() {
        sum.iter_mut()
            .zip(row)
            .for_each(|(s, v)| *s += f64::from(*v));
    }
    sum
}

fn means(rows: ArrayView2<'_, f32>) -> Vec<f32> {
    let n = rows.nrows() as f64;
    sums(rows).into_iter().map(|s| (s / n) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    fn rows(count: usize, width: usize, seed: u64) -> Array2<f32> {
        // A mean that is large against the spread.
        let values = noise(&[count, width], seed).mapv(|v| 0.5 * v + 100.0);
        values
            .into_dimensionality()
            .unwrap_or_else(|_| Array2::zeros((count, width)))
    }

    #[test]
    fn sums_are_those_of_f64_whatever_the_threads() {
        let (width, outputs, pixels) = (300, 40, 10);
        let mut made = Vec::new();
        for threads in [1, 2, 4] {
            let mut gram = Gram::new(width, outputs, false);
            for wave in 0..3 {
                let mut x = rows(50, width, wave);
                let mut y = rows(50, outputs, wave + 10);
                gram.add(x.view_mut(), y.view_mut(), pixels, threads)
                    .expect("adds");
            }
            made.push(gram.finish());
        }
        let first = &made[0];
        assert!(made.iter().all(|s| s.xx == first.xx && s.xy == first.xy));
        let exact = |i: usize, j: usize| -> f64 {
            let one = |wave: u64| {
                let x = rows(50, width, wave).mapv(f64::from);
                x.column(i).dot(&x.column(j))
            };
            (0..3).map(one).sum()
        };
        let n = 150.0;
        for (i, j) in [(0, 0), (3, 299), (270, 5)] {
            // In units of the covariance.
            let off = (first.xx[(i, j)] - exact(i, j)) / n;
            assert!(off.abs() < 1e-5, "{i} {j}: {off}");
        }
        assert_eq!((first.rows(), first.pictures.len()), (150, 15));
        let y: f64 = (0..3)
            .map(|w| rows(50, outputs, w + 10).mapv(f64::from).column(7).sum())
            .sum();
        assert!((first.y[7] - y).abs() < 1e-3);
    }
}
