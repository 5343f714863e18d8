//! The shapes of everything that leaves the core.
//!
//! The command line prints them as JSON and the page receives them through `serde-wasm-bindgen`;
//! their TypeScript declarations are generated from here (`tsify`), so there is one definition.
//! Units: probabilities are in [0, 1], `params` counts scalars, `macs` counts multiply-adds at the
//! model's input size with batch 1, `bytes` is the size of the encoded file.

use serde::{Deserialize, Serialize};

/// Declares serialisable structs that are also visible to TypeScript on wasm32.
macro_rules! wire {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        #[cfg_attr(target_arch = "wasm32", tsify(missing_as_null))]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub $kind $name $body
    )*};
}

mod evaluation;
mod options;
mod printed;
#[cfg(test)]
mod tests;
mod views;

pub use evaluation::*;
pub use options::*;
pub use printed::*;
pub use views::*;

wire! {
    /// A count before and after pruning.
    #[derive(Copy, Default)]
    pub struct Change {
        pub before: u64,
        pub after: u64,
    }

    /// Channels of the depthwise pairs by the four cases.
    #[derive(Copy, Default)]
    pub struct Cases {
        pub keep: u64,
        pub output_dead: u64,
        pub input_dead: u64,
        pub both_dead: u64,
    }

    /// Where every coupled channel ends up; each is counted once, so all but `channels` add up to `channels`.
    #[derive(Copy, Default)]
    pub struct Tally {
        pub channels: u64,
        /// In a depthwise pair, and not dead by the criterion.
        pub kept: u64,
        /// In a depthwise pair and removed, by its case.
        pub output_dead: u64,
        pub input_dead: u64,
        pub both_dead: u64,
        /// In a depthwise pair and removed though alive on both sides: by a share, or with a whole branch.
        pub removed_alive: u64,
        /// Dead (or chosen by the share) and kept all the same; the reasons are listed apart.
        pub withheld: u64,
        /// In no depthwise pair.
        pub outside_kept: u64,
        pub outside_removed: u64,
    }

    /// A node and why something was or was not done with it.
    pub struct Reason {
        pub node: String,
        pub reason: String,
    }

    /// Channels that are dead by the criterion but were kept.
    pub struct Withheld {
        pub node: String,
        pub channels: u64,
        pub reason: String,
    }

    /// One convolution, Gemm or MatMul in the plan. `removed` lists output channel indices.
    pub struct PlanLayer {
        pub name: String,
        pub op: String,
        pub channels: Change,
        pub removed: Vec<u32>,
        pub params: Change,
        pub macs: Change,
    }

    /// The plan as `prune plan --json` prints it.
    pub struct Plan {
        pub criterion: Criterion,
        /// Null for criteria that take a share.
        pub threshold: Option<f64>,
        /// Null for `probability`.
        pub share: Option<f64>,
        /// What single layers have to themselves; left out where there is none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub limits: Vec<LayerLimits>,
        pub compensation: Compensation,
        pub cases: Cases,
        pub withheld: Vec<Withheld>,
        /// Where every coupled channel ends up.
        pub tally: Tally,
        /// The reasons of `tally.withheld`, in coupled channels.
        pub tally_withheld: Vec<Withheld>,
        pub channels: Change,
        pub params: Change,
        pub macs: Change,
        pub bytes: Change,
        pub layers: Vec<PlanLayer>,
        pub approximate: Vec<Reason>,
        pub not_prunable: Vec<Reason>,
        /// Residual branches that leave as a whole.
        pub dead_branches: Vec<Reason>,
        /// Only `apply` and `repair` fill this in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub check: Option<Check>,
        /// Only `repair` fills this in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub repair: Option<RepairReport>,
    }

    /// What a repair does, in this order.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "lowercase")]
    pub enum Step {
        /// Least-squares refit of every reader.
        Refit,
        /// Mean and spread of every reader's output set to the original's.
        Recalibrate,
    }

    /// How near a network is to the original on the held-back pictures.
    #[derive(Copy)]
    pub struct Closeness {
        /// Share of pictures on which both name the same class; null for networks that name none.
        pub agreement: Option<f64>,
        /// Mean KL(original ‖ this) in nats; null for networks that name no class.
        pub mean_kl: Option<f64>,
        /// The same after the outputs are divided by the one temperature that makes it least: sureness
        /// apart; null for networks that name no class.
        #[serde(default)]
        pub tempered_kl: Option<f64>,
        /// Mean of ‖original − this‖² / ‖original‖² over the outputs.
        pub error: f64,
    }

    /// One reader in one step of a repair.
    pub struct RepairLayer {
        pub node: String,
        /// Weights per output that were solved for.
        pub width: usize,
        /// Pixels they were fitted to.
        pub rows: usize,
        /// Ridge λ that the held-back pictures chose.
        pub ridge: Option<f64>,
        /// Squared error of its outputs on held-back pictures, relative to their variance.
        pub before: f64,
        pub after: f64,
        /// Why it was left as cut.
        pub declined: Option<String>,
    }

    /// One step of a repair.
    pub struct RepairStep {
        pub step: Step,
        pub declined: Option<String>,
        pub before: Closeness,
        pub after: Closeness,
        pub layers: Vec<RepairLayer>,
    }

    /// What a repair did and how it was judged.
    pub struct RepairReport {
        /// Pictures used, and how many of them were held back to judge by.
        pub images: u32,
        pub held: u32,
        /// What should be known about the pictures.
        pub warning: Option<String>,
        /// Why the network was left as cut, if every step was declined.
        pub declined: Option<String>,
        pub before: Closeness,
        pub after: Closeness,
        pub steps: Vec<RepairStep>,
    }

    /// Sliced network against its masked twin on seeded inputs.
    #[derive(Copy)]
    pub struct Check {
        /// Largest |Δ| over all outputs and samples.
        pub max_abs_diff: f64,
        /// Largest |output| of the twin, the scale of `max_abs_diff`.
        pub max_abs_output: f64,
        pub samples: u32,
        /// Every output is within 1e-4 of its largest value (1e-2 for float16 files), or within what
        /// rounding was seen to do to this network.
        pub passed: bool,
    }

    /// A graph input or output; unknown or symbolic dimensions are given by name or "?".
    pub struct Value {
        pub name: String,
        #[serde(rename = "type")]
        pub elem_type: String,
        pub shape: Vec<String>,
    }

    pub struct ModelInfo {
        pub name: String,
        pub producer: String,
        pub opset: i64,
        pub ir_version: i64,
        pub inputs: Vec<Value>,
        pub outputs: Vec<Value>,
    }

    /// One BatchNormalization (or calibrated pre-activation): a row of the channel map.
    pub struct Site {
        /// Node name of the BatchNormalization.
        pub norm: String,
        /// Conv/Gemm node that writes these channels, if there is exactly one.
        pub writer: String,
        /// "Relu", "Clip [0, 6]", "HardSwish", "none", …
        pub activation: String,
        /// Whether the activation is constant outside an interval, so that a probability exists.
        pub pinned: bool,
        pub channels: u32,
        /// Where this row starts in the flat channel arrays.
        pub offset: u32,
        /// Whether mean and std were measured on images rather than read from β and γ.
        pub calibrated: bool,
    }

    /// A depthwise convolution between two normalised rows.
    pub struct Pair {
        pub before: String,
        pub depthwise: String,
        pub after: String,
        pub channels: u32,
    }

    /// A Conv, ConvTranspose, Gemm or MatMul with weights.
    pub struct Layer {
        pub name: String,
        pub op: String,
        /// "dense", "pointwise", "depthwise", "grouped" or "linear".
        pub kind: String,
        pub inputs: u32,
        pub outputs: u32,
        pub kernel: String,
        pub params: u64,
        pub macs: u64,
    }

    /// What the page shows of a network before any plan.
    pub struct Overview {
        pub file: String,
        pub bytes: u64,
        pub model: ModelInfo,
        pub params: u64,
        pub macs: u64,
        /// Coupled channels that some convolution or Gemm writes.
        pub channels: u64,
        pub sites: Vec<Site>,
        pub pairs: Vec<Pair>,
        pub layers: Vec<Layer>,
        pub not_prunable: Vec<Reason>,
        /// Set when the file carries no BatchNormalization, with what to do about it.
        pub folded: Option<String>,
        /// Guessed from the input shape.
        pub preset: String,
        /// Guessed from the output width: "cifar10", "imagenet", … or "none".
        pub labels: String,
    }

    /// A row of `prune inspect --json`.
    pub struct InspectChannel {
        pub norm: String,
        pub activation: String,
        pub mean: Vec<f64>,
        pub std: Vec<f64>,
        pub probability: Vec<Option<f64>>,
    }

    /// `prune inspect --json`.
    pub struct Inspect {
        pub model: ModelInfo,
        pub params: u64,
        pub macs: u64,
        pub channels: Vec<InspectChannel>,
        pub pairs: Vec<Pair>,
        pub not_prunable: Vec<Reason>,
    }

    /// What a drag needs, in one small message. The flat arrays are fetched apart, as typed arrays.
    pub struct Preview {
        pub cases: Cases,
        pub channels: Change,
        pub params: Change,
        pub macs: Change,
        pub withheld: u64,
        /// Where every coupled channel ends up.
        pub tally: Tally,
        /// One pair channel of every case that there is.
        pub examples: Vec<Example>,
    }

    /// A pair channel that shows its case, as cells (row, channel) of the map.
    pub struct Example {
        /// "keep", "output_dead", "input_dead" or "both_dead".
        pub case: String,
        pub before: [u32; 2],
        pub after: [u32; 2],
        /// The smaller of its two standard deviations, at most 1: how well it can be seen.
        pub width: f64,
    }

    /// Another channel that is named in a channel's view.
    pub struct ChannelRef {
        pub site: u32,
        pub channel: u32,
        pub norm: String,
        pub activation: String,
        pub mean: f64,
        pub std: f64,
        pub probability: Option<f64>,
    }

    /// What one reader is told of a removed channel.
    pub struct Fold {
        pub reader: String,
        /// The constant the reader is told; null while the channel is kept.
        pub constant: Option<f64>,
        /// "bias of NODE" or "shift β of NODE".
        pub into: String,
        /// Largest |Δ_j| this channel adds to any of the reader's outputs.
        pub largest_shift: f64,
        /// False at padded k×k readers of a non-zero constant.
        pub exact: bool,
    }

    /// Measured values of one channel before its activation.
    pub struct Histogram {
        pub low: f64,
        pub high: f64,
        pub counts: Vec<u32>,
        pub mean: f64,
        pub std: f64,
        /// Measured fraction at or below the pinned end.
        pub pinned: f64,
        pub images: u32,
    }

    /// Everything the channel view shows.
    pub struct ChannelDetail {
        pub this: ChannelRef,
        /// Interval outside which the activation is constant; null = unbounded.
        pub low: Option<f64>,
        pub high: Option<f64>,
        /// P(Y ≥ high): our extension, shown apart.
        pub saturation: Option<f64>,
        /// E[a] and sd[a] after the activation.
        pub activation_mean: f64,
        pub activation_std: f64,
        /// "keep", "output_dead", "input_dead", "both_dead", or null outside pairs.
        pub case: Option<String>,
        /// "before" or "after" in its pair.
        pub role: Option<String>,
        pub partner: Option<ChannelRef>,
        pub removed: bool,
        /// Why a dead channel was kept, or why this one can never go.
        pub kept_because: Option<String>,
        /// How many BatchNormalization channels share its fate.
        pub coupled: u32,
        pub folds: Vec<Fold>,
        pub histogram: Option<Histogram>,
    }

    /// A class of a classifier's output.
    pub struct Top {
        pub index: u32,
        pub label: String,
        pub probability: f64,
    }

    /// One image through one network.
    pub struct Prediction {
        /// Empty when the first output is not a vector of class scores.
        pub top: Vec<Top>,
        /// Names and shapes of all outputs.
        pub outputs: Vec<Value>,
        /// The first output, flattened, cut at 4,096 values.
        pub scores: Vec<f32>,
        /// Wall time of the inference alone, without decoding.
        pub milliseconds: f64,
    }
}
