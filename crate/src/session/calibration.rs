//! The measurement of an opened network, picture by picture.

use ndarray::ArrayD;

use super::Session;
use crate::error::Result;
use crate::image::Image;
use crate::measure::calibrate::{self, Calibration};
use crate::measure::stats::Stats;
use crate::plan::cases::pair_index;

impl Session {
    /// Measures one more picture and plans with it from now on; returns how many were measured.
    pub fn calibrate(&mut self, image: &Image, preset: &str) -> Result<u32> {
        let tensor = self.feeder(preset)?.feed(image);
        self.calibrate_on(tensor)
    }

    /// The same with a tensor of batch 1.
    pub fn calibrate_on(&mut self, tensor: ArrayD<f32>) -> Result<u32> {
        if self.calibration.is_none() {
            self.calibration = Some(
                Calibration::new(&self.model, &self.analysis).map_err(|e| e.in_file(&self.file))?,
            );
        }
        let Some(calibration) = &mut self.calibration else {
            return Ok(0);
        };
        calibration.add(tensor).map_err(|e| e.in_file(&self.file))?;
        let images = calibration.images;
        let stats = calibration.stats(&self.analysis);
        self.use_stats(&stats);
        Ok(images)
    }

    /// Plans with measured statistics: Gaussians where the file has none, zeros for `apoz`.
    /// False if no measured tensor is one of this network's.
    pub fn use_stats(&mut self, stats: &Stats) -> bool {
        let measured = calibrate::without_own(&self.analysis, stats.gaussians());
        let zeros = calibrate::zeros(&self.analysis, stats);
        self.remeasure(&measured);
        self.set_zeros(Some(zeros));
        stats
            .tensors
            .iter()
            .any(|t| self.analysis.graph.find(&t.name).is_some())
    }

    /// What has been measured, for `prune calibrate`.
    pub fn stats(&self) -> Option<Stats> {
        self.calibration.as_ref().map(|c| c.stats(&self.analysis))
    }

    /// [`Session::stats`] with histograms of the channels whose range the file says.
    pub fn stats_with_histograms(&self) -> Option<Stats> {
        let calibration = self.calibration.as_ref()?;
        Some(calibration.stats_with_histograms(&self.analysis))
    }

    /// Forgets all measurements.
    pub fn clear_calibration(&mut self) {
        self.calibration = None;
        self.remeasure(&std::collections::HashMap::new());
        self.set_zeros(None);
    }

    fn remeasure(
        &mut self,
        measured: &std::collections::HashMap<String, Vec<crate::gaussian::Gaussian>>,
    ) {
        let had = self.analysis.statistics.sites.iter().any(|s| s.calibrated);
        if measured.is_empty() && !had {
            return;
        }
        self.analysis.remeasure(measured);
        self.pair_of = pair_index(&self.analysis);
        self.scores.clear();
        self.decided = None;
    }
}
