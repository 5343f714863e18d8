//! Measuring a network on pictures: mean and deviation of every channel before its activation,
//! histograms, and the fraction of zeros its readers see.
//!
//! Where BatchNormalization was folded away the measured N(mean, sd²) takes its place; where it was
//! kept, the measurement shows how well the Gaussian holds.

use std::collections::HashMap;

use ndarray::{ArrayD, Axis};

use super::stats::{Histograms, Stats, TensorStats};
use crate::channels::Flow;
use crate::engine::Engine;
use crate::error::Result;
use crate::gaussian::Gaussian;
use crate::graph::TensorId;
use crate::network::Analysis;
use crate::onnx::pb;

/// Bins of a channel's histogram, over mean ± 4 deviations.
pub const BINS: usize = 48;

/// What is known so far of one tensor's channels.
struct Row {
    tensor: TensorId,
    axis: usize,
    /// Values of each channel.
    count: f64,
    mean: Vec<f64>,
    /// Squares of the distances from the mean, summed.
    square: Vec<f64>,
    zeros: Vec<u64>,
    /// Values at or below 0, and histogram counts.
    below: Vec<u64>,
    range: Vec<(f64, f64)>,
    /// The file says the range, not the first picture.
    promised: bool,
    bins: Vec<u32>,
}

/// A measurement in progress.
pub struct Calibration {
    engine: Engine,
    rows: Vec<Row>,
    /// How many images were measured.
    pub images: u32,
}

/// Tensors worth measuring: rows of Gaussians, inputs of activations, outputs of convolutions that
/// no normalisation follows, and what readers read.
fn targets(analysis: &Analysis) -> Vec<(TensorId, usize)> {
    let graph = &analysis.graph;
    let mut targets: Vec<TensorId> = analysis.statistics.sites.iter().map(|s| s.tensor).collect();
    for (node, flow) in analysis.channels.flows.iter().enumerate() {
        match flow {
            Flow::Activate { .. } => targets.extend(graph.input(node, 0)),
            Flow::Read { out, .. } | Flow::Depthwise { out, .. } => {
                let normalised = |(n, _): &(usize, usize)| {
                    matches!(analysis.channels.flows[*n], Flow::Normalise { .. })
                };
                if !graph.tensors[*out].uses.iter().all(normalised) {
                    targets.push(*out);
                }
            }
            _ => {}
        }
    }
    targets.extend(analysis.channels.readers.iter().map(|r| r.input));
    targets.sort_unstable();
    targets.dedup();
    let axis = |t: &TensorId| {
        let layout = analysis.channels.layouts[*t].as_ref()?;
        let axis = layout.single_axis()?;
        (!graph.tensors[*t].is_input && graph.shape(*t)?.get(axis)? == &layout.dims[axis])
            .then_some((*t, axis))
    };
    targets.iter().filter_map(axis).collect()
}

impl Calibration {
    /// Compiles the network with all rows as outputs.
    pub fn new(model: &pb::ModelProto, analysis: &Analysis) -> Result<Calibration> {
        let targets = targets(analysis);
        let names: Vec<String> = targets
            .iter()
            .map(|(t, _)| analysis.graph.tensors[*t].name.clone())
            .collect();
        let engine = Engine::with_outputs(model, 1, Some(&names))?;
        let known: HashMap<TensorId, &[Gaussian]> = analysis
            .statistics
            .sites
            .iter()
            .filter(|s| !s.calibrated)
            .map(|s| (s.tensor, s.gaussians.as_slice()))
            .collect();
        let row = |(tensor, axis): (TensorId, usize)| {
            let channels = analysis.graph.shape(tensor).map_or(0, |s| s[axis]);
            // Where β and γ are known they give the range; else the first picture does.
            let range = known.get(&tensor).map_or(Vec::new(), |g| {
                g.iter()
                    .map(|g| {
                        (
                            g.mean - 4.0 * g.std.max(1e-6),
                            g.mean + 4.0 * g.std.max(1e-6),
                        )
                    })
                    .collect()
            });
            Row {
                tensor,
                axis,
                count: 0.0,
                mean: vec![0.0; channels],
                square: vec![0.0; channels],
                zeros: vec![0; channels],
                below: vec![0; channels],
                promised: !range.is_empty(),
                range,
                bins: vec![0; channels * BINS],
            }
        };
        Ok(Calibration {
            engine,
            rows: targets.into_iter().map(row).collect(),
            images: 0,
        })
    }

