//! Bindings for the page: translate, call the session, translate back. No logic lives here.

mod lab;
mod shrink;

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::image::Image;
use crate::report::*;
use crate::session::{self, Measure, Which};

mod views;

/// A value on its way to TypeScript, or a sentence.
type Wire<T> = Result<Ts<T>, String>;

fn out<T: Tsify + serde::Serialize>(value: Result<T, Error>) -> Wire<T> {
    value
        .map_err(|e| e.to_string())?
        .into_ts()
        .map_err(|e| e.to_string())
}

fn plan_options(options: Ts<PlanOptions>) -> Result<PlanOptions, String> {
    options
        .to_rust()
        .map_err(|e| format!("the plan options cannot be read: {e}"))
}

fn decode(image: &[u8]) -> Result<Image, String> {
    Image::decode(image)
}

/// The bytes of one of several files, by name.
fn file_named(names: &[String], files: &[js_sys::Uint8Array], wanted: &str) -> Option<Vec<u8>> {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
    let at = names.iter().position(|n| n == wanted)?;
    Some(files.get(at)?.to_vec())
}

fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|v| *v as f32).collect()
}

/// One opened network. All methods that can fail throw a string of one sentence.
#[wasm_bindgen]
pub struct Session {
    inner: session::Session,
    queue: Vec<ndarray::ArrayD<f32>>,
}

#[wasm_bindgen]
impl Session {
    /// Decodes and analyses `bytes`; `name` is the file's name, used in error sentences.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, bytes: &[u8]) -> Result<Session, String> {
        let inner = session::Session::open(name, bytes).map_err(|e| e.to_string())?;
        Ok(Session {
            inner,
            queue: Vec::new(),
        })
    }

    /// Opens a model whose weights lie in other files that were opened with it: their names and bytes.
    pub fn with_files(
        name: &str,
        bytes: &[u8],
        names: Vec<String>,
        files: Vec<js_sys::Uint8Array>,
    ) -> Result<Session, String> {
        let find = |wanted: &str| file_named(&names, &files, wanted);
        let inner =
            session::Session::open_external(name, bytes, &find).map_err(|e| e.to_string())?;
        Ok(Session {
            inner,
            queue: Vec::new(),
        })
    }

    pub fn overview(&self) -> Wire<Overview> {
        out(Ok(self.inner.overview()))
    }

    /// Flat per-channel arrays, in site order (see `Site.offset`).
    pub fn means(&self) -> Vec<f32> {
        let sites = &self.inner.analysis.statistics.sites;
        sites
            .iter()
            .flat_map(|s| s.gaussians.iter().map(|g| g.mean as f32))
            .collect()
    }

    pub fn stds(&self) -> Vec<f32> {
        let sites = &self.inner.analysis.statistics.sites;
        sites
            .iter()
            .flat_map(|s| s.gaussians.iter().map(|g| g.std as f32))
            .collect()
    }

    /// P(Y ≤ low); NaN where the activation is pinned nowhere.
    pub fn probabilities(&self) -> Vec<f32> {
        to_f32(&self.inner.analysis.statistics.low)
    }

    /// P(Y ≥ high); NaN where there is no upper end.
    pub fn saturations(&self) -> Vec<f32> {
        to_f32(&self.inner.analysis.statistics.high)
    }

    /// The criterion's score of each channel's class (small goes first); NaN where it can never go.
    pub fn scores(&mut self, options: Ts<PlanOptions>) -> Result<Vec<f32>, String> {
        let options = plan_options(options)?;
        let scores = self
            .inner
            .class_scores(options.criterion, options.per, options.seed)
            .map_err(|e| e.to_string())?
            .to_vec();
        let count = self.inner.analysis.statistics.site_channels() as u32;
        Ok((0..count)
            .map(|c| scores[self.inner.analysis.class_of_site(c).index()] as f32)
            .collect())
    }

    /// What a plan would do. Free it after use.
    pub fn preview(&mut self, options: Ts<PlanOptions>) -> Result<PlanPreview, String> {
        let inner = self.inner.preview(&plan_options(options)?);
        Ok(PlanPreview {
            inner: inner.map_err(|e| e.to_string())?,
        })
    }

    /// The threshold (or share) that removes `percent` % of the MACs, as near as it gets.
    pub fn solve_macs(&mut self, options: Ts<PlanOptions>, percent: f64) -> Wire<Solved> {
        out(self
            .inner
            .solve(&plan_options(options)?, Measure::Macs, percent))
    }

    /// For each threshold, the share of the removable channels whose P reaches it: where τ lies in an order by falling P.
    pub fn dead_shares(&self, thresholds: &[f64]) -> Vec<f64> {
        self.inner.dead_shares(thresholds)
    }

    /// The whole plan, for tables and the JSON download.
    pub fn plan(&mut self, options: Ts<PlanOptions>) -> Wire<Plan> {
        out(self.inner.plan(&plan_options(options)?))
    }

    pub fn channel(
        &mut self,
        site: u32,
        channel: u32,
        options: Ts<PlanOptions>,
    ) -> Wire<ChannelDetail> {
        out(self.inner.channel(site, channel, &plan_options(options)?))
    }

    /// Surgery. The pruned file is then in `pruned_bytes`, and `infer("pruned", …)` runs it.
    pub fn prune(&mut self, options: Ts<PlanOptions>) -> Wire<Plan> {
        let options = plan_options(options)?;
        let pruned = self
            .inner
            .prune_alone(&options)
            .map_err(|e| e.to_string())?;
        let plan = pruned.plan.clone();
        self.inner.adopt(pruned);
        out(Ok(plan))
    }

    /// Runs the pruned network against its masked twin. Call after `prune`.
    pub fn check(&mut self) -> Wire<Check> {
        out(self.inner.check_adopted())
    }

    pub fn pruned_bytes(&self) -> Vec<u8> {
        self.inner
            .pruned
            .as_ref()
            .map(|p| p.bytes.clone())
            .unwrap_or_default()
    }

    /// Compiles (once) and runs `which` = "original" | "pruned" | "trial:N" on one encoded image (PNG, JPEG, WebP).
    pub fn infer(&mut self, which: &str, image: &[u8], preset: &str) -> Wire<Prediction> {
        let which = Which::parse(which).ok_or_else(|| format!("there is no network {which}"))?;
        out(self.inner.predict(which, &decode(image)?, preset, 5))
    }

    /// Label set: "imagenet", "cifar10", "cifar100", "fashion-mnist", "none", or a text with one label a line.
    pub fn set_labels(&mut self, labels: &str) {
        self.inner.set_labels(labels);
    }

    /// Measures the network on one more image; returns how many have been measured. Fills histograms, `apoz`,
    /// and, where BatchNormalization was folded away, the means and stds themselves (fetch the overview and arrays anew).
    pub fn calibrate(&mut self, image: &[u8], preset: &str) -> Result<u32, String> {
        self.inner
            .calibrate(&decode(image)?, preset)
            .map_err(|e| e.to_string())
    }

    /// Forgets the measurement.
    pub fn clear_calibration(&mut self) {
        self.inner.clear_calibration();
    }

    /// Queues one more unlabelled image for `repair`; returns how many are queued.
    pub fn add_repair_image(&mut self, image: &[u8], preset: &str) -> Result<u32, String> {
        let feeder = self.inner.feeder(preset).map_err(|e| e.to_string())?;
        self.queue.push(feeder.feed(&decode(image)?));
        Ok(self.queue.len() as u32)
    }

    /// Empties the queue of a repair that was not carried out: its images are not the next one's.
    pub fn forget_repair_images(&mut self) {
        self.queue.clear();
    }

    /// Prunes, refits every reader on the queued images, empties the queue; `pruned_bytes` is then the repaired file.
    /// `progress(at, total)` is called as each reader begins, and ends it by returning false.
    pub fn repair(&mut self, options: Ts<PlanOptions>, progress: &js_sys::Function) -> Wire<Plan> {
        let images = std::mem::take(&mut self.queue);
        let report = |at: usize, total: usize| {
            let [at, total] = [at, total].map(|n| JsValue::from(n as u32));
            let said = progress.call2(&JsValue::NULL, &at, &total);
            said.map_or(true, |it| it != JsValue::FALSE)
        };
        let options = plan_options(options)?;
        let pruned = self
            .inner
            .repair(&options, &[Step::Refit], &images, report)
            .and_then(|pruned| self.inner.worth_keeping(pruned))
            .map_err(|e| e.to_string())?;
        let plan = pruned.plan.clone();
        self.inner.adopt(pruned);
        out(Ok(plan))
    }
}

