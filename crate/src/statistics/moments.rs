//! Means and variances through sums, products, kernels and pools.

use super::pass::Pass;
use super::{ChannelStatistics, NONE, UNKNOWN};
use crate::channels::{ChannelId, Combine, Flow, Pooling};
use crate::graph::TensorId;

impl Pass<'_> {
    pub(super) fn join(&self, sources: &[ChannelId]) -> ChannelStatistics {
        let mut v = self.at(sources[0]).clone();
        for source in &sources[1..] {
            let o = self.at(*source);
            v.mean += o.mean;
            v.variance = v.variance.max(o.variance);
            v.constant_at = v.constant_at.min(o.constant_at);
            v.zero_at = v.zero_at.min(o.zero_at);
            v.gamma = v.gamma.max(o.gamma);
            v.nonnegative &= o.nonnegative;
            v.gaussian = false;
            v.origin = NONE;
            v.source = NONE;
        }
        if sources.len() > 1 {
            v.mean /= sources.len() as f64;
            // Sources may be different constants; only a common 0 is sure.
            v.constant_at = v.zero_at;
        }
        v
    }

    pub(super) fn combine(
        &self,
        op: Combine,
        args: &[Vec<ChannelId>],
        k: usize,
    ) -> ChannelStatistics {
        let all = || args.iter().map(|a| self.at(a[k]));
        let fold = |f: fn(f64, f64) -> f64, get: fn(&ChannelStatistics) -> f64| {
            all().map(get).reduce(f).unwrap_or(0.0)
        };
        let mut v = UNKNOWN;
        v.constant_at = fold(f64::min, |x| x.constant_at);
        v.zero_at = fold(f64::min, |x| x.zero_at);
        v.gamma = fold(f64::max, |x| x.gamma);
        v.nonnegative = op != Combine::Sub && all().all(|x| x.nonnegative);
        let count = args.len() as f64;
        match op {
            Combine::Add | Combine::Mean => {
                v.mean = all().map(|x| x.mean).sum();
                v.variance = all().map(|x| x.variance).sum();
                v.gaussian = all().all(|x| x.gaussian);
                if op == Combine::Mean {
                    v.mean /= count;
                    v.variance /= count * count;
                }
            }
            Combine::Sub => {
                v.mean = self.at(args[0][k]).mean - self.at(args[1][k]).mean;
                v.variance = all().map(|x| x.variance).sum();
                v.gaussian = all().all(|x| x.gaussian);
            }
            Combine::Mul => {
                v.mean = all().map(|x| x.mean).product();
                let square: f64 = all().map(|x| x.variance + x.mean * x.mean).product();
                v.variance = (square - v.mean * v.mean).max(0.0);
                v.zero_at = fold(f64::max, |x| x.zero_at);
                v.constant_at = v.constant_at.max(v.zero_at);
                // A gate leaves the channel what it was.
                v.source = all().map(|x| x.source).find(|s| *s != NONE).unwrap_or(NONE);
                v.crossing = all()
                    .map(|x| x.crossing)
                    .find(|s| *s != NONE)
                    .unwrap_or(NONE);
            }
            Combine::Div | Combine::Pow => v.zero_at = 0.0,
            Combine::Min | Combine::Max => {}
        }
        v
    }

    /// A convolution without normalisation behind it: means are linear; variances add up if the
    /// inputs are independent.
    pub(super) fn read(&self, out: TensorId, reader: usize) -> Vec<ChannelStatistics> {
        let reader = &self.channels.readers[reader];
        let normalised = self.graph.tensors[out]
            .uses
            .iter()
            .all(|(n, _)| matches!(self.channels.flows[*n], Flow::Normalise { .. }));
        let known = reader.inputs.iter().all(|a| !self.at(*a).mean.is_nan());
        let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
        let group_of = |j: usize| &reader.inputs[j / per_out * per_in..(j / per_out + 1) * per_in];
        // All inputs constant: so is the output.
        let constant_at = |j: usize| {
            group_of(j)
                .iter()
                .map(|a| self.at(*a).constant_at)
                .fold(2.0, f64::min)
        };
        if normalised || !known {
            return (0..reader.outputs.len())
                .map(|j| ChannelStatistics {
                    constant_at: constant_at(j),
                    ..UNKNOWN
                })
                .collect();
        }
        let weights = reader.weights(self.graph);
        let bias = reader.biases(self.graph);
        (0..reader.outputs.len())
            .map(|j| {
                let (mut mean, mut variance) = (bias[j], 0.0);
                for (i, channel_id) in group_of(j).iter().enumerate() {
                    let x = self.at(*channel_id);
                    let taps = weights.slice(ndarray::s![j, i, ..]);
                    let sum: f64 = taps.iter().map(|w| f64::from(*w)).sum();
                    let squares: f64 = taps.iter().map(|w| f64::from(*w) * f64::from(*w)).sum();
                    mean += sum * x.mean;
                    variance += squares * x.variance;
                }
                ChannelStatistics {
                    mean,
                    variance,
                    constant_at: constant_at(j),
                    ..UNKNOWN
                }
            })
            .collect()
    }
}

pub(super) fn affine(
    x: &ChannelStatistics,
    scale: f64,
    shift: f64,
    uniform: bool,
) -> ChannelStatistics {
    if !uniform {
        return ChannelStatistics {
            gamma: x.gamma,
            source: x.source,
            crossing: x.crossing,
            ..UNKNOWN
        };
    }
    ChannelStatistics {
        mean: scale * x.mean + shift,
        variance: scale * scale * x.variance,
        nonnegative: x.nonnegative && scale >= 0.0 && shift >= 0.0,
        zero_at: if shift == 0.0 { x.zero_at } else { 0.0 },
        ..x.clone()
    }
}

pub(super) fn pool(x: &ChannelStatistics, kind: Pooling) -> ChannelStatistics {
    let v = ChannelStatistics {
        gaussian: false,
        origin: NONE,
        ..x.clone()
    };
    match kind {
        Pooling::Keep => v,
        Pooling::Sum(n) => ChannelStatistics {
            mean: n * x.mean,
            variance: n * n * x.variance,
            ..v
        },
        Pooling::Other => ChannelStatistics {
            mean: f64::NAN,
            variance: f64::NAN,
            constant_at: 0.0,
            zero_at: 0.0,
            ..v
        },
    }
}
