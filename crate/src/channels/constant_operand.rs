//! A constant operand beside a tensor: its values per channel, and how it shrinks with the tensor.

use super::build::Builder;
use super::layout::{each_position, product, strides};
use super::{Followed, Slot};
use crate::graph::{NodeId, TensorId};

/// A constant operand seen from the channels of the tensor it meets.
pub struct Operand {
    /// Per channel position; the first value met where it also varies over space.
    pub values: Vec<f64>,
    /// Whether it is the same everywhere in space.
    pub uniform: bool,
    /// (operand axis, tensor axis) pairs that must be cut together.
    pub axes: Vec<(usize, usize)>,
}

/// Aligns the constant in `slot` with compact channels `dims` of the result.
pub fn operand(b: &Builder<'_>, node: NodeId, slot: usize, dims: &[usize]) -> Option<Operand> {
    let constant = b.graph.floats(node, slot)?;
    let shape = constant.shape().to_vec();
    let lead = dims.len().checked_sub(shape.len())?;
    let mut uniform = true;
    let mut axes = Vec::new();
    for (axis, size) in shape.iter().enumerate() {
        if *size > 1 && dims[axis + lead] > 1 {
            axes.push((axis, axis + lead));
        } else if *size > 1 {
            uniform = false;
        }
    }
    let flat: Vec<f32> = constant.iter().copied().collect();
    let steps = strides(&shape);
    let mut values = Vec::with_capacity(product(dims));
    each_position(dims, |at| {
        let index: usize = steps.iter().zip(&at[lead..]).map(|(s, i)| s * i).sum();
        values.push(f64::from(flat[index]));
    });
    if !uniform {
        // One number may still repeat over all of space.
        uniform = flat.iter().all(|v| *v == flat[0]);
    }
    Some(Operand {
        values,
        uniform,
        axes,
    })
}

/// Lets a constant operand shrink with the tensor; per-channel ones count as parameters.
pub fn slice_with(
    b: &mut Builder<'_>,
    node: NodeId,
    slot: usize,
    tensor: TensorId,
    operand: &Operand,
) {
    if operand.axes.is_empty() {
        return;
    }
    let axes = operand
        .axes
        .iter()
        .map(|(axis, to)| Followed {
            axis: *axis,
            tensor,
            tensor_axis: *to,
        })
        .collect();
    b.slots.push(Slot {
        node,
        input: slot,
        axes,
        counted: true,
    });
}
