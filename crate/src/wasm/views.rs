//! Bindings of what the page's panels ask for.

use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::{Session, Wire, out, plan_options};
use crate::report::*;

#[wasm_bindgen]
impl Session {
    /// The graph of layers, joins and shuffles.
    pub fn topology(&self) -> Wire<Topology> {
        out(Ok(self.inner.topology()))
    }

    /// Channels that stay under `options`: of every node of `topology`, then of every edge.
    pub fn topology_widths(&mut self, options: Ts<PlanOptions>) -> Result<Vec<u32>, String> {
        self.inner
            .topology_widths(&plan_options(options)?)
            .map_err(|e| e.to_string())
    }

    /// One channel's arithmetic, and what goes with it.
    pub fn explain(
        &mut self,
        site: u32,
        channel: u32,
        options: Ts<PlanOptions>,
    ) -> Wire<Explanation> {
        out(self.inner.explain(site, channel, &plan_options(options)?))
    }

    /// Compiles the network without one channel; `infer("trial:SLOT", …)` runs it.
    pub fn try_channel(
        &mut self,
        slot: u32,
        site: u32,
        channel: u32,
        options: Ts<PlanOptions>,
    ) -> Result<(), String> {
        self.inner
            .try_channel(slot, site, channel, &plan_options(options)?)
            .map_err(|e| e.to_string())
    }

    /// Carries a plan out beside the one that is downloaded; `infer("trial:SLOT", …)` runs it.
    pub fn try_plan(&mut self, slot: u32, options: Ts<PlanOptions>) -> Wire<Plan> {
        let options = plan_options(options)?;
        out(self.inner.try_plan(slot, &options))
    }

    pub fn forget_trials(&mut self) {
        self.inner.forget_trials();
    }
}
