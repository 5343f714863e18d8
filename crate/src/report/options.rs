//! What a plan is made from.

use serde::{Deserialize, Serialize};

wire! {
    /// What decides the order in which channels are removed.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "lowercase")]
    pub enum Criterion {
        /// P(pinned) from the BatchNormalization Gaussian: the paper. Takes a threshold.
        #[default]
        Probability,
        /// Standard deviation of what the readers see.
        Sigma,
        /// Variance of a channel times its share of what its readers get.
        Influence,
        /// |γ| of network slimming.
        Slimming,
        /// Layer-normalised ‖W‖₁ of the writers.
        L1,
        /// Distance of a filter to all others of its layer.
        Fpgm,
        /// Measured fraction of zeros after the activation; needs images.
        Apoz,
        /// What the channels that stay cannot make up for; needs images, or `merge`.
        Reconstruction,
        /// First the channels that are dead at [`SURELY_DEAD`], by falling P, then by `influence`.
        Recommended,
        /// Seeded order, the baseline every criterion has to beat.
        Random,
    }

    /// What replaces removed channels where they are read.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "lowercase")]
    pub enum Compensation {
        /// Zero: shows the damage.
        None,
        /// The pinned value, and the exact constant of case 3: the paper.
        #[default]
        Shift,
        /// `E[a]` of the last activation before the reader.
        Mean,
        /// `E[a]`, and the spread that readers lose given back by the BatchNormalization behind them.
        Moments,
        /// The channels that stay take over what they can, by how the file says that channels vary together; `E[a]` for the rest.
        Merge,
    }

    /// What a score is weighed against before channels are put in order.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "lowercase")]
    pub enum Per {
        /// What suits the criterion: MACs for `influence` and `recommended`, channels for all others.
        #[default]
        Own,
        /// Every channel counts the same.
        Channel,
        /// The MACs that a channel saves by itself.
        Mac,
        /// The parameters that a channel saves by itself.
        Parameter,
        /// The mean of both, each as a fraction of the network's.
        Cost,
    }

    /// Everything that determines a plan.
    #[serde(default)]
    pub struct PlanOptions {
        /// What decides the order in which channels are removed.
        pub criterion: Criterion,
        /// For `probability`: channels with P ≥ threshold go.
        pub threshold: f64,
        /// For the other criteria: the fraction of all removable channels that goes.
        pub share: f64,
        /// What replaces removed channels.
        pub compensation: Compensation,
        /// For criteria that take a share.
        pub per: Per,
        /// Seed of the `random` criterion.
        pub seed: u32,
        /// Fewest channels a layer keeps.
        pub floor: u32,
        /// Kept channel counts are rounded up to a multiple of this.
        pub multiple: u32,
        /// Names of Conv/Gemm/MatMul nodes whose output channels stay.
        pub locked: Vec<String>,
        /// What single layers have to themselves.
        pub layers: Vec<LayerLimits>,
    }

    /// What one layer has to itself; null leaves it to the plan.
    #[derive(Default)]
    #[serde(default)]
    pub struct LayerLimits {
        /// The row meant: its BatchNormalization node, or the Conv/Gemm/MatMul node that writes it.
        pub layer: String,
        /// For `probability`: this row's channels are pinned where P ≥ threshold.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub threshold: Option<f64>,
        /// For the other criteria: the fraction of this row's removable channels that goes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub share: Option<f64>,
        /// Fewest channels this row keeps, if that is more than the plan's `floor`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub floor: Option<u32>,
        /// This row's kept channels are rounded up to a multiple of this, besides the plan's `multiple`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub multiple: Option<u32>,
    }
}

/// The τ down to which `recommended` goes by the paper's probability: removing such channels costs nothing that was measured.
pub const SURELY_DEAD: f64 = 0.99;

impl Default for PlanOptions {
    fn default() -> Self {
        PlanOptions {
            criterion: Criterion::Probability,
            threshold: 0.99,
            share: 0.25,
            compensation: Compensation::Shift,
            per: Per::Own,
            seed: 0,
            floor: 1,
            multiple: 1,
            locked: Vec::new(),
            layers: Vec::new(),
        }
    }
}

wire! {
    /// The threshold or share that comes nearest to a target.
    pub struct Solved {
        /// The threshold or share.
        pub amount: f64,
        /// What was asked and what is removed, in percent of the MACs or parameters.
        pub asked: f64,
        /// What is removed, in percent.
        pub removed: f64,
        /// Whether the two differ by no more than half a percent.
        pub reached: bool,
        /// Why nothing nearer can be reached; null where it was.
        pub reason: Option<String>,
    }
}
