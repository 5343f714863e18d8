//! A compiled classifier.
//!
//! It takes one image at a time: tract folds more of a network into its matrix products then, and is never slower and up to
//! twice as fast as with batches (measured natively and in a browser).

use ndarray::{ArrayD, IxDyn};

use crate::clock::now_ms;
use crate::engine::{Engine, noise};
use crate::error::{Error, Result};
use crate::onnx::{self, pb};

/// Single-image runs behind the median latency, after one to warm up.
const TIMED: usize = 21;

pub(super) struct Runner {
    pub file: String,
    /// Whether the scores are probabilities already.
    pub softmax: bool,
    /// Scores per image.
    pub classes: usize,
    engine: Engine,
}

impl Runner {
    /// # Errors
    /// When the network cannot be compiled or is no classifier.
    pub fn new(model: &pb::ModelProto, file: &str) -> Result<Runner> {
        let engine = Engine::new(model, 1).map_err(|e| e.in_file(file))?;
        let classes = classes(&engine).ok_or_else(|| {
            Error::new(
                "is not a classifier with one vector of scores, so there is no accuracy to measure",
            )
            .in_file(file)
        })?;
        let graph = model.graph.as_ref();
        let output = graph.and_then(|g| g.output.first());
        let output = output.map_or("", |o| o.name.as_str());
        let ends =
            |n: &pb::NodeProto| n.op_type == "Softmax" && n.output.iter().any(|o| o == output);
        Ok(Runner {
            file: file.to_string(),
            softmax: graph.is_some_and(|g| g.node.iter().any(ends)),
            classes,
            engine,
        })
    }

    /// Scores of an image, prepared for `shape`.
    pub fn run(&self, image: &[f32], shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = ArrayD::from_shape_vec(IxDyn(shape), image.to_vec());
        let tensor = tensor.map_err(|e| Error::new(e.to_string()))?;
        let outputs = self.engine.run(tensor);
        let outputs = outputs.map_err(|e| e.in_file(&self.file))?;
        let first = outputs.first().filter(|o| o.len() == self.classes);
        let first = first.ok_or_else(|| {
            Error::new("gives another number of scores than it says").in_file(&self.file)
        })?;
        Ok(first.iter().copied().collect())
    }

    /// Median milliseconds of a single image.
    pub fn latency(&self) -> Result<f64> {
        let image = noise(&self.engine.inputs[0].0, 1);
        let mut times = Vec::with_capacity(TIMED);
        for run in 0..=TIMED {
            let image = image.clone();
            let start = now_ms();
            self.engine.run(image)?;
            if run > 0 {
                times.push(now_ms() - start);
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}

/// Declared shape of the image input; `None` where it is open.
pub(super) fn shape(model: &pb::ModelProto) -> Vec<Option<usize>> {
    let graph = model.graph.as_ref();
    let input = graph.and_then(|graph| onnx::runtime_inputs(graph).next());
    let dimensions = input.map(onnx::dimensions).unwrap_or_default();
    let known = |d: Result<usize, String>| d.ok().filter(|n| *n > 0);
    dimensions.into_iter().map(known).collect()
}

/// Length of the one vector per image that the network gives.
fn classes(engine: &Engine) -> Option<usize> {
    let shapes = engine.output_shapes();
    let [Some(shape)] = shapes.as_slice() else {
        return None;
    };
    let (first, rest) = shape.split_first()?;
    let vector = rest.iter().filter(|d| **d > 1).count() == 1;
    (*first == 1 && vector).then(|| rest.iter().product())
}
