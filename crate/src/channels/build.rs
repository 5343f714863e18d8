//! What operator families write into while the graph is walked.

use super::layout::product;
use super::union::Union;
use super::{ChannelId, Flow, Layout, Pin, Reader, Slot};
use crate::graph::{Graph, NodeId, TensorId};

/// What the operator families write into.
pub struct Builder<'g> {
    pub graph: &'g Graph,
    pub layouts: Vec<Option<Layout>>,
    pub slots: Vec<Slot>,
    pub readers: Vec<Reader>,
    pub union: Union,
    /// Channels that may still be made, and whether more were asked for.
    pub room: usize,
    pub crowded: bool,
}

/// A family's answer: `None` means "not mine, or not in this form".
pub type Handled = Option<Flow>;

impl<'g> Builder<'g> {
    /// Gives `tensor` fresh channels of compact shape `dims`. Where there is no room for so many it gets
    /// a single one, and the walk fails once the operator's family is done.
    pub fn fresh(&mut self, tensor: TensorId, mut dims: Vec<usize>) -> Layout {
        match self.room.checked_sub(product(&dims)) {
            Some(left) => self.room = left,
            None => {
                self.crowded = true;
                dims.fill(1);
            }
        }
        let layout = Layout {
            base: self.union.fresh(product(&dims)),
            dims,
        };
        self.layouts[tensor] = Some(layout.clone());
        layout
    }

    /// The channels of a node's input slot.
    pub fn input(&self, node: NodeId, slot: usize) -> Option<(TensorId, Layout)> {
        let tensor = self.graph.input(node, slot)?;
        Some((tensor, self.layouts[tensor].clone()?))
    }

    pub fn output(&self, node: NodeId) -> Option<TensorId> {
        self.graph.output(node)
    }

    /// Gives the output a layout whose position k shows `from[k]`, tied to it.
    pub fn follow(&mut self, tensor: TensorId, dims: Vec<usize>, from: &[ChannelId]) -> Layout {
        let layout = self.fresh(tensor, dims);
        for (channel_id, source) in layout.channel_ids().zip(from) {
            if *source != ChannelId::PAD {
                self.union.tie(channel_id, *source);
            }
        }
        layout
    }

    pub fn pin_channels(
        &mut self,
        channel_ids: impl IntoIterator<Item = ChannelId>,
        node: NodeId,
        reason: String,
    ) {
        let reason = self.union.reason(Pin {
            node,
            reason,
            output: false,
        });
        for channel_id in channel_ids {
            self.union.pin(channel_id, reason);
        }
    }

    pub fn pin_tensor(&mut self, tensor: TensorId, node: NodeId, reason: String) {
        if let Some(layout) = self.layouts[tensor].clone() {
            self.pin_channels(layout.channel_ids(), node, reason);
        }
    }
}
