//! The smallest network that keeps a promise, where every cut is followed by a repair and so costs much more than its judgement.

use ndarray::ArrayD;

use super::{Judge, Promise, cores, since};
use crate::error::{Error, Result};
use crate::report::{Guarded, PlanOptions, Step};
use crate::session::{Knob, Pruned, Session};

/// Cuts on the scale before it is refined. Four or five of them are tried.
const GRID: usize = 16;
/// Halvings after that: each costs a repair and halves what is left between two cuts of the grid. Chosen, not measured.
const HALVINGS: usize = 2;

/// Bisection over shares: first those of a grid, then between the last that holds and the first that does not.
struct Bisection {
    grid: Vec<f64>,
    /// How many of the grid are known to hold, and from which on they are known to fail.
    low: usize,
    high: usize,
    /// The largest share that holds; none goes without saying.
    holds: f64,
    fails: Option<f64>,
    halvings: usize,
}

impl Bisection {
    /// `grid` from the least pruning to the most.
    fn new(grid: Vec<f64>) -> Bisection {
        Bisection {
            low: 0,
            high: grid.len(),
            grid,
            holds: 0.0,
            fails: None,
            halvings: HALVINGS,
        }
    }

    fn next(&self) -> Option<f64> {
        if self.low < self.high {
            return Some(self.grid[usize::midpoint(self.low, self.high)]);
        }
        let fails = self.fails?;
        (self.halvings > 0).then_some(0.5 * (self.holds + fails))
    }

    fn tell(&mut self, share: f64, holds: bool) {
        let middle = usize::midpoint(self.low, self.high);
        match (self.low < self.high, holds) {
            (true, true) => self.low = middle + 1,
            (true, false) => self.high = middle,
            (false, _) => self.halvings -= 1,
        }
        match holds {
            true => self.holds = share,
            false => self.fails = Some(share),
        }
    }

    /// How many more are tried, at most.
    fn left(&self) -> usize {
        (self.high - self.low + 1).next_power_of_two().ilog2() as usize + self.halvings
    }
}

/// The smallest network, cut with `options` and refitted on `fitted`, that keeps `promise` on the images of `judge`, and what was
/// found on them. `fitted` are the first of the judge's images, and it judges by the others. The criterion of `options` is one
/// that takes a share. `progress(part)`, from 0 to 1, ends the search by returning false.
///
/// # Errors
/// When no cut keeps it, the promise needs labels that the data lacks, or the search was ended.
pub fn smallest(
    session: &mut Session,
    judge: &mut Judge,
    options: &PlanOptions,
    promise: Promise,
    fitted: &[ArrayD<f32>],
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<(Pruned, Guarded)> {
    promise.can_be_judged(judge)?;
    let mut options = options.clone();
    let mut search = Bisection::new(session.sweep_knobs(&options, GRID)?);
    let (mut best, mut plans) = (None, 0);
    while let Some(share) = search.next() {
        Knob::Share.set(&mut options, share);
        let most = (plans + search.left()) as f64;
        let pruned = session.repair(&options, &[Step::Refit], fitted, |at, total| {
            let part = at.saturating_sub(1) as f64 / total.max(1) as f64;
            progress((plans as f64 + part) / most)
        })?;
        plans += 1;
        let proven = pruned.plan.check.is_none_or(|c| c.passed);
        let Some(pruned) = session.worth_keeping(pruned).ok().filter(|_| proven) else {
            search.tell(share, false);
            continue;
        };
        judge.set_other(&pruned.model, &session.file)?;
        let evaluation = judge.report(&since(judge, fitted.len(), cores())?);
        let (holds, sure) = promise.kept(&evaluation);
        search.tell(share, holds);
        if holds {
            best = Some((pruned, sure, evaluation));
        }
    }
    let (pruned, sure, evaluation) = best.ok_or_else(|| {
        let reason = "even the smallest cut does not keep to the limit on the images";
        Error::new(reason).in_file(&session.file)
    })?;
    Ok((pruned, promise.found(plans as u32, sure, evaluation)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(grid: &[f64], holds: impl Fn(f64) -> bool) -> (f64, usize) {
        let mut search = Bisection::new(grid.to_vec());
        let (most, mut tried) = (search.left(), 0);
        while let Some(share) = search.next() {
            tried += 1;
            assert!(tried <= most, "{tried} of {most}");
            search.tell(share, holds(share));
        }
        (search.holds, tried)
    }

    #[test]
    fn the_largest_share_that_holds_is_found() {
        let grid: Vec<f64> = (1..=16).map(|k| f64::from(k) / 20.0).collect();
        for limit in [0.051, 0.33, 0.5, 0.79] {
            let (found, tried) = search(&grid, |share| share <= limit);
            assert!(
                found <= limit && limit - found < 0.05 / 3.9,
                "{found} {limit}"
            );
            assert!(tried <= 7, "{tried}");
        }
    }

    #[test]
    fn below_the_least_of_the_grid_there_is_something_too() {
        let (found, _) = search(&[0.1, 0.2], |share| share <= 0.06);
        assert!((found - 0.05).abs() < 1e-9, "{found}");
        assert_eq!(search(&[0.1, 0.2], |_| false).0, 0.0);
    }

    #[test]
    fn where_all_hold_the_last_is_taken() {
        assert_eq!(search(&[0.1, 0.2, 0.3], |_| true), (0.3, 2));
        assert_eq!(search(&[], |_| true), (0.0, 0));
    }
}
