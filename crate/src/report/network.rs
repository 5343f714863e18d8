//! A network before any plan.

use serde::{Deserialize, Serialize};

use super::Reason;

wire! {
    /// A graph input or output; unknown or symbolic dimensions are given by name or "?".
    pub struct Value {
        /// Its name in the file.
        pub name: String,
        /// The type of its elements, such as "float32".
        #[serde(rename = "type")]
        pub elem_type: String,
        /// Its dimensions.
        pub shape: Vec<String>,
    }

    /// What a file says of itself.
    pub struct ModelInfo {
        /// The graph's name.
        pub name: String,
        /// The program that wrote it.
        pub producer: String,
        /// The version of the operator set.
        pub opset: i64,
        /// The version of the file format.
        pub ir_version: i64,
        /// The network's inputs.
        pub inputs: Vec<Value>,
        /// The network's outputs.
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
        /// How many channels the row has.
        pub channels: u32,
        /// Where this row starts in the flat channel arrays.
        pub offset: u32,
        /// Whether mean and std were measured on images rather than read from β and γ.
        pub calibrated: bool,
    }

    /// A depthwise convolution between two normalised rows.
    pub struct Pair {
        /// The BatchNormalization before it.
        pub before: String,
        /// The depthwise convolution.
        pub depthwise: String,
        /// The BatchNormalization after it.
        pub after: String,
        /// Channels that it maps to themselves.
        pub channels: u32,
    }

    /// A Conv, ConvTranspose, Gemm or MatMul with weights.
    pub struct Layer {
        /// Its node.
        pub name: String,
        /// Its operator.
        pub op: String,
        /// "dense", "pointwise", "depthwise", "grouped" or "linear".
        pub kind: String,
        /// Input channels.
        pub inputs: u32,
        /// Output channels.
        pub outputs: u32,
        /// Size of the kernel, such as "3×3".
        pub kernel: String,
        /// Its parameters.
        pub params: u64,
        /// Its MACs.
        pub macs: u64,
    }

    /// What the page shows of a network before any plan.
    pub struct Overview {
        /// The file's name.
        pub file: String,
        /// The file's size.
        pub bytes: u64,
        /// What the file says of itself.
        pub model: ModelInfo,
        /// Parameters in all.
        pub params: u64,
        /// MACs in all.
        pub macs: u64,
        /// Coupled channels that some convolution or Gemm writes.
        pub channels: u64,
        /// The rows of the channel map.
        pub sites: Vec<Site>,
        /// The depthwise pairs.
        pub pairs: Vec<Pair>,
        /// All layers with weights.
        pub layers: Vec<Layer>,
        /// What cannot be pruned, and why.
        pub not_prunable: Vec<Reason>,
        /// Set when the file carries no BatchNormalization, with what to do about it.
        pub folded: Option<String>,
        /// How images are read: said by the file, else guessed from the input's shape.
        pub preset: String,
        /// Whether an earlier cut wrote `preset` into the file.
        pub preset_carried: bool,
        /// Guessed from the output width: "cifar10", "imagenet", … or "none".
        pub labels: String,
    }

    /// A row of `prune inspect --json`.
    pub struct InspectChannel {
        /// Node name of the BatchNormalization.
        pub norm: String,
        /// The activation behind it.
        pub activation: String,
        /// Mean per channel.
        pub mean: Vec<f64>,
        /// Standard deviation per channel.
        pub std: Vec<f64>,
        /// Probability that the activation is constant; null where it has no constant part.
        pub probability: Vec<Option<f64>>,
    }

    /// `prune inspect --json`.
    pub struct Inspect {
        /// What the file says of itself.
        pub model: ModelInfo,
        /// Parameters in all.
        pub params: u64,
        /// MACs in all.
        pub macs: u64,
        /// One element per row.
        pub channels: Vec<InspectChannel>,
        /// The depthwise pairs.
        pub pairs: Vec<Pair>,
        /// What cannot be pruned, and why.
        pub not_prunable: Vec<Reason>,
    }
}
