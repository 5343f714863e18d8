//! Search for the largest pruning that still holds on the images.

use crate::session::Knob;

/// Scans knobs from the most pruning to the least until one holds, then bisects towards the neighbour that did not.
///
/// Accuracy does not fall evenly with pruning, so a bisection alone could stop at the first dip; and every answer costs an
/// evaluation, so the scan ends at the first knob that holds. Where none does, what holds lies below the least of them:
/// a threshold is tried at the end of its scale, a share is bisected towards 0, at which nothing goes and so everything holds.
pub struct Guard {
    scale: Knob,
    /// From most pruning to least; those still to be tried.
    scan: Vec<f64>,
    steps: usize,
    done: usize,
    most: usize,
    /// Largest pruning known to hold, and the smallest above it that does not.
    holds: Option<f64>,
    /// That a share of 0 holds goes without saying.
    held: bool,
    fails: Option<f64>,
}

impl Guard {
    /// `knobs` from the least to the most pruning; `steps` of refinement.
    pub fn new(knobs: &[f64], steps: usize, scale: Knob) -> Guard {
        // The scan takes the last first.
        let mut scan: Vec<f64> = knobs.to_vec();
        let least = scale.at(scale.along(0.0));
        if scale == Knob::Threshold && scan.first().is_some_and(|first| *first < least) {
            scan.insert(0, least);
        }
        Guard {
            scale,
            most: scan.len() + steps,
            scan,
            steps,
            done: 0,
            holds: None,
            held: false,
            fails: None,
        }
    }

    /// What to try next; `None` when the search is over.
    pub fn next(&self) -> Option<f64> {
        match (self.holds, self.fails) {
            (None, _) => self.scan.last().copied(),
            // Nothing above it failed: it is the largest that there is.
            (Some(_), None) => None,
            (Some(holds), Some(fails)) if self.steps > 0 => {
                let middle = 0.5 * (self.scale.place(holds) + self.scale.place(fails));
                let knob = self.scale.at(middle);
                (knob != holds && knob != fails).then_some(knob)
            }
            _ => None,
        }
    }

    /// Whether the condition held at what [`Guard::next`] said.
    pub fn tell(&mut self, knob: f64, holds: bool) {
        self.done += 1;
        match self.holds {
            None => {
                self.scan.pop();
            }
            Some(_) => self.steps = self.steps.saturating_sub(1),
        }
        match holds {
            true => (self.holds, self.held) = (Some(knob), true),
            false => self.fails = Some(knob),
        }
        if self.scan.is_empty() && self.holds.is_none() && self.scale == Knob::Share {
            self.holds = Some(0.0);
        }
    }

    /// Largest pruning so far that holds.
    pub fn best(&self) -> Option<f64> {
        self.holds.filter(|_| self.held)
    }

    /// Evaluations so far, and at most.
    pub fn progress(&self) -> (usize, usize) {
        let left = match self.next() {
            None => 0,
            Some(_) if self.holds.is_none() => self.most - self.done,
            Some(_) => self.steps,
        };
        (self.done, self.done + left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(
        knobs: &[f64],
        steps: usize,
        scale: Knob,
        holds: impl Fn(f64) -> bool,
    ) -> (Option<f64>, usize) {
        let mut guard = Guard::new(knobs, steps, scale);
        while let Some(knob) = guard.next() {
            let (done, total) = guard.progress();
            assert!(done < total, "{done} of {total}");
            guard.tell(knob, holds(knob));
        }
        let (done, total) = guard.progress();
        assert_eq!(done, total);
        (guard.best(), done)
    }

    #[test]
    fn the_largest_that_holds_is_found_past_a_dip() {
        let knobs = [0.1, 0.2, 0.3, 0.4, 0.5];
        // Fails at 0.2, holds again up to 0.37.
        let holds = |k: f64| k <= 0.37 && (k - 0.2).abs() > 0.05;
        let (best, tried) = search(&knobs, 10, Knob::Share, holds);
        assert!((best.unwrap() - 0.37).abs() < 1e-3, "{best:?}");
        assert_eq!(tried, 13);
    }

    #[test]
    fn what_holds_below_the_least_knob_is_found() {
        let (best, _) = search(&[0.1, 0.5], 8, Knob::Share, |k| k <= 0.037);
        assert!((best.unwrap() - 0.037).abs() < 1e-3, "{best:?}");
        let (best, _) = search(&[0.8, 0.5], 12, Knob::Threshold, |k| k >= 0.95);
        assert!((best.unwrap() - 0.95).abs() < 2e-3, "{best:?}");
    }

    #[test]
    fn the_ends_need_no_refinement() {
        let knobs = [0.1, 0.5];
        assert_eq!(search(&knobs, 8, Knob::Share, |_| true), (Some(0.5), 1));
        assert_eq!(search(&knobs, 8, Knob::Share, |_| false), (None, 10));
        assert_eq!(search(&[], 8, Knob::Share, |_| true), (None, 0));
    }

    #[test]
    fn thresholds_are_searched_on_log_odds() {
        // A higher threshold prunes less.
        let (best, _) = search(&[0.999, 0.9, 0.1], 20, Knob::Threshold, |t| t >= 0.73);
        assert!((best.unwrap() - 0.73).abs() < 1e-3, "{best:?}");
    }
}
