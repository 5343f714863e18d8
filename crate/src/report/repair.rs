//! What a repair did, and how it was judged.

use serde::{Deserialize, Serialize};

wire! {
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
        /// The reader's node.
        pub node: String,
        /// Weights per output that were solved for.
        pub width: usize,
        /// Pixels they were fitted to.
        pub rows: usize,
        /// Ridge λ that the held-back pictures chose.
        pub ridge: Option<f64>,
        /// Squared error of its outputs on held-back pictures, relative to their variance.
        pub before: f64,
        /// The same after the refit.
        pub after: f64,
        /// Why it was left as cut.
        pub declined: Option<String>,
    }

    /// One step of a repair.
    pub struct RepairStep {
        /// What was done.
        pub step: Step,
        /// Why it was not taken; null where it was.
        pub declined: Option<String>,
        /// Before this step.
        pub before: Closeness,
        /// After this step.
        pub after: Closeness,
        /// Every reader that was refitted or declined.
        pub layers: Vec<RepairLayer>,
    }

    /// What a repair did and how it was judged.
    pub struct RepairReport {
        /// Pictures used, and how many of them were held back to judge by.
        pub images: u32,
        /// Images that no refit saw.
        pub held: u32,
        /// What should be known about the pictures.
        pub warning: Option<String>,
        /// Why the network was left as cut, if every step was declined.
        pub declined: Option<String>,
        /// As cut.
        pub before: Closeness,
        /// As repaired.
        pub after: Closeness,
        /// In the order in which they were done.
        pub steps: Vec<RepairStep>,
    }
}
