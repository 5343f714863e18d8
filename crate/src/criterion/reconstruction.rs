//! The order in which the others can make up for a channel, by optimal brain surgeon.
//!
//! With C the covariance of a reader's inputs, H = (C + λ·mean(diag C)·I)⁻¹ and W its weights (scaled by
//! the BatchNormalization behind), removing the inputs P and refitting the others costs exactly
//! tr(W_Pᵀ (H_PP)⁻¹ W_P). The cheapest class goes, W and H are brought up to date, and so on: the order is
//! nested and its cumulative loss is a score. Losses of several readers of a class add. Of W only the
//! products W Wᵀ matter, so the work does not depend on the number of outputs.
//!
//! Optimal brain surgeon: Hassibi and Stork 1993; for groups of weights with a Hessian from data: optimal
//! brain compression (Frantar and Alistarh 2022) and ZipLM (Kurtić et al. 2023). Refitting on Gram matrices
//! without gradients: ThiNet (Luo et al. 2017), GRAIL (2026).

use nalgebra::DMatrix;
use ndarray::Axis;

use crate::analysis::Analysis;
use crate::channels::{ClassId, Flow, Reader};
use crate::measure::gram::{Gram, Grams};
use crate::surgery::normalisation_behind;

/// The ridge of many rows, and how it grows with inputs per row.
const RIDGE: f64 = 1e-2;
const FEW: f64 = 0.2;
/// Probability of being pinned from which a channel counts as dead.
const DEAD: f64 = 0.9999;

/// Classes that meet in readers, in the order in which they go.
#[derive(Clone, Debug)]
pub struct Group {
    pub classes: Vec<ClassId>,
    /// Loss when classes up to and with this one are gone.
    pub losses: Vec<f64>,
    /// Indices into `Channels.readers`.
    pub readers: Vec<usize>,
    /// Loss when nothing is read any more.
    pub whole: f64,
}

/// λ relative to the mean variance: large where there are few rows for the width.
pub fn ridge(gram: &Gram) -> f64 {
    RIDGE + FEW * gram.mean.len() as f64 / gram.rows.max(1) as f64
}

/// Covariance with the ridge on its diagonal, and the ridge in absolute terms.
pub fn regular(gram: &Gram) -> (DMatrix<f64>, f64) {
    let mut c = gram.covariance();
    let n = c.nrows();
    let ridge = ridge(gram) * (c.trace() / n.max(1) as f64).max(1e-12);
    (0..n).for_each(|i| c[(i, i)] += ridge);
    (c, ridge)
}

/// Weights of a group of a reader as [inputs × taps, outputs].
pub fn weights(analysis: &Analysis, reader: &Reader, group: usize) -> DMatrix<f64> {
    let all = reader.weights(&analysis.graph);
    let (per_out, width) = (reader.out_per_group(), reader.in_per_group() * reader.taps);
    let own = all
        .axis_iter(Axis(0))
        .skip(group * per_out)
        .take(per_out)
        .flat_map(|row| row.iter().map(|w| f64::from(*w)).collect::<Vec<_>>());
    DMatrix::from_iterator(width, per_out, own)
}

/// A reader's group on its way down: the inverse H and Q = W Wᵀ of the rows that are left, packed to the
/// front as rows go.
struct System {
    stride: usize,
    left: usize,
    h: Vec<f64>,
    q: Vec<f64>,
    /// Where each row lies.
    place: Vec<usize>,
    /// Which row lies there.
    row: Vec<usize>,
}

impl System {
    /// `c` with its ridge; `w` is [rows, outputs].
    fn new(c: DMatrix<f64>, w: &DMatrix<f64>) -> Option<System> {
        let n = c.nrows();
        let h = c.cholesky()?.inverse();
        let q = w * w.transpose();
        Some(System {
            stride: n,
            left: n,
            h: h.data.into(),
            q: q.data.into(),
            place: (0..n).collect(),
            row: (0..n).collect(),
        })
    }

