//! The coupling of a whole graph.

use super::layout::strides;
use super::{ChannelId, CoupledId, Flow, Layout, Pin, Reader, Slot};
use crate::graph::TensorId;

/// The coupling of a whole graph.
#[derive(Clone, Debug)]
pub struct Channels {
    /// Per tensor; `None` for shapes, masks and constants.
    pub layouts: Vec<Option<Layout>>,
    /// Per node.
    pub flows: Vec<Flow>,
    /// Constant operands that shrink with their tensors.
    pub slots: Vec<Slot>,
    /// All layers that end coupled channels, in graph order.
    pub readers: Vec<Reader>,
    /// Per channel.
    pub class: Vec<CoupledId>,
    /// Per class: index into `pins`.
    pub pinned: Vec<Option<u32>>,
    /// Reasons why coupled channels can never be removed.
    pub pins: Vec<Pin>,
}

impl Channels {
    /// How many coupled channels there are.
    pub fn class_count(&self) -> usize {
        self.pinned.len()
    }

    /// The coupled channel that a channel belongs to.
    pub fn class_of(&self, channel_id: ChannelId) -> CoupledId {
        self.class[channel_id.index()]
    }

    /// Why a coupled channel can never be removed, if so.
    pub fn pin_of(&self, class: CoupledId) -> Option<&Pin> {
        self.pinned[class.index()].map(|p| &self.pins[p as usize])
    }

    /// The channels along one axis of a tensor (at position 0 of the others).
    pub fn axis_channel_ids(&self, tensor: TensorId, axis: usize) -> Vec<ChannelId> {
        let Some(layout) = &self.layouts[tensor] else {
            return Vec::new();
        };
        let step = strides(&layout.dims)[axis];
        (0..layout.dims[axis])
            .map(|i| layout.channel_id(i * step))
            .collect()
    }
}
