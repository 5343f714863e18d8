//! Criteria that look at filters: L1 norm (Li et al. 2016) and distance to the others, FPGM
//! (He et al. 2019). Each is divided by its layer's mean, then averaged over a class's writers.

use ndarray::{ArrayView3, Axis};

use crate::channels::CoupledId;
use crate::network::Analysis;

/// ‖W_c‖₁ of every filter of a layer, weights as [outputs, inputs per group, taps].
pub fn l1(weights: ArrayView3<'_, f32>) -> Vec<f64> {
    weights
        .axis_iter(Axis(0))
        .map(|w| w.iter().map(|x| f64::from(x.abs())).sum())
        .collect()
}

/// Σ_j ‖W_c − W_j‖₂ of every filter of a layer.
pub fn fpgm(weights: ArrayView3<'_, f32>) -> Vec<f64> {
    let (n, i, t) = weights.dim();
    let flat: Vec<f32> = weights.iter().copied().collect();
    let width = i * t;
    let row = |r: usize| &flat[r * width..(r + 1) * width];
    let mut sums = vec![0.0; n];
    for a in 0..n {
        for b in a + 1..n {
            let square: f32 = row(a)
                .iter()
                .zip(row(b))
                .map(|(x, y)| (x - y) * (x - y))
                .sum();
            let distance = f64::from(square).sqrt();
            sums[a] += distance;
            sums[b] += distance;
        }
    }
    sums
}

/// Per class: the mean over its writers of `norm`, normalised per layer. NaN for classes nobody writes.
pub fn norms(analysis: &Analysis, norm: fn(ArrayView3<'_, f32>) -> Vec<f64>) -> Vec<f64> {
    let per_reader: Vec<Vec<f64>> = analysis
        .channels
        .readers
        .iter()
        .map(|reader| {
            let values = norm(reader.weights(&analysis.graph).view());
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            values
                .iter()
                .map(|v| if mean > 0.0 { v / mean } else { 0.0 })
                .collect()
        })
        .collect();
    (0..analysis.free.len())
        .map(|class| {
            let writes = analysis.writes.of(CoupledId::new(class));
            let sum: f64 = writes
                .iter()
                .map(|(r, c)| per_reader[*r as usize][*c as usize])
                .sum();
            sum / writes.len() as f64
        })
        .collect()
}