    /// What removing these rows costs, the others refitted.
    fn loss(&self, rows: &[usize]) -> f64 {
        let n = self.stride;
        if let [row] = rows {
            let at = self.place[*row] * (n + 1);
            return self.q[at] / self.h[at].max(1e-300);
        }
        let at = |m: &[f64], a: usize, b: usize| m[self.place[rows[a]] * n + self.place[rows[b]]];
        let block = |m: &[f64]| DMatrix::from_fn(rows.len(), rows.len(), |a, b| at(m, a, b));
        match block(&self.h).cholesky() {
            Some(h) => h.solve(&block(&self.q)).trace(),
            None => f64::INFINITY,
        }
    }

    /// Removes one row; a block goes row by row, which comes to the same.
    fn remove(&mut self, row: usize) {
        let (n, i, m) = (self.stride, self.place[row], self.left);
        let h: Vec<f64> = self.h[i * n..i * n + m].to_vec();
        let q: Vec<f64> = self.q[i * n..i * n + m].to_vec();
        let pivot = h[i].max(1e-300);
        let own = q[i] / (pivot * pivot);
        for a in 0..m {
            let (ha, qa) = (h[a] / pivot, q[a] / pivot);
            let mix = h[a] * own - qa;
            let rows = self.h[a * n..a * n + m].iter_mut();
            let rows = rows.zip(self.q[a * n..a * n + m].iter_mut());
            for ((to_h, to_q), (hb, qb)) in rows.zip(h.iter().zip(&q)) {
                *to_h -= ha * hb;
                *to_q += mix * hb - ha * qb;
            }
        }
        let last = m - 1;
        for m in [&mut self.h, &mut self.q] {
            for k in 0..=last {
                m.swap(i * n + k, last * n + k);
            }
            for k in 0..=last {
                m.swap(k * n + i, k * n + last);
            }
        }
        self.row.swap(i, last);
        self.place[self.row[i]] = i;
        self.place[row] = last;
        self.left = last;
    }
}

/// Where a class is read: system and its rows.
type Places = Vec<(usize, Vec<usize>)>;

/// All groups of classes that some measured reader reads.
pub fn order(analysis: &Analysis, grams: &Grams) -> Vec<Group> {
    let of = components(analysis, grams);
    of.into_iter()
        .filter_map(|(classes, readers)| descend(analysis, grams, classes, readers))
        .collect()
}

