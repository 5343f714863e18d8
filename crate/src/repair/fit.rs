//! Choosing what one reader becomes: which ridge, or nothing at all.

use super::parallel::each;
use super::reader::Pair;
use super::system::{Linear, System};
use crate::error::Result;
use crate::report::Step;

/// Ridges towards the weights as cut, of which the held-back pictures choose.
const LAMBDAS: [f64; 6] = [0.005, 0.02, 0.06, 0.2, 0.8, 3.0];
/// The ridge where nothing is held back.
const LAMBDA: f64 = 0.06;
/// How far a recalibration goes towards the measured statistics.
const BLEND: f64 = 0.75;
/// How much worse than the best ridge, over √(held-back pictures), a stronger one may be.
const SLACK: f64 = 0.3;

/// What became of one reader.
pub struct Fitted {
    pub linear: Option<Vec<Linear>>,
    pub why: &'static str,
    pub ridge: Option<f64>,
    /// Relative errors on the held-back pictures (on the fitted ones where none are held back).
    pub before: f64,
    pub after: f64,
}

/// One ridge, what it makes of the reader, and its error.
struct Trial {
    lambda: f64,
    made: Option<(Vec<Linear>, f64)>,
}

/// Fits one reader on the sums of `fit` and judges by those of `held`, from `pictures` pictures.
pub fn fit_reader(
    pair: &Pair<'_>,
    step: Step,
    fit: &[System],
    held: &[System],
    pictures: usize,
    threads: usize,
) -> Result<Fitted> {
    let importance = pair.importance();
    let per_out = pair.now.1.out_per_group();
    let rows: usize = held.first().map_or(0, System::rows);
    let judged = if rows > 0 { held } else { fit };
    let weight = |g: usize| &importance[g * per_out..(g + 1) * per_out];
    let spread = |(g, s): (usize, &System)| s.spread(weight(g));
    let spread: f64 = judged.iter().enumerate().map(spread).sum();
    let spread = spread.max(1e-30);
    let error = |linear: &[Linear]| -> f64 {
        let one = |(g, s): (usize, &System)| s.error(&linear[g], weight(g));
        judged.iter().enumerate().map(one).sum::<f64>() / spread
    };
    let old = pair.as_cut();
    let before = error(&old);
    let mut fitted = Fitted {
        linear: None,
        why: "on held-back pictures it was better as cut",
        ridge: None,
        before,
        after: before,
    };
    if step == Step::Recalibrate {
        // Matching the spread costs squared error by design; the whole network judges it.
        let each = fit.iter().zip(&old);
        let new: Vec<Linear> = each.map(|(s, o)| s.rescale(o, BLEND)).collect();
        fitted.after = error(&new);
        fitted.linear = Some(new);
        return Ok(fitted);
    }
    let lambdas: &[f64] = if rows > 0 { &LAMBDAS } else { &[LAMBDA] };
    let trial = |lambda: &f64| Trial {
        lambda: *lambda,
        made: None,
    };
    let mut trials: Vec<Trial> = lambdas.iter().map(trial).collect();
    each(threads, &mut trials, |trial| {
        let solve = |(s, o): (&System, &Linear)| s.solve(o, &[trial.lambda]).pop().flatten();
        let new: Option<Vec<Linear>> = fit.iter().zip(&old).map(solve).collect();
        trial.made = new.map(|new| {
            let error = error(&new);
            (new, error)
        });
        Ok(())
    })?;
    if trials.iter().all(|t| t.made.is_none()) {
        fitted.why = "its system cannot be solved";
    }
    let errors = trials.iter().filter_map(|t| t.made.as_ref());
    let best = errors.map(|m| m.1).fold(f64::INFINITY, f64::min);
    let slack = 1.0 + SLACK / (pictures.max(1) as f64).sqrt();
    // The strongest ridge that is as good as the best: held-back pictures scatter.
    let good = |error: f64| rows == 0 || error <= best * slack && error < before;
    for trial in trials.into_iter().rev() {
        if let Some((new, error)) = trial.made.filter(|m| good(m.1)) {
            (fitted.after, fitted.ridge) = (error, Some(trial.lambda));
            fitted.linear = Some(new);
            break;
        }
    }
    Ok(fitted)
}
