//! Images that Python hands over.

use channel_pruning::dataset::Dataset;
use channel_pruning::image::Image;
use channel_pruning::{Error, Result};
use ndarray::{ArrayD, IxDyn};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// What was handed over, copied, so that it needs no lock any more.
pub enum Given {
    /// Names and contents of encoded files.
    Files(Vec<(String, Vec<u8>)>),
    /// Pictures of three bytes a pixel.
    Pixels(Vec<Image>, Option<Vec<usize>>),
    /// Preprocessed batches of one.
    Tensors(Vec<ArrayD<f32>>, Option<Vec<usize>>),
}

/// Reads `(kind, items, labels)`, as `_data.py` makes it.
pub fn extract(given: &Bound<'_, PyAny>) -> PyResult<Given> {
    let (kind, items, labels): (String, Bound<'_, PyAny>, Option<Vec<usize>>) = given.extract()?;
    match kind.as_str() {
        "files" => Ok(Given::Files(items.extract()?)),
        "pixels" => Ok(Given::Pixels(pixels(&items)?, labels)),
        _ => Ok(Given::Tensors(tensors(&items)?, labels)),
    }
}

impl Given {
    /// As a data set.
    pub fn open(self) -> Result<Dataset> {
        let data = match self {
            Given::Files(files) => Dataset::from_memory(files, None),
            Given::Pixels(images, labels) => Dataset::from_pictures(images, labels),
            Given::Tensors(tensors, labels) => Dataset::from_tensors(tensors, labels),
        };
        data.map_err(Error::new)
    }
}

fn wrong(py: Python<'_>, reason: &str) -> PyErr {
    super::raised(py, Error::new(reason))
}

fn pixels(items: &Bound<'_, PyAny>) -> PyResult<Vec<Image>> {
    let pictures: Vec<(usize, usize, Vec<u8>)> = items.extract()?;
    let picture = |(width, height, rgb): (usize, usize, Vec<u8>)| {
        let fits = width > 0 && height > 0 && rgb.len() == width * height * 3;
        let image = fits.then_some(Image { width, height, rgb });
        image.ok_or_else(|| wrong(items.py(), "a picture's pixels do not fill it"))
    };
    pictures.into_iter().map(picture).collect()
}

/// Shape and bytes of 32-bit floats, in C order, of each batch.
fn tensors(items: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayD<f32>>> {
    let batches: Vec<(Vec<usize>, Bound<'_, PyBytes>)> = items.extract()?;
    let mut tensors = Vec::new();
    for (mut shape, bytes) in batches {
        let each: usize = shape.iter().skip(1).product();
        let (floats, rest) = bytes.as_bytes().as_chunks::<4>();
        let count = shape.first().copied().unwrap_or(0);
        if each == 0 || !rest.is_empty() || floats.len() != count * each {
            return Err(wrong(items.py(), "a batch's numbers do not fill it"));
        }
        shape[0] = 1;
        for image in floats.chunks_exact(each) {
            let values = image.iter().map(|b| f32::from_le_bytes(*b)).collect();
            let tensor = ArrayD::from_shape_vec(IxDyn(&shape), values);
            tensors.push(tensor.map_err(|e| wrong(items.py(), &e.to_string()))?);
        }
    }
    Ok(tensors)
}