/// Free classes all of whose readers are measured, with these readers; two that share a reader are together.
fn components(analysis: &Analysis, grams: &Grams) -> Vec<(Vec<ClassId>, Vec<usize>)> {
    let readers = &analysis.channels.readers;
    let mut parent: Vec<usize> = (0..readers.len()).collect();
    fn root(parent: &[usize], mut k: usize) -> usize {
        while parent[k] != k {
            k = parent[k];
        }
        k
    }
    let measured = |class: usize| {
        let reads = analysis.reads.of(class as ClassId);
        analysis.free[class] && reads.iter().all(|r| grams[r.reader as usize].is_some())
    };
    let classes: Vec<usize> = (0..analysis.free.len()).filter(|c| measured(*c)).collect();
    for class in &classes {
        let reads = analysis.reads.of(*class as ClassId);
        for read in reads {
            let a = root(&parent, reads[0].reader as usize);
            let b = root(&parent, read.reader as usize);
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut groups: Vec<(Vec<ClassId>, Vec<usize>)> = vec![Default::default(); readers.len()];
    for class in classes {
        let first = analysis.reads.of(class as ClassId)[0].reader as usize;
        groups[root(&parent, first)].0.push(class as ClassId);
    }
    for reader in 0..readers.len() {
        groups[root(&parent, reader)].1.push(reader);
    }
    groups.retain(|(classes, _)| !classes.is_empty());
    groups
}

fn descend(
    analysis: &Analysis,
    grams: &Grams,
    classes: Vec<ClassId>,
    readers: Vec<usize>,
) -> Option<Group> {
    let mut systems = Vec::new();
    let mut first = std::collections::HashMap::new();
    let mut whole = 0.0;
    for index in &readers {
        let reader = &analysis.channels.readers[*index];
        first.insert(*index, systems.len());
        for (group, gram) in grams[*index].as_ref()?.iter().enumerate() {
            let mut w = weights(analysis, reader, group);
            if let Some(norm) = normalisation_behind(analysis, reader)
                && let Flow::Normalise { scale, .. } = &analysis.channels.flows[norm]
            {
                let scale = scale.iter().skip(group * reader.out_per_group());
                for (mut column, scale) in w.column_iter_mut().zip(scale) {
                    column *= *scale;
                }
            }
            let (c, _) = regular(gram);
            whole += (w.transpose() * &c * &w).trace();
            systems.push(System::new(c, &w)?);
        }
    }
    let places = |class: &ClassId| -> Places {
        let mut places = Places::new();
        for read in analysis.reads.of(*class) {
            let reader = &analysis.channels.readers[read.reader as usize];
            let (channel, per_in) = (read.channel as usize, reader.in_per_group());
            let system = first[&(read.reader as usize)] + channel / per_in;
            let rows = channel % per_in * reader.taps..(channel % per_in + 1) * reader.taps;
            match places.iter_mut().find(|(s, _)| *s == system) {
                Some((_, known)) => known.extend(rows),
                None => places.push((system, rows.collect())),
            }
        }
        places
    };
    // What is dead goes first: the limit of a class that costs nothing.
    let mut left: Vec<(bool, ClassId, Places)> = classes
        .iter()
        .map(|c| (analysis.constant_at[*c as usize] < DEAD, *c, places(c)))
        .collect();
    let (mut order, mut losses, mut total) = (Vec::new(), Vec::new(), 0.0);
    while !left.is_empty() {
        let price = |(alive, _, places): &(bool, ClassId, Places)| {
            let loss: f64 = places.iter().map(|(s, rows)| systems[*s].loss(rows)).sum();
            (*alive, loss)
        };
        let prices: Vec<(bool, f64)> = left.iter().map(price).collect();
        let cheaper = |a: &usize, b: &usize| {
            let (a, b) = (prices[*a], prices[*b]);
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        let next = (0..left.len()).min_by(cheaper)?;
        total += prices[next].1.max(0.0);
        let (_, class, places) = left.remove(next);
        for (system, rows) in &places {
            rows.iter().for_each(|row| systems[*system].remove(*row));
        }
        order.push(class);
        losses.push(total);
    }
    Some(Group {
        classes: order,
        losses,
        readers,
        whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    fn matrix(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
        let values = noise(&[rows * columns], seed);
        DMatrix::from_iterator(rows, columns, values.iter().map(|v| f64::from(*v)))
    }

    /// min over V with V zero in `gone` of tr((W − V)ᵀ C (W − V)).
    fn refitted(c: &DMatrix<f64>, w: &DMatrix<f64>, gone: &[usize]) -> f64 {
        let n = c.nrows();
        let kept: Vec<usize> = (0..n).filter(|i| !gone.contains(i)).collect();
        let inner = c.select_rows(&kept).select_columns(&kept);
        let right = c.select_rows(&kept) * w;
        let fitted = inner.cholesky().unwrap().solve(&right);
        let mut apart = w.clone();
        for (k, i) in kept.iter().enumerate() {
            let row = apart.row(*i) - fitted.row(k);
            apart.set_row(*i, &row);
        }
        (apart.transpose() * c * apart).trace()
    }

    #[test]
    fn the_loss_of_every_step_is_that_of_a_refit() {
        for seed in 0..5 {
            let x = matrix(12, 40, seed);
            let c = &x * x.transpose() / 40.0 + DMatrix::identity(12, 12) * 0.01;
            let w = matrix(12, 5, seed + 100);
            let mut system = System::new(c.clone(), &w).unwrap();
            let (mut gone, mut total) = (Vec::new(), 0.0);
            // Blocks of three rows, then single ones.
            for block in [vec![4, 5, 6], vec![0, 1, 11], vec![9], vec![2], vec![8]] {
                total += system.loss(&block);
                block.iter().for_each(|row| system.remove(*row));
                gone.extend(block);
                let brute = refitted(&c, &w, &gone);
                assert!((total - brute).abs() < 1e-6 * brute, "{total} {brute}");
            }
        }
    }
}
