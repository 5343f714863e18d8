//! One opened network and what is done with it; the command line and the page both stand on this.

mod calibration;
mod detail;
mod engines;
mod explain;
mod merge;
mod overview;
mod proof;
mod pruned;
mod reach;
mod reading;
mod reconstruct;
mod run;
mod shrink;
mod solve;
mod topology;
mod trial;

use std::collections::HashMap;
use std::rc::Rc;

use crate::channels::CoupledId;
use crate::error::{Error, Result, caught};
use crate::gaussian::Gaussian;
use crate::labels::Labels;
use crate::measure::calibrate::Calibration;
use crate::measure::gram::SecondMoments;
use crate::network::{Analysis, Cost, Layer};
use crate::onnx::{self, pb};
use crate::plan::cases::CellState;
use crate::plan::{self, Decision};
use crate::repair::merge::Merged;
use crate::report::{Change, Compensation, Criterion, Per, Plan, PlanOptions, Preview};
use engines::Engines;

pub use reading::with_preset;
pub use reconstruct::Ranking;
pub use run::{Feeder, Which};
pub use shrink::{MIN_TO_JUDGE, Phase, Shrunk, images_to_fit};
pub use solve::{Knob, Measure};

/// A carried-out plan.
pub struct Pruned {
    /// The plan in full.
    pub plan: Plan,
    /// What surgery was asked for; its parts are private.
    #[doc(hidden)]
    pub decision: Rc<Decision>,
    /// The pruned network.
    pub model: pb::ModelProto,
    /// The pruned file.
    pub bytes: Vec<u8>,
    /// Refitted after the cut, so no longer equal to the twin.
    pub repaired: bool,
    /// With `merge`: the network that was cut.
    pub(crate) merged: Option<Merged>,
}

/// What a plan would do, without carrying it out.
pub struct PlanPreview {
    /// The numbers.
    pub summary: Preview,
    /// Per channel, in the order of the rows: 0 kept, 1 output dead, 2 input dead, 3 both dead (1 to 3 are
    /// removed), 4 removed outside a pair or by a share, 5 dead but withheld.
    pub states: Vec<CellState>,
    /// Output channels that each layer keeps.
    pub layer_channels: Vec<u32>,
    /// What is left, in all and per layer.
    pub cost: Cost,
}

/// [`plan::decide`], or what it does for a drag.
type Decide = fn(&Analysis, &PlanOptions, &[f64]) -> Decision;

/// An opened network.
pub struct Session {
    /// The file's name, for error sentences.
    pub file: String,
    /// The file's size.
    pub bytes: u64,
    /// The network as it was decoded.
    pub model: pb::ModelProto,
    /// The file as opened: what nobody touches is written from there. Empty if there was none.
    source: Vec<u8>,
    /// Its weights lie in it, so a plan that removes nothing gives the file itself back.
    whole: bool,
    /// All that is known of it before any plan; its parts are private.
    #[doc(hidden)]
    pub analysis: Analysis,
    /// Per site channel: index into `analysis.statistics.pairs`.
    pair_of: Vec<u32>,
    scores: HashMap<(Criterion, Per, u32), Vec<f64>>,
    /// Measured fraction of zeros per channel, for `apoz`.
    pub(crate) zeros: Option<Vec<f64>>,
    /// The order measured for `reconstruction`, and whether its effect on the output was.
    reconstruction: Option<(plan::allocate::Allocation, bool)>,
    /// How readers' inputs vary together: by images that were summed elsewhere, or by the file, once it was asked for.
    second_moments: Option<SecondMoments>,
    /// Whether `reconstruction` may take whole residual branches.
    blocks: bool,
    /// The last decision; a channel view asks for the same one many times.
    decided: Option<(PlanOptions, Rc<Decision>)>,
    calibration: Option<Calibration>,
    engines: Engines,
    /// The last result of [`Session::prune`] or repair, for running and downloading.
    pub pruned: Option<Pruned>,
    labels: Option<Labels>,
}

