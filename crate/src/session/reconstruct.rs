//! The criterion `reconstruction`: what is measured for it, and what becomes of that.

use ndarray::ArrayD;

use super::Session;
use crate::channels::CoupledId;
use crate::criterion::reconstruction::ladders;
use crate::error::{Error, Result};
use crate::measure::gram;
use crate::plan::allocate::{Allocation, allocate};
use crate::plan::branches::leaves_with;
use crate::repair::curves::{self, Network};
use crate::report::Criterion;

/// Images that are held back from the sums, to measure what cuts do to the output.
const HELD: usize = 50;
/// With fewer images nothing is held back, and layers are weighed by their own losses.
const FEWEST: usize = 8;

/// What was measured for the criterion `reconstruction`: it can be handed to another session of the same network, so that one
/// measures and all plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Per coupled channel: its place in the order of removal; NaN where nothing is known.
    pub places: Vec<f64>,
    /// Per place: what the output is predicted to have lost once the channels up to it are gone.
    pub predicted: Vec<f64>,
    /// Whether cuts were tried on images; else layers were weighed by their own losses.
    pub measured: bool,
}

impl Session {
    /// What [`Session::measure_reconstruction`] found last.
    pub fn ranking(&self) -> Option<Ranking> {
        let (found, measured) = self.reconstruction.as_ref()?;
        Some(Ranking {
            places: found.scores.clone(),
            predicted: found.predicted.clone(),
            measured: *measured,
        })
    }

    /// Takes over what another session of this network measured.
    ///
    /// # Errors
    /// When it is of another network.
    pub fn set_ranking(&mut self, ranking: Ranking) -> Result<()> {
        let (given, known) = (ranking.places.len(), self.analysis.free.len());
        if given != known {
            let reason = format!(
                "has {known} coupled channels, and the order of reconstruction that was handed over has {given}"
            );
            return Err(Error::new(reason).in_file(&self.file));
        }
        let found = Allocation {
            scores: ranking.places,
            predicted: ranking.predicted,
        };
        self.plan_by(found, ranking.measured);
        Ok(())
    }

    pub(super) fn plan_by(&mut self, found: Allocation, measured: bool) {
        self.forget_reconstruction();
        self.reconstruction = Some((found, measured));
    }

    /// Drops the order and what was made by it.
    pub(super) fn forget_reconstruction(&mut self) {
        self.reconstruction = None;
        self.decided = None;
        self.scores
            .retain(|(criterion, ..), _| *criterion != Criterion::Reconstruction);
    }

    /// Whether `reconstruction` may take whole residual branches; else a channel stays in each of their layers.
    pub fn allow_blocks(&mut self, allowed: bool) {
        if self.blocks != allowed {
            self.blocks = allowed;
            self.forget_reconstruction();
        }
    }

    /// Whether a branch may leave with all of some classes.
    pub(super) fn block(&self) -> impl Fn(&[CoupledId]) -> bool {
        let (analysis, allowed) = (&self.analysis, self.blocks);
        move |classes| allowed && leaves_with(analysis, classes)
    }

    /// Measures on `images` (tensors of batch 1) what every channel's readers can do without it. Then plans by
    /// `reconstruction` can be made. `multiple`: channels per step of the allocation.
    ///
    /// # Errors
    /// When the network cannot be run or `progress(done, total)` returns false.
    pub fn measure_reconstruction(
        &mut self,
        images: &[ArrayD<f32>],
        measured: bool,
        multiple: u32,
        threads: usize,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<()> {
        let held = match measured && images.len() >= FEWEST {
            true => HELD.min(images.len() / 4),
            false => 0,
        };
        let (back, front) = images.split_at(held);
        let mut work = || -> Result<Allocation> {
            let analysis = &self.analysis;
            let grams = gram::grams(&self.model, analysis, front, threads, progress)?;
            let ladders = ladders(analysis, &grams, &self.block());
            let network = Network {
                model: &self.model,
                analysis,
                classifier: self.class_count().map(|_| self.ends_in_softmax()),
            };
            let curves = match back.is_empty() {
                true => curves::relative(&ladders),
                false => curves::curves(&network, &grams, &ladders, back, threads, progress)?,
            };
            Ok(allocate(analysis, &ladders, &curves, multiple as usize))
        };
        let found = work().map_err(|e| e.in_file(&self.file))?;
        self.plan_by(found, held > 0);
        Ok(())
    }

    /// KL that the output is predicted to have once this many channels went; `None` where it was not measured.
    pub fn predicted_kl(&self, removed: &[bool]) -> Option<f64> {
        let (found, measured) = self.reconstruction.as_ref()?;
        let ranked = |(gone, score): (&bool, &f64)| *gone && !score.is_nan();
        let count = removed
            .iter()
            .zip(&found.scores)
            .filter(|p| ranked(*p))
            .count();
        let at = count
            .checked_sub(1)
            .map_or(Some(0.0), |k| found.predicted.get(k).copied());
        at.filter(|_| *measured)
    }
}
