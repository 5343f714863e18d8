//! A compiled classifier that takes images in batches.

use ndarray::{ArrayD, IxDyn};

use crate::clock::now_ms;
use crate::engine::{Engine, noise};
use crate::error::{Error, Result};
use crate::onnx::{self, pb};

/// Images per run where the model leaves the batch open. More are not faster, and large pictures would need much memory.
const BATCH: usize = 8;
/// Single-image runs behind the median latency, after one to warm up.
const TIMED: usize = 21;

pub(super) struct Runner {
    pub file: String,
    /// Whether the scores are probabilities already.
    pub softmax: bool,
    pub batch: usize,
    /// Scores per image.
    pub classes: usize,
    engine: Engine,
    /// For the latency, which is that of single images.
    model: pb::ModelProto,
}

impl Runner {
    /// # Errors
    /// When the network cannot be compiled or is no classifier.
    pub fn new(model: &pb::ModelProto, file: &str) -> Result<Runner> {
        let mut model = model.clone();
        super::fuse::fuse(&mut model);
        let compile = |batch| Engine::new(&model, batch).map_err(|e: Error| e.in_file(file));
        let open = shape(&model).first().is_some_and(Option::is_none);
        let (engine, batch) = match open.then(|| compile(BATCH)) {
            // A Reshape may have the batch written into it even where the input leaves it open.
            Some(Ok(engine)) if classes(&engine, BATCH).is_some() => (engine, BATCH),
            _ => (compile(1)?, 1),
        };
        let classes = classes(&engine, batch).ok_or_else(|| {
            Error::new(
                "is not a classifier with one vector of scores, so there is no accuracy to measure",
            )
            .in_file(file)
        })?;
        let graph = model.graph.get_or_insert_default();
        let output = graph.output.first().map_or("", |o| o.name.as_str());
        let ends =
            |n: &pb::NodeProto| n.op_type == "Softmax" && n.output.iter().any(|o| o == output);
        Ok(Runner {
            file: file.to_string(),
            softmax: graph.node.iter().any(ends),
            batch,
            classes,
            engine,
            model,
        })
    }

    /// Scores of `count` images, one row after the other; `shape` is that of a single one. A short batch is filled up with
    /// zeros.
    pub fn run(&self, images: &[f32], shape: &[usize]) -> Result<Vec<f32>> {
        let size = shape.iter().product::<usize>().max(1);
        let mut shape = shape.to_vec();
        shape[0] = self.batch;
        let mut scores = Vec::with_capacity(images.len() / size * self.classes);
        for part in images.chunks(self.batch * size) {
            let mut values = part.to_vec();
            values.resize(self.batch * size, 0.0);
            let batch = ArrayD::from_shape_vec(IxDyn(&shape), values);
            let batch = batch.map_err(|e| Error::new(e.to_string()))?;
            let outputs = self.engine.run(batch);
            let outputs = outputs.map_err(|e| e.in_file(&self.file))?;
            let first = outputs.first().filter(|o| o.shape()[0] == self.batch);
            let first = first.ok_or_else(|| {
                Error::new("has no output of one vector per image").in_file(&self.file)
            })?;
            let taken = part.len() / size * self.classes;
            scores.extend(first.iter().take(taken));
        }
        Ok(scores)
    }

    /// Median milliseconds of a single image.
    pub fn latency(&self) -> Result<f64> {
        let engine = Engine::new(&self.model, 1)?;
        let image = noise(&engine.inputs[0].0, 1);
        let mut times = Vec::with_capacity(TIMED);
        for run in 0..=TIMED {
            let image = image.clone();
            let start = now_ms();
            engine.run(image)?;
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
fn classes(engine: &Engine, batch: usize) -> Option<usize> {
    let shapes = engine.output_shapes();
    let [Some(shape)] = shapes.as_slice() else {
        return None;
    };
    let (first, rest) = shape.split_first()?;
    let vector = rest.iter().filter(|d| **d > 1).count() == 1;
    (*first == batch && vector).then(|| rest.iter().product())
}
