//! Bindings for the page: translate, call the session, translate back. No logic lives here.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::report::*;

/// A value on its way to TypeScript, or a sentence.
type Wire<T> = Result<Ts<T>, String>;

/// One opened network. All methods that can fail throw a string of one sentence.
#[wasm_bindgen]
pub struct Session;

#[wasm_bindgen]
impl Session {
    /// Decodes and analyses `bytes`; `name` is the file's name, used in error sentences.
    #[wasm_bindgen(constructor)]
    pub fn new(_name: &str, _bytes: &[u8]) -> Result<Session, String> {
        Err("not built yet".into())
    }
    pub fn overview(&self) -> Wire<Overview> {
        todo!()
    }
    /// Flat per-channel arrays, in site order (see `Site.offset`).
    pub fn means(&self) -> Vec<f32> {
        todo!()
    }
    pub fn stds(&self) -> Vec<f32> {
        todo!()
    }
    /// P(Y ≤ low); NaN where the activation is pinned nowhere.
    pub fn probabilities(&self) -> Vec<f32> {
        todo!()
    }
    /// P(Y ≥ high); NaN where there is no upper end.
    pub fn saturations(&self) -> Vec<f32> {
        todo!()
    }
    /// The criterion's score of each channel's class (small goes first); NaN where it can never go.
    pub fn scores(&self, _criterion: Ts<Criterion>, _seed: u32) -> Vec<f32> {
        todo!()
    }
    /// Recomputes the plan; then `states`, `layer_channels`, `layer_params` and `layer_macs` are of it.
    pub fn preview(&mut self, _options: Ts<PlanOptions>) -> Wire<Preview> {
        todo!()
    }
    /// Per channel: 0 kept, 1 output dead, 2 input dead, 3 both dead (1..3 removed), 4 removed outside a
    /// pair or by a share, 5 dead but withheld.
    pub fn states(&self) -> Vec<u8> {
        todo!()
    }
    /// Output channels that each of `Overview.layers` keeps.
    pub fn layer_channels(&self) -> Vec<u32> {
        todo!()
    }
    pub fn layer_params(&self) -> Vec<f64> {
        todo!()
    }
    pub fn layer_macs(&self) -> Vec<f64> {
        todo!()
    }
    /// The threshold (or share) that removes `percent` % of the MACs, as near as it gets.
    pub fn solve_macs(&self, _options: Ts<PlanOptions>, _percent: f64) -> Result<f64, String> {
        todo!()
    }
    /// The whole plan, for tables and the JSON download.
    pub fn plan(&self, _options: Ts<PlanOptions>) -> Wire<Plan> {
        todo!()
    }
    pub fn channel(
        &self,
        _site: u32,
        _channel: u32,
        _options: Ts<PlanOptions>,
    ) -> Wire<ChannelDetail> {
        todo!()
    }
    /// Surgery. The pruned file is then in `pruned_bytes`, and `infer("pruned", …)` runs it.
    pub fn prune(&mut self, _options: Ts<PlanOptions>) -> Wire<Plan> {
        todo!()
    }
    /// Runs the pruned network against its masked twin. Call after `prune`.
    pub fn check(&mut self) -> Wire<Check> {
        todo!()
    }
    pub fn pruned_bytes(&self) -> Vec<u8> {
        todo!()
    }
    /// Compiles (once) and runs `which` = "original" | "pruned" on one encoded image (PNG, JPEG, WebP).
    pub fn infer(&mut self, _which: &str, _image: &[u8], _preset: &str) -> Wire<Prediction> {
        todo!()
    }
    /// Label set: "imagenet", "cifar10", "cifar100", "fashion-mnist", "none", or a text with one label a line.
    pub fn set_labels(&mut self, _labels: &str) {
        todo!()
    }
    /// Measures the network on one more image; returns how many have been measured. Fills histograms, `apoz`,
    /// and, where BatchNormalization was folded away, the means and stds themselves (fetch the overview and arrays anew).
    pub fn calibrate(&mut self, _image: &[u8], _preset: &str) -> Result<u32, String> {
        todo!()
    }
    /// Forgets the measurement.
    pub fn clear_calibration(&mut self) {
        todo!()
    }
    /// Queues one more unlabelled image for `repair`; returns how many are queued.
    pub fn add_repair_image(&mut self, _image: &[u8], _preset: &str) -> Result<u32, String> {
        todo!()
    }
    /// Prunes, refits every reader on the queued images, empties the queue; `pruned_bytes` is then the repaired file.
    /// `progress(done, total)` is called after each reader.
    pub fn repair(
        &mut self,
        _options: Ts<PlanOptions>,
        _progress: &js_sys::Function,
    ) -> Wire<Plan> {
        todo!()
    }
}

/// Version of the crate, for the page's footer.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
