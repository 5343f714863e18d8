//! Convolution, transposed convolution, Gemm and MatMul.
//!
//! A depthwise convolution carries channel i to channel i. A dense or grouped one ends the classes
//! on its input side (it *reads* them) and starts new ones on its output side (it *writes* them).

use super::build::{Builder, Handled};
use super::{ChannelId, Flow, Followed, Layout, Reader, ReaderKind, Slot};
use crate::graph::{Graph, NodeId};
use crate::onnx::Attributes;

pub fn visit(b: &mut Builder<'_>, node: NodeId) -> Handled {
    match b.graph.nodes[node].op.as_str() {
        "Conv" => convolution(b, node, false),
        "ConvTranspose" => convolution(b, node, true),
        "Gemm" => gemm(b, node),
        "MatMul" => matmul(b, node),
        _ => None,
    }
}

/// Whether some output pixel sees the zero padding.
fn is_padded(graph: &Graph, node: NodeId, weight: &[usize]) -> bool {
    let node = &graph.nodes[node];
    let auto = node.text("auto_pad").unwrap_or("NOTSET");
    match auto {
        "SAME_UPPER" | "SAME_LOWER" => weight[2..].iter().any(|k| *k > 1),
        "VALID" => false,
        _ => node.ints("pads").is_some_and(|p| p.iter().any(|v| *v != 0)),
    }
}

fn convolution(b: &mut Builder<'_>, node: NodeId, transposed: bool) -> Handled {
    let graph = b.graph;
    let weight = graph.input(node, 1).filter(|w| graph.is_constant(*w))?;
    if graph
        .input(node, 2)
        .is_some_and(|bias| !graph.is_constant(bias))
    {
        return None;
    }
    let weight_shape = graph.shape(weight)?.to_vec();
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let (shape, out_shape) = (graph.shape(input)?.to_vec(), graph.shape(output)?.to_vec());
    if shape.len() < 3
        || out_shape.len() != shape.len()
        || weight_shape.len() != shape.len()
        || layout.dims.len() != shape.len()
    {
        return None;
    }
    // Labels may only differ along the channel axis.
    if layout
        .dims
        .iter()
        .enumerate()
        .any(|(axis, d)| axis != 1 && *d > 1)
    {
        return None;
    }
    let groups = graph.nodes[node].int("group").unwrap_or(1).max(1) as usize;
    let (channels, outputs) = (shape[1], out_shape[1]);
    if channels == 0 || channels % groups != 0 || outputs % groups != 0 {
        return None;
    }
    let inputs = per_channel(&layout, 1, channels);
    let padded = if transposed {
        true
    } else {
        is_padded(graph, node, &weight_shape)
    };
    let taps: usize = weight_shape[2..].iter().product();
    let mut dims = vec![1; out_shape.len()];
    dims[1] = outputs;

    if groups == channels && groups > 1 {
        let multiplier = outputs / channels;
        let from: Vec<ChannelId> = (0..outputs).map(|j| inputs[j / multiplier]).collect();
        b.follow(output, dims, &from);
        let sums = graph.floats(node, 1)?;
        let taps_per: Vec<f64> = sums
            .as_standard_layout()
            .as_slice()?
            .chunks(taps.max(1))
            .map(|c| c.iter().map(|w| f64::from(*w)).sum())
            .collect();
        let bias = graph.floats(node, 2).map_or(vec![0.0; outputs], |v| {
            v.iter().map(|x| f64::from(*x)).collect()
        });
        // Conv: [outputs, 1, k]; ConvTranspose: [inputs, multiplier, k]. A multiplier > 1 makes the
        // transposed weight's first axis follow the input and its second stay as it is.
        let rows = Followed::channels(0, if transposed { input } else { output });
        b.slots.push(Slot {
            node,
            input: 1,
            axes: vec![rows],
            counted: true,
        });
        if graph.input(node, 2).is_some() {
            b.slots.push(Slot {
                node,
                input: 2,
                axes: vec![Followed::channels(0, output)],
                counted: true,
            });
        }
        let uneven = transposed;
        return Some(Flow::Depthwise {
            out: output,
            from,
            taps: taps_per,
            bias,
            padded,
            uneven,
        });
    }

    let written = b.fresh(output, dims);
    let reader = Reader {
        node,
        kind: if transposed {
            ReaderKind::ConvTranspose
        } else {
            ReaderKind::Conv
        },
        input,
        output,
        axis: 1,
        out_axis: 1,
        inputs,
        outputs: written.channel_ids().collect(),
        groups,
        padded,
        taps,
    };
    let (o, i) = if transposed { (1, 0) } else { (0, 1) };
    if groups == 1 {
        let axes = vec![Followed::channels(o, output), Followed::channels(i, input)];
        b.slots.push(Slot {
            node,
            input: 1,
            axes,
            counted: true,
        });
    } else {
        // Rows and columns of a grouped weight are cut per group, by the surgery itself.
        b.slots.push(Slot {
            node,
            input: 1,
            axes: Vec::new(),
            counted: true,
        });
    }
    if graph.input(node, 2).is_some() {
        b.slots.push(Slot {
            node,
            input: 2,
            axes: vec![Followed::channels(0, output)],
            counted: true,
        });
    }
    Some(read(b, reader))
}

