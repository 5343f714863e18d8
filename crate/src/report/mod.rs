//! The shapes of everything that leaves the core.
//!
//! The command line prints them as JSON and the page receives them through `serde-wasm-bindgen`;
//! their TypeScript declarations are generated from here (`tsify`), so there is one definition.
//! Units: probabilities are in [0, 1], `params` counts scalars, `macs` counts multiply-adds at the
//! model's input size with batch 1, `bytes` is the size of the encoded file.

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

mod channel;
mod evaluation;
mod network;
mod options;
mod part;
mod plan;
mod printed;
mod repair;
#[cfg(test)]
mod tests;
mod views;

pub use channel::{ChannelDetail, ChannelRef, Fold, Histogram};
pub use evaluation::{
    Against, ClassAccuracy, Evaluation, Found, Guarded, LabInfo, Latency, Matching, Prediction,
    ReadsBetter, Top,
};
pub use network::{Inspect, InspectChannel, Layer, ModelInfo, Overview, Pair, Site, Value};
pub use options::{Compensation, Criterion, LayerLimits, Per, PlanOptions, SURELY_DEAD, Solved};
pub use part::{
    EVALUATION_FORMAT, EVALUATION_VERSION, EvaluationPart, JudgedData, JudgedFile, RecordColumns,
};
pub use plan::{Cases, Change, Check, Example, Plan, PlanLayer, Preview, Reason, Tally, Withheld};
pub use printed::{Choice, ImageReport, PlannedReport, ShrinkReport};
pub use repair::{Closeness, RepairLayer, RepairReport, RepairStep, Step};
pub use views::{
    Carried, Explanation, NormNumbers, ReaderShift, Stage, Taps, Tie, Together, Topology,
    TopologyEdge, TopologyNode,
};
