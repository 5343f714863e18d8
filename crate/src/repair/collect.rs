//! From pictures to the sums of one reader, a few pictures at a time on all cores.

use nalgebra::DVector;
use ndarray::{ArrayD, ArrayViewMut2};

use super::gram::Gram;
use super::parallel::each;
use super::patches::{Patches, Planes};
use super::reader::Pair;
use super::system::System;
use super::walk::{Picture, Piece};
use crate::error::{Error, Result};
use crate::graph::TensorId;

/// Pixels that are gathered before they enter the sums: matrix products like to be large.
const GATHER: usize = 4096;
/// Groups up to this many inputs and outputs are summed one by one, wider ones by matrix products.
const NARROW: usize = 32;
/// Numbers that are multiplied at a time without carrying from one to the next.
const LANES: usize = 16;

/// How both networks come to a reader.
pub struct Pieces<'a> {
    pub old: &'a Piece,
    pub new: &'a Piece,
}

/// The sums over pictures (as both networks have them) of every group of the reader; `keeps`: their pixels
/// too, for readers that mix channels.
pub fn collect(
    pair: &Pair<'_>,
    patches: &Patches,
    pieces: &Pieces<'_>,
    (old, new): (&mut [Picture], &mut [Picture]),
    keeps: bool,
    threads: usize,
) -> Result<Vec<System>> {
    let reader = pair.now.1;
    let (groups, width, outputs) = (reader.groups, pair.width(), reader.out_per_group());
    let wave = (GATHER / patches.len().max(1)).clamp(16, 256);
    let waves = old.chunks_mut(wave).zip(new.chunks_mut(wave));
    if groups > 1 && width + outputs <= NARROW {
        let mut systems: Vec<System> = (0..groups).map(|_| System::new(width, outputs)).collect();
        for (old, new) in waves {
            let mut items: Vec<_> = old.iter_mut().zip(new).map(|p| (p, Vec::new())).collect();
            each(threads, &mut items, |((old, new), sums)| {
                let (x, y) = step(pair, pieces, old, new)?;
                let planes = planes(pair, &x, &y);
                *sums = narrow(pair, patches, &planes);
                Ok(())
            })?;
            for (_, sums) in items {
                let each = systems.iter_mut().zip(sums.chunks(sums.len() / groups));
                each.for_each(|(system, part)| system.add_products(part, patches.len()));
            }
        }
        return Ok(systems);
    }
    let mut grams: Vec<Gram> = (0..groups)
        .map(|_| Gram::new(width, outputs, keeps))
        .collect();
    // Per picture, group after group.
    let (size_x, size_y) = (patches.len() * width, patches.len() * outputs);
    let mut rows = vec![(vec![0.0f32; 0], vec![0.0f32; 0]); groups];
    for (old, new) in waves {
        for (x, y) in &mut rows {
            x.resize(old.len() * size_x, 0.0);
            y.resize(old.len() * size_y, 0.0);
        }
        let mut items: Vec<_> = old.iter_mut().zip(new).map(|p| (p, Vec::new())).collect();
        for (x, y) in &mut rows {
            let parts = x.chunks_mut(size_x).zip(y.chunks_mut(size_y));
            items
                .iter_mut()
                .zip(parts)
                .for_each(|((_, to), part)| to.push(part));
        }
        let pictures = items.len();
        each(threads, &mut items, |((old, new), to)| {
            let (x, y) = step(pair, pieces, old, new)?;
            let (x, y) = planes(pair, &x, &y);
            for (g, (to_x, to_y)) in to.iter_mut().enumerate() {
                patches.seen(&x, g, to_x);
                patches.original_outputs(&y, &pair.kept[g * outputs..(g + 1) * outputs], to_y);
            }
            Ok(())
        })?;
        drop(items);
        for (gram, (x, y)) in grams.iter_mut().zip(&mut rows) {
            let count = pictures * patches.len();
            let (x, y) = (matrix(x, count, width)?, matrix(y, count, outputs)?);
            gram.add(x, y, patches.len(), threads)?;
        }
    }
    Ok(grams.into_iter().map(Gram::finish).collect())
}

