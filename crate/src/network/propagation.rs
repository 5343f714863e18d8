//! Which channels are constants once everything dead is held at its pinned value.
//!
//! A forward pass of the domain {varying} ∪ ℝ at one threshold. It is cheap (a few operations per
//! channel), so every step of a drag runs it whole instead of keeping incremental state.

use std::borrow::Cow;

use super::compensation::RemovalRequest;
use super::constants::{Constants, VARYING};
use super::thresholds::Thresholds;
use crate::activation::Activation;
use crate::channels::{ChannelId, Channels, Combine, Flow, Pooling};
use crate::graph::{Graph, NodeId, TensorId};
use crate::statistics::{Statistics, UNKNOWN};

/// Treats every channel whose P at its activation is at least its threshold as pinned there.
pub fn constants(
    graph: &Graph,
    channels: &Channels,
    statistics: &Statistics,
    thresholds: &Thresholds,
) -> Constants {
    let count = channels.class.len();
    let mut pass = Pass {
        graph,
        channels,
        statistics,
        thresholds,
        removal: None,
        c: Constants::nothing(count),
    };
    for node in 0..channels.flows.len() {
        pass.visit(node);
    }
    pass.c
}

/// `certain`, and what follows at `nodes` (in order) from telling readers of what a share removes.
pub fn constants_after_removal(
    graph: &Graph,
    channels: &Channels,
    statistics: &Statistics,
    certain: &Constants,
    nodes: impl Iterator<Item = NodeId>,
    removal: RemovalRequest<'_>,
) -> Constants {
    let mut pass = Pass {
        graph,
        channels,
        statistics,
        thresholds: &Thresholds::CERTAIN,
        removal: Some(removal),
        c: certain.clone(),
    };
    nodes.for_each(|node| pass.visit(node));
    pass.c
}

/// Every normalised channel with its scale set to 0: it emits β, and what follows is a constant.
pub fn silenced(graph: &Graph, channels: &Channels, statistics: &Statistics) -> Constants {
    let mut channels = channels.clone();
    for flow in &mut channels.flows {
        if let Flow::Normalise {
            gaussians,
            scale,
            shift,
            ..
        } = flow
        {
            for k in 0..gaussians.len() {
                (scale[k], shift[k]) = (0.0, gaussians[k].mean);
                gaussians[k].std = 0.0;
            }
        }
    }
    let by_channel = vec![UNKNOWN; channels.class.len()];
    constants(
        graph,
        &channels,
        &Statistics {
            by_channel,
            ..statistics.clone()
        },
        &Thresholds::same(2.0),
    )
}

struct Pass<'a> {
    graph: &'a Graph,
    channels: &'a Channels,
    statistics: &'a Statistics,
    thresholds: &'a Thresholds,
    removal: Option<RemovalRequest<'a>>,
    c: Constants,
}

