//! What the options became for a target or a promise.

use crate::report::{Guarded, PlanOptions, Solved};

/// Plan options with what a target or a promise made of them.
pub struct Budget {
    pub options: PlanOptions,
    pub guarded: Option<Guarded>,
    /// How near a target in MACs or parameters was reached.
    pub solved: Option<Solved>,
}
