//! `reconstruction`: what the channels that stay cannot make up for.
//!
//! For a reader with weights W (inputs × outputs, each output in units behind its normalisation) and covariance C of its
//! inputs, removing the inputs R and refitting the kept ones K with a ridge λ on their change costs
//!
//! f(R) = min tr((W − V)ᵀ C (W − V)) + λ‖V_K − W_K‖², V_R = 0.
//!
//! With H = (C + λI)⁻¹ this is the optimal brain surgeon of Hassibi and Stork (1993), in the block form of OBC (Frantar and
//! Alistarh 2022) and ZipLM (Kurtic et al. 2023): the next channel p costs tr(W_pᵀ H_pp⁻¹ W_p) − λ‖W⁰_p‖², then
//! W ← W − H_:p H_pp⁻¹ W_p and H ← H − H_:p H_pp⁻¹ H_p:. The last term is there because what is removed pays no ridge; so a
//! channel that never varies, the dead one of the paper, costs nothing and goes first. A class that several readers read
//! costs the sum. GRAIL (2026) merges with such a matrix, but does not choose by it.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};
use ndarray::Axis;

use crate::channels::{CoupledId, Flow, Reader};
use crate::measure::gram::{Gram, Grams};
use crate::network::Analysis;

/// Ridge, as a part of the mean variance, and how it grows where rows are few.
const RIDGE: f64 = 0.01;
const FEW: f64 = 0.2;
/// Chosen, not tuned: an output that keeps less than half of its variance is not brought back by a factor.
const WIDEST_MATCH: f64 = std::f64::consts::SQRT_2;

/// Costs below this part of all that the readers vary are none: sums of many machines differ by as much.
const NOTHING: f64 = 1e-9;

/// Classes that the same readers read, in the order in which they go.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// Indices into `Channels.readers`.
    pub readers: Vec<usize>,
    /// In the order in which they are removed.
    pub classes: Vec<CoupledId>,
    /// Loss when this class and all before it are gone.
    pub losses: Vec<f64>,
    /// What the readers' outputs vary in all.
    pub whole: f64,
    /// With the last class a whole residual branch leaves; of other ladders the last class stays.
    pub block: bool,
}

/// λ of one system.
pub fn ridge(gram: &Gram, covariance: &DMatrix<f64>) -> f64 {
    let n = gram.width().max(1) as f64;
    let part = RIDGE + FEW * n / gram.rows.max(1) as f64;
    (part * covariance.trace() / n).max(1e-12)
}

/// One group of one reader, on its way down.
struct System {
    h: DMatrix<f64>,
    w: DMatrix<f64>,
    /// λ‖W⁰‖² of every row.
    spared: Vec<f64>,
    /// Rows of every class, by its place in the ladder.
    rows: HashMap<usize, Vec<usize>>,
}

/// The ladders of a network; classes that no ladder holds cannot be judged so, and stay. `block`: whether a residual branch may
/// leave with all of these classes.
pub fn ladders(
    analysis: &Analysis,
    grams: &Grams,
    block: &dyn Fn(&[CoupledId]) -> bool,
) -> Vec<Ladder> {
    let groups = components(analysis, grams);
    let ladder = |(readers, classes): (Vec<usize>, Vec<CoupledId>)| {
        let block = block(&classes);
        descend(analysis, grams, readers, classes, block)
    };
    groups.into_iter().map(ladder).collect()
}