/// What one plan would do: a summary, and arrays that TypeScript gets as typed arrays.
#[wasm_bindgen]
pub struct PlanPreview {
    inner: session::PlanPreview,
}

#[wasm_bindgen]
impl PlanPreview {
    pub fn summary(&self) -> Wire<Preview> {
        out(Ok(self.inner.summary.clone()))
    }

    /// Per channel: the number of its `CellState`.
    pub fn states(&self) -> Vec<u8> {
        self.inner.states.iter().map(|s| *s as u8).collect()
    }

    /// Output channels that each of `Overview.layers` keeps.
    pub fn layer_channels(&self) -> Vec<u32> {
        self.inner.layer_channels.clone()
    }

    pub fn layer_params(&self) -> Vec<f64> {
        let kept = self.inner.cost.layer_params.iter();
        kept.map(|v| *v as f64).collect()
    }

    pub fn layer_macs(&self) -> Vec<f64> {
        let kept = self.inner.cost.layer_macs.iter();
        kept.map(|v| *v as f64).collect()
    }
}

/// The names of a built-in label set, in the order of the classes; empty for a set that is not known.
#[wasm_bindgen]
pub fn class_labels(set: &str) -> Vec<String> {
    let known = crate::labels::by_name(set);
    let name = |k: usize| Some(known.as_ref()?.get(k)?.to_string());
    (0..).map_while(name).collect()
}

/// Version of the crate, for the page's footer.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

unsafe extern "C" {
    /// What the linker makes of every static that has to be set up, tract's lists of kernels among them.
    fn __wasm_call_ctors();
}

#[wasm_bindgen(start)]
pub fn start() {
    // Where nobody calls it, the linker has every exported function do so first: 0.3 ms a call.
    // SAFETY: it is called once, before anything else.
    unsafe { __wasm_call_ctors() };
    console_error_panic_hook::set_once();
}
