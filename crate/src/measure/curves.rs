//! What the answers lose when one group of layers is cut alone, on images held back from the covariances.
//!
//! Losses of different layers do not compare; what they do to the answers does (SPDY, Frantar and Alistarh
//! 2022). The group's readers are refitted from their covariances, the network is run from there on, and
//! the divergence of its answers from the original's is taken at a few cuts. In between it is interpolated
//! along the loss.

use nalgebra::DMatrix;
use ndarray::ArrayD;

use super::gram::{Gram, Grams};
use super::tail::{Change, Fed, Tail};
use super::{Progress, STOPPED, in_waves};
use crate::analysis::Analysis;
use crate::channels::Reader;
use crate::criterion::reconstruction::{Group, regular, weights};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::evaluate::divergence;
use crate::onnx::pb;
use crate::scores::distribution;

/// Parts of a group that are cut to see what it does.
const CUTS: [f64; 4] = [0.1, 0.25, 0.5, 0.75];
/// What each channel beyond the last cut is taken to cost: nobody knows, and it is a lot.
const BEYOND: f64 = 10.0;
/// A curve never falls; each measured point lies at least so much above the one before.
const LEAST: f64 = 1e-6;

/// Divergence when the first k classes of a group are gone, for every k from 0 on.
#[derive(Clone, Debug)]
pub struct Curve {
    pub at: Vec<f64>,
    /// (classes gone, divergence), as measured.
    pub points: Vec<(usize, f64)>,
}

impl Curve {
    pub fn new(losses: &[f64], points: Vec<(usize, f64)>) -> Curve {
        let loss = |k: usize| if k == 0 { 0.0 } else { losses[k - 1] };
        let mut at = vec![0.0];
        for pair in points.windows(2) {
            let ((a, low), (b, high)) = (pair[0], pair[1]);
            let whole = loss(b) - loss(a);
            at.extend((a + 1..=b).map(|k| {
                let part = match whole > 0.0 {
                    true => (loss(k) - loss(a)) / whole,
                    false => (k - a) as f64 / (b - a) as f64,
                };
                low + (high - low) * part
            }));
        }
        let (last, top) = points.last().copied().unwrap_or_default();
        at.extend((last + 1..=losses.len()).map(|k| top + BEYOND * (k - last) as f64));
        Curve { at, points }
    }
}

/// Weights and shift of a reader's group refitted without these rows: (weights, shift).
fn refit(gram: &Gram, w: &DMatrix<f64>, gone: &[bool]) -> Option<(DMatrix<f64>, Vec<f64>)> {
    let kept: Vec<usize> = (0..gone.len()).filter(|i| !gone[*i]).collect();
    // With the ridge pulling towards the old weights, both sides hold it.
    let (c, _) = regular(gram);
    let rows = c.select_rows(&kept);
    let inner = rows.select_columns(&kept);
    let fitted = inner.cholesky()?.solve(&(rows * w));
    let mut new = DMatrix::zeros(w.nrows(), w.ncols());
    for (k, i) in kept.iter().enumerate() {
        new.set_row(*i, &fitted.row(k));
    }
    let shift = (w - &new).tr_mul(&gram.mean);
    Some((new, shift.iter().copied().collect()))
}

/// One reader without the classes that are gone.
fn change<'a>(
    analysis: &Analysis,
    reader: &'a Reader,
    grams: &[Gram],
    gone: &[bool],
) -> Option<Change<'a>> {
    let (mut values, mut shift) = (Vec::new(), Vec::new());
    for (group, gram) in grams.iter().enumerate() {
        let inputs = &reader.inputs[group * reader.in_per_group()..][..reader.in_per_group()];
        let class = |a: &u32| gone[analysis.channels.class_of(*a) as usize];
        let rows: Vec<bool> = inputs
            .iter()
            .flat_map(|a| std::iter::repeat_n(class(a), reader.taps))
            .collect();
        let (w, moved) = refit(gram, &weights(analysis, reader, group), &rows)?;
        // Column by column is output by output.
        values.extend(w.iter().map(|w| *w as f32));
        shift.extend(moved);
    }
    Some(Change {
        reader,
        weights: values,
        shift,
    })
}

