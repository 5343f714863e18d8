//! Coupling: which channels go together, who writes and who reads them, and what is pinned.
//!
//! Each operator family contributes, for its nodes, one [`Flow`] (how values pass, used for
//! constants and for moments), the ties between atoms, the [`Slot`]s (constant operands that
//! shrink with a tensor's axis) and the pins. What an operator does to channels is written once.

mod build;
mod concat;
mod coupling;
mod dispatch;
mod elementwise;
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
pub use operands::{axis_of, pad_amounts, slice_positions};
pub use reader::{Reader, ReaderKind};

pub type Atom = u32;
pub type ClassId = u32;

/// The channels of one tensor: consecutive atoms, row-major over `dims`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub base: Atom,
    pub dims: Vec<usize>,
}

impl Layout {
    pub fn len(&self) -> usize {
        layout::product(&self.dims)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn atoms(&self) -> std::ops::Range<Atom> {
        self.base..self.base + self.len() as Atom
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
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Pow,
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

/// How values pass a node. `from[k]` is the atom that output position k shows.
#[derive(Clone, Debug)]
pub enum Flow {
    /// No channels pass (shape arithmetic, constants).
    Nothing,
    /// Every output varies in ways we do not know.
    Opaque,
    /// Outputs show inputs (one entry per output); PAD positions show `pad`: one number for all, or one
    /// per position (NaN where it varies over space).
    Move {
        outs: Vec<(TensorId, Vec<Atom>)>,
        pad: Vec<f64>,
    },
    /// Several atoms make one output position: constant only where all agree.
    Join { out: TensorId, from: Vec<Vec<Atom>> },
    /// One activation per output position.
    Activate {
        out: TensorId,
        from: Vec<Atom>,
        functions: Vec<Activation>,
    },
    /// y = scale·x + shift. `uniform` is false where the operand also varies over space.
    Affine {
        out: TensorId,
        from: Vec<Atom>,
        scale: Vec<f64>,
        shift: Vec<f64>,
        uniform: bool,
    },
    /// Batch normalisation: y = scale·x + shift, distributed as `gaussians`.
    Normalise {
        out: TensorId,
        from: Vec<Atom>,
        scale: Vec<f64>,
        shift: Vec<f64>,
        gaussians: Vec<Gaussian>,
        gamma: Vec<f64>,
    },
    /// Instance normalisation: a constant input gives the shift.
    Whiten {
        out: TensorId,
        from: Vec<Atom>,
        shift: Vec<f64>,
    },
    Combine {
        out: TensorId,
        op: Combine,
        args: Vec<Vec<Atom>>,
    },
    /// Depthwise convolution: y = taps·c + bias for a constant c; `padded` makes c ≠ 0 inexact at
    /// borders, `strided` (transposed convolution) makes it uneven.
    Depthwise {
        out: TensorId,
        from: Vec<Atom>,
        taps: Vec<f64>,
        bias: Vec<f64>,
        padded: bool,
        uneven: bool,
    },
    /// Pooling, resizing, spatial padding with zeros (`borders`: c ≠ 0 is inexact there).
    Pool {
        out: TensorId,
        from: Vec<Atom>,
        kind: Pooling,
        borders: bool,
    },
    /// A dense or grouped convolution, Gemm or MatMul: `Channels.readers[reader]`.
    Read { out: TensorId, reader: usize },
}

/// A constant operand with an axis that follows an axis of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub node: NodeId,
    pub input: usize,
    /// (axis of the operand, tensor, axis of the tensor).
    pub axes: Vec<(usize, TensorId, usize)>,
    /// Whether its elements count as parameters.
    pub counted: bool,
}

/// Why a class can never go.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    pub node: NodeId,
    pub reason: String,
    /// Pinned because it is a network output, the least surprising of reasons.
    pub output: bool,
}
