//! Coupling: which channels go together, who writes and who reads them, and what is pinned.
//!
//! Each operator family contributes, for its nodes, one [`Flow`] (how values pass, used for
//! constants and for moments), the ties between channels, the [`Slot`]s (constant operands that
//! shrink with a tensor's axis) and the pins. What an operator does to channels is written once.

mod activations;
mod build;
mod concat;
mod constant_operand;
mod coupling;
mod dispatch;
mod elementwise;
mod ids;
pub mod layout;
mod linear;
mod movement;
mod operands;
mod reader;
mod spatial;
mod union;

use crate::activation::Activation;
use crate::gaussian::Gaussian;
use crate::graph::{NodeId, TensorId};

pub use coupling::Channels;
pub use ids::{ChannelId, CoupledId};
pub use operands::{axis_of, pad_amounts, slice_positions};
pub use reader::{Reader, ReaderKind};

/// The channels of one tensor: consecutive channels, row-major over `dims`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The first of its channels.
    pub base: ChannelId,
    /// Its sizes along all axes; 1 where channels do not differ.
    pub dims: Vec<usize>,
}

impl Layout {
    /// How many channels it has.
    pub fn len(&self) -> usize {
        layout::product(&self.dims)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its channels.
    pub fn channel_ids(&self) -> impl ExactSizeIterator<Item = ChannelId> + Clone + use<> {
        let base = self.base.index();
        (base..base + self.len()).map(ChannelId::new)
    }

    /// The channel at a position.
    pub fn channel_id(&self, position: usize) -> ChannelId {
        ChannelId::new(self.base.index() + position)
    }

    /// The position of a channel, if it is one of these.
    pub fn position(&self, channel_id: ChannelId) -> Option<usize> {
        let position = channel_id.index().checked_sub(self.base.index())?;
        (position < self.len()).then_some(position)
    }

    /// The only axis along which channels differ; `None` if there is no or more than one.
    pub fn single_axis(&self) -> Option<usize> {
        let mut axes = (0..self.dims.len()).filter(|a| self.dims[*a] > 1);
        match (axes.next(), axes.next()) {
            (Some(axis), None) => Some(axis),
            _ => None,
        }
    }
}

/// How two or more varying operands meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Combine {
    /// a + b.
    Add,
    /// a − b.
    Sub,
    /// a·b.
    Mul,
    /// a/b.
    Div,
    /// The smaller.
    Min,
    /// The larger.
    Max,
    /// aᵇ.
    Pow,
    /// The mean.
    Mean,
}

/// What pooling and reductions do to a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pooling {
    /// Keeps a constant (average, maximum, minimum).
    Keep,
    /// Multiplies it by the number of elements.
    Sum(f64),
    /// Anything else.
    Other,
}

/// How values pass a node. `from[k]` is the channel that output position k shows.
#[derive(Clone, Debug)]
pub enum Flow {
    /// No channels pass (shape arithmetic, constants).
    Nothing,
    /// Every output varies in ways we do not know.
    Opaque,
    /// Outputs show inputs (one entry per output); positions of [`ChannelId::PAD`] show `pad`: one number
    /// for all, or one per position (NaN where it varies over space).
    Move {
        /// Each output with what its positions show.
        outs: Vec<(TensorId, Vec<ChannelId>)>,
        /// What padded positions hold.
        pad: Vec<f64>,
    },
    /// Several channels make one output position: constant only where all agree.
    Join {
        /// What is written.
        out: TensorId,
        /// The channels that make each position.
        from: Vec<Vec<ChannelId>>,
    },
    /// One activation per output position.
    Activate {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// One per position, or one for all.
        functions: Vec<Activation>,
    },
    /// y = scale·x + shift. `uniform` is false where the operand also varies over space.
    Affine {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// Factor per position.
        scale: Vec<f64>,
        /// Addend per position.
        shift: Vec<f64>,
        /// Whether the operand is the same everywhere in space.
        uniform: bool,
    },
    /// Batch normalisation: y = scale·x + shift, distributed as `gaussians`.
    Normalise {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// γ/√(v + ε) per position.
        scale: Vec<f64>,
        /// β − μ·scale per position.
        shift: Vec<f64>,
        /// How each position is distributed.
        gaussians: Vec<Gaussian>,
        /// γ per position.
        gamma: Vec<f64>,
    },
    /// Instance normalisation: a constant input gives the shift.
    Whiten {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// Its β per position.
        shift: Vec<f64>,
    },
    /// Two or more varying operands, position by position.
    Combine {
        /// What is written.
        out: TensorId,
        /// How they meet.
        op: Combine,
        /// What each position shows, per operand.
        args: Vec<Vec<ChannelId>>,
    },
    /// Depthwise convolution: y = taps·c + bias for a constant c; `padded` makes c ≠ 0 inexact at
    /// borders, `strided` (transposed convolution) makes it uneven.
    Depthwise {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// Σ of the kernel per position.
        taps: Vec<f64>,
        /// Bias per position.
        bias: Vec<f64>,
        /// Whether zeros are padded.
        padded: bool,
        /// Whether pixels get different numbers of taps.
        uneven: bool,
    },
    /// Pooling, resizing, spatial padding with zeros (`borders`: c ≠ 0 is inexact there).
    Pool {
        /// What is written.
        out: TensorId,
        /// What each position shows.
        from: Vec<ChannelId>,
        /// What becomes of a constant.
        kind: Pooling,
        /// Whether zeros are padded.
        borders: bool,
    },
    /// A dense or grouped convolution, Gemm or MatMul: `Channels.readers[reader]`.
    Read {
        /// What is written.
        out: TensorId,
        /// Index into [`Channels::readers`].
        reader: usize,
    },
}

/// An axis of a constant operand that follows an axis of a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Followed {
    /// The operand's axis.
    pub axis: usize,
    /// The tensor.
    pub tensor: TensorId,
    /// The tensor's axis.
    pub tensor_axis: usize,
}

impl Followed {
    /// The operand's `axis` follows the channels of `tensor`, its axis 1.
    pub fn channels(axis: usize, tensor: TensorId) -> Followed {
        Followed {
            axis,
            tensor,
            tensor_axis: 1,
        }
    }
}

/// A constant operand with an axis that follows an axis of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The node whose operand it is.
    pub node: NodeId,
    /// Which of its inputs.
    pub input: usize,
    /// Its axes that follow one of a tensor.
    pub axes: Vec<Followed>,
    /// Whether its elements count as parameters.
    pub counted: bool,
}

/// Why a class can never go.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The node that is the reason.
    pub node: NodeId,
    /// The reason, for users.
    pub reason: String,
    /// Pinned because it is a network output, the least surprising of reasons.
    pub output: bool,
}
