//! What numbers a network wants at its input, read off the arithmetic in front of its first layer.
//!
//! Networks that scale their images themselves do so by Sub, Div, Mul and Add with constants. What such a chain makes of an image
//! spans a few units if, and only if, the image is given on the right scale.

use crate::graph::{Graph, Node, TensorId};

/// What black and white are at the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 0 and 255.
    Bytes,
    /// 0 and 1.
    Unit,
}

/// What normalised images span: 1 if scaled to 0..1, 2 to -1..1, and 1 / 0.2 for the smallest deviation in use; with room on both
/// sides. The two scales are 255 apart, so the bounds may be wide.
const SPANS: std::ops::Range<f64> = 0.5..12.0;
/// A mean of bytes is about 100, one of numbers up to 1 is below 1. Chosen between them.
const BYTES_MEAN: f64 = 16.0;

/// `None` where there is no such arithmetic, or it fits neither scale.
pub fn input_scale(graph: &Graph) -> Option<Scale> {
    let mut tensor = *graph.inputs.first()?;
    let (mut slope, mut offset, mut found) = (1.0, 0.0, false);
    while let [(node, slot)] = graph.tensors[tensor].uses[..] {
        let node = &graph.nodes[node];
        match node.op.as_str() {
            "Cast" | "Identity" | "Transpose" if slot == 0 => (),
            "Sub" | "Add" | "Mul" | "Div" => {
                let constant = mean(graph, node, 1_usize.checked_sub(slot)?)?;
                (slope, offset) = match (node.op.as_str(), slot) {
                    ("Add", _) => (slope, offset + constant),
                    ("Sub", 0) => (slope, offset - constant),
                    ("Mul", _) => (slope * constant, offset * constant),
                    ("Div", 0) => (slope / constant, offset / constant),
                    _ => return None,
                };
                found = true;
            }
            _ => break,
        }
        tensor = (*node.outputs.first()?)?;
    }
    let spans = |white: f64| SPANS.contains(&(white * slope).abs());
    match found {
        true if spans(255.0) => Some(Scale::Bytes),
        // Only a mean is taken off, as Caffe's networks do.
        true if slope == 1.0 && offset.abs() > BYTES_MEAN => Some(Scale::Bytes),
        true if spans(1.0) => Some(Scale::Unit),
        _ => None,
    }
}

/// The mean of a constant operand: one number, or one for each channel.
fn mean(graph: &Graph, node: &Node, slot: usize) -> Option<f64> {
    let operand: TensorId = (*node.inputs.get(slot)?)?;
    let values = graph.values(operand)?;
    let sum: f64 = values.iter().map(|v| f64::from(*v)).sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}
