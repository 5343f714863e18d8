//! Second moments of what every reader sees, from sampled pixels of unlabelled images.
//!
//! Images are run on any number of threads, but each reader's sums are taken in the order of the images, so that the
//! result is the same to the last bit whoever ran what.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector};
use ndarray::ArrayD;

use super::patches::Sampler;
use crate::channels::Reader;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::graph::TensorId;
use crate::network::Analysis;
use crate::onnx::pb;

/// Wider systems would take minutes to invert; their channels stay.
pub const WIDEST: usize = 2600;
/// Images per thread between two sums: bounds the memory that samples take.
pub const STRIDE: usize = 4;

/// Sums over rows of n numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// How many rows were added up.
    pub rows: usize,
    sum: DVector<f64>,
    square: DMatrix<f64>,
}

impl Gram {
    /// Sums of nothing yet, over so many inputs.
    pub fn new(width: usize) -> Gram {
        Gram {
            rows: 0,
            sum: DVector::zeros(width),
            square: DMatrix::zeros(width, width),
        }
    }

    /// Sums that have these moments. They weigh as little as two rows for every input would: nobody saw them.
    pub fn assumed(mean: DVector<f64>, covariance: &DMatrix<f64>) -> Gram {
        let rows = 2 * mean.len();
        Gram {
            rows,
            square: (covariance + &mean * mean.transpose()) * rows as f64,
            sum: mean * rows as f64,
        }
    }

    /// Sums as they were written down: `square` column by column.
    pub fn from_sums(rows: usize, sum: &[f64], square: &[f64]) -> Gram {
        Gram {
            rows,
            sum: DVector::from_column_slice(sum),
            square: DMatrix::from_column_slice(sum.len(), sum.len(), square),
        }
    }

    /// The rows added up, and the sum of their products, column by column.
    pub fn sums(&self) -> (&[f64], &[f64]) {
        (self.sum.as_slice(), self.square.as_slice())
    }

    /// How many inputs it is over.
    pub fn width(&self) -> usize {
        self.sum.len()
    }

    /// Adds rows, one behind the other.
    pub fn add(&mut self, rows: &[f32]) {
        let width = self.width().max(1);
        let values = rows.iter().map(|v| f64::from(*v));
        // Column-major: a column is one row of the data.
        let x = DMatrix::from_iterator(width, rows.len() / width, values);
        self.square.gemm(1.0, &x, &x.transpose(), 1.0);
        self.sum += x.column_sum();
        self.rows += x.ncols();
    }

    /// Adds what another worker summed.
    pub fn merge(&mut self, other: &Gram) {
        self.square += &other.square;
        self.sum += &other.sum;
        self.rows += other.rows;
    }

    /// Covariance and mean.
    pub fn moments(&self) -> (DMatrix<f64>, DVector<f64>) {
        let n = self.rows.max(1) as f64;
        let mean = &self.sum / n;
        let covariance = &self.square / n - &mean * mean.transpose();
        (covariance, mean)
    }
}

/// Per reader one Gram matrix per group; `None` where a reader's form or width is not followed.
pub type Grams = Vec<Option<Vec<Gram>>>;

/// What is known of how all readers' inputs vary together.
pub struct SecondMoments {
    /// The matrices.
    pub grams: Rc<Grams>,
    /// Images were summed; else the file was asked.
    pub measured: bool,
}

/// Sums in progress.
pub struct Summing<'a> {
    readers: &'a [Reader],
    samplers: Vec<Option<Sampler>>,
    /// Tensors that the engine gives, in its order.
    wanted: Vec<TensorId>,
    engine: Engine,
    /// What was summed so far.
    pub grams: Grams,
}

