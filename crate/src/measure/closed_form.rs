//! Second moments of what every reader sees, from the file alone.
//!
//! BatchNormalization tells how much every channel varies; the weights tell which channels vary together. With C the
//! covariance of a reader's inputs, its outputs have W C Wᵀ, of which the correlation is kept and the variance is the
//! normalisation's. Behind an activation f the covariance of two channels with correlation ρ is Σₙ cₙ dₙ ρⁿ, where cₙ and dₙ
//! are the Hermite coefficients of f at either channel's mean and spread (Mehler's formula; for ReLU it sums to the arc-cosine
//! kernel of Cho and Saul 2009). A kernel sees neighbouring pixels, whose correlation is taken to be r^distance; per layer r is
//! the one at which the variances come out as BatchNormalization recorded them.
//!
//! What meets in a sum or lies side by side in a Concat is taken for independent.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};

use super::gram::{Gram, Grams, WIDEST};
use super::neighbours::{NEIGHBOURS, nearest, pixels};
use crate::activation::Activation;
use crate::channels::{ChannelId, Combine, Flow, Layout, Reader, ReaderKind};
use crate::gaussian::Gaussian;
use crate::graph::{NodeId, TensorId};
use crate::limits::product_within;
use crate::network::Analysis;

/// Terms of the series. Chosen: behind a ReLU of a standard normal the first ten are within 0.004 of the covariance.
const TERMS: usize = 10;
/// Correlation of two colours of a photo. Assumed: it touches the first layer alone.
const COLOURS: f64 = 0.9;
/// Taps of a depthwise kernel: 32 × 32.
const MOST_TAPS: usize = 1 << 10;
/// Weights of one layer that are laid out in full. The widest 3 × 3 layers of ResNet-50 have 2.4 million.
const MOST_WEIGHTS: usize = 1 << 24;
/// Correlations that are worked out for one network, over all of its tensors: 500 tensors of 2,048 channels. Behind them channels
/// count as independent.
const MOST_CORRELATIONS: usize = 1 << 31;

/// Per tensor: the correlations of its channels.
struct Pass<'a> {
    analysis: &'a Analysis,
    /// Channel to tensor.
    owner: Vec<TensorId>,
    correlations: HashMap<TensorId, DMatrix<f64>>,
    /// How many correlations were worked out.
    spent: usize,
    grams: Grams,
}

/// The Gram matrices that the file promises; `None` where a reader's form, or how its inputs vary, is not known.
pub fn grams(analysis: &Analysis) -> Grams {
    let channels = &analysis.channels;
    let mut owner = vec![0; channels.class.len()];
    for (tensor, layout) in channels.layouts.iter().enumerate() {
        for id in layout.iter().flat_map(|l| l.channel_ids()) {
            owner[id.index()] = tensor;
        }
    }
    let mut pass = Pass {
        analysis,
        owner,
        correlations: HashMap::new(),
        spent: 0,
        grams: vec![None; channels.readers.len()],
    };
    for node in 0..analysis.graph.nodes.len() {
        pass.visit(node);
        pass.forget(node);
    }
    pass.grams
}

