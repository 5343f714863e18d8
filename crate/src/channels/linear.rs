//! Convolution, transposed convolution, Gemm and MatMul.
//!
//! A depthwise convolution carries channel i to channel i. A dense or grouped one ends the classes
//! on its input side (it *reads* them) and starts new ones on its output side (it *writes* them).

use ndarray::{Array2, ArrayViewD, Axis, CowArray, IxDyn};

use super::build::{Builder, Handled};
use super::{Atom, Flow, Layout, Slot};
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::Attributes;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReaderKind {
    Conv,
    ConvTranspose,
    /// `trans_b`: the weight is [N, K] rather than [K, N].
    Gemm {
        trans_b: bool,
        alpha: f32,
        beta: f32,
    },
    MatMul,
}

/// A node that reads channels through weights and writes new ones.
#[derive(Clone, Debug)]
pub struct Reader {
    pub node: NodeId,
    pub kind: ReaderKind,
    pub input: TensorId,
    pub output: TensorId,
    /// The axis of input and output that carries the channels.
    pub axis: usize,
    pub out_axis: usize,
    /// One atom per input channel, in weight order.
    pub inputs: Vec<Atom>,
    pub outputs: Vec<Atom>,
    pub groups: usize,
    /// Whether border pixels see fewer taps, so that a constant c ≠ 0 is not one number there.
    pub padded: bool,
    /// Kernel elements per weight.
    pub taps: usize,
}

impl Reader {
    pub fn weight_slot(&self) -> usize {
        1
    }

    /// Input slot of the bias, for kinds that have one.
    pub fn bias_slot(&self) -> Option<usize> {
        (self.kind != ReaderKind::MatMul).then_some(2)
    }

    pub fn in_per_group(&self) -> usize {
        self.inputs.len() / self.groups
    }

    pub fn out_per_group(&self) -> usize {
        self.outputs.len() / self.groups
    }

    /// The bias of every output, times Gemm's beta; zeros where there is none.
    pub fn biases(&self, graph: &Graph) -> Vec<f64> {
        let beta = match self.kind {
            ReaderKind::Gemm { beta, .. } => f64::from(beta),
            _ => 1.0,
        };
        let bias = self
            .bias_slot()
            .and_then(|slot| graph.floats(self.node, slot));
        let Some(bias) = bias else {
            return vec![0.0; self.outputs.len()];
        };
        let values: Vec<f64> = bias.iter().map(|b| f64::from(*b) * beta).collect();
        let at = |j: usize| {
            values
                .get(if values.len() == 1 { 0 } else { j })
                .copied()
                .unwrap_or(0.0)
        };
        (0..self.outputs.len()).map(at).collect()
    }

    /// The weights as [outputs, inputs per group, taps], times Gemm's alpha. Views where the layout
    /// allows.
    pub fn weights<'g>(&self, graph: &'g Graph) -> CowArray<'g, f32, ndarray::Ix3> {
        let weights = graph.floats(self.node, self.weight_slot());
        let Some(weights) = weights else {
            return ndarray::Array3::zeros((0, 0, 0)).into();
        };
        self.arrange(weights)
    }

    fn arrange<'g>(&self, weights: CowArray<'g, f32, IxDyn>) -> CowArray<'g, f32, ndarray::Ix3> {
        let (o, i, t) = (self.outputs.len(), self.in_per_group(), self.taps);
        let owned = |view: ArrayViewD<'_, f32>, shape: (usize, usize, usize)| {
            let flat: Vec<f32> = view.iter().copied().collect();
            ndarray::Array3::from_shape_vec(shape, flat)
                .unwrap_or_else(|_| ndarray::Array3::zeros(shape))
        };
        match self.kind {
            ReaderKind::Conv => match weights.into_shape_with_order((o, i, t)) {
                Ok(array) => array,
                Err(_) => ndarray::Array3::zeros((o, i, t)).into(),
            },
            ReaderKind::ConvTranspose => {
                // [inputs, outputs per group, taps] → [outputs, inputs per group, taps].
                let (g, og) = (self.groups, self.out_per_group());
                let all = owned(weights.view(), (g * i, og, t));
                let mut out = ndarray::Array3::zeros((o, i, t));
                for ((c, j, k), w) in all.indexed_iter() {
                    out[(c / i * og + j, c % i, k)] = *w;
                }
                out.into()
            }
            ReaderKind::Gemm { trans_b, alpha, .. } => {
                let mut matrix = weights.view();
                if !trans_b {
                    matrix.swap_axes(0, 1);
                }
                let mut array = owned(matrix, (o, i, 1));
                if alpha != 1.0 {
                    array.mapv_inplace(|w| w * alpha);
                }
                array.into()
            }
            ReaderKind::MatMul => {
                let mut matrix = weights.view();
                let rank = matrix.ndim();
                matrix.swap_axes(rank - 2, rank - 1);
                owned(matrix, (o, i, 1)).into()
            }
        }
    }

    /// Σ over taps of the weights, [outputs, inputs per group]: what a unit constant adds to each
    /// output. A transposed convolution spreads its taps over stride phases; `phases` averages them.
    pub fn tap_sums(&self, graph: &Graph) -> Array2<f64> {
        let phases = if self.kind == ReaderKind::ConvTranspose {
            strides_of(graph, self.node).iter().product::<i64>().max(1) as f64
        } else {
            1.0
        };
        let weights = self.weights(graph);
        weights.map_axis(Axis(2), |taps| {
            taps.iter().map(|w| f64::from(*w)).sum::<f64>() / phases
        })
    }
}

fn strides_of(graph: &Graph, node: NodeId) -> Vec<i64> {
    graph.nodes[node]
        .ints("strides")
        .map(<[i64]>::to_vec)
        .unwrap_or_default()
}

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
        let from: Vec<Atom> = (0..outputs).map(|j| inputs[j / multiplier]).collect();
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
        let rows = if transposed {
            (0, input, 1)
        } else {
            (0, output, 1)
        };
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
                axes: vec![(0, output, 1)],
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
        outputs: written.atoms().collect(),
        groups,
        padded,
        taps,
    };
    let (o, i) = if transposed { (1, 0) } else { (0, 1) };
    if groups == 1 {
        let axes = vec![(o, output, 1), (i, input, 1)];
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
            axes: vec![(0, output, 1)],
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
                    axes: vec![(axis, output, 1)],
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
        axes: vec![(o, output, 1), (i, input, 1)],
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
        outputs: written.atoms().collect(),
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
        axes: vec![(1, output, last), (0, input, last)],
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
        outputs: written.atoms().collect(),
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

/// One atom per channel; a layout that does not tell channels apart repeats its single atom.
fn per_channel(layout: &Layout, axis: usize, channels: usize) -> Vec<Atom> {
    if layout.dims[axis] == 1 {
        vec![layout.base; channels]
    } else {
        layout.atoms().collect()
    }
}
