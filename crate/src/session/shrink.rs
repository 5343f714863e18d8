//! A smaller network by one target, with everything else chosen by what is at hand. The command, the page and the packages
//! all shrink by what stands here.

use ndarray::ArrayD;

use super::{Knob, Measure, Pruned, Session};
use crate::error::{Error, Result};
use crate::report::{Compensation, Criterion, PlanOptions, Solved, Step};

/// Images that are fitted to at the most. Chosen by memory, not tuned: of more than 311 on MobileNetV1 at 224 × 224 a repair
/// could use a part only, since it holds what both networks make of all of them.
const MOST_FITTED: usize = 250;
/// What part of the images is fitted to; the others say what the cut cost. Chosen as usual for a split, not tuned.
const PART_FITTED: f64 = 0.8;
/// Fewer images than this are all fitted to. Chosen: a fifth of them is six, on which one answer more or less is 17 points.
pub const MIN_TO_JUDGE: usize = 32;
/// KL (or relative error) up to which a cut that its repair could not better is good as it is. At half of it the samples still
/// agree with their originals on 99 images of 100.
const GOOD: f64 = 0.05;

/// How many of so many images are fitted to. Where that is not all of them, the others are left to judge by.
pub fn images_to_fit(count: usize) -> usize {
    match count < MIN_TO_JUDGE {
        true => count,
        false => MOST_FITTED.min((PART_FITTED * count as f64) as usize),
    }
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Images run through the original, and what readers see is summed up.
    Summing,
    /// Layers are cut alone, to learn what that does to the output.
    Trying,
    /// Layers are refitted.
    Refitting,
}

/// A smaller network, and how it was aimed at.
pub struct Shrunk {
    /// The network, repaired where there were images.
    pub pruned: Pruned,
    /// How near the target was reached.
    pub solved: Solved,
    /// Predicted KL of the output in nats; `None` where no cut was tried.
    pub predicted_kl: Option<f64>,
}

impl Session {
    /// Removes `percent` % of what `measure` counts. With `images` (tensors of batch 1, all of them fitted to) channels go that the
    /// others can make up for, and what reads them is refitted; without, the file alone decides. Of `options` only the limits
    /// count: floor, multiple, locks, layers. `progress(stage, done, total)` ends the work by returning false.
    ///
    /// # Errors
    /// When the network cannot be run, the repair leaves it far from the original, or the work was ended.
    pub fn shrink(
        &mut self,
        measure: Measure,
        percent: f64,
        options: &PlanOptions,
        images: &[ArrayD<f32>],
        threads: usize,
        progress: &mut dyn FnMut(Phase, usize, usize) -> bool,
    ) -> Result<Shrunk> {
        let mut options = self.shrink_options(options, !images.is_empty());
        if !images.is_empty() {
            self.measure_to_shrink(options.multiple, images, threads, progress)?;
        } else if options.compensation == Compensation::Merge && self.second_moments().is_err() {
            // BatchNormalization may stand where no layer reads behind it.
            options.compensation = Compensation::Moments;
        }
        let solved = self.solve(&options, measure, percent)?;
        Knob::of(options.criterion).set(&mut options, solved.amount);
        let pruned = match images.is_empty() {
            true => self.prune(&options)?,
            false => {
                let at = |done: usize, total: usize| progress(Phase::Refitting, done, total);
                let pruned = self.repair(&options, &[Step::Refit], images, at)?;
                self.worth_keeping(pruned)?
            }
        };
        Ok(Shrunk {
            predicted_kl: self.predicted_kl_of(&pruned),
            pruned,
            solved,
        })
    }

    /// The limits of `options` with the criterion and the compensation that suit what is at hand: images, else sums over
    /// images, else normalisation, else the weights alone.
    pub fn shrink_options(&self, options: &PlanOptions, with_images: bool) -> PlanOptions {
        let (criterion, compensation) = match (with_images, self.has_normalisation()) {
            (true, _) => (Criterion::Reconstruction, Compensation::Moments),
            (false, _) if self.has_summed_images() => {
                (Criterion::Reconstruction, Compensation::Merge)
            }
            (false, true) => (Criterion::Influence, Compensation::Merge),
            (false, false) => (Criterion::L1, Compensation::Shift),
        };
        PlanOptions {
            criterion,
            compensation,
            ..options.clone()
        }
    }

    /// [`Session::measure_reconstruction`] that says which of its two parts it is in.
    ///
    /// # Errors
    /// When the network cannot be run, or `progress(phase, done, total)` returns false.
    pub fn measure_to_shrink(
        &mut self,
        multiple: u32,
        images: &[ArrayD<f32>],
        threads: usize,
        progress: &mut dyn FnMut(Phase, usize, usize) -> bool,
    ) -> Result<()> {
        let mut phase = Phase::Summing;
        let mut at = |done: usize, total: usize| {
            let goes_on = progress(phase, done, total);
            // The sums end at their total; what is counted after that are trials.
            if done == total {
                phase = Phase::Trying;
            }
            goes_on
        };
        self.measure_reconstruction(images, true, multiple, threads, &mut at)
    }

