//! Makes convolutional image networks in ONNX files smaller, without training.
//!
//! A network's BatchNormalization says how each of its channels is distributed. So the file alone
//! tells how often an activation turns a channel into a constant. Channels that hardly ever vary are
//! cut out, and their constants move into the layers that read them. The result is an ordinary,
//! smaller ONNX file, compared with a masked copy of the original before it is offered.
//!
//! The starting point is *Probability-Based Channel Pruning for Depthwise Separable Convolutional
//! Networks* (Zhao et al. 2022). The page `docs/method.md` of the repository has the mathematics and
//! says what came from where.
//!
//! # Example
//!
//! Open a file, look at a plan, carry it out, check the result, take the bytes:
//!
//! ```
//! use channel_pruning::report::{Compensation, Criterion, PlanOptions};
//! use channel_pruning::{Error, Session};
//!
//! # fn main() -> Result<(), Error> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/samples/mobilenetv1_025_fashion.onnx");
//! # let file = std::fs::read(path).expect("the sample is there");
//! let mut session = Session::open("mobilenet.onnx", &file)?;
//!
//! // What would go: a quarter of the removable channels, the least influential first.
//! let options = PlanOptions {
//!     criterion: Criterion::Influence,
//!     share: 0.25,
//!     compensation: Compensation::Moments,
//!     ..PlanOptions::default()
//! };
//! let plan = session.plan(&options)?;
//! assert!(plan.macs.after < plan.macs.before);
//!
//! // Carry it out, and compare the result with the masked copy.
//! let pruned = session.prune(&options)?;
//! let check = session.check(&pruned)?;
//! assert!(check.passed);
//!
//! // An ONNX file like any other.
//! assert!(pruned.bytes.len() < file.len());
//! let smaller = Session::open("smaller.onnx", &pruned.bytes)?;
//! assert_eq!(smaller.overview().macs, plan.macs.after);
//! # Ok(())
//! # }
//! ```
//!
//! # The pipeline
//!
//! Each stage has one entry function; [`Session`] owns what they pass on.
//!
//! 1. **Open**: [`Session::open`] decodes the file, finds shapes, couples channels, and computes all
//!    that does not depend on a plan. [`Session::overview`] tells it.
//! 2. **Measure**, where images help: [`Session::calibrate`] replaces β and γ that were folded away,
//!    [`Session::measure_reconstruction`] orders channels by what the others can make up for.
//! 3. **Preview**: [`Session::preview`] scores, decides and counts, in milliseconds.
//!    [`Session::solve`] finds the threshold or share that meets a target.
//! 4. **Prune**: [`Session::prune`] slices the file and folds constants.
//! 5. **Repair**, if wanted: [`Session::repair`] refits what is left to unlabelled images.
//! 6. **Check**: [`Session::check`] compares the result with the masked copy of the original.
//! 7. **Judge**: [`Session::predict`] runs a network on an image, [`evaluate::evaluate`] on a data set.
//!
//! # Vocabulary
//!
//! - A *channel* is one position on the channel axis of one tensor.
//! - A *coupled channel* is a set of channels that can only be removed together, because operators
//!   such as residual sums tie them to each other.
//! - A *writer* is a layer whose outputs start coupled channels; a *reader* is one whose inputs end
//!   them, and into which constants are folded.
//! - A *row* is one BatchNormalization with its channels. A *pair* is a depthwise convolution between
//!   two rows; its channels have the paper's four cases ([`report::Cases`]).
//! - A *criterion* puts channels in order ([`report::Criterion`]); a *compensation* is the constant
//!   that stands for a removed one ([`report::Compensation`]).
//! - *Withheld* channels are dead by the criterion and kept all the same, with a reason
//!   ([`report::Withheld`]).
//! - The *masked twin* is the original with removed channels held at their constants.
//!
//! # Units
//!
//! Probabilities, shares and accuracies lie in \[0, 1\]. Parameters count numbers, MACs count
//! multiply-adds of one image at the network's input size, bytes are those of the encoded file.
//! Images are decoded to 8-bit RGB; tensors have the layout that the network's input has.
//!
//! # Features
//!
//! - `cli` (default): the command line `prune`, as the module `cli`. The library alone needs
//!   `default-features = false`.
//!
//! On `wasm32-unknown-unknown` the crate also exports the bindings that the page calls.
//!
//! # Errors
//!
//! Every failure is an [`Error`]: one sentence with the file, the node and the reason, as far as they
//! are known. Networks that cannot be pruned are refused when they are opened; layers that cannot be
//! pruned are listed with a reason in [`report::Overview::not_prunable`].
//!
//! # Security
//!
//! Files are taken for hostile. Every size in a file is held against a bound before memory is
//! allocated for it, and a failure of the inference engine is caught and reported. Nothing is read but
//! the bytes that are handed in, and what the callback of [`Session::open_external`] gives. Nothing is
//! ever sent anywhere.

#![warn(missing_docs)]

mod activation;
mod boxes;
mod channels;
#[cfg(feature = "cli")]
pub mod cli;
mod clock;
mod criterion;
pub mod dataset;
mod digest;
mod engine;
mod error;
pub mod evaluate;
mod gaussian;
mod graph;
pub mod image;
pub mod labels;
mod limits;
mod measure;
mod network;
mod onnx;
mod plan;
mod random;
mod repair;
pub mod report;
mod scores;
mod session;
mod statistics;
mod surgery;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::{Error, Result};
pub use gaussian::Gaussian;
pub use measure::stats::{Histograms, Measured, Origin, Stats, TensorStats};
pub use plan::cases::CellState;
pub use session::{
    Feeder, Knob, MIN_TO_JUDGE, Measure, Phase, PlanPreview, Pruned, Ranking, Session, Shrunk,
    Which, images_to_fit, with_preset,
};

/// The private modules, for the integration tests alone: no part of the interface, and free to change
/// at any time.
#[doc(hidden)]
pub mod internals {
    macro_rules! shown {
        ($($room:ident),*) => {$(
            pub mod $room {
                pub use crate::$room::*;
            }
        )*};
    }

    shown!(
        activation, channels, criterion, engine, gaussian, graph, measure, network, onnx, plan,
        repair
    );
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
