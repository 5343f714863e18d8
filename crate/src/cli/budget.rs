//! What the options became for a target or a promise.

use crate::evaluate::Promise;
use crate::report::{Guarded, PlanOptions, Solved};

use super::args::Target;

/// What a target promises of the images, if it is one of that kind.
pub fn promise(target: Option<Target>) -> Option<Promise> {
    match target? {
        Target::MaxLoss(points) => Some(Promise::MaxLoss(points / 100.0)),
        Target::MinAgreement(percent) => Some(Promise::MinAgreement(percent / 100.0)),
        Target::Macs(_) | Target::Params(_) => None,
    }
}

/// Plan options with what a target or a promise made of them.
pub struct Budget {
    pub options: PlanOptions,
    pub guarded: Option<Guarded>,
    /// How near a target in MACs or parameters was reached.
    pub solved: Option<Solved>,
}
