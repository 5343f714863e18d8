//! The state of a forward pass.

use std::collections::HashMap;
use std::rc::Rc;

use super::{ChannelStatistics, Statistics};
use crate::channels::{ChannelId, Channels};
use crate::graph::{Graph, NodeId, TensorId};

/// A channel's value as a function of the Gaussian it came from: (channel, y) → value.
pub(super) type Image = Rc<dyn Fn(usize, f64) -> f64>;

pub(super) struct Pass<'a> {
    pub graph: &'a Graph,
    pub channels: &'a Channels,
    pub s: Statistics,
    /// Tensors that are channel by channel a function of one row of Gaussians, so that x·σ(x) or
    /// x·clip(x+3) are not taken for products of independent numbers.
    pub images: HashMap<TensorId, (TensorId, Image)>,
    /// Depthwise node and the site channel that entered it.
    pub crossings: Vec<(NodeId, u32)>,
}

impl Pass<'_> {
    pub fn out(&mut self, tensor: TensorId, values: impl IntoIterator<Item = ChannelStatistics>) {
        if let Some(layout) = &self.channels.layouts[tensor] {
            for (channel_id, value) in layout.channel_ids().zip(values) {
                self.s.by_channel[channel_id.index()] = value;
            }
        }
    }

    pub fn at(&self, channel_id: ChannelId) -> &ChannelStatistics {
        &self.s.by_channel[channel_id.index()]
    }
}