fn gemm(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let op = &graph.nodes[node];
    let weight = graph.input(node, 1).filter(|w| graph.is_constant(*w))?;
    if op.int("transA").unwrap_or(0) != 0 {
        return None;
    }
    let trans_b = op.int("transB").unwrap_or(0) != 0;
    let (alpha, beta) = (
        op.float("alpha").unwrap_or(1.0),
        op.float("beta").unwrap_or(1.0),
    );
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let shape = graph.shape(weight)?.to_vec();
    let [rows, columns] = shape[..] else {
        return None;
    };
    let (outputs, inputs) = if trans_b {
        (rows, columns)
    } else {
        (columns, rows)
    };
    if layout.dims.len() != 2
        || graph.shape(input)?.len() != 2
        || graph.shape(output)?.len() != 2
        || layout.dims[0] != 1
        || graph.shape(input)?[1] != inputs
    {
        return None;
    }
    let bias = graph.input(node, 2);
    if let Some(bias) = bias {
        if !graph.is_constant(bias) {
            return None;
        }
        let dims = graph.shape(bias)?.to_vec();
        match dims.as_slice() {
            [n] | [1, n] if *n == outputs && outputs > 1 => {
                let axis = dims.len() - 1;
                b.slots.push(Slot {
                    node,
                    input: 2,
                    axes: vec![Followed::channels(axis, output)],
                    counted: true,
                });
            }
            [] | [1] | [1, 1] => {
                b.slots.push(Slot {
                    node,
                    input: 2,
                    axes: Vec::new(),
                    counted: true,
                });
            }
            _ => return None,
        }
    }
    let written = b.fresh(output, vec![1, outputs]);
    let (o, i) = if trans_b { (0, 1) } else { (1, 0) };
    b.slots.push(Slot {
        node,
        input: 1,
        axes: vec![Followed::channels(o, output), Followed::channels(i, input)],
        counted: true,
    });
    let reader = Reader {
        node,
        kind: ReaderKind::Gemm {
            trans_b,
            alpha,
            beta,
        },
        input,
        output,
        axis: 1,
        out_axis: 1,
        inputs: per_channel(&layout, 1, inputs),
        outputs: written.channel_ids().collect(),
        groups: 1,
        padded: false,
        taps: 1,
    };
    Some(read(b, reader))
}

/// MatMul of features by a constant matrix, over the last axis.
fn matmul(b: &mut Builder<'_>, node: NodeId) -> Handled {
    let graph = b.graph;
    let weight = graph.input(node, 1).filter(|w| graph.is_constant(*w))?;
    let (input, layout) = b.input(node, 0)?;
    let output = b.output(node)?;
    let shape = graph.shape(weight)?.to_vec();
    let (rank, out_rank) = (layout.dims.len(), graph.shape(output)?.len());
    let [inputs, outputs] = shape[..] else {
        return None;
    };
    if rank < 2 || out_rank != rank || graph.shape(input)?[rank - 1] != inputs {
        return None;
    }
    let last = rank - 1;
    if layout.dims[..last].iter().any(|d| *d > 1) {
        return None;
    }
    let mut dims = vec![1; rank];
    dims[last] = outputs;
    let written = b.fresh(output, dims);
    b.slots.push(Slot {
        node,
        input: 1,
        axes: [(1, output), (0, input)]
            .map(|(axis, tensor)| Followed {
                axis,
                tensor,
                tensor_axis: last,
            })
            .to_vec(),
        counted: true,
    });
    let reader = Reader {
        node,
        kind: ReaderKind::MatMul,
        input,
        output,
        axis: last,
        out_axis: last,
        inputs: per_channel(&layout, last, inputs),
        outputs: written.channel_ids().collect(),
        groups: 1,
        padded: false,
        taps: 1,
    };
    Some(read(b, reader))
}

fn read(b: &mut Builder<'_>, reader: Reader) -> Flow {
    let out = reader.output;
    b.readers.push(reader);
    Flow::Read {
        out,
        reader: b.readers.len() - 1,
    }
}

/// One channel per channel; a layout that does not tell channels apart repeats its single channel.
fn per_channel(layout: &Layout, axis: usize, channels: usize) -> Vec<ChannelId> {
    if layout.dims[axis] == 1 {
        vec![layout.base; channels]
    } else {
        layout.channel_ids().collect()
    }
}
