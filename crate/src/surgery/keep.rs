//! Which positions of every tensor stay, and whether they still form a grid.

use crate::channels::{ChannelId, Layout};
use crate::graph::{NodeId, TensorId};
use crate::network::Analysis;
use crate::network::grids::grid;
use crate::plan::Decision;

/// Kept positions, derived from a decision.
pub struct Keep<'a> {
    analysis: &'a Analysis,
    decision: &'a Decision,
}

impl<'a> Keep<'a> {
    pub fn new(analysis: &'a Analysis, decision: &'a Decision) -> Self {
        Keep { analysis, decision }
    }

    /// Whether a node leaves with a dead branch, so that nothing of it needs cutting.
    pub fn dead(&self, node: NodeId) -> bool {
        self.decision.is_dead(node)
    }

    pub fn gone(&self, channel_id: ChannelId) -> bool {
        self.decision.is_removed(self.analysis, channel_id)
    }

    fn layout(&self, tensor: TensorId) -> Option<&'a Layout> {
        self.analysis.channels.layouts[tensor].as_ref()
    }

    /// Kept indices per axis; `None` if what stays is not a grid.
    fn grid(&self, layout: &Layout) -> Option<Vec<Vec<usize>>> {
        grid(&layout.dims, |k| self.gone(layout.channel_id(k)))
    }

    /// Whether anything is removed from a tensor.
    pub fn touched(&self, tensor: TensorId) -> bool {
        self.layout(tensor)
            .is_some_and(|l| l.channel_ids().any(|a| self.gone(a)))
    }

    /// Whether an axis of a tensor gets shorter (or, off the grid, may).
    pub fn changes(&self, tensor: TensorId, axis: usize) -> bool {
        let Some(layout) = self.layout(tensor) else {
            return false;
        };
        let Some(size) = layout.dims.get(axis).filter(|d| **d > 1) else {
            return false;
        };
        self.touched(tensor)
            && self
                .along(tensor, axis)
                .is_none_or(|kept| kept.len() < *size)
    }

    /// Kept indices along `axis`; `None` if what stays of the tensor is not a grid.
    pub fn along(&self, tensor: TensorId, axis: usize) -> Option<Vec<usize>> {
        let layout = self.layout(tensor)?;
        Some(self.grid(layout)?.swap_remove(axis))
    }

    /// Kept counts per axis in terms of the tensor's full shape; `None` if not a grid.
    pub fn shape(&self, tensor: TensorId) -> Option<Vec<usize>> {
        let layout = self.layout(tensor)?;
        let shape = self.analysis.graph.shape(tensor)?;
        let kept = self.grid(layout)?;
        Some(
            (0..shape.len())
                .map(|a| {
                    if layout.dims[a] > 1 {
                        kept[a].len()
                    } else {
                        shape[a]
                    }
                })
                .collect(),
        )
    }

    /// Whether what stays is a grid.
    pub fn regular(&self, tensor: TensorId) -> bool {
        self.layout(tensor).is_none_or(|l| self.grid(l).is_some())
    }
}
