//! Channel grids: tensors with channels on several axes, and what of them may go.

use crate::channels::layout::{each_position, product, strides};
use crate::channels::{ChannelId, Channels, CoupledId, Flow};
use crate::graph::{Graph, NodeId, TensorId};

/// Kept indices per axis if the kept positions are their product.
pub fn grid(dims: &[usize], gone: impl Fn(usize) -> bool) -> Option<Vec<Vec<usize>>> {
    let mut seen: Vec<Vec<bool>> = dims.iter().map(|d| vec![false; *d]).collect();
    let mut kept = 0;
    let mut position = 0;
    each_position(dims, |at| {
        if !gone(position) {
            kept += 1;
            for (axis, index) in at.iter().enumerate() {
                seen[axis][*index] = true;
            }
        }
        position += 1;
    });
    let axes: Vec<Vec<usize>> = seen
        .iter()
        .map(|s| (0..s.len()).filter(|i| s[*i]).collect())
        .collect();
    (axes.iter().map(Vec::len).product::<usize>() == kept).then_some(axes)
}

/// Where an output position of a chain of moves comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The tensor with channels on several axes.
    pub tensor: TensorId,
    /// Per position of the chain's end: the position in `tensor`.
    pub positions: Vec<usize>,
    /// The axis of which rows can be removed.
    pub axis: usize,
}

/// Follows single-input moves back from `tensor` to the nearest tensor that has its channels on one
/// axis and looks the same but for that axis, so that one Gather can take the chain's place.
pub fn source(graph: &Graph, channels: &Channels, tensor: TensorId) -> Option<Source> {
    let layouts = &channels.layouts;
    let end = layouts[tensor].as_ref()?;
    let axis = end.single_axis()?;
    let mut channel_ids: Vec<ChannelId> = end.channel_ids().collect();
    let mut at = tensor;
    loop {
        let node = graph.tensors[at].producer?;
        let Flow::Move { outs, .. } = &channels.flows[node] else {
            return None;
        };
        let base = layouts[at].as_ref()?.base;
        let (_, from) = outs.iter().find(|(out, _)| *out == at)?;
        for channel_id in &mut channel_ids {
            *channel_id = from[channel_id.index() - base.index()];
            if *channel_id == ChannelId::PAD {
                return None;
            }
        }
        // Concat has several inputs; then the channels belong to more than one tensor.
        let input = moved_input(graph, channels, node, &channel_ids)?;
        at = input;
        let layout = layouts[at].as_ref()?;
        let (there, here) = (graph.shape(at)?, graph.shape(tensor)?);
        let alike =
            there.len() == here.len() && (0..here.len()).all(|a| a == axis || there[a] == here[a]);
        if alike && layout.single_axis() == Some(axis) {
            let positions = channel_ids
                .iter()
                .map(|a| a.index() - layout.base.index())
                .collect();
            return Some(Source {
                tensor: at,
                positions,
                axis,
            });
        }
    }
}

fn moved_input(
    graph: &Graph,
    channels: &Channels,
    node: NodeId,
    channel_ids: &[ChannelId],
) -> Option<TensorId> {
    let inputs = graph.nodes[node].inputs.iter().flatten();
    inputs.copied().find(|t| {
        let layout = channels.layouts[*t].as_ref();
        layout.is_some_and(|l| channel_ids.iter().all(|a| l.position(*a).is_some()))
    })
}

/// The channels of a tensor that has them on several axes.
#[derive(Clone, Debug)]
pub struct ClassGrid {
    /// The tensor.
    pub tensor: TensorId,
    /// Its axes that have channels.
    pub dims: Vec<usize>,
    /// Row-major over `dims`.
    pub classes: Vec<CoupledId>,
}

impl ClassGrid {
    /// Whether the kept positions form a grid too.
    pub fn stays_grid(&self, removed: &[bool]) -> bool {
        is_grid(&self.dims, &self.classes, removed)
    }
}

/// Grids that no Gather can replace: what is removed there must leave a grid.
pub fn rigid(graph: &Graph, channels: &Channels, free: &[bool]) -> Vec<ClassGrid> {
    let mut grids = Vec::new();
    for (tensor, layout) in channels.layouts.iter().enumerate() {
        let Some(layout) = layout else { continue };
        if layout.dims.iter().filter(|d| **d > 1).count() < 2
            || replaceable(graph, channels, tensor, 0)
        {
            continue;
        }
        let classes: Vec<CoupledId> = layout.channel_ids().map(|a| channels.class_of(a)).collect();
        if classes.iter().any(|c| free[c.index()]) {
            grids.push(ClassGrid {
                tensor,
                dims: layout.dims.clone(),
                classes,
            });
        }
    }
    grids
}

/// Whether every way on from `tensor` ends in a tensor that one Gather can make.
fn replaceable(graph: &Graph, channels: &Channels, tensor: TensorId, depth: usize) -> bool {
    if graph.tensors[tensor].is_output || depth > 16 {
        return false;
    }
    graph.tensors[tensor]
        .uses
        .iter()
        .all(|(node, _)| match &channels.flows[*node] {
            Flow::Nothing => true,
            Flow::Move { outs, .. } => outs.iter().all(|(out, _)| {
                source(graph, channels, *out).is_some() || {
                    let several = channels.layouts[*out]
                        .as_ref()
                        .is_some_and(|l| l.single_axis().is_none());
                    several && replaceable(graph, channels, *out, depth + 1)
                }
            }),
            _ => false,
        })
}

/// Whether the kept positions of a class grid form a grid.
fn is_grid(dims: &[usize], classes: &[CoupledId], removed: &[bool]) -> bool {
    debug_assert_eq!(product(dims), classes.len());
    grid(dims, |position| removed[classes[position].index()]).is_some()
}

/// Row-major position of coordinates; used by tests and reshapes.
pub fn position(dims: &[usize], at: &[usize]) -> usize {
    strides(dims).iter().zip(at).map(|(s, i)| s * i).sum()
}
