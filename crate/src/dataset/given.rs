//! Images that a program hands over: decoded pictures, or tensors that are ready for the network.

use ndarray::ArrayD;

use super::source::{Found, Source};
use crate::image::Image;

/// Classes are numbered by the network's outputs; more than any network has are refused.
const MOST_CLASSES: usize = 100_000;

/// Decoded pictures.
struct Pictures(Vec<Image>);

impl Source for Pictures {
    fn name(&self, index: usize) -> String {
        format!("image #{index}")
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        Ok(self.0[index].clone())
    }
}

/// Batches of one, as the network reads them.
struct Tensors(Vec<ArrayD<f32>>);

impl Source for Tensors {
    fn name(&self, index: usize) -> String {
        format!("image #{index}")
    }

    fn image(&self, index: usize) -> Result<Image, String> {
        Err(format!("Image #{index} is a tensor, not a picture."))
    }

    fn tensor(&self, index: usize) -> Option<&ArrayD<f32>> {
        self.0.get(index)
    }
}

pub(super) fn pictures(images: Vec<Image>, labels: Option<Vec<usize>>) -> Result<Found, String> {
    let count = images.len();
    found("pictures", count, labels, Box::new(Pictures(images)))
}

pub(super) fn tensors(
    tensors: Vec<ArrayD<f32>>,
    labels: Option<Vec<usize>>,
) -> Result<Found, String> {
    let count = tensors.len();
    found("tensors", count, labels, Box::new(Tensors(tensors)))
}

fn found(
    kind: &str,
    count: usize,
    labels: Option<Vec<usize>>,
    source: Box<dyn Source>,
) -> Result<Found, String> {
    if let Some(labels) = labels.as_ref().filter(|l| l.len() != count) {
        let given = labels.len();
        return Err(format!("There are {count} images and {given} labels."));
    }
    let most = labels.iter().flatten().max().copied();
    if let Some(most) = most.filter(|most| *most >= MOST_CLASSES) {
        return Err(format!(
            "A label is {most}; labels are places among the network's outputs."
        ));
    }
    let class = |k: usize| labels.as_ref().map(|l| l[k]);
    Ok(Found {
        kind: kind.into(),
        classes: (0..most.map_or(0, |m| m + 1))
            .map(|n| n.to_string())
            .collect(),
        labels: (0..count).map(|k| (k, class(k))).collect(),
        source,
    })
}
