//! A plan, and what a drag shows of it.

use serde::{Deserialize, Serialize};

use super::{Compensation, Criterion, LayerLimits, RepairReport};

wire! {
    /// A count before and after pruning.
    #[derive(Copy, Default)]
    pub struct Change {
        /// In the original.
        pub before: u64,
        /// In the pruned network.
        pub after: u64,
    }

    /// Channels of the depthwise pairs by the four cases.
    #[derive(Copy, Default)]
    pub struct Cases {
        /// Alive before and after.
        pub keep: u64,
        /// Dead after the depthwise convolution alone.
        pub output_dead: u64,
        /// Dead before the depthwise convolution alone.
        pub input_dead: u64,
        /// Dead before and after.
        pub both_dead: u64,
    }

    /// Where every coupled channel ends up; each is counted once, so all but `channels` add up to `channels`.
    #[derive(Copy, Default)]
    pub struct Tally {
        /// All of them.
        pub channels: u64,
        /// In a depthwise pair, and not dead by the criterion.
        pub kept: u64,
        /// In a depthwise pair and removed, by its case.
        pub output_dead: u64,
        /// In a depthwise pair and removed: dead before alone.
        pub input_dead: u64,
        /// In a depthwise pair and removed: dead before and after.
        pub both_dead: u64,
        /// In a depthwise pair and removed though alive on both sides: by a share, or with a whole branch.
        pub removed_alive: u64,
        /// Dead (or chosen by the share) and kept all the same; the reasons are listed apart.
        pub withheld: u64,
        /// In no depthwise pair.
        pub outside_kept: u64,
        /// In no depthwise pair, and removed.
        pub outside_removed: u64,
    }

    /// A node and why something was or was not done with it.
    pub struct Reason {
        /// The node's name.
        pub node: String,
        /// The reason, as a sentence without its subject.
        pub reason: String,
    }

    /// Channels that are dead by the criterion but were kept.
    pub struct Withheld {
        /// The row or layer they belong to.
        pub node: String,
        /// How many.
        pub channels: u64,
        /// The reason.
        pub reason: String,
    }

    /// One convolution, Gemm or MatMul in the plan. `removed` lists output channel indices.
    pub struct PlanLayer {
        /// Its node.
        pub name: String,
        /// Its operator.
        pub op: String,
        /// Output channels.
        pub channels: Change,
        /// Indices of the removed output channels.
        pub removed: Vec<u32>,
        /// Parameters.
        pub params: Change,
        /// MACs.
        pub macs: Change,
    }

    /// The plan as `prune plan --json` prints it.
    pub struct Plan {
        /// What decided the order.
        pub criterion: Criterion,
        /// Null for criteria that take a share.
        pub threshold: Option<f64>,
        /// Null for `probability`.
        pub share: Option<f64>,
        /// What single layers have to themselves; left out where there is none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub limits: Vec<LayerLimits>,
        /// What replaces removed channels.
        pub compensation: Compensation,
        /// The four cases of the depthwise pairs.
        pub cases: Cases,
        /// Dead channels that are kept, with the reasons.
        pub withheld: Vec<Withheld>,
        /// Where every coupled channel ends up.
        pub tally: Tally,
        /// The reasons of `tally.withheld`, in coupled channels.
        pub tally_withheld: Vec<Withheld>,
        /// Channels of all layers.
        pub channels: Change,
        /// Parameters.
        pub params: Change,
        /// MACs.
        pub macs: Change,
        /// Size of the file.
        pub bytes: Change,
        /// All layers, in graph order.
        pub layers: Vec<PlanLayer>,
        /// Where a constant is exact only inside the image.
        pub approximate: Vec<Reason>,
        /// What cannot be pruned, and why.
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

    /// Sliced network against its masked twin on seeded inputs.
    #[derive(Copy)]
    pub struct Check {
        /// Largest |Δ| over all outputs and samples.
        pub max_abs_diff: f64,
        /// Largest |output| of the twin, the scale of `max_abs_diff`.
        pub max_abs_output: f64,
        /// Seeded inputs that were compared.
        pub samples: u32,
        /// Every output is within 1e-4 of its largest value (1e-2 for float16 files), or within what
        /// rounding was seen to do to this network.
        pub passed: bool,
    }

    /// What a drag needs, in one small message. The flat arrays are fetched apart, as typed arrays.
    pub struct Preview {
        /// The four cases of the depthwise pairs.
        pub cases: Cases,
        /// Channels of all layers.
        pub channels: Change,
        /// Parameters.
        pub params: Change,
        /// MACs.
        pub macs: Change,
        /// Cells of the map that are dead and kept all the same.
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
        /// Row and channel before the depthwise convolution.
        pub before: [u32; 2],
        /// Row and channel after it.
        pub after: [u32; 2],
        /// The smaller of its two standard deviations, at most 1: how well it can be seen.
        pub width: f64,
    }
}