    /// Measures one more picture.
    pub fn add(&mut self, image: ArrayD<f32>) -> Result<()> {
        let outputs = self.engine.run(image)?;
        for (row, values) in self.rows.iter_mut().zip(&outputs) {
            row.add(values);
        }
        self.images += 1;
        Ok(())
    }

    /// What has been measured so far, without histograms.
    pub fn stats(&self, analysis: &Analysis) -> Stats {
        let tensor = |row: &Row| TensorStats {
            name: analysis.graph.tensors[row.tensor].name.clone(),
            mean: row.gaussians().iter().map(|g| g.mean).collect(),
            std: row.gaussians().iter().map(|g| g.std).collect(),
            zeros: row
                .zeros
                .iter()
                .map(|z| *z as f64 / row.count.max(1.0))
                .collect(),
            values: row.count as u64,
            histogram: None,
        };
        Stats {
            images: self.images,
            tensors: self.rows.iter().map(tensor).collect(),
            origin: None,
        }
    }

    /// The same with the histograms that can be added up.
    pub fn stats_with_histograms(&self, analysis: &Analysis) -> Stats {
        let mut stats = self.stats(analysis);
        for (row, tensor) in self.rows.iter().zip(&mut stats.tensors) {
            tensor.histogram = row.promised.then(|| Histograms {
                low: row.range.iter().map(|r| r.0).collect(),
                high: row.range.iter().map(|r| r.1).collect(),
                below: row.below.clone(),
                counts: row.bins.iter().map(|n| u64::from(*n)).collect(),
            });
        }
        stats
    }

    /// Gaussians for tensors that have none of their own: not behind a BatchNormalization, and before
    /// an activation or made by a convolution.
    pub fn missing(&self, analysis: &Analysis) -> HashMap<String, Vec<Gaussian>> {
        let stats = self.stats(analysis);
        without_own(analysis, stats.gaussians())
    }

    /// Fraction of zeros per channel; 0 where nothing was measured.
    pub fn zeros(&self, analysis: &Analysis) -> Vec<f64> {
        zeros(analysis, &self.stats(analysis))
    }

    /// Histogram of one channel of a tensor.
    pub fn histogram(
        &self,
        tensor: TensorId,
        channel: usize,
        low: Option<f64>,
    ) -> Option<crate::report::Histogram> {
        let row = self.rows.iter().find(|r| r.tensor == tensor)?;
        let (from, to) = *row.range.get(channel)?;
        let g = row.gaussians()[channel];
        let counts = row.bins[channel * BINS..(channel + 1) * BINS].to_vec();
        // Exactly counted at 0; elsewhere from the bins.
        let pinned = match low {
            Some(0.0) => row.below[channel] as f64 / row.count.max(1.0),
            Some(low) => {
                let upto =
                    ((low - from) / (to - from) * BINS as f64).clamp(0.0, BINS as f64) as usize;
                f64::from(counts[..upto].iter().sum::<u32>()) / row.count.max(1.0)
            }
            None => 0.0,
        };
        Some(crate::report::Histogram {
            low: from,
            high: to,
            counts,
            mean: g.mean,
            std: g.std,
            pinned,
            images: self.images,
        })
    }
}

