//! Bindings of the criterion `reconstruction` and of `shrink`: one session measures, all others take its order over.

use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::{Session, Wire, out, plan_options};
use crate::report::{Plan, PlanOptions};
use crate::session::{Measure, Phase, Ranking};

/// Says how far the work is, and asks whether to go on: anything but `false` means yes.
fn reporter(progress: &js_sys::Function) -> impl FnMut(Phase, usize, usize) -> bool {
    |phase, done, total| {
        let stage = match phase {
            Phase::Summing => "summing",
            Phase::Trying => "trying",
            Phase::Refitting => "refitting",
        };
        let [done, total] = [done, total].map(|n| JsValue::from(n as u32));
        let answer = progress.call3(&JsValue::NULL, &JsValue::from(stage), &done, &total);
        answer.map_or(true, |it| it != JsValue::FALSE)
    }
}

/// The file of a network, saying that its images are read as `preset`.
#[wasm_bindgen]
pub fn with_preset(file: &[u8], preset: &str) -> Result<Vec<u8>, String> {
    crate::session::with_preset(file, preset).map_err(|e| e.to_string())
}

/// How many of so many images `shrink` is to fit to; the others are left to judge by.
#[wasm_bindgen]
pub fn images_to_fit(count: u32) -> u32 {
    crate::session::images_to_fit(count as usize) as u32
}

#[wasm_bindgen]
impl Session {
    /// Measures on the queued images, which stay queued, what the channels that stay can make up for; plans by
    /// `reconstruction` can be made then. `blocks`: whole residual branches may leave. `progress(stage, done, total)`, stage
    /// "summing" or "trying", ends it by returning false.
    pub fn measure_reconstruction(
        &mut self,
        multiple: u32,
        blocks: bool,
        progress: &js_sys::Function,
    ) -> Result<(), String> {
        self.inner.allow_blocks(blocks);
        let images = std::mem::take(&mut self.queue);
        let mut report = reporter(progress);
        let measured = self
            .inner
            .measure_to_shrink(multiple, &images, 1, &mut report);
        self.queue = images;
        measured.map_err(|e| e.to_string())
    }

    /// Per coupled channel its place in the order of removal, NaN where nothing is known; empty before a measurement.
    pub fn ranking_places(&self) -> Vec<f64> {
        self.inner.ranking().map_or(Vec::new(), |it| it.places)
    }

    /// Per place what the output is predicted to have lost by then.
    pub fn ranking_predicted(&self) -> Vec<f64> {
        self.inner.ranking().map_or(Vec::new(), |it| it.predicted)
    }

    /// Whether cuts were tried on images that the sums did not see.
    pub fn ranking_measured(&self) -> bool {
        self.inner.ranking().is_some_and(|it| it.measured)
    }

    /// Takes over what another session of the same network measured.
    pub fn set_ranking(
        &mut self,
        places: Vec<f64>,
        predicted: Vec<f64>,
        measured: bool,
    ) -> Result<(), String> {
        let ranking = Ranking {
            places,
            predicted,
            measured,
        };
        self.inner.set_ranking(ranking).map_err(|e| e.to_string())
    }

    /// KL in nats that the output is predicted to have under a plan by reconstruction, once repaired; undefined where no
    /// cut was tried.
    pub fn predicted_kl(&mut self, options: Ts<PlanOptions>) -> Result<Option<f64>, String> {
        let decision = self.inner.decide(&plan_options(options)?);
        let removed = decision.map_err(|e| e.to_string())?.removed.clone();
        Ok(self.inner.predicted_kl(&removed))
    }

    /// A network with `percent` % of its MACs ("macs") or parameters ("params") removed, everything else chosen by what is at
    /// hand: with queued images (all of them are fitted to, and the queue is empty then) by reconstruction with its repair,
    /// else by the file alone. Of `options` only the limits count. `pruned_bytes` is then the smaller file.
    /// `progress(stage, done, total)`, stage "summing", "trying" or "refitting", ends it by returning false.
    pub fn shrink(
        &mut self,
        measure: &str,
        percent: f64,
        options: Ts<PlanOptions>,
        progress: &js_sys::Function,
    ) -> Wire<Plan> {
        let measure = match measure {
            "macs" => Measure::Macs,
            "params" => Measure::Params,
            other => return Err(format!("the target is \"macs\" or \"params\", not {other}")),
        };
        let options = plan_options(options)?;
        let images = std::mem::take(&mut self.queue);
        let mut report = reporter(progress);
        let shrunk = self
            .inner
            .shrink(measure, percent, &options, &images, 1, &mut report)
            .map_err(|e| e.to_string())?;
        let plan = shrunk.pruned.plan.clone();
        self.inner.adopt(shrunk.pruned);
        out(Ok(plan))
    }
}