impl<'a> Summing<'a> {
    /// Compiles `model` with every reader's input as an output.
    ///
    /// # Errors
    /// When the network cannot be run.
    pub fn new(model: &pb::ModelProto, analysis: &'a Analysis) -> Result<Summing<'a>> {
        let readers = &analysis.channels.readers;
        let samplers: Vec<Option<Sampler>> = readers
            .iter()
            .map(|r| Sampler::new(&analysis.graph, r).filter(|s| s.width() <= WIDEST))
            .collect();
        let grams: Grams = samplers
            .iter()
            .map(|s| s.as_ref().map(|s| vec![Gram::new(s.width()); s.groups()]))
            .collect();
        let mut wanted: Vec<TensorId> = Vec::new();
        for (reader, sampler) in readers.iter().zip(&samplers) {
            let input = reader.input;
            // The image itself is at hand.
            if sampler.is_some()
                && !analysis.graph.tensors[input].is_input
                && !wanted.contains(&input)
            {
                wanted.push(input);
            }
        }
        let name = |t: &TensorId| analysis.graph.tensors[*t].name.clone();
        let names: Vec<String> = wanted.iter().map(name).collect();
        let engine = Engine::with_outputs(model, 1, Some(&names))?;
        Ok(Summing {
            readers,
            samplers,
            wanted,
            engine,
            grams,
        })
    }

    /// Adds images (tensors of batch 1), the first of which is number `first` of all: pixels are drawn by an image's number, so
    /// that sums do not depend on who adds which.
    ///
    /// # Errors
    /// When the network cannot be run.
    pub fn add(&mut self, images: &[ArrayD<f32>], first: usize, threads: usize) -> Result<()> {
        let (readers, samplers, wanted) = (self.readers, &self.samplers, &self.wanted);
        let sample = |index: usize| -> Result<Vec<Vec<Vec<f32>>>> {
            let image = &images[index];
            let seen = self.engine.run(image.clone())?;
            let rows = |(r, sampler): (usize, &Option<Sampler>)| {
                let Some(sampler) = sampler else {
                    return Vec::new();
                };
                let input = readers[r].input;
                let values = match wanted.iter().position(|t| *t == input) {
                    Some(at) => &seen[at],
                    None => image,
                };
                sampler.rows(values, (first + index) as u64, r as u64)
            };
            Ok(samplers.iter().enumerate().map(rows).collect())
        };
        let rows = super::in_order(0..images.len(), threads, &sample)?;
        super::each(
            &mut self.grams,
            threads,
            &|r, sums: &mut Option<Vec<Gram>>| {
                for (g, sum) in sums.iter_mut().flatten().enumerate() {
                    // One product for all images of the stride, in their order.
                    rows.iter().for_each(|image| sum.add(&image[r][g]));
                }
            },
        );
        Ok(())
    }
}

/// Runs `images` (tensors of batch 1) through `model` on `threads` threads. `progress(done, total)` is asked after every few
/// images and ends the work by returning false.
///
/// # Errors
/// When the network cannot be run, there are no images, or the work was ended.
pub fn grams(
    model: &pb::ModelProto,
    analysis: &Analysis,
    images: &[ArrayD<f32>],
    threads: usize,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Grams> {
    if images.is_empty() {
        return Err(Error::new(
            "the criterion reconstruction needs at least one image",
        ));
    }
    let threads = threads.max(1);
    let mut sums = Summing::new(model, analysis)?;
    let mut done = 0;
    for stride in images.chunks(threads * STRIDE) {
        sums.add(stride, done, threads)?;
        done += stride.len();
        if !progress(done, images.len()) {
            return Err(Error::new("the measurement was stopped"));
        }
    }
    Ok(sums.grams)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_rows_and_merge() {
        let rows = [1.0f32, 2.0, 3.0, 6.0, 5.0, 1.0, 0.0, 4.0];
        let mut whole = Gram::new(2);
        whole.add(&rows);
        let (c, m) = whole.moments();
        assert_eq!((m[0], m[1]), (2.25, 3.25));
        assert!((c[(0, 1)] - (2.0 + 18.0 + 5.0 + 0.0) / 4.0 + 2.25 * 3.25).abs() < 1e-12);
        let mut parts = Gram::new(2);
        parts.add(&rows[..4]);
        let mut second = Gram::new(2);
        second.add(&rows[4..]);
        parts.merge(&second);
        assert_eq!(parts, whole);
    }
}
