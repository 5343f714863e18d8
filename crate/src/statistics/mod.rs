//! What is known of every channel before any decision: Gaussians, moments, probabilities, pairs.
//!
//! One forward pass over the [`Flow`]s. A *site* is a tensor whose channels are Gaussian by
//! construction (the output of a BatchNormalization) or by measurement (calibration); its channels
//! are numbered through, over all sites, in graph order.

mod forward;
mod images;
mod moments;
mod pass;
mod rows;

use std::collections::HashMap;

use crate::activation::Activation;
use crate::channels::ChannelId;
use crate::gaussian::Gaussian;
use crate::graph::{NodeId, TensorId};

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

/// Per channel: what is known without any decision. Unknown numbers are NaN.
#[derive(Clone, Debug)]
pub struct ChannelStatistics {
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
pub const UNKNOWN: ChannelStatistics = ChannelStatistics {
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

impl ChannelStatistics {
    fn constant(value: f64) -> Self {
        ChannelStatistics {
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
    pub by_channel: Vec<ChannelStatistics>,
    pub sites: Vec<Site>,
    /// Per site channel: its channel.
    pub site_channel_ids: Vec<ChannelId>,
    /// Per site channel: P(Y ≤ low) and P(Y ≥ high) at the activation that pins it; NaN if none does.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// Per site channel: the activation, if any.
    pub activation: Vec<Option<Activation>>,
    pub pairs: Vec<PairChannel>,
    /// Per channel that an activation writes: P(Y ≤ low) and P(Y ≥ high) of what comes in; NaN where there is none.
    /// A plan asks for all of them at every threshold.
    pub pinned: Vec<[f64; 2]>,
    /// Add nodes at which a Gaussian was formed by assuming independent summands.
    pub independence: Vec<NodeId>,
}

impl Statistics {
    /// The row and the place in it of a site channel.
    pub fn locate(&self, channel: u32) -> (usize, usize) {
        let site = self.sites.partition_point(|s| s.offset <= channel) - 1;
        (site, (channel - self.sites[site].offset) as usize)
    }

    pub fn site_channels(&self) -> usize {
        self.site_channel_ids.len()
    }

    pub fn gaussian_of(&self, channel: u32) -> Gaussian {
        let (site, index) = self.locate(channel);
        self.sites[site].gaussians[index]
    }
}
