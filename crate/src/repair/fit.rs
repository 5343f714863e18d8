//! Choosing what one reader becomes: which ridge, or nothing at all.

use super::parallel::each;
use super::reader::Pair;
use super::system::{Linear, System};
use crate::error::Result;
use crate::report::Step;

/// Ridges towards the weights as cut, of which the held-back pictures choose: the fewer pictures, the
/// stronger.
const RIDGES: [f64; 8] = [0.0005, 0.002, 0.006, 0.02, 0.06, 0.2, 0.8, 3.0];
/// The ridge where nothing is held back.
const DEFAULT_RIDGE: f64 = 0.06;
/// How often targets are moved within what the activation maps alike.
const TARGET_ROUNDS: usize = 3;
/// How far a recalibration goes towards the measured statistics.
const RECALIBRATION_WEIGHT: f64 = 0.75;

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
    result: Option<(Vec<Linear>, f64)>,
}

/// How a reader is fitted.
#[derive(Clone, Copy)]
pub struct Method {
    pub step: Step,
    /// How far the spread of a refitted output is brought back to what it is to meet, from 0 to 1.
    pub matched: f64,
    pub threads: usize,
}

/// Fits one reader on the sums of `fit` and judges by those of `held`.
pub fn fit_reader(
    pair: &Pair<'_>,
    method: Method,
    fit: &[System],
    held: &[System],
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
    if method.step == Step::Recalibrate {
        // Matching the spread costs squared error by design; the whole network judges it.
        let each = fit.iter().zip(&old);
        let new: Vec<Linear> = each
            .map(|(s, o)| s.rescale(o, RECALIBRATION_WEIGHT))
            .collect();
        fitted.after = error(&new);
        fitted.linear = Some(new);
        return Ok(fitted);
    }
    let lambdas: &[f64] = if rows > 0 { &RIDGES } else { &[DEFAULT_RIDGE] };
    let trial = |lambda: &f64| Trial {
        lambda: *lambda,
        result: None,
    };
    let mut trials: Vec<Trial> = lambdas.iter().map(trial).collect();
    each(method.threads, &mut trials, |trial| {
        let solve = |(s, o): (&System, &Linear)| s.solve(o, trial.lambda);
        let new: Option<Vec<Linear>> = fit.iter().zip(&old).map(solve).collect();
        trial.result = new.map(|new| {
            let error = error(&new);
            (new, error)
        });
        Ok(())
    })?;
    let solved = trials
        .into_iter()
        .filter_map(|t| t.result.map(|(new, error)| (t.lambda, new, error)));
    let Some((lambda, mut new, after)) = solved.min_by(|a, b| a.2.total_cmp(&b.2)) else {
        fitted.why = "its system cannot be solved";
        return Ok(fitted);
    };
    if rows > 0 && after >= before {
        return Ok(fitted);
    }
    (fitted.after, fitted.ridge) = (after, Some(lambda));
    if let Some(bounds) = pair.bounds() {
        let groups = fit.iter().zip(&old).zip(&mut new);
        for (((system, old), new), bounds) in groups.zip(bounds.chunks(per_out)) {
            for _ in 0..TARGET_ROUNDS {
                let moved = system.projected(new, bounds, method.threads)?;
                let better = moved.and_then(|(xy, y)| system.solve_for((&xy, &y), old, lambda));
                match better {
                    Some(better) => *new = better,
                    None => break,
                }
            }
        }
    }
    if method.matched > 0.0 && rows > 0 {
        let each = fit.iter().zip(&new);
        new = each.map(|(s, n)| s.rescale(n, method.matched)).collect();
    }
    fitted.linear = Some(new);
    Ok(fitted)
}
