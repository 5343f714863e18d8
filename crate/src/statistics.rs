//! What is known of every channel before any decision: Gaussians, moments, probabilities, pairs.
//!
//! One forward pass over the [`Flow`]s. A *site* is a tensor whose channels are Gaussian by
//! construction (the output of a BatchNormalization) or by measurement (calibration); its channels
//! are numbered through, over all sites, in graph order.

use std::collections::HashMap;
use std::rc::Rc;

use crate::activation::Activation;
use crate::channels::layout::PAD;
use crate::channels::{Atom, Channels, Combine, Flow, Pooling};
use crate::gaussian::Gaussian;
use crate::graph::{Graph, NodeId, TensorId};

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

/// A channel's value as a function of the Gaussian it came from: (channel, y) → value.
type Image = Rc<dyn Fn(usize, f64) -> f64>;

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

    /// Starts a row of Gaussians on `tensor`, ending any depthwise crossing that led here.
    fn site(
        &mut self,
        node: NodeId,
        tensor: TensorId,
        gaussians: Vec<Gaussian>,
        gamma: Option<&[f64]>,
    ) {
        let Some(layout) = &self.channels.layouts[tensor] else {
            return;
        };
        let offset = self.s.site_atoms.len() as u32;
        if layout.len() != gaussians.len() {
            return;
        }
        for (k, atom) in layout.atoms().enumerate() {
            let before = self.s.atoms[atom as usize].clone();
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
            self.s.atoms[atom as usize] = AtomStats {
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
            self.s.site_atoms.push(atom);
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

    /// The image of an operand, if its atoms are those of one tensor in order.
    fn image(&self, node: NodeId, from: &[Atom]) -> Option<(TensorId, Image)> {
        self.graph.nodes[node]
            .inputs
            .iter()
            .flatten()
            .find_map(|t| {
                let layout = self.channels.layouts[*t].as_ref()?;
                let same =
                    layout.len() == from.len() && layout.atoms().zip(from).all(|(a, b)| a == *b);
                if same {
                    self.images.get(t).cloned()
                } else {
                    None
                }
            })
    }

    /// Follows a function of one Gaussian through a node; where two such meet, their moments are taken
    /// together.
    fn follow(&mut self, node: NodeId) {
        match &self.channels.flows[node] {
            Flow::Activate {
                out,
                from,
                functions,
            } => {
                if let Some((origin, g)) = self.image(node, from) {
                    let f = functions.clone();
                    self.images
                        .insert(*out, (origin, Rc::new(move |k, y| f[k].apply(g(k, y)))));
                }
            }
            Flow::Affine {
                out,
                from,
                scale,
                shift,
                uniform: true,
            } => {
                if let Some((origin, g)) = self.image(node, from) {
                    let (a, b) = (scale.clone(), shift.clone());
                    self.images
                        .insert(*out, (origin, Rc::new(move |k, y| a[k] * g(k, y) + b[k])));
                }
            }
            Flow::Combine {
                out,
                op: op @ (Combine::Mul | Combine::Add),
                args,
            } if args.len() == 2 => {
                let pair = (self.image(node, &args[0]), self.image(node, &args[1]));
                let (Some((origin, f)), Some((other, g))) = pair else {
                    return;
                };
                if origin != other {
                    return;
                }
                let product = *op == Combine::Mul;
                let both: Image = Rc::new(move |k, y| {
                    if product {
                        f(k, y) * g(k, y)
                    } else {
                        f(k, y) + g(k, y)
                    }
                });
                let site = self
                    .s
                    .sites
                    .iter()
                    .find(|s| s.tensor == origin)
                    .map(|s| s.gaussians.clone());
                let (Some(site), Some(layout)) = (site, &self.channels.layouts[*out]) else {
                    return;
                };
                for (k, atom) in layout.atoms().enumerate() {
                    let (mean, variance) = site[k].through(|y| both(k, y));
                    let value = &mut self.s.atoms[atom as usize];
                    (value.mean, value.variance, value.gaussian) = (mean, variance, false);
                }
                self.images.insert(*out, (origin, both));
            }
            _ => {}
        }
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

    fn join(&self, sources: &[Atom]) -> AtomStats {
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

    fn activate(&mut self, atom: Atom, f: Activation) -> AtomStats {
        let x = self.at(atom).clone();
        let mut v = AtomStats {
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

    fn combine(&self, op: Combine, args: &[Vec<Atom>], k: usize) -> AtomStats {
        let all = || args.iter().map(|a| self.at(a[k]));
        let fold = |f: fn(f64, f64) -> f64, get: fn(&AtomStats) -> f64| {
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
    fn read(&self, out: TensorId, reader: usize) -> Vec<AtomStats> {
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
                .map(|j| AtomStats {
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
                for (i, atom) in group_of(j).iter().enumerate() {
                    let x = self.at(*atom);
                    let taps = weights.slice(ndarray::s![j, i, ..]);
                    let sum: f64 = taps.iter().map(|w| f64::from(*w)).sum();
                    let squares: f64 = taps.iter().map(|w| f64::from(*w) * f64::from(*w)).sum();
                    mean += sum * x.mean;
                    variance += squares * x.variance;
                }
                AtomStats {
                    mean,
                    variance,
                    constant_at: constant_at(j),
                    ..UNKNOWN
                }
            })
            .collect()
    }
}

fn affine(x: &AtomStats, scale: f64, shift: f64, uniform: bool) -> AtomStats {
    if !uniform {
        return AtomStats {
            gamma: x.gamma,
            source: x.source,
            crossing: x.crossing,
            ..UNKNOWN
        };
    }
    AtomStats {
        mean: scale * x.mean + shift,
        variance: scale * scale * x.variance,
        nonnegative: x.nonnegative && scale >= 0.0 && shift >= 0.0,
        zero_at: if shift == 0.0 { x.zero_at } else { 0.0 },
        ..x.clone()
    }
}

fn pool(x: &AtomStats, kind: Pooling) -> AtomStats {
    let v = AtomStats {
        gaussian: false,
        origin: NONE,
        ..x.clone()
    };
    match kind {
        Pooling::Keep => v,
        Pooling::Sum(n) => AtomStats {
            mean: n * x.mean,
            variance: n * n * x.variance,
            ..v
        },
        Pooling::Other => AtomStats {
            mean: f64::NAN,
            variance: f64::NAN,
            constant_at: 0.0,
            zero_at: 0.0,
            ..v
        },
    }
}
