//! Surgery and its proof.

use ndarray::ArrayD;
use tract_onnx::prelude::DatumType;

use super::{Pruned, Session, proof};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::onnx::{self, pb};
use crate::plan::{self, Decision};
use crate::repair;
use crate::report::{Change, Check, Compensation, PlanOptions, Step};
use crate::surgery;

impl Session {
    /// Prunes; the check is apart ([`Session::check`]).
    pub fn prune(&mut self, options: &PlanOptions) -> Result<Pruned> {
        let decision = self.decide(options)?;
        let merges = options.compensation == Compensation::Merge && !decision.is_nothing();
        let merged = match merges {
            true => Some(self.merged(&decision)?),
            false => None,
        };
        let model = match &merged {
            Some(m) => surgery::prune(&m.model, &m.analysis, &m.decision),
            None => surgery::prune(&self.model, &self.analysis, &decision),
        };
        let model = model.map_err(|e| e.in_file(&self.file))?;
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
            merged,
        })
    }

    /// Prunes, then repairs on tensors of batch 1; the plan is that of the cut, and says what the
    /// repair did. `progress(at, total)`, called as reader `at` (from 1) begins, ends it by returning false.
    pub fn repair(
        &mut self,
        options: &PlanOptions,
        steps: &[Step],
        images: &[ArrayD<f32>],
        progress: impl FnMut(usize, usize) -> bool,
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

    /// The masked twin of a pruned network; of one with `merge`, that of the network that was cut.
    pub fn twin_of(&self, pruned: &Pruned) -> Result<pb::ModelProto> {
        let Some(m) = &pruned.merged else {
            return self.twin(&pruned.decision);
        };
        surgery::twin::masked_twin(&m.model, &m.analysis, &m.decision)
            .map_err(|e| e.in_file(&self.file))
    }

    /// Runs the sliced network, decoded again from its bytes, against its masked twin.
    pub fn check(&self, pruned: &Pruned) -> Result<Check> {
        Ok(self.checked(pruned)?.0)
    }

    /// [`Session::check`] of the result that [`Session::predict`] runs; what was compiled for it is kept for that.
    ///
    /// # Errors
    /// When there is no such result, or one of the two cannot be run.
    pub fn check_adopted(&mut self) -> Result<Check> {
        let missing = || Error::new("there is no pruned network yet").in_file(&self.file);
        let pruned = self.pruned.as_ref().ok_or_else(missing)?;
        // A repaired network was checked when it was cut.
        if let Some(check) = &pruned.plan.check {
            return Ok(*check);
        }
        let (check, engine) = self.checked(pruned)?;
        self.engines.pruned = Some(engine);
        Ok(check)
    }

    fn checked(&self, pruned: &Pruned) -> Result<(Check, Engine)> {
        let half =
            |r: &crate::channels::Reader| self.analysis.graph.weight_type(r.node) == DatumType::F16;
        let precision = match self.analysis.channels.readers.iter().any(half) {
            true => proof::HALF,
            false => proof::SINGLE,
        };
        let twin = || self.twin_of(pruned);
        let checked = proof::check(twin, &pruned.bytes, &precision);
        checked.map_err(|e| e.in_file(&self.file))
    }
}