/// Free classes and their readers, in sets that share no reader.
fn components(analysis: &Analysis, grams: &Grams) -> Vec<(Vec<usize>, Vec<CoupledId>)> {
    let readers = &analysis.channels.readers;
    let judged = |c: &CoupledId| {
        let reads = analysis.reads.of(*c);
        analysis.free[c.index()] && reads.iter().all(|r| grams[r.reader as usize].is_some())
    };
    let mut of_reader: Vec<usize> = (0..readers.len()).collect();
    fn root(of: &mut [usize], mut at: usize) -> usize {
        while of[at] != at {
            of[at] = of[of[at]];
            at = of[at];
        }
        at
    }
    let classes: Vec<CoupledId> = (0..analysis.free.len())
        .map(CoupledId::new)
        .filter(judged)
        .collect();
    for class in &classes {
        let reads = analysis.reads.of(*class);
        for pair in reads.windows(2) {
            let a = root(&mut of_reader, pair[0].reader as usize);
            let b = root(&mut of_reader, pair[1].reader as usize);
            of_reader[a.max(b)] = a.min(b);
        }
    }
    let mut sets: Vec<(Vec<usize>, Vec<CoupledId>)> = vec![Default::default(); readers.len()];
    for reader in 0..readers.len() {
        let at = root(&mut of_reader, reader);
        sets[at].0.push(reader);
    }
    for class in classes {
        let reader = analysis.reads.of(class)[0].reader as usize;
        sets[root(&mut of_reader, reader)].1.push(class);
    }
    sets.retain(|(_, classes)| !classes.is_empty());
    sets
}

/// Slope of the normalisation behind each output of a reader.
fn scales(analysis: &Analysis, reader: &Reader) -> Vec<f64> {
    let norm = analysis.normalisation_behind(reader);
    match norm.map(|n| &analysis.channels.flows[n]) {
        Some(Flow::Normalise { scale, .. }) => scale.clone(),
        _ => vec![1.0; reader.outputs.len()],
    }
}

/// [inputs × taps, outputs] of one group.
fn weights(analysis: &Analysis, reader: &Reader, group: usize) -> DMatrix<f64> {
    let all = reader.weights(&analysis.graph);
    let per_out = reader.out_per_group();
    let width = reader.in_per_group() * reader.taps;
    let mut w = DMatrix::zeros(width, per_out);
    for j in 0..per_out {
        let row = all.index_axis(Axis(0), group * per_out + j);
        for (i, v) in row.iter().enumerate() {
            w[(i, j)] = f64::from(*v);
        }
    }
    w
}

/// Rows of the classes `place` knows, in one group of one reader.
fn rows_of(
    analysis: &Analysis,
    reader: &Reader,
    group: usize,
    place: &HashMap<CoupledId, usize>,
) -> HashMap<usize, Vec<usize>> {
    let mut rows: HashMap<usize, Vec<usize>> = HashMap::new();
    let per_in = reader.in_per_group();
    for i in 0..per_in {
        let class = analysis
            .channels
            .class_of(reader.inputs[group * per_in + i]);
        if let Some(at) = place.get(&class) {
            let taps = i * reader.taps..(i + 1) * reader.taps;
            rows.entry(*at).or_default().extend(taps);
        }
    }
    rows
}

fn descend(
    analysis: &Analysis,
    grams: &Grams,
    readers: Vec<usize>,
    classes: Vec<CoupledId>,
    block: bool,
) -> Ladder {
    let place: HashMap<CoupledId, usize> = classes.iter().copied().zip(0..).collect();
    let mut systems = Vec::new();
    let mut whole = 0.0;
    for r in &readers {
        let reader = &analysis.channels.readers[*r];
        let scale = scales(analysis, reader);
        for (g, gram) in grams[*r].iter().flatten().enumerate() {
            let (mut c, _) = gram.moments();
            let mut w = weights(analysis, reader, g);
            for (j, mut column) in w.column_iter_mut().enumerate() {
                column *= scale[g * reader.out_per_group() + j];
            }
            whole += (&c * &w).dot(&w);
            let lambda = ridge(gram, &c);
            for i in 0..c.nrows() {
                c[(i, i)] += lambda;
            }
            let Some(h) = c.cholesky().map(|c| c.inverse()) else {
                continue;
            };
            let spared = w.row_iter().map(|r| lambda * r.norm_squared()).collect();
            let rows = rows_of(analysis, reader, g, &place);
            systems.push(System { h, w, spared, rows });
        }
    }
    let mut left: Vec<usize> = (0..classes.len()).collect();
    let mut ladder = Ladder {
        readers,
        classes: Vec::new(),
        losses: Vec::new(),
        whole,
        block,
    };
    let mut total = 0.0;
    while left.len() > usize::from(!block) {
        let price = |at: &usize| {
            let sum = systems.iter().map(|s| s.price(*at)).sum::<f64>();
            // Rounding decides between nothing and next to nothing, and may make a dead channel cost less than nothing.
            if sum > NOTHING * whole { sum } else { 0.0 }
        };
        let prices: Vec<f64> = left.iter().map(price).collect();
        let best = (0..left.len()).min_by(|a, b| prices[*a].total_cmp(&prices[*b]));
        let Some(best) = best else { break };
        total += prices[best];
        let at = left.remove(best);
        systems.iter_mut().for_each(|s| s.remove(at));
        ladder.classes.push(classes[at]);
        ladder.losses.push(total);
    }
    ladder
}