    /// [`Session::predicted_kl`] of a network that was made by what this session measured last; `None` for one cut by another
    /// criterion.
    pub fn predicted_kl_of(&self, pruned: &Pruned) -> Option<f64> {
        let measured = pruned.plan.criterion == Criterion::Reconstruction;
        let removed = &pruned.decision.removed;
        measured.then(|| self.predicted_kl(removed)).flatten()
    }

    /// [`Session::prune`] for those who run or show what it gives.
    ///
    /// # Errors
    /// For `reconstruction`, whose cuts are worthless before their readers are refitted.
    pub fn prune_alone(&mut self, options: &PlanOptions) -> Result<Pruned> {
        let merges = options.compensation == Compensation::Merge;
        if options.criterion == Criterion::Reconstruction && !merges {
            let reason = "a cut by reconstruction is only made together with its repair";
            return Err(Error::new(reason).in_file(&self.file));
        }
        self.prune(options)
    }

    /// A cut by `reconstruction` is nothing without its repair: one whose repair was not taken is kept only where the cut is
    /// near the original as it is. Other cuts stand by themselves.
    ///
    /// # Errors
    /// With the reason why the repair was not taken.
    pub fn worth_keeping(&self, pruned: Pruned) -> Result<Pruned> {
        let repair = pruned.plan.repair.as_ref();
        let why = repair.and_then(|r| {
            let far = r.before.mean_kl.unwrap_or(r.before.error) > GOOD;
            r.declined.clone().filter(|_| far)
        });
        match why {
            Some(why) if pruned.plan.criterion == Criterion::Reconstruction => {
                let reason = format!("a cut this deep needs its repair, and {why}");
                Err(Error::new(reason).in_file(&self.file))
            }
            _ => Ok(pruned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ranking;
    use super::*;
    use crate::dataset::Dataset;

    const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/public/samples");

    fn sample() -> Session {
        let bytes = std::fs::read(format!("{SAMPLES}/mobilenetv1_025_fashion.onnx"));
        Session::open("sample", &bytes.unwrap()).unwrap()
    }

    fn images(session: &Session, count: usize) -> Vec<ArrayD<f32>> {
        let path = format!("{SAMPLES}/data/fashion-mnist-1000.zip");
        let data = Dataset::open(std::path::Path::new(&path), None)
            .unwrap()
            .mixed();
        let feeder = session.feeder("fashion-mnist").unwrap();
        let feed = |k| feeder.feed(&data.get(k).unwrap().image);
        (0..count).map(feed).collect()
    }

    #[test]
    fn one_session_measures_and_another_plans_the_same() {
        let mut session = sample();
        let images = images(&session, 48);
        let mut seen: Vec<Phase> = Vec::new();
        let mut note = |phase: Phase, _: usize, _: usize| {
            if seen.last() != Some(&phase) {
                seen.push(phase);
            }
            true
        };
        let limits = PlanOptions::default();
        let shrunk = session
            .shrink(Measure::Macs, 70.0, &limits, &images, 1, &mut note)
            .unwrap();
        assert_eq!(seen, [Phase::Summing, Phase::Trying, Phase::Refitting]);
        let plan = &shrunk.pruned.plan;
        let gone = 100.0 - 100.0 * plan.macs.after as f64 / plan.macs.before as f64;
        assert!((gone - 70.0).abs() < 1.0, "{gone}");
        assert!(shrunk.pruned.repaired && plan.check.is_some_and(|c| c.passed));
        assert!(shrunk.predicted_kl.is_some_and(|kl| kl > 0.0));
        let repair = plan.repair.as_ref().unwrap();
        assert!(repair.after.mean_kl < repair.before.mean_kl);

        let mut other = sample();
        let options = PlanOptions {
            criterion: Criterion::Reconstruction,
            compensation: Compensation::Moments,
            share: shrunk.solved.amount,
            ..limits
        };
        assert!(other.decide(&options).is_err(), "nothing was measured here");
        let ranking = session.ranking().unwrap();
        other.set_ranking(ranking.clone()).unwrap();
        let alone = other.prune_alone(&options).map(|_| ()).unwrap_err();
        assert!(alone.to_string().contains("together with its repair"));
        let theirs = other.decide(&options).unwrap().removed.clone();
        assert_eq!(theirs, session.decide(&options).unwrap().removed);
        assert_eq!(other.predicted_kl(&theirs), shrunk.predicted_kl);
        let foreign = Ranking {
            places: vec![0.0; 3],
            ..ranking
        };
        let refused = other.set_ranking(foreign).unwrap_err().to_string();
        assert!(refused.contains("has 3"), "{refused}");
    }

    #[test]
    fn a_fifth_of_many_images_is_left_to_judge_by() {
        let fitted = [0, 31, 32, 100, 313, 1000].map(images_to_fit);
        assert_eq!(fitted, [0, 31, 25, 80, 250, 250]);
    }

    #[test]
    fn the_work_ends_where_its_progress_says_so() {
        let mut session = sample();
        let images = images(&session, 16);
        let limits = PlanOptions::default();
        for last in [Phase::Summing, Phase::Trying, Phase::Refitting] {
            let mut stop = |phase: Phase, _: usize, _: usize| phase != last;
            let ended = session.shrink(Measure::Macs, 30.0, &limits, &images, 1, &mut stop);
            assert!(ended.is_err_and(|e| e.to_string().contains("stopped")));
        }
    }
}