impl Pass<'_> {
    fn visit(&mut self, node: NodeId) {
        if !self.affords(node) {
            return;
        }
        let flow = &self.analysis.channels.flows[node];
        let found = match flow {
            Flow::Nothing | Flow::Opaque | Flow::Join { .. } => return,
            Flow::Move { outs, .. } => {
                for (out, from) in outs {
                    let moved = self.among(from);
                    self.correlations.insert(*out, moved);
                }
                return;
            }
            Flow::Activate {
                out,
                from,
                functions,
            } => (*out, self.activate(from, functions)),
            Flow::Affine {
                out, from, scale, ..
            }
            | Flow::Normalise {
                out, from, scale, ..
            } => {
                let mut r = self.among(from);
                let sign = DVector::from_iterator(scale.len(), scale.iter().map(|s| s.signum()));
                r.component_mul_assign(&(&sign * sign.transpose()));
                (*out, r)
            }
            Flow::Whiten { out, from, .. } | Flow::Pool { out, from, .. } => {
                (*out, self.among(from))
            }
            Flow::Combine { out, op, args } => (*out, self.combine(*op, args)),
            Flow::Depthwise { out, from, .. } => (*out, self.depthwise(node, *out, from)),
            Flow::Read { out, reader } => (*out, self.read(*out, *reader)),
        };
        self.correlations.insert(found.0, found.1);
    }

    /// Whether the work at a node is within bounds. What is not worked out counts as independent.
    fn affords(&mut self, node: NodeId) -> bool {
        let channels = &self.analysis.channels;
        let outputs = self.analysis.graph.nodes[node].outputs.iter().flatten();
        let width = |t: &TensorId| channels.layouts[*t].as_ref().map_or(0, Layout::len);
        let mut widest = outputs.map(width).max().unwrap_or(0);
        if let Flow::Read { reader, .. } = &channels.flows[node] {
            let reader = &channels.readers[*reader];
            let weights = [reader.inputs.len(), reader.outputs.len(), reader.taps];
            let pairs_of_taps = [reader.outputs.len(), reader.taps, reader.taps];
            let fits = |sizes| product_within(sizes, MOST_WEIGHTS).is_some();
            if !fits(weights) || !fits(pairs_of_taps) {
                return false;
            }
            widest = widest.max(reader.inputs.len());
        }
        if widest > WIDEST {
            return false;
        }
        self.spent += widest * widest;
        self.spent <= MOST_CORRELATIONS
    }

    /// Drops what no later node asks for.
    fn forget(&mut self, node: NodeId) {
        let tensors = &self.analysis.graph.tensors;
        self.correlations
            .retain(|t, _| tensors[*t].uses.iter().any(|(user, _)| *user > node));
    }

    /// Correlations of channels, wherever they lie; those of different tensors count as independent.
    fn among(&self, ids: &[ChannelId]) -> DMatrix<f64> {
        let place = |id: &ChannelId| {
            let tensor = *self.owner.get(id.index())?;
            let layout = self.analysis.channels.layouts[tensor].as_ref()?;
            Some((tensor, layout.position(*id)?))
        };
        let places: Vec<_> = ids.iter().map(place).collect();
        DMatrix::from_fn(ids.len(), ids.len(), |i, j| match (places[i], places[j]) {
            _ if i == j => 1.0,
            (Some((a, x)), Some((b, y))) if a == b => match self.correlations.get(&a) {
                Some(r) => r[(x, y)],
                None if x == y => 1.0,
                None if self.analysis.graph.tensors[a].is_input => COLOURS,
                None => 0.0,
            },
            _ => 0.0,
        })
    }

    /// Mean and variance, where they are known.
    fn known(&self, id: ChannelId) -> Option<(f64, f64)> {
        let s = self.analysis.statistics.by_channel.get(id.index())?;
        (s.mean.is_finite() && s.variance.is_finite()).then_some((s.mean, s.variance))
    }

    /// Mean and variance; of a network's input, and of what is not known, none and 1.
    fn moments(&self, id: ChannelId) -> (f64, f64) {
        self.known(id).unwrap_or((0.0, 1.0))
    }

    fn spreads(&self, ids: &[ChannelId]) -> DVector<f64> {
        let spread = |id: &ChannelId| self.moments(*id).1.max(0.0).sqrt();
        DVector::from_iterator(ids.len(), ids.iter().map(spread))
    }

    fn covariance(&self, ids: &[ChannelId]) -> DMatrix<f64> {
        let s = self.spreads(ids);
        self.among(ids).component_mul(&(&s * s.transpose()))
    }

    fn activate(&self, from: &[ChannelId], functions: &[Activation]) -> DMatrix<f64> {
        let r = self.among(from);
        let n = from.len();
        let mut c = DMatrix::zeros(n, TERMS);
        for (k, id) in from.iter().enumerate() {
            let (mean, variance) = self.moments(*id);
            let y = Gaussian {
                mean,
                std: variance.max(0.0).sqrt(),
            };
            let f = functions[k % functions.len()];
            // The variance that the series leaves out belongs to the channel alone.
            let scale = 1.0 / f.moments(y).1.max(1e-30).sqrt();
            for (term, v) in y.hermite(TERMS, |x| f.apply(x)).into_iter().enumerate() {
                c[(k, term)] = v * scale;
            }
        }
        let mut power = DMatrix::from_element(n, n, 1.0);
        let mut out = DMatrix::zeros(n, n);
        for term in 0..TERMS {
            power.component_mul_assign(&r);
            let column = c.column(term);
            out += power.component_mul(&(column * column.transpose()));
        }
        out.apply(|v| *v = v.clamp(-1.0, 1.0));
        out.fill_diagonal(1.0);
        out
    }

    fn combine(&self, op: Combine, args: &[Vec<ChannelId>]) -> DMatrix<f64> {
        match op {
            Combine::Add | Combine::Sub | Combine::Mean => {
                let all = args.iter().map(|ids| self.covariance(ids));
                all.reduce(|a, b| a + b)
                    .map_or_else(|| DMatrix::zeros(0, 0), normalised)
            }
            // A gate leaves the channels nearly what they were.
            _ => self.among(&args[0]),
        }
    }

    fn depthwise(&self, node: NodeId, out: TensorId, from: &[ChannelId]) -> DMatrix<f64> {
        let graph = &self.analysis.graph;
        let weights = graph.floats(node, 1);
        let shape = weights.as_ref().map_or(Vec::new(), |w| w.shape().to_vec());
        let taps: usize = shape.iter().skip(2).product();
        let covariance = self.covariance(from);
        let Some(weights) =
            weights.filter(|w| w.len() == from.len() * taps && (1..=MOST_TAPS).contains(&taps))
        else {
            return normalised(covariance);
        };
        let values: Vec<f64> = weights.iter().map(|v| f64::from(*v)).collect();
        let k = DMatrix::from_row_slice(from.len(), taps, &values);
        let kernel = &shape[2..];
        let at = |r: f64| &k * pixels(kernel, r);
        let variance = |r: f64| -> Vec<f64> {
            let seen = at(r).component_mul(&k).column_sum();
            (0..from.len())
                .map(|i| seen[i] * covariance[(i, i)])
                .collect()
        };
        let r = nearest(self.recorded(out).as_deref(), variance);
        normalised((at(r) * k.transpose()).component_mul(&covariance))
    }

    /// The variances that the BatchNormalization behind a tensor recorded.
    fn recorded(&self, tensor: TensorId) -> Option<Vec<f64>> {
        let uses = self.analysis.graph.tensors[tensor].uses.iter();
        uses.clone().find_map(|(node, _)| {
            let Flow::Normalise {
                scale, gaussians, ..
            } = &self.analysis.channels.flows[*node]
            else {
                return None;
            };
            let one = |(s, g): (&f64, &Gaussian)| (g.std / s.abs().max(1e-30)).powi(2);
            Some(scale.iter().zip(gaussians).map(one).collect())
        })
    }

    fn read(&mut self, out: TensorId, index: usize) -> DMatrix<f64> {
        let reader = &self.analysis.channels.readers[index];
        let c = self.covariance(&reader.inputs);
        let all = reader.weights(&self.analysis.graph);
        let (outputs, per_in, per_out) = (
            reader.outputs.len(),
            reader.in_per_group(),
            reader.out_per_group(),
        );
        // Per tap: [outputs, all inputs].
        let by_tap: Vec<DMatrix<f64>> = (0..reader.taps)
            .map(|t| {
                let mut w = DMatrix::zeros(outputs, reader.inputs.len());
                for o in 0..outputs {
                    for i in 0..per_in {
                        let value = all.get((o, i, t)).copied().unwrap_or(0.0);
                        w[(o, o / per_out * per_in + i)] = f64::from(value);
                    }
                }
                w
            })
            .collect();
        let spread: Vec<DMatrix<f64>> = by_tap.iter().map(|w| w * &c).collect();
        let kernel = kernel(self.analysis, reader);
        let mut r = NEIGHBOURS;
        if reader.taps > 1 {
            let together = |t: usize, u: usize| spread[t].component_mul(&by_tap[u]).column_sum();
            let sums: Vec<Vec<DVector<f64>>> = (0..reader.taps)
                .map(|t| (0..reader.taps).map(|u| together(t, u)).collect())
                .collect();
            let variance = |r: f64| -> Vec<f64> {
                let s = pixels(&kernel, r);
                let mut all = DVector::zeros(outputs);
                for (t, row) in sums.iter().enumerate() {
                    row.iter()
                        .enumerate()
                        .for_each(|(u, v)| all.axpy(s[(t, u)], v, 1.0));
                }
                all.iter().copied().collect()
            };
            r = nearest(self.recorded(out).as_deref(), variance);
        }
        let s = pixels(&kernel, r);
        let mut result = DMatrix::zeros(outputs, outputs);
        for (t, left) in spread.iter().enumerate() {
            let mut right = DMatrix::zeros(outputs, reader.inputs.len());
            for (u, w) in by_tap.iter().enumerate() {
                right += w * s[(t, u)];
            }
            result += left * right.transpose();
        }
        self.grams[index] = self.summed(reader, &c, &s);
        normalised(result)
    }

    /// The matrix of every group of a reader, if all of its inputs are known. `c` is their covariance, `s` the correlation of
    /// the pixels that a kernel sees.
    fn summed(&self, reader: &Reader, c: &DMatrix<f64>, s: &DMatrix<f64>) -> Option<Vec<Gram>> {
        let per_in = reader.in_per_group();
        let width = per_in * reader.taps;
        if reader.kind == ReaderKind::ConvTranspose || width > WIDEST {
            return None;
        }
        let means = reader.inputs.iter().map(|id| Some(self.known(*id)?.0));
        let means = means.collect::<Option<Vec<f64>>>()?;
        let one = |(group, means): (usize, &[f64])| {
            let at = group * per_in;
            let covariance = c.view((at, at), (per_in, per_in)).kronecker(s);
            let means = means
                .iter()
                .flat_map(|m| std::iter::repeat_n(*m, reader.taps));
            Gram::assumed(DVector::from_iterator(width, means), &covariance)
        };
        Some(means.chunks(per_in).enumerate().map(one).collect())
    }
}

fn normalised(covariance: DMatrix<f64>) -> DMatrix<f64> {
    let spread = covariance.diagonal().map(|v| v.max(1e-30).sqrt());
    let mut r = covariance.component_div(&(&spread * spread.transpose()));
    r.apply(|v| *v = v.clamp(-1.0, 1.0));
    r.fill_diagonal(1.0);
    r
}

fn kernel(analysis: &Analysis, reader: &Reader) -> Vec<usize> {
    let graph = &analysis.graph;
    let shape = graph
        .input(reader.node, reader.weight_slot())
        .and_then(|t| graph.shape(t));
    match (reader.kind, shape) {
        (ReaderKind::Conv | ReaderKind::ConvTranspose, Some(shape)) => shape[2..].to_vec(),
        _ => Vec::new(),
    }
}
