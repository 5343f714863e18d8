//! One forward pass over the flows: what is known of every channel.

use std::collections::HashMap;

use super::moments::{affine, pool};
use super::pass::Pass;
use super::{ChannelStatistics, Measured, Statistics, UNKNOWN};
use crate::channels::{ChannelId, Channels, Combine, Flow};
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId};

impl Statistics {
    pub fn new(graph: &Graph, channels: &Channels, measured: &Measured) -> Statistics {
        let mut pass = Pass {
            graph,
            channels,
            s: Statistics {
                by_channel: vec![UNKNOWN; channels.class.len()],
                sites: Vec::new(),
                site_channel_ids: Vec::new(),
                low: Vec::new(),
                high: Vec::new(),
                activation: Vec::new(),
                pairs: Vec::new(),
                pinned: Vec::new(),
                independence: Vec::new(),
            },
            crossings: Vec::new(),
            images: HashMap::new(),
        };
        for node in 0..graph.nodes.len() {
            pass.visit(node);
            pass.follow(node);
            for tensor in graph.nodes[node].outputs.iter().flatten() {
                if let Some(gaussians) = measured.get(tensor) {
                    pass.site(node, *tensor, gaussians.clone(), None);
                }
            }
        }
        pass.s.pinned = pinned(channels, &pass.s.by_channel);
        pass.s
    }
}

/// P(Y ≤ low) and P(Y ≥ high) at every activation, by the channel that it writes.
fn pinned(channels: &Channels, known: &[ChannelStatistics]) -> Vec<[f64; 2]> {
    let mut pinned = vec![[f64::NAN; 2]; known.len()];
    for flow in &channels.flows {
        let Flow::Activate {
            out,
            from,
            functions,
        } = flow
        else {
            continue;
        };
        let Some(layout) = &channels.layouts[*out] else {
            continue;
        };
        for ((written, input), f) in layout.channel_ids().zip(from).zip(functions) {
            let s = &known[input.index()];
            if s.gaussian {
                let y = Gaussian {
                    mean: s.mean,
                    std: s.variance.sqrt(),
                };
                let low = f.low().map_or(f64::NAN, |low| y.at_most(low));
                let high = f.high().map_or(f64::NAN, |high| y.at_least(high));
                pinned[written.index()] = [low, high];
            }
        }
    }
    pinned
}

impl Pass<'_> {
    fn visit(&mut self, node: NodeId) {
        let channels = self.channels;
        match &channels.flows[node] {
            Flow::Nothing | Flow::Opaque => {}
            Flow::Move { outs, pad } => {
                for (out, from) in outs {
                    let values: Vec<_> = from
                        .iter()
                        .enumerate()
                        .map(|(k, a)| match (*a == ChannelId::PAD, pad[k % pad.len()]) {
                            (true, value) if value.is_nan() => UNKNOWN,
                            (true, value) => ChannelStatistics::constant(value),
                            (false, _) => self.at(*a).clone(),
                        })
                        .collect();
                    self.out(*out, values);
                }
            }
            Flow::Join { out, from } => {
                let values: Vec<_> = from.iter().map(|sources| self.join(sources)).collect();
                self.out(*out, values);
            }
            Flow::Activate {
                out,
                from,
                functions,
            } => {
                let values: Vec<_> = from
                    .iter()
                    .zip(functions)
                    .map(|(a, f)| self.activate(*a, *f))
                    .collect();
                self.out(*out, values);
            }
            Flow::Affine {
                out,
                from,
                scale,
                shift,
                uniform,
            } => {
                let values: Vec<_> = (0..from.len())
                    .map(|k| affine(self.at(from[k]), scale[k], shift[k], *uniform))
                    .collect();
                self.out(*out, values);
            }
            Flow::Normalise {
                out,
                from,
                scale,
                shift,
                gaussians,
                gamma,
            } => {
                let values: Vec<_> = (0..from.len())
                    .map(|k| {
                        let mut v = affine(self.at(from[k]), scale[k], shift[k], true);
                        if scale[k] == 0.0 {
                            v.constant_at = v.constant_at.max(1.0);
                            v.zero_at = if gaussians[k].mean == 0.0 {
                                v.constant_at
                            } else {
                                v.zero_at
                            };
                        }
                        v
                    })
                    .collect();
                self.out(*out, values);
                self.site(node, *out, gaussians.clone(), Some(gamma));
            }
            Flow::Whiten { out, from, shift } => {
                let values: Vec<_> = (0..from.len())
                    .map(|k| ChannelStatistics {
                        constant_at: self.at(from[k]).constant_at,
                        zero_at: if shift[k] == 0.0 {
                            self.at(from[k]).constant_at
                        } else {
                            0.0
                        },
                        ..UNKNOWN
                    })
                    .collect();
                self.out(*out, values);
            }
            Flow::Combine { out, op, args } => {
                let values: Vec<_> = (0..args[0].len())
                    .map(|k| self.combine(*op, args, k))
                    .collect();
                if *op == Combine::Add && values.iter().any(|v| v.gaussian) {
                    self.s.independence.push(node);
                }
                self.out(*out, values);
            }
            Flow::Depthwise {
                out,
                from,
                taps,
                bias,
                uneven,
                ..
            } => {
                let values: Vec<_> = (0..from.len())
                    .map(|k| {
                        let x = self.at(from[k]).clone();
                        self.crossings.push((node, x.source));
                        ChannelStatistics {
                            mean: taps[k] * x.mean + bias[k],
                            variance: taps[k] * taps[k] * x.variance,
                            gamma: x.gamma,
                            constant_at: if *uneven { x.zero_at } else { x.constant_at },
                            zero_at: if bias[k] == 0.0 { x.zero_at } else { 0.0 },
                            crossing: self.crossings.len() as u32 - 1,
                            ..UNKNOWN
                        }
                    })
                    .collect();
                self.out(*out, values);
            }
            Flow::Pool {
                out, from, kind, ..
            } => {
                let values: Vec<_> = from.iter().map(|a| pool(self.at(*a), *kind)).collect();
                self.out(*out, values);
            }
            Flow::Read { out, reader } => {
                let values = self.read(*out, *reader);
                self.out(*out, values);
            }
        }
    }
}