impl System {
    /// What removing a class adds to the loss.
    fn price(&self, at: usize) -> f64 {
        let Some(rows) = self.rows.get(&at) else {
            return 0.0;
        };
        let spared: f64 = rows.iter().map(|i| self.spared[*i]).sum();
        if let [i] = rows[..] {
            return self.w.row(i).norm_squared() / self.h[(i, i)].max(1e-300) - spared;
        }
        let w = self.w.select_rows(rows);
        let inverse = self.block(rows);
        (&inverse * &w).dot(&w) - spared
    }

    /// H_pp⁻¹.
    fn block(&self, rows: &[usize]) -> DMatrix<f64> {
        let h = self.h.select_rows(rows).select_columns(rows);
        let n = rows.len();
        h.cholesky()
            .map_or_else(|| DMatrix::zeros(n, n), |c| c.inverse())
    }

    fn remove(&mut self, at: usize) {
        let Some(rows) = self.rows.remove(&at) else {
            return;
        };
        let w = self.w.select_rows(&rows);
        let h = self.h.select_columns(&rows);
        let k = &h * self.block(&rows);
        self.w.gemm(-1.0, &k, &w, 1.0);
        self.h.gemm(-1.0, &k, &h.transpose(), 1.0);
        for i in rows {
            // What rounding leaves of a removed row must not come back.
            self.w.row_mut(i).fill(0.0);
            self.h.row_mut(i).fill(0.0);
            self.h.column_mut(i).fill(0.0);
            self.h[(i, i)] = 1.0;
        }
    }
}