/// Mean divergence per image: KL for classifiers, else the squared error relative to the squares.
fn apart(
    answers: &[Vec<ArrayD<f32>>],
    others: &[Vec<ArrayD<f32>>],
    classifier: Option<bool>,
) -> f64 {
    let one = |(a, b): (&Vec<ArrayD<f32>>, &Vec<ArrayD<f32>>)| match classifier {
        Some(probabilities) => {
            let p = |o: &[ArrayD<f32>]| {
                let scores: Vec<f32> = o.iter().take(1).flatten().copied().collect();
                distribution(&scores, probabilities)
            };
            divergence(&p(a), &p(b))
        }
        None => {
            let pairs = a.iter().flatten().zip(b.iter().flatten());
            let sums = pairs.fold((0.0, 1e-12), |(e, s), (x, y)| {
                (e + f64::from(x - y).powi(2), s + f64::from(*x).powi(2))
            });
            sums.0 / sums.1
        }
    };
    answers.iter().zip(others).map(one).sum::<f64>() / answers.len().max(1) as f64
}

/// Runs every item; in order.
fn run_all(engine: &Engine, items: &[Fed], threads: usize) -> Result<Vec<Vec<ArrayD<f32>>>> {
    let mut all = Vec::with_capacity(items.len());
    let mut failed = None;
    let work = |item: &Fed| engine.run_all(item.clone());
    in_waves(items, threads, work, |result| match result {
        Ok(outputs) => {
            all.push(outputs);
            true
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    });
    failed.map_or(Ok(all), Err)
}

/// What is needed to measure curves.
pub struct Setup<'a> {
    pub model: &'a pb::ModelProto,
    pub analysis: &'a Analysis,
    pub grams: &'a Grams,
    /// For classifiers: whether the outputs are probabilities.
    pub classifier: Option<bool>,
    /// Tensors of batch 1 that the covariances were not made of.
    pub held: &'a [ArrayD<f32>],
    pub threads: usize,
}

/// The curve of every group. `progress` counts measured cuts.
///
/// # Errors
/// When the network cannot be run, or `progress` stops it.
pub fn curves(setup: &Setup<'_>, groups: &[Group], progress: Progress<'_>) -> Result<Vec<Curve>> {
    let (model, analysis) = (setup.model, setup.analysis);
    let graph = &analysis.graph;
    let mut curves = Vec::new();
    let mut reference = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let readers: Vec<&Reader> = group
            .readers
            .iter()
            .map(|r| &analysis.channels.readers[*r])
            .collect();
        let tail = Tail::new(graph, &readers);
        let head = tail.head(graph, model)?;
        // The image is the first input; more inputs are fed zeros.
        let with_zeros = |image: &ArrayD<f32>| -> Fed {
            let zeros = head
                .inputs
                .iter()
                .skip(1)
                .map(|(s, _)| ArrayD::zeros(s.clone()));
            std::iter::once(image.clone()).chain(zeros).collect()
        };
        let fed: Vec<Fed> = setup.held.iter().map(with_zeros).collect();
        let fed = run_all(&head, &fed, setup.threads)?;
        if reference.is_empty() {
            reference = run_all(&tail.engine(graph, model, &[])?, &fed, setup.threads)?;
        }
        let mut points = vec![(0, 0.0)];
        for (step, cut) in CUTS.iter().enumerate() {
            let count = (group.classes.len() as f64 * cut) as usize;
            let (last, before) = points.last().copied().unwrap_or_default();
            if count > last {
                let mut gone = vec![false; analysis.free.len()];
                group.classes[..count]
                    .iter()
                    .for_each(|c| gone[*c as usize] = true);
                let new = |r: &usize| {
                    let reader = &analysis.channels.readers[*r];
                    change(analysis, reader, setup.grams[*r].as_ref()?, &gone)
                };
                let changes: Option<Vec<Change<'_>>> = group.readers.iter().map(new).collect();
                let changes = changes.ok_or_else(|| Error::new("a layer could not be refitted"))?;
                let engine = tail.engine(graph, model, &changes)?;
                let answers = run_all(&engine, &fed, setup.threads)?;
                let measured = apart(&reference, &answers, setup.classifier);
                let measured = if measured.is_nan() {
                    f64::INFINITY
                } else {
                    measured
                };
                points.push((count, measured.min(1e6).max(before + LEAST)));
            }
            if !progress(index * CUTS.len() + step + 1, groups.len() * CUTS.len()) {
                return Err(Error::new(STOPPED));
            }
        }
        curves.push(Curve::new(&group.losses, points));
    }
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_follow_the_loss_between_points() {
        let curve = Curve::new(
            &[1.0, 2.0, 4.0, 8.0, 9.0],
            vec![(0, 0.0), (2, 0.5), (4, 2.5)],
        );
        assert_eq!(curve.at[..3], [0.0, 0.25, 0.5]);
        assert!((curve.at[3] - (0.5 + 2.0 * 2.0 / 6.0)).abs() < 1e-12);
        assert_eq!(curve.at[4..], [2.5, 2.5 + BEYOND]);
    }
}