fn matrix(values: &mut [f32], rows: usize, columns: usize) -> Result<ArrayViewMut2<'_, f32>> {
    let view = ArrayViewMut2::from_shape((rows, columns), values);
    view.map_err(|e| Error::new(e.to_string()))
}

/// What the cut reader sees of a picture, and what it is to make of it.
fn step(
    pair: &Pair<'_>,
    pieces: &Pieces<'_>,
    old: &mut Picture,
    new: &mut Picture,
) -> Result<(ArrayD<f32>, ArrayD<f32>)> {
    let mut y = pieces.old.step(old)?;
    let x = pieces.new.step(new)?;
    if let Some(beside) = &pair.beside {
        let lost = || Error::new("an operand of a sum was not kept");
        let get = |picture: &Picture, tensor: TensorId| picture.get(tensor).ok_or_else(lost);
        beside.correct(
            &pair.kept,
            &mut y,
            &get(old, beside.before)?,
            &get(new, beside.now)?,
        );
    }
    Ok((x, y))
}

fn planes<'a>(pair: &Pair<'_>, x: &'a ArrayD<f32>, y: &'a ArrayD<f32>) -> (Planes<'a>, Planes<'a>) {
    let (cut, original) = (pair.now.1, pair.before.1);
    (
        Planes::new(x, cut.axis, cut.inputs.len()),
        Planes::new(y, original.out_axis, original.outputs.len()),
    )
}

/// Per group: all products of two of its columns (x's taps, then y's outputs), and each column's sum.
fn narrow(pair: &Pair<'_>, patches: &Patches, (x, y): &(Planes<'_>, Planes<'_>)) -> Vec<f32> {
    let reader = pair.now.1;
    let (per_in, outputs, taps) = (reader.in_per_group(), reader.out_per_group(), reader.taps);
    let pixels = patches.len().next_multiple_of(LANES);
    let columns = pair.width() + outputs;
    let mut buffer = vec![0.0f32; columns * pixels];
    let mut sums = Vec::with_capacity(reader.groups * columns * (columns + 3) / 2);
    for g in 0..reader.groups {
        for (c, to) in buffer.chunks_mut(pixels).enumerate() {
            let to = &mut to[..patches.len()];
            if c < pair.width() {
                patches.tap(x.of(g * per_in + c / taps), c % taps, to);
            } else {
                let j = pair.kept[g * outputs + c - pair.width()];
                patches.output(y.of(j), to);
            }
        }
        for a in 0..columns {
            let left = &buffer[a * pixels..][..pixels];
            for b in a..columns {
                sums.push(dot(left, &buffer[b * pixels..][..pixels]));
            }
            sums.push(left.iter().sum());
        }
    }
    sums
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for k in 0..LANES {
            lanes[k] += a[k] * b[k];
        }
    }
    lanes.iter().sum()
}

impl System {
    /// Adds what [`narrow`] made of a picture for this group.
    fn add_products(&mut self, part: &[f32], pixels: usize) {
        let (width, columns) = (self.width, self.width + self.outputs);
        let mut part = part.iter().map(|v| f64::from(*v));
        let mut next = || part.next().unwrap_or(0.0);
        let (mut mx, mut my) = (DVector::zeros(width), DVector::zeros(self.outputs));
        for a in 0..columns {
            for b in a..columns {
                let product = next();
                match (a < width, b < width) {
                    (true, true) => {
                        self.xx[(a, b)] += product;
                        if a != b {
                            self.xx[(b, a)] += product;
                        }
                    }
                    (true, false) => self.xy[(a, b - width)] += product,
                    _ if a == b => self.yy[a - width] += product,
                    _ => (),
                }
            }
            let sum = next();
            if a < width {
                mx[a] = sum;
            } else {
                my[a - width] = sum;
            }
        }
        let n = pixels as f64;
        self.x += &mx;
        self.y += &my;
        self.rows += n;
        self.pictures.push((mx / n, my / n));
    }
}
