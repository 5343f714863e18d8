//! Rows of Gaussians: where they start, the pairs they close, and the activation that pins them.

use std::rc::Rc;

use super::pass::Pass;
use super::{ChannelStatistics, NONE, PairChannel, Site};
use crate::activation::Activation;
use crate::channels::ChannelId;
use crate::gaussian::Gaussian;
use crate::graph::{NodeId, TensorId};

impl Pass<'_> {
    /// Starts a row of Gaussians on `tensor`, ending any depthwise crossing that led here.
    pub(super) fn site(
        &mut self,
        node: NodeId,
        tensor: TensorId,
        gaussians: Vec<Gaussian>,
        gamma: Option<&[f64]>,
    ) {
        let Some(layout) = &self.channels.layouts[tensor] else {
            return;
        };
        let offset = self.s.site_channel_ids.len() as u32;
        if layout.len() != gaussians.len() {
            return;
        }
        for (k, channel_id) in layout.channel_ids().enumerate() {
            let before = self.s.by_channel[channel_id.index()].clone();
            let channel = offset + k as u32;
            if let Some((depthwise, entered)) = self.crossings.get(before.crossing as usize)
                && *entered != NONE
            {
                self.s.pairs.push(PairChannel {
                    before: *entered,
                    depthwise: *depthwise,
                    after: channel,
                });
            }
            let g = gaussians[k];
            self.s.by_channel[channel_id.index()] = ChannelStatistics {
                mean: g.mean,
                variance: g.std * g.std,
                gaussian: true,
                nonnegative: false,
                origin: channel,
                source: channel,
                gamma: gamma.map_or(before.gamma, |v| v[k]),
                crossing: NONE,
                ..before
            };
            self.s.site_channel_ids.push(channel_id);
        }
        self.images.insert(tensor, (tensor, Rc::new(|_, y| y)));
        let count = gaussians.len();
        self.s.low.extend(std::iter::repeat_n(f64::NAN, count));
        self.s.high.extend(std::iter::repeat_n(f64::NAN, count));
        self.s.activation.extend(std::iter::repeat_n(None, count));
        self.s.sites.push(Site {
            node,
            tensor,
            offset,
            gaussians,
            calibrated: gamma.is_none(),
        });
    }

    pub(super) fn activate(&mut self, channel_id: ChannelId, f: Activation) -> ChannelStatistics {
        let x = self.at(channel_id).clone();
        let mut v = ChannelStatistics {
            gaussian: false,
            origin: NONE,
            ..x.clone()
        };
        let passes = x.nonnegative
            && (f == Activation::Relu
                || matches!(f, Activation::Clip { low: 0.0, high } if high.is_infinite()));
        if !passes && (x.mean.is_nan() || x.variance.is_nan()) {
            (v.mean, v.variance) = (f64::NAN, f64::NAN);
        } else if !passes {
            let y = Gaussian {
                mean: x.mean,
                std: x.variance.sqrt(),
            };
            (v.mean, v.variance) = f.moments(y);
        }
        v.nonnegative = match f {
            Activation::Relu
            | Activation::Sigmoid
            | Activation::HardSigmoid { .. }
            | Activation::Exp
            | Activation::Abs
            | Activation::Square
            | Activation::Softplus => true,
            Activation::Clip { low, .. } => low >= 0.0 || x.nonnegative,
            _ => false,
        };
        // A constant that is carried in stays one; f(0) tells whether zeros do.
        v.zero_at = if f.apply(0.0) == 0.0 { x.zero_at } else { 0.0 };
        if x.gaussian {
            let y = Gaussian {
                mean: x.mean,
                std: x.variance.sqrt(),
            };
            let mut note = |end: Option<f64>, p: f64, saturated: bool| {
                if let Some(end) = end {
                    v.constant_at = v.constant_at.max(p);
                    if f.apply(end) == 0.0 {
                        v.zero_at = v.zero_at.max(p);
                    }
                    if x.origin != NONE {
                        let kept = if saturated {
                            &mut self.s.high
                        } else {
                            &mut self.s.low
                        };
                        // Several activations on one row: the least certain one counts.
                        let kept = &mut kept[x.origin as usize];
                        *kept = if kept.is_nan() { p } else { kept.min(p) };
                    }
                }
            };
            note(f.low(), f.low().map_or(f64::NAN, |l| y.at_most(l)), false);
            note(f.high(), f.high().map_or(f64::NAN, |h| y.at_least(h)), true);
            if x.origin != NONE {
                self.s.activation[x.origin as usize].get_or_insert(f);
            }
        }
        v
    }
}
