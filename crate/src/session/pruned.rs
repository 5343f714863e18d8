//! Surgery and its proof.

use ndarray::ArrayD;
use tract_onnx::prelude::DatumType;

use super::{Pruned, Session};
use crate::engine::{Engine, difference, noise};
use crate::error::Result;
use crate::onnx::{self, pb};
use crate::plan::{self, Decision};
use crate::repair;
use crate::report::{Change, Check, PlanOptions, Step};
use crate::surgery;

/// Seeded inputs per check.
const SAMPLES: u32 = 3;

impl Session {
    /// Prunes; the check is apart ([`Session::check`]).
    pub fn prune(&mut self, options: &PlanOptions) -> Result<Pruned> {
        let decision = self.decide(options)?;
        let model = surgery::prune(&self.model, &self.analysis, &decision)
            .map_err(|e| e.in_file(&self.file))?;
        // A plan that removes nothing gives the file back to the byte.
        let bytes = if self.whole && decision.is_nothing() {
            self.source.clone()
        } else {
            self.encode(&model)
        };
        let size = Change {
            before: self.bytes,
            after: bytes.len() as u64,
        };
        let plan = plan::report::describe(&self.analysis, options, &decision, size);
        Ok(Pruned {
            plan,
            decision,
            model,
            bytes,
            repaired: false,
        })
    }

    /// Prunes, then repairs on tensors of batch 1; the plan is that of the cut, and says what the
    /// repair did.
    pub fn repair(
        &mut self,
        options: &PlanOptions,
        steps: &[Step],
        images: &[ArrayD<f32>],
        progress: impl FnMut(usize, usize),
    ) -> Result<Pruned> {
        let mut pruned = self.prune(options)?;
        let check = self.check(&pruned)?;
        let job = repair::Job {
            original: &self.model,
            before: &self.analysis,
            pruned: &pruned.model,
            decision: &pruned.decision,
            classifier: self.class_count().map(|_| self.ends_in_softmax()),
        };
        let repaired = repair::repair(&job, steps, images, progress);
        let (model, report) = repaired.map_err(|e| e.in_file(&self.file))?;
        // The cut is what the twin proves; the repair changes weights on purpose.
        pruned.plan.check = Some(check);
        if report.declined.is_none() {
            pruned.model = model;
            pruned.bytes = self.encode(&pruned.model);
            pruned.plan.bytes.after = pruned.bytes.len() as u64;
            pruned.repaired = true;
        }
        pruned.plan.repair = Some(report);
        Ok(pruned)
    }

    /// A model made from the opened one as a file, untouched parts as they were.
    pub fn encode(&self, model: &pb::ModelProto) -> Vec<u8> {
        onnx::encode_like(model, &self.source)
    }

    /// Makes a result the one that [`Session::predict`] runs.
    pub fn adopt(&mut self, pruned: Pruned) {
        self.engines.forget_pruned();
        self.pruned = Some(pruned);
    }

    /// The masked twin of a decision.
    pub fn twin(&self, decision: &Decision) -> Result<pb::ModelProto> {
        surgery::twin::masked_twin(&self.model, &self.analysis, decision)
            .map_err(|e| e.in_file(&self.file))
    }

    /// Relative rounding that two equal networks may show: a float16 file stores its folded biases in
    /// eleven bits.
    fn tolerance(&self) -> f64 {
        let half =
            |r: &crate::channels::Reader| self.analysis.graph.weight_type(r.node) == DatumType::F16;
        if self.analysis.channels.readers.iter().any(half) {
            1e-2
        } else {
            1e-4
        }
    }

    /// Runs the sliced network, decoded again from its bytes, against its masked twin.
    pub fn check(&self, pruned: &Pruned) -> Result<Check> {
        type Compile = fn(&pb::ModelProto, usize) -> Result<Engine>;
        let run = |compile: Compile| -> Result<Check> {
            // One after the other: two compiled networks at once are most of what a large file would take.
            let twin = compile(&self.twin(&pruned.decision)?, 1)?;
            let shape = twin.inputs[0].0.clone();
            let images = || (1..=SAMPLES).map(|seed| noise(&shape, u64::from(seed)));
            let expected = images()
                .map(|it| twin.run(it))
                .collect::<Result<Vec<_>>>()?;
            drop(twin);
            let sliced = compile(&onnx::decode(&pruned.bytes)?, 1)?;
            let (mut worst, mut scale) = (0.0f64, 0.0f64);
            for (image, expected) in images().zip(&expected) {
                let (d, s) = difference(expected, &sliced.run(image)?);
                worst = worst.max(d);
                scale = scale.max(s);
            }
            let passed = worst <= self.tolerance() * scale.max(1.0);
            Ok(Check {
                max_abs_diff: worst,
                max_abs_output: scale,
                samples: SAMPLES,
                passed,
            })
        };
        // Where the two differ it may be the engine's optimiser that got one of them wrong.
        let check = run(Engine::new).and_then(|fast| match fast.passed {
            true => Ok(fast),
            false => run(Engine::plain),
        });
        check.map_err(|e| e.in_file(&self.file))
    }
}
