//! What is known of every channel before any decision: Gaussians, moments, probabilities, pairs.
//!
//! One forward pass over the [`Flow`]s. A *site* is a tensor whose channels are Gaussian by
//! construction (the output of a BatchNormalization) or by measurement (calibration); its channels
//! are numbered through, over all sites, in graph order.

mod images;
mod moments;
mod rows;

use std::collections::HashMap;

use crate::activation::Activation;
use crate::channels::layout::PAD;
use crate::channels::{Atom, Channels, Combine, Flow};
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId, TensorId};
use images::Image;
use moments::{affine, pool};

/// No site channel.
pub const NONE: u32 = u32::MAX;

/// A row of Gaussians.
#[derive(Clone, Debug)]
pub struct Site {
    /// The BatchNormalization, or the node whose output was measured.
    pub node: NodeId,
    pub tensor: TensorId,
    /// Number of the first channel.
    pub offset: u32,
    pub gaussians: Vec<Gaussian>,
    pub calibrated: bool,
}

/// Channel `before` enters depthwise node `depthwise` and leaves as channel `after`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairChannel {
    pub before: u32,
    pub depthwise: NodeId,
    pub after: u32,
}

/// Measured Gaussians by tensor, for networks whose BatchNormalization was folded away.
pub type Measured = HashMap<TensorId, Vec<Gaussian>>;

/// Per atom: what is known without any decision. Unknown numbers are NaN.
#[derive(Clone, Debug)]
pub struct AtomStats {
    pub mean: f64,
    pub variance: f64,
    /// Exactly (or, after Add, by independence) normal.
    pub gaussian: bool,
    /// Never below zero: a ReLU does nothing to it.
    pub nonnegative: bool,
    /// Site channel this value is an affine image of.
    pub origin: u32,
    /// Last site channel on the way here, through any channel-wise operator.
    pub source: u32,
    /// |γ| of the last normalisation.
    pub gamma: f64,
    /// Largest threshold at which the value is a constant, or the constant 0.
    pub constant_at: f64,
    pub zero_at: f64,
    /// Index into the table of depthwise crossings since the last site.
    crossing: u32,
}

/// Nothing is known.
pub const UNKNOWN: AtomStats = AtomStats {
    mean: f64::NAN,
    variance: f64::NAN,
    gaussian: false,
    nonnegative: false,
    origin: NONE,
    source: NONE,
    gamma: f64::NAN,
    constant_at: 0.0,
    zero_at: 0.0,
    crossing: NONE,
};

impl AtomStats {
    fn constant(value: f64) -> Self {
        AtomStats {
            mean: value,
            variance: 0.0,
            nonnegative: value >= 0.0,
            constant_at: 2.0,
            zero_at: if value == 0.0 { 2.0 } else { 0.0 },
            ..UNKNOWN
        }
    }
}

#[derive(Clone, Debug)]
pub struct Statistics {
    pub atoms: Vec<AtomStats>,
    pub sites: Vec<Site>,
    /// Per site channel: its atom.
    pub site_atoms: Vec<Atom>,
    /// Per site channel: P(Y ≤ low) and P(Y ≥ high) at the activation that pins it; NaN if none does.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// Per site channel: the activation, if any.
    pub activation: Vec<Option<Activation>>,
    pub pairs: Vec<PairChannel>,
    /// Add nodes at which a Gaussian was formed by assuming independent summands.
    pub independence: Vec<NodeId>,
}

impl Statistics {
    pub fn new(graph: &Graph, channels: &Channels, measured: &Measured) -> Statistics {
        let mut pass = Pass {
            graph,
            channels,
            s: Statistics {
                atoms: vec![UNKNOWN; channels.class.len()],
                sites: Vec::new(),
                site_atoms: Vec::new(),
                low: Vec::new(),
                high: Vec::new(),
                activation: Vec::new(),
                pairs: Vec::new(),
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
        pass.s
    }

    /// The row and the place in it of a site channel.
    pub fn locate(&self, channel: u32) -> (usize, usize) {
        let site = self.sites.partition_point(|s| s.offset <= channel) - 1;
        (site, (channel - self.sites[site].offset) as usize)
    }

    pub fn site_channels(&self) -> usize {
        self.site_atoms.len()
    }

    pub fn gaussian_of(&self, channel: u32) -> Gaussian {
        let (site, index) = self.locate(channel);
        self.sites[site].gaussians[index]
    }
}

struct Pass<'a> {
    graph: &'a Graph,
    channels: &'a Channels,
    s: Statistics,
    /// Tensors that are channel by channel a function of one row of Gaussians, so that x·σ(x) or
    /// x·clip(x+3) are not taken for products of independent numbers.
    images: HashMap<TensorId, (TensorId, Image)>,
    /// Depthwise node and the site channel that entered it.
    crossings: Vec<(NodeId, u32)>,
}

impl Pass<'_> {
    fn out(&mut self, tensor: TensorId, values: impl IntoIterator<Item = AtomStats>) {
        if let Some(layout) = &self.channels.layouts[tensor] {
            for (atom, value) in layout.atoms().zip(values) {
                self.s.atoms[atom as usize] = value;
            }
        }
    }

    fn at(&self, atom: Atom) -> &AtomStats {
        &self.s.atoms[atom as usize]
    }

    fn visit(&mut self, node: NodeId) {
        let channels = self.channels;
        match &channels.flows[node] {
            Flow::Nothing | Flow::Opaque => {}
            Flow::Move { outs, pad } => {
                for (out, from) in outs {
                    let values: Vec<_> = from
                        .iter()
                        .enumerate()
                        .map(|(k, a)| match (*a == PAD, pad[k % pad.len()]) {
                            (true, value) if value.is_nan() => UNKNOWN,
                            (true, value) => AtomStats::constant(value),
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
                    .map(|k| AtomStats {
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
                        AtomStats {
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
