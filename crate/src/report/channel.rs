//! One channel, with what becomes of it.

use serde::{Deserialize, Serialize};

wire! {
    /// Another channel that is named in a channel's view.
    pub struct ChannelRef {
        /// Index of its row.
        pub site: u32,
        /// Index in its row.
        pub channel: u32,
        /// Node name of the BatchNormalization.
        pub norm: String,
        /// The activation behind it.
        pub activation: String,
        /// Mean before the activation.
        pub mean: f64,
        /// Standard deviation before the activation.
        pub std: f64,
        /// Probability that the activation is constant; null where it has no constant part.
        pub probability: Option<f64>,
    }

    /// What one reader gets in place of a removed channel.
    pub struct Fold {
        /// The reader's node.
        pub reader: String,
        /// The constant the reader gets; null while the channel is kept.
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
        /// Lower end of the first bin.
        pub low: f64,
        /// Upper end of the last bin.
        pub high: f64,
        /// Values in each bin, all of the same width.
        pub counts: Vec<u32>,
        /// Measured mean.
        pub mean: f64,
        /// Measured standard deviation.
        pub std: f64,
        /// Measured fraction at or below the pinned end.
        pub pinned: f64,
        /// Images that were measured.
        pub images: u32,
    }

    /// Everything the channel view shows.
    pub struct ChannelDetail {
        /// The channel itself.
        pub this: ChannelRef,
        /// Interval outside which the activation is constant; null = unbounded.
        pub low: Option<f64>,
        /// Upper end of that interval.
        pub high: Option<f64>,
        /// P(Y ≥ high): our extension, shown apart.
        pub saturation: Option<f64>,
        /// Mean `E[a]` after the activation.
        pub activation_mean: f64,
        /// Standard deviation `sd[a]` after the activation.
        pub activation_std: f64,
        /// "keep", "output_dead", "input_dead", "both_dead", or null outside pairs.
        pub case: Option<String>,
        /// "before" or "after" in its pair.
        pub role: Option<String>,
        /// The channel on the other side of the depthwise convolution.
        pub partner: Option<ChannelRef>,
        /// Whether the plan removes it.
        pub removed: bool,
        /// Why a dead channel was kept, or why this one can never go.
        pub kept_because: Option<String>,
        /// How many BatchNormalization channels are coupled to it.
        pub coupled: u32,
        /// Where its constant is folded.
        pub folds: Vec<Fold>,
        /// Measured values, after a calibration.
        pub histogram: Option<Histogram>,
    }
}
