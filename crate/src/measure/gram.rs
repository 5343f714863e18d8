//! Covariances of what every reader sees, on the original network.
//!
//! Sums are kept as (rows, mean, centred products) in f64 and merged by the formula of Chan, Golub and
//! LeVeque (1979), so no digits are lost to large means. Images are taken in chunks of a fixed size and
//! chunks are merged in their order, so the result does not depend on the number of threads or workers.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};
use ndarray::ArrayD;

use super::pixels::{Flat, Pixels};
use super::{Progress, STOPPED, in_waves};
use crate::analysis::Analysis;
use crate::channels::{Reader, ReaderKind};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::evaluate::fuse;
use crate::onnx::pb;

/// Images whose products are summed at once.
const CHUNK: usize = 8;
/// Readers with more inputs times taps than this are not measured: their solves would take minutes.
pub const LARGEST: usize = 2600;

/// Mean and centred products of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    pub rows: usize,
    pub mean: DVector<f64>,
    products: DMatrix<f64>,
}

impl Gram {
    pub fn new(width: usize) -> Gram {
        Gram {
            rows: 0,
            mean: DVector::zeros(width),
            products: DMatrix::zeros(width, width),
        }
    }

    /// Of rows of `width` numbers, one after the other.
    pub fn of(width: usize, values: Vec<f64>) -> Gram {
        let rows = values.len() / width.max(1);
        if rows == 0 {
            return Gram::new(width);
        }
        let mut x = DMatrix::from_vec(width, rows, values);
        let mean = x.column_mean();
        x.column_iter_mut().for_each(|mut column| column -= &mean);
        Gram {
            rows,
            mean,
            products: &x * x.transpose(),
        }
    }

    /// Adds the rows of another.
    pub fn merge(&mut self, other: &Gram) {
        let (a, b) = (self.rows as f64, other.rows as f64);
        if other.rows == 0 {
            return;
        }
        let apart = &other.mean - &self.mean;
        self.products += &other.products;
        self.products.ger(a * b / (a + b), &apart, &apart, 1.0);
        self.mean.axpy(b / (a + b), &apart, 1.0);
        self.rows += other.rows;
    }

    pub fn covariance(&self) -> DMatrix<f64> {
        &self.products / (self.rows.max(1) as f64)
    }
}

/// Per reader, one per group; `None` for readers that are not measured.
pub type Grams = Vec<Option<Vec<Gram>>>;

/// Whether a reader's inputs are measured: some of them may go, and it can be refitted.
fn wanted(analysis: &Analysis, reader: &Reader) -> bool {
    let may_go = |a: &u32| analysis.free[analysis.channels.class_of(*a) as usize];
    reader.kind != ReaderKind::ConvTranspose
        && reader.in_per_group() * reader.taps <= LARGEST
        && reader.inputs.iter().any(may_go)
}

/// Measures on tensors of batch 1.
///
/// # Errors
/// When the network cannot be run, or `progress` stops it.
pub fn collect(
    model: &pb::ModelProto,
    analysis: &Analysis,
    images: &[ArrayD<f32>],
    threads: usize,
    progress: Progress<'_>,
) -> Result<Grams> {
    let graph = &analysis.graph;
    let readers = &analysis.channels.readers;
    let places: Vec<Option<Pixels>> = readers
        .iter()
        .map(|r| wanted(analysis, r).then(|| Pixels::new(graph, r)).flatten())
        .collect();
    let mut names: Vec<String> = Vec::new();
    let mut output: HashMap<usize, usize> = HashMap::new();
    for (reader, _) in readers.iter().zip(&places).filter(|(_, p)| p.is_some()) {
        output.entry(reader.input).or_insert_with(|| {
            names.push(graph.tensors[reader.input].name.clone());
            names.len() - 1
        });
    }
    let width = |r: &Reader| r.in_per_group() * r.taps;
    let blank = |(r, place): (&Reader, &Option<Pixels>)| {
        let groups = (0..r.groups).map(|_| Gram::new(width(r))).collect();
        place.is_some().then_some(groups)
    };
    let mut grams: Grams = readers.iter().zip(&places).map(blank).collect();
    if names.is_empty() {
        return Ok(grams);
    }
    let engine = fuse::engine(model, &names)?;
    let chunks: Vec<(usize, &[ArrayD<f32>])> = images
        .chunks(CHUNK)
        .enumerate()
        .map(|(k, images)| (k * CHUNK, images))
        .collect();
    let work = |(first, images): &(usize, &[ArrayD<f32>])| -> Result<Grams> {
        let mut rows: Vec<Vec<Vec<f64>>> = readers.iter().map(|r| vec![vec![]; r.groups]).collect();
        for (k, image) in images.iter().enumerate() {
            read(
                &engine,
                image,
                readers,
                &places,
                &output,
                first + k,
                &mut rows,
            )?;
        }
        let sum = |(rows, (r, place)): (Vec<Vec<f64>>, (&Reader, &Option<Pixels>))| {
            let groups = rows.into_iter().map(|v| Gram::of(width(r), v)).collect();
            place.is_some().then_some(groups)
        };
        Ok(rows
            .into_iter()
            .zip(readers.iter().zip(&places))
            .map(sum)
            .collect())
    };
    let mut failed = None;
    let mut done = 0;
    let each = |part: Result<Grams>| match part {
        Ok(part) => {
            for (all, part) in grams.iter_mut().flatten().zip(part.iter().flatten()) {
                all.iter_mut()
                    .zip(part)
                    .for_each(|(all, part)| all.merge(part));
            }
            done += 1;
            progress(done.min(chunks.len()), chunks.len())
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    };
    match (in_waves(&chunks, threads, work, each), failed) {
        (true, _) => Ok(grams),
        (false, Some(error)) => Err(error),
        (false, None) => Err(Error::new(STOPPED)),
    }
}

/// What the readers see of one image, appended per reader and group.
fn read(
    engine: &Engine,
    image: &ArrayD<f32>,
    readers: &[Reader],
    places: &[Option<Pixels>],
    output: &HashMap<usize, usize>,
    index: usize,
    rows: &mut [Vec<Vec<f64>>],
) -> Result<()> {
    let tensors = engine.run(image.clone())?;
    for ((reader, place), rows) in readers.iter().zip(places).zip(rows) {
        let Some(place) = place else { continue };
        let values = Flat::new(&tensors[output[&reader.input]], reader.axis);
        let pixels = place.draw(index, reader.node);
        for (group, rows) in rows.iter_mut().enumerate() {
            place.read(reader, &values, group, &pixels, rows);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    #[test]
    fn merging_is_summing_at_once() {
        let values: Vec<f64> = noise(&[60], 3)
            .iter()
            .map(|v| 1e4 + f64::from(*v))
            .collect();
        let all = Gram::of(3, values.clone());
        let mut parts = Gram::new(3);
        for part in [&values[..9], &values[9..12], &values[12..]] {
            parts.merge(&Gram::of(3, part.to_vec()));
        }
        assert_eq!((all.rows, parts.rows), (20, 20));
        assert!((all.covariance() - parts.covariance()).amax() < 1e-9);
        assert!((all.mean - parts.mean).amax() < 1e-9);
    }
}
