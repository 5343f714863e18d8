//! What only the command line prints: results of the core with something beside them.

use serde::Serialize;

use super::{Compensation, Criterion, Guarded, Plan, Prediction, Solved};

/// `prune plan --json` and `prune apply --json`: a plan, and how its amount was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedReport {
    /// The plan itself.
    #[serde(flatten)]
    pub plan: Plan,
    /// With `--max-loss` or `--min-agreement`: what the search for the plan found on the images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guarded>,
    /// With `--target-macs` or `--target-params`: how near the target was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved: Option<Solved>,
}

/// An element of `prune run --json`: one image through the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImageReport {
    /// The image's file name.
    pub image: String,
    /// What the network says about it.
    #[serde(flatten)]
    pub prediction: Prediction,
}

/// What `prune shrink` chose.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// What decides which channels are removed first.
    pub criterion: Criterion,
    /// What replaces removed channels.
    pub compensation: Compensation,
    /// "measured": layers were weighed by what cutting each alone does to the output; "flat": by their own
    /// losses; null without images.
    pub allocation: Option<&'static str>,
    /// How images were read; null without images.
    pub preset: Option<String>,
    /// Images that were fitted to.
    pub images: usize,
    /// Other images, on which the cost was counted.
    pub judged_on: usize,
}

/// `prune shrink --json`: the plan, what was chosen, and what it cost; null where unknown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShrinkReport {
    /// The plan, with its check and its repair.
    #[serde(flatten)]
    pub plan: Plan,
    /// The method.
    pub choice: Choice,
    /// Predicted KL of the output in nats, before anything was run.
    pub predicted_kl: Option<f64>,
    /// Share of images on which both networks name the same class.
    pub agreement: Option<f64>,
    /// Its 95 % interval.
    pub agreement_interval: Option<[f64; 2]>,
    /// Accuracy of the smaller network.
    pub accuracy: Option<f64>,
    /// Its 95 % interval.
    pub accuracy_interval: Option<[f64; 2]>,
    /// Accuracy of the smaller network minus that of the original.
    pub difference: Option<f64>,
    /// Its paired 95 % interval.
    pub difference_interval: Option<[f64; 2]>,
    /// With `--max-loss` or `--min-agreement`: what the search for the smallest network found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guarded>,
}