impl Session {
    /// Opens a file's bytes; `name` appears in error sentences.
    ///
    /// # Errors
    /// One sentence naming the file and, where it applies, the node.
    pub fn open(name: &str, bytes: &[u8]) -> Result<Session> {
        Session::open_with(name, bytes, &HashMap::new())
    }

    /// Opens a file with measured Gaussians for some of its tensors.
    pub fn open_with(
        name: &str,
        bytes: &[u8],
        measured: &HashMap<String, Vec<Gaussian>>,
    ) -> Result<Session> {
        let open = || -> Result<Session> {
            let model = onnx::decode(bytes)?;
            let mut session = Session::from_model(name, bytes.len() as u64, model, measured)?;
            session.source = bytes.to_vec();
            session.whole = true;
            Ok(session)
        };
        open().map_err(|e| e.in_file(name))
    }

    /// Opens a file whose weights may lie in others, which `external` gives by name.
    pub fn open_external(
        name: &str,
        bytes: &[u8],
        external: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Session> {
        // Only weights that lie elsewhere make the file more than its bytes.
        let asked = std::cell::Cell::new(false);
        let fetch = |file: &str| {
            asked.set(true);
            external(file)
        };
        let open = || -> Result<Session> {
            let model = onnx::decode_with(bytes, &fetch)?;
            let mut session =
                Session::from_model(name, bytes.len() as u64, model, &HashMap::new())?;
            session.source = bytes.to_vec();
            session.whole = !asked.get();
            Ok(session)
        };
        open().map_err(|e| e.in_file(name))
    }

    /// Opens a decoded file of so many bytes, with measured Gaussians by tensor name.
    pub fn from_model(
        name: &str,
        bytes: u64,
        model: pb::ModelProto,
        measured: &HashMap<String, Vec<Gaussian>>,
    ) -> Result<Session> {
        let mut model = model;
        onnx::respell(&mut model);
        let analysis = caught("is damaged: its graph cannot be analysed", || {
            Analysis::new(&model, measured)
        })?;
        if analysis.layers.is_empty() {
            // There may be some that are not followed.
            let lost = plan::report::not_prunable(&analysis).into_iter().next();
            return Err(match lost {
                Some(lost) => Error::at(
                    lost.node,
                    format!("{}, and no other layer can be pruned either", lost.reason),
                ),
                None => Error::new(
                    "holds no convolution, Gemm or MatMul with weights, so there is nothing to prune",
                ),
            });
        }
        let pair_of = plan::cases::pair_index(&analysis);
        Ok(Session {
            file: name.to_string(),
            bytes,
            model,
            source: Vec::new(),
            whole: false,
            pair_of,
            scores: HashMap::new(),
            zeros: None,
            reconstruction: None,
            second_moments: None,
            blocks: false,
            decided: None,
            calibration: None,
            engines: Engines::default(),
            pruned: None,
            labels: None,
            analysis,
        })
    }

    pub(crate) fn set_zeros(&mut self, zeros: Option<Vec<f64>>) {
        self.zeros = zeros;
        self.decided = None;
        self.scores
            .retain(|(criterion, ..), _| *criterion != Criterion::Apoz);
    }

    /// Scores per class; computed once per criterion, weighting and seed.
    pub fn class_scores(&mut self, criterion: Criterion, per: Per, seed: u32) -> Result<&[f64]> {
        let seed = match criterion {
            Criterion::Random => seed,
            _ => 0,
        };
        let key = (criterion, per, seed);
        if !self.scores.contains_key(&key) {
            let zeros = self.zeros.as_deref();
            let scores = match (criterion, &self.reconstruction) {
                // Places of an order that weighed costs already.
                (Criterion::Reconstruction, Some((found, _))) => found.scores.clone(),
                _ => crate::criterion::scores(&self.analysis, criterion, per, seed, zeros)?,
            };
            self.scores.insert(key, scores);
        }
        Ok(&self.scores[&key])
    }

    /// What a drag shows.
    pub fn preview(&mut self, options: &PlanOptions) -> Result<PlanPreview> {
        let decision = match &self.decided {
            Some((known, decision)) if known == options => Rc::clone(decision),
            _ => Rc::new(self.decide_by(options, plan::decide_channels)?),
        };
        let states = plan::cases::states(&self.analysis, options, &decision, &self.pair_of);
        let before = self.analysis.cost.total();
        let after = plan::cost(&self.analysis, &decision);
        let kept = |l: &Layer| {
            let stays = |c: &&CoupledId| !decision.removed[c.index()];
            match decision.is_dead(l.node) {
                true => 0,
                false => l.outputs.iter().filter(stays).count() as u32,
            }
        };
        let summary = Preview {
            cases: plan::cases::count(&self.analysis, options, &decision),
            channels: plan::report::channels(&self.analysis, &decision.removed),
            params: Change {
                before: before.params,
                after: after.params,
            },
            macs: Change {
                before: before.macs,
                after: after.macs,
            },
            withheld: states.iter().filter(|s| **s == CellState::Withheld).count() as u64,
            tally: plan::tally::count(&self.analysis, options, &decision),
            examples: plan::cases::examples(&self.analysis, &states),
        };
        Ok(PlanPreview {
            summary,
            states,
            layer_channels: self.analysis.layers.iter().map(kept).collect(),
            cost: after,
        })
    }

    /// For each threshold, the share of the removable channels whose P reaches it.
    pub fn dead_shares(&self, thresholds: &[f64]) -> Vec<f64> {
        let free = || (0..self.analysis.free.len()).filter(|c| self.analysis.free[*c]);
        let all = free().count().max(1) as f64;
        let dead = |t: f64| {
            free()
                .filter(|c| self.analysis.constant_at[*c] >= t)
                .count()
        };
        thresholds.iter().map(|t| dead(*t) as f64 / all).collect()
    }

    /// The decision for `options`.
    pub fn decide(&mut self, options: &PlanOptions) -> Result<Rc<Decision>> {
        if let Some((known, decision)) = &self.decided
            && known == options
        {
            return Ok(Rc::clone(decision));
        }
        let decision = Rc::new(self.decide_by(options, plan::decide)?);
        self.decided = Some((options.clone(), Rc::clone(&decision)));
        Ok(decision)
    }

    fn decide_by(&mut self, options: &PlanOptions, decide: Decide) -> Result<Decision> {
        plan::validate(options)?;
        for name in &options.locked {
            // A layer that no output depends on is not followed, and stays as it is.
            let in_file = |name: &str| {
                let nodes = self.model.graph.iter().flat_map(|g| &g.node);
                let layer = |op: &str| matches!(op, "Conv" | "ConvTranspose" | "Gemm" | "MatMul");
                nodes.filter(|n| layer(&n.op_type)).any(|n| n.name == name)
            };
            if !in_file(name)
                && !self
                    .analysis
                    .layers
                    .iter()
                    .any(|l| self.analysis.graph.nodes[l.node].name == *name)
            {
                return Err(Error::new(format!("has no layer {name} to lock")).in_file(&self.file));
            }
        }
        plan::limits::resolve(&self.analysis, options).map_err(|e| e.in_file(&self.file))?;
        let without_images =
            options.compensation == Compensation::Merge || self.has_summed_images();
        if options.criterion == Criterion::Reconstruction
            && without_images
            && self.reconstruction.is_none()
        {
            self.assume_reconstruction(options.multiple)?;
        }
        let scores = self
            .class_scores(options.criterion, options.per, options.seed)?
            .to_vec();
        Ok(decide(&self.analysis, options, &scores))
    }

    /// The plan in full, with the true size of the pruned file.
    pub fn plan(&mut self, options: &PlanOptions) -> Result<Plan> {
        Ok(self.prune(options)?.plan)
    }
}
