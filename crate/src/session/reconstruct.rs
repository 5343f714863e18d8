//! The criterion `reconstruction`: what is measured for it, and what becomes of that.

use ndarray::ArrayD;

use super::Session;
use crate::criterion::reconstruction::ladders;
use crate::error::Result;
use crate::measure::gram;
use crate::plan::allocate::{Allocation, allocate};
use crate::repair::curves::{self, Network};
use crate::report::Criterion;

/// Images that are held back from the sums, to measure what cuts do to the output.
const HELD: usize = 50;
/// With fewer images nothing is held back, and layers are weighed by their own losses.
const FEWEST: usize = 8;

impl Session {
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
            let ladders = ladders(analysis, &grams);
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
        self.reconstruction = Some((found, held > 0));
        self.decided = None;
        self.scores
            .retain(|(criterion, ..), _| *criterion != Criterion::Reconstruction);
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
