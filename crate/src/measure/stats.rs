//! What was measured of a network's channels, as a value: it is written to a file, read by plans, and merged with what other machines
//! measured.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::gaussian::Gaussian;

/// Measured statistics of a network, as `prune calibrate` writes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stats {
    /// How many images were measured.
    pub images: u32,
    /// One element per measured tensor.
    pub tensors: Vec<TensorStats>,
    /// What was measured, for merging; absent in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// What was measured of the channels of one tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TensorStats {
    /// Name of the tensor in the file.
    pub name: String,
    /// Mean per channel.
    pub mean: Vec<f64>,
    /// Standard deviation per channel.
    pub std: Vec<f64>,
    /// Fraction of exact zeros per channel.
    pub zeros: Vec<f64>,
    /// Values of each channel behind these numbers; 0 in files of earlier versions.
    #[serde(default)]
    pub values: u64,
    /// How the values of each channel are spread, if that was asked for and the file's β and γ say over which range; else the range
    /// would hang on the images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histograms>,
}

/// Histograms of a tensor's channels: bins of equal width, the outer ones with all that lies beyond.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Histograms {
    /// Lower end of the first bin, per channel.
    pub low: Vec<f64>,
    /// Upper end of the last bin, per channel.
    pub high: Vec<f64>,
    /// Values at or below 0, per channel.
    pub below: Vec<u64>,
    /// Values per bin, channel after channel.
    pub counts: Vec<u64>,
}

impl Histograms {
    /// Adds what was counted on other images. False where bins differ.
    fn add(&mut self, other: &Histograms) -> bool {
        let sizes = (self.counts.len(), self.below.len());
        if (&self.low, &self.high) != (&other.low, &other.high)
            || sizes != (other.counts.len(), other.below.len())
        {
            return false;
        }
        let counts = self.counts.iter_mut().chain(&mut self.below);
        for (one, other) in counts.zip(other.counts.iter().chain(&other.below)) {
            *one = one.saturating_add(*other);
        }
        true
    }
}

/// The network and the images that were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Origin {
    /// SHA-256 of the network's file.
    pub model: String,
    /// How pictures were read; null where they were tensors already.
    pub preprocessing: Option<String>,
    /// Each data set that images were taken of, in the order of their digests.
    pub data: Vec<Measured>,
}

/// Images of one data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Measured {
    /// SHA-256 of the names and classes of all its images in their order, and of the first and the last image.
    pub sha256: String,
    /// Images of the whole data set.
    pub images: u32,
    /// The places of those that were measured: from the first of two numbers up to the second, which is not among them.
    pub ranges: Vec<[u32; 2]>,
}

impl Stats {
    /// The Gaussians to plan with.
    pub fn gaussians(&self) -> HashMap<String, Vec<Gaussian>> {
        let row = |t: &TensorStats| {
            let pair = t.mean.iter().zip(&t.std);
            (
                t.name.clone(),
                pair.map(|(mean, std)| Gaussian {
                    mean: *mean,
                    std: *std,
                })
                .collect(),
            )
        };
        self.tensors.iter().map(row).collect()
    }

    /// Images that were measured, and images of the data sets they were taken of.
    pub fn seen(&self) -> (u64, u64) {
        let images = self.images;
        let seen = self.origin.as_ref().map(|origin| origin.seen(images));
        seen.unwrap_or((u64::from(images), 0))
    }

    /// What both measured together: what one run over all the images measures, up to the rounding of sums.
    ///
    /// # Errors
    /// When they measure different networks, read pictures in different ways, or share an image.
    pub fn merged(mut self, other: Stats) -> Result<Stats> {
        let (Some(origin), Some(others)) = (self.origin.take(), other.origin) else {
            return Err(Error::new(
                "does not say what was measured, so it cannot be merged; measure again with this version",
            ));
        };
        self.origin = Some(origin.merged(others)?);
        let foreign = || Error::new("measures other tensors than the files before it");
        if self.tensors.len() != other.tensors.len() {
            return Err(foreign());
        }
        for (one, other) in self.tensors.iter_mut().zip(&other.tensors) {
            let widths = [&one.mean, &one.std, &one.zeros, &other.mean, &other.std];
            let width = other.zeros.len();
            if one.name != other.name || widths.iter().any(|w| w.len() != width) {
                return Err(foreign());
            }
            one.add(other);
            let same = match (&mut one.histogram, &other.histogram) {
                (Some(one), Some(other)) => one.add(other),
                (None, None) => true,
                _ => false,
            };
            if !same {
                return Err(Error::new(format!(
                    "has other histograms of {} than the files before it",
                    one.name
                )));
            }
        }
        let images = self.images.checked_add(other.images);
        self.images = images.ok_or_else(|| Error::new("counts more images than can be"))?;
        Ok(self)
    }
}

impl TensorStats {
    /// Adds what was measured on other images (Chan, Golub and LeVeque 1983).
    fn add(&mut self, other: &TensorStats) {
        let (n, m) = (self.values as f64, other.values as f64);
        let all = n + m;
        if m == 0.0 {
            return;
        }
        for c in 0..self.mean.len() {
            let gap = other.mean[c] - self.mean[c];
            let square = n * self.std[c] * self.std[c]
                + m * other.std[c] * other.std[c]
                + gap * gap * n * m / all;
            self.mean[c] += gap * m / all;
            self.std[c] = (square / all).sqrt();
            // Counts are whole numbers.
            let zeros = (n * self.zeros[c]).round() + (m * other.zeros[c]).round();
            self.zeros[c] = zeros / all;
        }
        self.values += other.values;
    }
}

