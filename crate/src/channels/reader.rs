//! What ends classes on its input side and starts new ones on its output side, and its weights.

use ndarray::{Array2, ArrayView1, ArrayViewD, Axis, CowArray, IxDyn};

use super::ChannelId;
use crate::graph::{Graph, NodeId, TensorId};
use crate::onnx::Attributes;

/// The operator of a reader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReaderKind {
    /// A convolution.
    Conv,
    /// A transposed convolution.
    ConvTranspose,
    /// `trans_b`: the weight is [N, K] rather than [K, N].
    Gemm {
        /// Whether the weights are outputs × inputs.
        trans_b: bool,
        /// Factor of the product.
        alpha: f32,
        /// Factor of the bias.
        beta: f32,
    },
    /// A matrix product without bias.
    MatMul,
}

/// A node that reads channels through weights and writes new ones.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Its node.
    pub node: NodeId,
    /// Its operator.
    pub kind: ReaderKind,
    /// The tensor it reads.
    pub input: TensorId,
    /// The tensor it writes.
    pub output: TensorId,
    /// The axis of input and output that carries the channels.
    pub axis: usize,
    /// The axis of `output` along which channels differ.
    pub out_axis: usize,
    /// One channel per input channel, in weight order.
    pub inputs: Vec<ChannelId>,
    /// The channels it writes.
    pub outputs: Vec<ChannelId>,
    /// Groups of a convolution; 1 for all others.
    pub groups: usize,
    /// Whether border pixels see fewer taps, so that a constant c ≠ 0 is not one number there.
    pub padded: bool,
    /// Kernel elements per weight.
    pub taps: usize,
}

impl Reader {
    /// Which of its node's inputs holds the weights.
    pub fn weight_slot(&self) -> usize {
        1
    }

    /// Input slot of the bias, for kinds that have one.
    pub fn bias_slot(&self) -> Option<usize> {
        (self.kind != ReaderKind::MatMul).then_some(2)
    }

    /// Inputs of one group.
    pub fn in_per_group(&self) -> usize {
        self.inputs.len() / self.groups
    }

    /// Outputs of one group.
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
                let mut matrix = weights;
                if !trans_b {
                    matrix.swap_axes(0, 1);
                }
                match matrix.into_dimensionality::<ndarray::Ix2>() {
                    Ok(matrix) if matrix.dim() == (o, i) => {
                        let array = matrix.insert_axis(Axis(2));
                        if alpha == 1.0 {
                            return array;
                        }
                        array.mapv_into_any(|w| w * alpha).into()
                    }
                    _ => ndarray::Array3::zeros((o, i, 1)).into(),
                }
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
        let phases = self.phases(graph);
        let weights = self.weights(graph);
        weights.map_axis(Axis(2), |taps| tap_sum(taps, phases))
    }

    /// What every output is if the inputs have the constants `value`, before normalisation.
    pub fn response(&self, graph: &Graph, value: &dyn Fn(ChannelId) -> f64) -> Vec<f64> {
        let mut outputs = self.biases(graph);
        // A drag comes here for every reader at every step, and mostly with zeros.
        let groups = self.inputs.chunks(self.in_per_group().max(1));
        let used: Vec<Vec<(usize, f64)>> = groups
            .map(|group| {
                let values = group.iter().map(|a| value(*a)).enumerate();
                values.filter(|(_, value)| *value != 0.0).collect()
            })
            .collect();
        if used.iter().all(Vec::is_empty) {
            return outputs;
        }
        let (weights, phases) = (self.weights(graph), self.phases(graph));
        for (j, (output, weights)) in outputs.iter_mut().zip(weights.outer_iter()).enumerate() {
            let term = |(i, value): &(usize, f64)| tap_sum(weights.row(*i), phases) * value;
            let used = &used[j / self.out_per_group()];
            *output += used.iter().map(term).sum::<f64>();
        }
        outputs
    }

    /// Stride phases that a transposed convolution spreads its taps over; 1 for all others.
    fn phases(&self, graph: &Graph) -> f64 {
        match self.kind {
            ReaderKind::ConvTranspose => {
                strides_of(graph, self.node).iter().product::<i64>().max(1) as f64
            }
            _ => 1.0,
        }
    }
}

fn tap_sum(taps: ArrayView1<'_, f32>, phases: f64) -> f64 {
    taps.iter().map(|w| f64::from(*w)).sum::<f64>() / phases
}

fn strides_of(graph: &Graph, node: NodeId) -> Vec<i64> {
    graph.nodes[node]
        .ints("strides")
        .map(<[i64]>::to_vec)
        .unwrap_or_default()
}