/// Fraction of zeros per channel of measured tensors; 0 elsewhere.
pub fn zeros(analysis: &Analysis, stats: &Stats) -> Vec<f64> {
    let mut zeros = vec![0.0; analysis.channels.class.len()];
    for tensor in &stats.tensors {
        let layout = analysis
            .graph
            .find(&tensor.name)
            .and_then(|t| analysis.channels.layouts[t].as_ref());
        if let Some(layout) = layout.filter(|l| l.len() == tensor.zeros.len()) {
            for (channel_id, z) in layout.channel_ids().zip(&tensor.zeros) {
                zeros[channel_id.index()] = *z;
            }
        }
    }
    zeros
}

/// Drops measurements of tensors that are Gaussian by construction, or that nothing pins or writes.
pub fn without_own(
    analysis: &Analysis,
    mut all: HashMap<String, Vec<Gaussian>>,
) -> HashMap<String, Vec<Gaussian>> {
    let graph = &analysis.graph;
    all.retain(|name, _| {
        let Some(tensor) = graph.find(name) else {
            return false;
        };
        let made = graph.tensors[tensor]
            .producer
            .map(|n| &analysis.channels.flows[n]);
        match made {
            Some(Flow::Normalise { .. }) => false,
            Some(Flow::Read { .. } | Flow::Depthwise { .. }) => true,
            _ => {
                // Before an activation, unless it already is a Gaussian carried from elsewhere.
                let pinned = graph.tensors[tensor]
                    .uses
                    .iter()
                    .any(|(n, _)| matches!(analysis.channels.flows[*n], Flow::Activate { .. }));
                let carried = analysis.channels.layouts[tensor].as_ref().is_some_and(|l| {
                    l.channel_ids().all(|a| {
                        analysis.statistics.by_channel[a.index()].gaussian
                            && !is_measured(analysis, tensor)
                    })
                });
                pinned && !carried
            }
        }
    });
    all
}

fn is_measured(analysis: &Analysis, tensor: TensorId) -> bool {
    analysis
        .statistics
        .sites
        .iter()
        .any(|s| s.calibrated && s.tensor == tensor)
}

impl Row {
    fn add(&mut self, values: &ArrayD<f32>) {
        if values.ndim() <= self.axis || values.shape()[self.axis] != self.mean.len() {
            return;
        }
        let first = self.range.is_empty();
        let before = self.count;
        let n = (values.len() / self.mean.len().max(1)) as f64;
        self.count += n;
        if n == 0.0 {
            return;
        }
        for (c, channel) in values.axis_iter(Axis(self.axis)).enumerate() {
            let (mut sum, mut zeros, mut below) = (0.0, 0, 0);
            for v in &channel {
                let v = f64::from(*v);
                sum += v;
                zeros += u64::from(v == 0.0);
                below += u64::from(v <= 0.0);
            }
            // Around the picture's own mean, so that a spread that is small against the mean keeps its digits; then pictures are
            // joined (Chan, Golub and LeVeque 1983).
            let mean = sum / n;
            let far = |v: &f32| (f64::from(*v) - mean) * (f64::from(*v) - mean);
            let square: f64 = channel.iter().map(far).sum();
            let gap = mean - self.mean[c];
            self.mean[c] += gap * n / self.count;
            self.square[c] += square + gap * gap * before * n / self.count;
            self.zeros[c] += zeros;
            self.below[c] += below;
            if first {
                let std = (square / n).sqrt().max(1e-6);
                self.range.push((mean - 5.0 * std, mean + 5.0 * std));
            }
            let (from, to) = self.range[c];
            let scale = BINS as f64 / (to - from);
            for v in &channel {
                let bin = ((f64::from(*v) - from) * scale).clamp(0.0, BINS as f64 - 1.0) as usize;
                self.bins[c * BINS + bin] += 1;
            }
        }
    }

    fn gaussians(&self) -> Vec<Gaussian> {
        let n = self.count.max(1.0);
        let gaussian = |(mean, square): (&f64, &f64)| Gaussian {
            mean: *mean,
            std: (square / n).sqrt(),
        };
        self.mean.iter().zip(&self.square).map(gaussian).collect()
    }
}