/// Refuses to merge what read its images in another way than the `parts` before it; `None` are tensors.
pub(crate) fn same_reading(parts: &str, before: Option<&str>, now: Option<&str>) -> Result<()> {
    if before == now {
        return Ok(());
    }
    let [before, now] = [before, now].map(|way| way.unwrap_or("tensors"));
    Err(Error::new(format!(
        "reads its images as {now}, the {parts} before it as {before}: name a preset"
    )))
}

impl Origin {
    /// So many images, and all of the data sets they were taken of.
    pub(crate) fn seen(&self, images: u32) -> (u64, u64) {
        let all = self.data.iter().map(|data| u64::from(data.images)).sum();
        (u64::from(images), all)
    }

    pub(crate) fn merged(self, other: Origin) -> Result<Origin> {
        if self.model != other.model {
            return Err(Error::new(
                "measures another network than the files before it",
            ));
        }
        let (before, now) = (&self.preprocessing, &other.preprocessing);
        same_reading("files", before.as_deref(), now.as_deref())?;
        let mut data = self.data;
        for set in other.data {
            match data.iter_mut().find(|known| known.sha256 == set.sha256) {
                Some(known) => known.add(set)?,
                None => data.push(set),
            }
        }
        data.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        Ok(Origin { data, ..self })
    }
}

impl Measured {
    fn add(&mut self, other: Measured) -> Result<()> {
        self.ranges.extend(other.ranges);
        self.ranges.retain(|[from, to]| from < to);
        self.ranges.sort_unstable();
        let mut joined: Vec<[u32; 2]> = Vec::new();
        for [from, to] in &self.ranges {
            match joined.last_mut() {
                Some(last) if *from < last[1] => {
                    return Err(Error::new(format!(
                        "measures image {from} of a data set, as a file before it does"
                    )));
                }
                Some(last) if *from == last[1] => last[1] = *to,
                _ => joined.push([*from, *to]),
            }
        }
        self.ranges = joined;
        match self.images == other.images {
            true => Ok(()),
            false => Err(Error::new(
                "counts other images in a data set than the files before it",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], range: [u32; 2]) -> Stats {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let square: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let zeros = values.iter().filter(|v| **v == 0.0).count() as f64;
        Stats {
            images: range[1] - range[0],
            tensors: vec![TensorStats {
                histogram: None,
                name: "t".into(),
                mean: vec![mean],
                std: vec![(square / n).sqrt()],
                zeros: vec![zeros / n],
                values: values.len() as u64,
            }],
            origin: Some(Origin {
                model: "m".into(),
                preprocessing: None,
                data: vec![Measured {
                    sha256: "d".into(),
                    images: 9,
                    ranges: vec![range],
                }],
            }),
        }
    }

    #[test]
    fn parts_are_the_whole() {
        let values = [100.5, 100.25, 0.0, 99.0, 101.0, 0.0, 0.0, 3.0, 8.0];
        let whole = of(&values, [0, 9]);
        let parts = [(0, 2), (2, 3), (3, 9)].map(|(a, b)| of(&values[a..b], [a as u32, b as u32]));
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let [a, b, c] = order.map(|k| parts[k].clone());
            let sum = a.merged(b).unwrap().merged(c).unwrap();
            assert_eq!((sum.images, sum.seen()), (9, (9, 9)));
            assert_eq!(sum.origin, whole.origin);
            let (t, w) = (&sum.tensors[0], &whole.tensors[0]);
            assert!((t.mean[0] - w.mean[0]).abs() < 1e-12);
            assert!((t.std[0] - w.std[0]).abs() < 1e-12);
            assert_eq!((t.zeros[0], t.values), (w.zeros[0], 9));
        }
    }

    #[test]
    fn an_image_is_measured_once_and_only_what_belongs_together_is_merged() {
        let one = of(&[1.0, 2.0], [0, 2]);
        let refused = |change: &dyn Fn(&mut Stats)| {
            let mut other = of(&[1.0], [2, 3]);
            change(&mut other);
            one.clone().merged(other).unwrap_err().reason
        };
        let twice = one.clone().merged(of(&[1.0], [1, 2])).unwrap_err().reason;
        assert!(
            twice.starts_with("measures image 1 of a data set"),
            "{twice}"
        );
        refused(&|s| s.origin = None);
        refused(&|s| s.tensors[0].name = "other".into());
        refused(&|s| s.tensors[0].mean.push(1.0));
        refused(&|s| s.tensors.clear());
        let origin = |s: &mut Stats, f: &dyn Fn(&mut Origin)| s.origin.iter_mut().for_each(f);
        refused(&|s| origin(s, &|o| o.model = "other".into()));
        refused(&|s| origin(s, &|o| o.preprocessing = Some("[0,1]".into())));
        refused(&|s| origin(s, &|o| o.data[0].images = 10));
    }
}
