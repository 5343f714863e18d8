//! Measuring a network for the criterion `reconstruction`, and its scores.

use ndarray::ArrayD;

use super::Session;
use crate::criterion::reconstruction::{Group, order};
use crate::error::{Error, Result};
use crate::measure::curves::{Curve, Setup, curves};
use crate::measure::{Progress, gram};
use crate::plan::{Decision, allocate};
use crate::report::{Allocate, Criterion, PlanOptions};

/// Images held back from the covariances, at the most, and their part of all.
const HELD: usize = 50;
const PART: usize = 5;

/// What was measured.
pub struct Reconstruction {
    pub groups: Vec<Group>,
    /// Where the answers were measured too.
    pub curves: Option<Vec<Curve>>,
    /// The last scores, with what they were made for.
    scores: Option<((Allocate, u32), Vec<f64>)>,
}

impl Session {
    /// Measures on tensors of batch 1. Some are held back for the curves, if `allocate` asks for any.
    /// `progress(done, total)` counts in hundredths; `false` stops, and what was measured before stays.
    ///
    /// # Errors
    /// Without images, when the network cannot be run, or when it was stopped.
    pub fn measure_reconstruction(
        &mut self,
        images: &[ArrayD<f32>],
        allocate: Allocate,
        threads: usize,
        progress: Progress<'_>,
    ) -> Result<()> {
        if images.is_empty() {
            return Err(Error::new(
                "the criterion reconstruction needs at least one image",
            ));
        }
        let held = match allocate {
            Allocate::Measured if images.len() > 1 => (images.len() / PART).clamp(1, HELD),
            _ => 0,
        };
        let (fit, held) = images.split_at(images.len() - held);
        let share = |done: usize, all: usize, from: usize, to: usize| {
            from + (to - from) * done / all.max(1)
        };
        let half = if held.is_empty() { 100 } else { 30 };
        let grams = gram::collect(
            &self.model,
            &self.analysis,
            fit,
            threads,
            &mut |done, all| progress(share(done, all, 0, half), 100),
        );
        let grams = grams.map_err(|e| e.in_file(&self.file))?;
        let groups = order(&self.analysis, &grams);
        let setup = Setup {
            model: &self.model,
            analysis: &self.analysis,
            grams: &grams,
            classifier: self.class_count().map(|_| self.ends_in_softmax()),
            held,
            threads,
        };
        let curves = (!held.is_empty()).then(|| {
            curves(&setup, &groups, &mut |done, all| {
                progress(share(done, all, half, 100), 100)
            })
        });
        let curves = curves.transpose().map_err(|e| e.in_file(&self.file))?;
        self.decided = None;
        self.reconstruction = Some(Reconstruction {
            groups,
            curves,
            scores: None,
        });
        Ok(())
    }

    /// What was measured, if anything.
    pub fn reconstruction(&self) -> Option<&Reconstruction> {
        self.reconstruction.as_ref()
    }

    pub(super) fn reconstruction_scores(&mut self, options: &PlanOptions) -> Result<Vec<f64>> {
        let known = self.reconstruction.as_mut().ok_or_else(|| {
            Error::new(
                "the criterion reconstruction needs images; measure the network on some first",
            )
        })?;
        let measured = known.curves.is_some();
        let allocate = match options.allocate {
            Some(Allocate::Measured) if !measured => {
                return Err(Error::new(
                    "the answers were not measured, so layers can only share the cut flat",
                ));
            }
            Some(chosen) => chosen,
            None if measured => Allocate::Measured,
            None => Allocate::Flat,
        };
        let key = (allocate, options.multiple);
        if let Some((made_for, scores)) = &known.scores
            && *made_for == key
        {
            return Ok(scores.clone());
        }
        let damage: Vec<Vec<f64>> = match (&known.curves, allocate) {
            (Some(curves), Allocate::Measured) => curves.iter().map(|c| c.at.clone()).collect(),
            _ => known.groups.iter().map(relative).collect(),
        };
        let multiple = options.multiple as usize;
        let scores = allocate::places(&self.analysis, &known.groups, &damage, multiple);
        known.scores = Some((key, scores.clone()));
        Ok(scores)
    }

    /// What the curves say of a plan.
    pub(super) fn predicted_kl(&self, options: &PlanOptions, decision: &Decision) -> Option<f64> {
        let known = self.reconstruction.as_ref()?;
        let curves = known.curves.as_ref()?;
        let counts = options.criterion == Criterion::Reconstruction && self.class_count().is_some();
        counts.then(|| allocate::predicted(&known.groups, curves, &decision.removed))
    }
}

/// Loss relative to all that the group's readers get.
fn relative(group: &Group) -> Vec<f64> {
    let whole = group.whole.max(1e-12);
    let losses = group.losses.iter().map(|loss| loss / whole);
    std::iter::once(0.0).chain(losses).collect()
}