impl Pass<'_> {
    /// What a reader sees.
    fn seen(&self, channel_id: ChannelId) -> (f64, bool) {
        let replaced = self
            .removal
            .and_then(|w| w.constant_of(self.channels, channel_id));
        replaced.unwrap_or_else(|| self.get(channel_id))
    }

    fn get(&self, channel_id: ChannelId) -> (f64, bool) {
        (
            self.c.value[channel_id.index()],
            self.c.inexact[channel_id.index()],
        )
    }

    fn put(&mut self, out: TensorId, k: usize, (value, inexact): (f64, bool)) {
        // Most channels vary, and where nothing was known before that is what is known.
        if value.is_nan() && self.removal.is_none() {
            return;
        }
        if let Some(layout) = &self.channels.layouts[out] {
            let index = layout.base.index() + k;
            self.c.value[index] = value;
            self.c.inexact[index] = inexact && !value.is_nan();
        }
    }

    fn visit(&mut self, node: usize) {
        let channels = self.channels;
        match &channels.flows[node] {
            Flow::Nothing | Flow::Opaque => {}
            Flow::Read { out, reader } => self.read(*out, *reader),
            Flow::Move { outs, pad } => {
                for (out, from) in outs {
                    for (k, a) in from.iter().enumerate() {
                        let value = if *a == ChannelId::PAD {
                            (pad[k % pad.len()], false)
                        } else {
                            self.get(*a)
                        };
                        self.put(*out, k, value);
                    }
                }
            }
            Flow::Join { out, from } => {
                for (k, sources) in from.iter().enumerate() {
                    let (first, mut inexact) = self.get(sources[0]);
                    let mut agreed = first;
                    for source in &sources[1..] {
                        let (value, border) = self.get(*source);
                        inexact |= border;
                        if value != first {
                            agreed = VARYING;
                        }
                    }
                    self.put(*out, k, (agreed, inexact));
                }
            }
            Flow::Activate {
                out,
                from,
                functions,
            } => {
                let Some(layout) = &channels.layouts[*out] else {
                    return;
                };
                for (k, (a, f)) in from.iter().zip(functions).enumerate() {
                    let pinned = self.statistics.pinned[layout.base.index() + k];
                    let value = self.activate(*a, *f, pinned);
                    self.put(*out, k, value);
                }
            }
            Flow::Affine {
                out,
                from,
                scale,
                shift,
                uniform,
            } => {
                for (k, a) in from.iter().enumerate() {
                    let (x, border) = self.get(*a);
                    let y = match uniform {
                        true if scale[k] == 0.0 => shift[k],
                        true => scale[k] * x + shift[k],
                        false => VARYING,
                    };
                    self.put(*out, k, (y, border));
                }
            }
            Flow::Normalise {
                out,
                from,
                scale,
                shift,
                gaussians,
                ..
            } => {
                for (k, a) in from.iter().enumerate() {
                    let (x, border) = self.get(*a);
                    let certain = self.certain(*a);
                    // What differs at a border does not come through γ = 0.
                    let carried = (scale[k] * x + shift[k], border && scale[k] != 0.0);
                    // γ = 0: the channel is β whatever comes in. (v = 0 is only what the training data
                    // said; it counts as a probability at the activation.)
                    let y = if scale[k] == 0.0 && (!certain || x.is_nan()) {
                        (gaussians[k].mean, false)
                    } else {
                        carried
                    };
                    self.put(*out, k, y);
                }
            }
            Flow::Whiten { out, from, shift } => {
                for (k, a) in from.iter().enumerate() {
                    let (x, border) = self.get(*a);
                    // At a border the map is not constant, and whitening would blow that up.
                    let y = if x.is_nan() || border {
                        VARYING
                    } else {
                        shift[k]
                    };
                    self.put(*out, k, (y, false));
                }
            }
            Flow::Combine { out, op, args } => {
                for k in 0..args[0].len() {
                    let value = self.combine(*op, args, k);
                    self.put(*out, k, value);
                }
            }
            Flow::Depthwise {
                out,
                from,
                taps,
                bias,
                padded,
                uneven,
            } => {
                for (k, a) in from.iter().enumerate() {
                    let (x, border) = self.get(*a);
                    let zero = x == 0.0 && !border;
                    let y = if *uneven && !zero {
                        VARYING
                    } else {
                        taps[k] * x + bias[k]
                    };
                    self.put(*out, k, (y, border || *padded && !zero));
                }
            }
            Flow::Pool {
                out,
                from,
                kind,
                borders,
            } => {
                for (k, a) in from.iter().enumerate() {
                    let (x, border) = self.get(*a);
                    let y = match kind {
                        Pooling::Keep => x,
                        Pooling::Sum(n) => n * x,
                        Pooling::Other => VARYING,
                    };
                    self.put(*out, k, (y, border || *borders && x != 0.0));
                }
            }
        }
    }

    /// A group whose inputs are all constants writes constants: b + Σ taps·c.
    fn read(&mut self, out: TensorId, number: usize) {
        let (graph, channels) = (self.graph, self.channels);
        let reader = &channels.readers[number];
        let (per_in, per_out) = (reader.in_per_group(), reader.out_per_group());
        let mut computed = None;
        for (group, inputs) in reader.inputs.chunks(per_in.max(1)).enumerate() {
            if inputs.iter().any(|a| self.seen(*a).0.is_nan()) {
                continue;
            }
            let zero = inputs.iter().all(|a| self.seen(*a).0 == 0.0);
            let border = inputs.iter().any(|a| self.seen(*a).1) || reader.padded && !zero;
            let is_replaced = |a: &ChannelId| {
                self.removal
                    .is_some_and(|w| w.constant_of(channels, *a).is_some())
            };
            let outputs = match self.removal {
                Some(removal) if inputs.iter().all(is_replaced) => Cow::Borrowed(
                    &removal.response_when_all_removed(graph, channels, number)
                        [group * per_out..(group + 1) * per_out],
                ),
                _ => {
                    let computed: &Vec<f64> =
                        computed.get_or_insert_with(|| reader.response(graph, &|a| self.seen(a).0));
                    Cow::Owned(computed[group * per_out..(group + 1) * per_out].to_vec())
                }
            };
            for (j, y) in outputs.iter().enumerate() {
                self.put(out, group * per_out + j, (*y, border));
            }
        }
    }

    /// Constant whatever the threshold: dead with probability 1.
    fn certain(&self, channel_id: ChannelId) -> bool {
        self.statistics.by_channel[channel_id.index()].constant_at >= 1.0
    }

    /// `pinned` are P(Y ≤ low) and P(Y ≥ high), NaN where the activation has no such end.
    fn activate(&self, channel_id: ChannelId, f: Activation, pinned: [f64; 2]) -> (f64, bool) {
        let (x, border) = self.get(channel_id);
        let s = &self.statistics.by_channel[channel_id.index()];
        if !x.is_nan() && self.certain(channel_id) {
            return (f.apply(x), border);
        }
        if s.gaussian {
            let threshold = self.thresholds.at(s.origin);
            if let Some(low) = f.low()
                && pinned[0] >= threshold
            {
                return (f.apply(low), false);
            }
            if let Some(high) = f.high()
                && pinned[1] >= threshold
            {
                return (f.apply(high), false);
            }
        }
        (if x.is_nan() { VARYING } else { f.apply(x) }, border)
    }

    fn combine(&self, op: Combine, args: &[Vec<ChannelId>], k: usize) -> (f64, bool) {
        let mut values = args.iter().map(|a| self.get(a[k]));
        let Some((first, mut border)) = values.next() else {
            return (VARYING, false);
        };
        let mut y = first;
        for (value, inexact) in values {
            border |= inexact;
            y = match op {
                Combine::Add | Combine::Mean => y + value,
                Combine::Sub => y - value,
                // Zero times anything finite is zero.
                Combine::Mul if y == 0.0 || value == 0.0 => 0.0,
                Combine::Mul => y * value,
                Combine::Div => y / value,
                Combine::Pow => y.powf(value),
                Combine::Min | Combine::Max if y.is_nan() || value.is_nan() => VARYING,
                Combine::Min => y.min(value),
                Combine::Max => y.max(value),
            };
        }
        if op == Combine::Mean {
            y /= args.len() as f64;
        }
        if op == Combine::Mul {
            border = args
                .iter()
                .all(|a| self.get(a[k]).0 != 0.0 || self.get(a[k]).1)
                && border;
        }
        (y, border)
    }
}
