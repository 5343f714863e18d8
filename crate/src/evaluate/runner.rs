//! A compiled classifier that takes images in batches.

use ndarray::{ArrayD, Axis, IxDyn, Slice};

use crate::clock::now_ms;
use crate::engine::{Engine, noise};
use crate::error::{Error, Result};
use crate::onnx::{self, pb};

/// Images per run where the model leaves the batch open.
const BATCH: usize = 32;
/// Single-image runs behind the median latency, after one to warm up.
const TIMED: usize = 21;

pub(super) struct Runner {
    pub file: String,
    /// Whether the scores are probabilities already.
    pub softmax: bool,
    pub batch: usize,
    engine: Engine,
    /// For the latency, which is that of single images.
    model: pb::ModelProto,
}

impl Runner {
    pub fn new(model: &pb::ModelProto, file: &str) -> Result<Runner> {
        let graph = model.graph.clone().unwrap_or_default();
        let shape = onnx::runtime_inputs(&graph).next().map(onnx::dimensions);
        let first = shape.and_then(|shape| shape.into_iter().next());
        let open = first.is_some_and(|d| d.ok().is_none_or(|n| n == 0));
        let compile = |batch| Engine::new(model, batch).map_err(|e: Error| e.in_file(file));
        let (engine, batch) = match open.then(|| compile(BATCH)) {
            // A Reshape may have the batch written into it even where the input leaves it open.
            Some(Ok(engine)) if keeps_batch(&engine) => (engine, BATCH),
            _ => (compile(1)?, 1),
        };
        let output = graph.output.first().map_or("", |o| o.name.as_str());
        let ends =
            |n: &pb::NodeProto| n.op_type == "Softmax" && n.output.iter().any(|o| o == output);
        Ok(Runner {
            file: file.to_string(),
            softmax: graph.node.iter().any(ends),
            batch,
            engine,
            model: model.clone(),
        })
    }

    /// Scores of `count` images, one row after the other; `shape` is that of a single one. A short batch is filled up with
    /// zeros.
    pub fn run(&self, images: &[f32], shape: &[usize], count: usize) -> Result<Vec<f32>> {
        let size: usize = shape.iter().product();
        let mut scores = Vec::new();
        for part in images.chunks(self.batch * size) {
            let taken = part.len() / size.max(1);
            let mut values = part.to_vec();
            values.resize(self.batch * size, 0.0);
            let mut shape = shape.to_vec();
            shape[0] = self.batch;
            let batch = ArrayD::from_shape_vec(IxDyn(&shape), values);
            let batch = batch.map_err(|e| Error::new(e.to_string()))?;
            let outputs = self.engine.run(batch);
            let outputs = outputs.map_err(|e| e.in_file(&self.file))?;
            let first = outputs
                .first()
                .filter(|o| o.shape().first() == Some(&self.batch))
                .ok_or_else(|| {
                    Error::new("has no output of one vector per image").in_file(&self.file)
                })?;
            scores.extend(first.slice_axis(Axis(0), Slice::from(..taken)).iter());
        }
        debug_assert!(images.len() == count * size);
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

fn keeps_batch(engine: &Engine) -> bool {
    let probe = engine.run(ArrayD::zeros(engine.inputs[0].0.clone()));
    probe.is_ok_and(|o| o.first().is_some_and(|o| o.shape().first() == Some(&BATCH)))
}