/// Weights [outputs, inputs per group, taps] and biases of a reader that makes up for the removed classes; their own weights
/// are 0. A least-squares fit varies less than what it fits; with `matched` it is widened to vary as much, by √2
/// at the most. `None` where its system cannot be solved.
pub fn refit(
    analysis: &Analysis,
    reader: &Reader,
    grams: &[Gram],
    gone: &dyn Fn(CoupledId) -> bool,
    matched: bool,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut all = Vec::new();
    let mut bias = reader.biases(&analysis.graph);
    let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
    for (g, gram) in grams.iter().enumerate() {
        let (c, mean) = gram.moments();
        let lambda = ridge(gram, &c);
        let w = weights(analysis, reader, g);
        let stays = |row: &usize| {
            let channel_id = reader.inputs[g * per_in + row / reader.taps];
            !gone(analysis.channels.class_of(channel_id))
        };
        let kept: Vec<usize> = (0..c.nrows()).filter(stays).collect();
        let rows = c.select_rows(&kept);
        let mut a = rows.select_columns(&kept);
        let right = rows * &w + w.select_rows(&kept) * lambda;
        for i in 0..kept.len() {
            a[(i, i)] += lambda;
        }
        let mut v = DMatrix::zeros(w.nrows(), per_out);
        // Where nothing stays the mean of the outputs does.
        if !kept.is_empty() {
            let solved = a.cholesky()?.solve(&right);
            for (at, row) in kept.iter().enumerate() {
                v.row_mut(*row).copy_from(&solved.row(at));
            }
        }
        if matched {
            let (cw, cv) = (&c * &w, &c * &v);
            for (j, mut column) in v.column_iter_mut().enumerate() {
                let whole = cw.column(j).dot(&w.column(j));
                let left = cv.column(j).dot(&column);
                column *= (whole / left.max(1e-30)).sqrt().clamp(1.0, WIDEST_MATCH);
            }
        }
        let shift: DVector<f64> = (&w - &v).transpose() * mean;
        for j in 0..per_out {
            bias[g * per_out + j] += shift[j];
        }
        // Column-major [width, outputs] is row-major [outputs, width].
        all.extend(v.iter().copied());
    }
    Some((all, bias))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    /// Rows that hang together, the first of which never vary.
    fn gram(width: usize, dead: usize) -> Gram {
        let mut gram = Gram::new(width);
        let mix = noise(&[width, width], 7);
        for row in 0..400u64 {
            let z = noise(&[width], 100 + row);
            let x: Vec<f32> = (0..width)
                .map(|i| match i < dead {
                    true => 0.0,
                    false => (0..width).map(|k| mix[[i, k]] * z[k]).sum(),
                })
                .collect();
            gram.add(&x);
        }
        gram
    }

    #[test]
    fn the_order_costs_what_a_refit_costs_and_dead_rows_come_first() {
        for (width, taps, dead) in [(9, 1, 2), (12, 3, 3), (16, 4, 4)] {
            let gram = gram(width, dead);
            let (c, _) = gram.moments();
            let lambda = ridge(&gram, &c);
            let w0 = DMatrix::from_iterator(
                width,
                5,
                noise(&[width * 5], 3).iter().map(|v| f64::from(*v)),
            );
            let mut a = c.clone();
            (0..width).for_each(|i| a[(i, i)] += lambda);
            let count = width / taps;
            let mut system = System {
                h: a.cholesky().unwrap().inverse(),
                w: w0.clone(),
                spared: w0.row_iter().map(|r| lambda * r.norm_squared()).collect(),
                rows: (0..count)
                    .map(|k| (k, (k * taps..(k + 1) * taps).collect()))
                    .collect(),
            };
            let mut left: Vec<usize> = (0..count).collect();
            let mut gone: Vec<usize> = Vec::new();
            let mut total = 0.0;
            while left.len() > 1 {
                let best = (0..left.len())
                    .min_by(|a, b| system.price(left[*a]).total_cmp(&system.price(left[*b])))
                    .unwrap();
                total += system.price(left[best]);
                let at = left.remove(best);
                if gone.len() < dead / taps * taps {
                    assert!(at * taps < dead, "{at} goes before the dead");
                    assert!(total.abs() < 1e-9, "{total}");
                }
                system.remove(at);
                gone.extend(at * taps..(at + 1) * taps);
                // By brute force: solve for the kept rows, then count.
                let kept: Vec<usize> = (0..width).filter(|i| !gone.contains(i)).collect();
                let rows = c.select_rows(&kept);
                let mut a = rows.select_columns(&kept);
                (0..kept.len()).for_each(|i| a[(i, i)] += lambda);
                let right = rows * &w0 + w0.select_rows(&kept) * lambda;
                let solved = a.lu().solve(&right).unwrap();
                let mut v = DMatrix::zeros(width, 5);
                for (k, row) in kept.iter().enumerate() {
                    v.row_mut(*row).copy_from(&solved.row(k));
                }
                let d = &w0 - &v;
                let paid = (solved - w0.select_rows(&kept)).norm_squared();
                let loss = (&c * &d).dot(&d) + lambda * paid;
                assert!(
                    (loss - total).abs() <= 1e-6 * loss.max(1e-3),
                    "{loss} {total}"
                );
            }
        }
    }
}
