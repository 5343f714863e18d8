//! What the page's panels show besides the plan: the graph of layers, one channel's arithmetic.

use serde::{Deserialize, Serialize};

use super::ChannelRef;

wire! {
    /// A layer, or a place where branches meet or part.
    pub struct TopologyNode {
        /// The node's name.
        pub name: String,
        /// The operator as the file spells it; "" for the network's inputs and outputs.
        pub op: String,
        /// "input", "output", "layer", "join" (two or more meet), "concat", "shuffle", "split", or "other".
        pub kind: String,
        /// Index into `Overview.layers`.
        pub layer: Option<u32>,
        /// Channels that leave it.
        pub channels: u32,
    }

    /// Channels that pass from one node to another; operators in between are left out.
    pub struct TopologyEdge {
        /// Index into `nodes`.
        pub from: u32,
        /// Index into `nodes`.
        pub to: u32,
        /// How many channels pass.
        pub channels: u32,
    }

    /// The graph of layers, in the order in which they run.
    pub struct Topology {
        /// All nodes.
        pub nodes: Vec<TopologyNode>,
        /// All edges.
        pub edges: Vec<TopologyEdge>,
    }

    /// One channel of a BatchNormalization as it stands in the file.
    #[derive(Copy)]
    pub struct NormNumbers {
        /// γ.
        pub gamma: f64,
        /// β.
        pub beta: f64,
        /// μ.
        pub mean: f64,
        /// v.
        pub variance: f64,
        /// ε.
        pub epsilon: f64,
    }

    /// A normalised channel with what pins it.
    pub struct Stage {
        /// The channel.
        pub channel: ChannelRef,
        /// Null where the Gaussian was measured.
        pub norm: Option<NormNumbers>,
        /// Where the activation starts to be constant, and the value it has below.
        pub low: Option<f64>,
        /// The value the activation has below `low`.
        pub pinned: Option<f64>,
    }

    /// One channel of a depthwise convolution.
    pub struct Taps {
        /// Its node.
        pub node: String,
        /// Size of the kernel.
        pub kernel: String,
        /// The kernel's weights, row by row.
        pub weights: Vec<f64>,
        /// Its bias.
        pub bias: f64,
        /// Whether zeros are padded.
        pub padded: bool,
    }

    /// What a constant in front of a depthwise convolution becomes behind it.
    #[derive(Copy)]
    pub struct Carried {
        /// What enters: the pinned value.
        pub enters: f64,
        /// What the kernel makes of it.
        pub convolved: f64,
        /// What the normalisation makes of that.
        pub normalised: f64,
        /// What the activation emits: the shifting factor.
        pub emitted: f64,
    }

    /// What one reader gets for a channel: `Δ_j = sums[j] · constant`.
    pub struct ReaderShift {
        /// The reader's node.
        pub reader: String,
        /// Index into `Overview.layers`.
        pub layer: u32,
        /// Which of its inputs the channel is.
        pub input: u32,
        /// The constant the reader gets, or would get if the channel were removed.
        pub constant: f64,
        /// "bias of NODE" or "shift β of NODE".
        pub into: String,
        /// False at padded k×k readers of a non-zero constant.
        pub exact: bool,
        /// Number of the first output in `sums` (of a grouped convolution, only the own group reads it).
        pub first: u32,
        /// Σ over the kernel of each output's weights for this input.
        pub sums: Vec<f64>,
    }

    /// Channels of one layer that go together with the one asked for.
    pub struct Together {
        /// Index into `Overview.layers`.
        pub layer: u32,
        /// "writes": output filters; "carries": depthwise filters; "reads": input columns.
        pub role: String,
        /// Their indices in the layer.
        pub channels: Vec<u32>,
    }

    /// A node that ties channels of different layers to one another.
    pub struct Tie {
        /// The node's name.
        pub node: String,
        /// Its operator.
        pub op: String,
        /// Why it ties them.
        pub reason: String,
    }

    /// One channel's arithmetic: what it is made of, what it leaves behind, and what goes with it.
    pub struct Explanation {
        /// Whether the plan removes it.
        pub removed: bool,
        /// Why it can never go, if so.
        pub obstacle: Option<String>,
        /// Outside of pairs only `before` is there: the channel itself.
        pub before: Stage,
        /// The depthwise convolution of its pair.
        pub depthwise: Option<Taps>,
        /// The row behind the depthwise convolution.
        pub after: Option<Stage>,
        /// What becomes of its constant on the way.
        pub carried: Option<Carried>,
        /// Every reader and what it gets.
        pub readers: Vec<ReaderShift>,
        /// All channels that are removed with it.
        pub together: Vec<Together>,
        /// The nodes that tie these to each other.
        pub ties: Vec<Tie>,
    }
}
