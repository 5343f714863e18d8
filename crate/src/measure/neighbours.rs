//! How the pixels hang together that a kernel sees at once.

use nalgebra::DMatrix;

/// Correlation of neighbouring pixels where no BatchNormalization says it. Assumed, the middle of what is found elsewhere.
pub(super) const NEIGHBOURS: f64 = 0.5;
/// Correlations of neighbouring pixels that are tried.
const TRIED: [f64; 12] = [
    0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.92, 0.96, 0.99,
];

/// Correlations of the pixels that a kernel sees at once: r^distance.
pub(super) fn pixels(kernel: &[usize], r: f64) -> DMatrix<f64> {
    let taps: usize = kernel.iter().product();
    let place = |mut tap: usize| -> Vec<f64> {
        let mut place = vec![0.0; kernel.len()];
        for axis in (0..kernel.len()).rev() {
            place[axis] = (tap % kernel[axis]) as f64;
            tap /= kernel[axis];
        }
        place
    };
    DMatrix::from_fn(taps, taps, |t, u| {
        let apart = place(t).into_iter().zip(place(u));
        let distance: f64 = apart.map(|(a, b)| (a - b).powi(2)).sum();
        r.powf(distance.sqrt())
    })
}

/// The correlation of neighbours at which the variances come nearest to the recorded ones.
pub(super) fn nearest(recorded: Option<&[f64]>, variance: impl Fn(f64) -> Vec<f64>) -> f64 {
    let Some(recorded) = recorded else {
        return NEIGHBOURS;
    };
    let off = |r: f64| {
        let found = variance(r);
        let pairs = found.iter().zip(recorded);
        let mut off: Vec<f64> = pairs
            .filter(|(a, b)| **a > 1e-12 && **b > 1e-12)
            .map(|(a, b)| (a / b).ln().abs())
            .collect();
        off.sort_by(f64::total_cmp);
        off.get(off.len() / 2).copied().unwrap_or(f64::INFINITY)
    };
    let all = TRIED.map(|r| (off(r), r));
    let best = all.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(off, _)| off.is_finite())
        .map_or(NEIGHBOURS, |(_, r)| r)
}
