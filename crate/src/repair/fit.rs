//! Choosing what one reader becomes: which ridge, or nothing at all.

use super::reader::Pair;
use super::system::{Linear, System};
use crate::report::Step;

/// Ridges towards the weights as cut, of which the held-back pictures choose.
const LAMBDAS: [f64; 6] = [0.005, 0.02, 0.06, 0.2, 0.8, 3.0];
/// The ridge where nothing is held back, and where the system is so wide that one solve must do.
const LAMBDA: f64 = 0.06;
/// Columns from which on only one ridge is tried.
const WIDE: usize = 1000;
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

/// Fits one reader on the sums of `fit` and judges by those of `held`, from `pictures` pictures.
pub fn fit_reader(
    pair: &Pair<'_>,
    step: Step,
    fit: &[System],
    held: &[System],
    pictures: usize,
) -> Fitted {
    let importance = pair.importance();
    let per_out = pair.now.1.out_per_group();
    let rows: usize = held.first().map_or(0, System::rows);
    let judged = if rows > 0 { held } else { fit };
    let weight = |g: usize| &importance[g * per_out..(g + 1) * per_out];
    let spread = |(g, s): (usize, &System)| s.spread(weight(g));
    let spread: f64 = judged
        .iter()
        .enumerate()
        .map(spread)
        .sum::<f64>()
        .max(1e-30);
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
        let new: Vec<Linear> = fit
            .iter()
            .zip(&old)
            .map(|(s, o)| s.rescale(o, BLEND))
            .collect();
        fitted.after = error(&new);
        fitted.linear = Some(new);
        return fitted;
    }
    let one: &[f64] = &[LAMBDA];
    let lambdas = if rows > 0 && pair.width() < WIDE {
        &LAMBDAS
    } else {
        one
    };
    let slack = 1.0 + SLACK / (pictures.max(1) as f64).sqrt();
    let mut tried: Vec<(f64, f64, Vec<Linear>)> = Vec::new();
    for lambda in lambdas {
        let solve = |(s, o): (&System, &Linear)| s.solve(o, *lambda);
        match fit.iter().zip(&old).map(solve).collect::<Option<Vec<_>>>() {
            Some(new) => tried.push((error(&new), *lambda, new)),
            None => fitted.why = "its system cannot be solved",
        }
    }
    let best = tried.iter().map(|t| t.0).fold(f64::INFINITY, f64::min);
    // The strongest ridge that is as good as the best: held-back pictures scatter.
    let good = |t: &(f64, f64, Vec<Linear>)| rows == 0 || t.0 <= best * slack && t.0 < before;
    if let Some((after, lambda, new)) = tried.into_iter().rev().find(good) {
        (fitted.after, fitted.ridge) = (after, Some(lambda));
        fitted.linear = Some(new);
    }
    fitted
}
