//! Antialiased resizing, equal to Pillow's `Image.resize(…, BILINEAR)` and `BICUBIC` to the bit.
//!
//! Networks are trained on pictures that Pillow resized, so its arithmetic is followed: a
//! filter whose support grows with the reduction, weights in fixed point, the horizontal pass
//! before the vertical one, and 8-bit samples in between. Only the window that is needed is computed.

use super::Interpolation;

/// Fractional bits of a weight: 32 minus 8 for the sample and 2 for headroom.
const BITS: u32 = 22;

/// One axis of a resize: `source` samples become `size`, of which the `length` from `start` on are
/// kept. `start + length <= size` and `source`, `size` and `length` are at least 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub source: usize,
    pub size: usize,
    pub start: usize,
    pub length: usize,
}

impl Axis {
    /// The taps of every kept sample.
    fn taps(self, way: Interpolation) -> Vec<Taps> {
        if self.source == self.size {
            // The filter would be [1] too; Pillow skips the pass.
            let one = |index| Taps {
                first: index,
                weights: vec![1 << BITS],
            };
            return (self.start..self.start + self.length).map(one).collect();
        }
        let scale = self.source as f64 / self.size as f64;
        let support = scale.max(1.0) * way.reach();
        let taps_at = |index: usize| {
            let centre = (index as f64 + 0.5) * scale;
            // Casts saturate at 0, as the filter does at the border.
            let first = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(self.source);
            let narrow = 1.0 / scale.max(1.0);
            let weight = |x: usize| way.weight((x as f64 - centre + 0.5) * narrow);
            let raw: Vec<f64> = (first..end).map(weight).collect();
            let sum: f64 = raw.iter().sum();
            let fixed = |w: &f64| {
                let scaled = w / sum * f64::from(1 << BITS);
                // Away from 0, as Pillow rounds.
                (scaled + 0.5_f64.copysign(scaled)) as i32
            };
            Taps {
                first,
                weights: raw.iter().map(fixed).collect(),
            }
        };
        (self.start..self.start + self.length)
            .map(taps_at)
            .collect()
    }
}

impl Interpolation {
    /// How far the filter reaches, in samples.
    fn reach(self) -> f64 {
        match self {
            Interpolation::Bilinear => 1.0,
            Interpolation::Bicubic => 2.0,
        }
    }

    /// The filter at a distance.
    fn weight(self, distance: f64) -> f64 {
        // Pillow's choice of the free parameter.
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Interpolation::Bilinear => (1.0 - x).max(0.0),
            Interpolation::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Interpolation::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            Interpolation::Bicubic => 0.0,
        }
    }
}

/// The weights of neighbouring source samples, from `first` on.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

impl Taps {
    fn end(&self) -> usize {
        self.first + self.weights.len()
    }
}

/// Rounds a weighted sum to a sample.
fn sample(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

/// Resizes `pixels` (`y.source` rows of `x.source` pixels of `channels` interleaved 8-bit samples)
/// and returns the window of `y.length` rows of `x.length` pixels.
pub(super) fn resample(
    pixels: &[u8],
    channels: usize,
    way: Interpolation,
    x: Axis,
    y: Axis,
) -> Vec<u8> {
    let columns = x.taps(way);
    let rows = y.taps(way);
    // Rows outside this band are read by no output row.
    let top = rows.iter().map(|taps| taps.first).min().unwrap_or(0);
    let bottom = rows.iter().map(Taps::end).max().unwrap_or(0);

    let stride = x.length * channels;
    let mut band = Vec::with_capacity((bottom - top) * stride);
    for row in pixels
        .chunks_exact(x.source * channels)
        .take(bottom)
        .skip(top)
    {
        for taps in &columns {
            let read = &row[taps.first * channels..taps.end() * channels];
            for channel in 0..channels {
                let samples = read.iter().skip(channel).step_by(channels);
                band.push(weigh(&taps.weights, samples));
            }
        }
    }

    let mut window = Vec::with_capacity(y.length * stride);
    for taps in &rows {
        let read = &band[(taps.first - top) * stride..(taps.end() - top) * stride];
        for column in 0..stride {
            let samples = read.iter().skip(column).step_by(stride);
            window.push(weigh(&taps.weights, samples));
        }
    }
    window
}

fn weigh<'a>(weights: &[i32], samples: impl Iterator<Item = &'a u8>) -> u8 {
    // Weights sum to 1 up to rounding and, by the cubic's negative ones, their sizes to less than 1.6, so sums stay below 2^31.
    let half = 1 << (BITS - 1);
    let weighted = weights
        .iter()
        .zip(samples)
        .map(|(w, &s)| w * i32::from(s))
        .sum::<i32>();
    sample(weighted + half)
}

#[cfg(test)]
mod tests;
