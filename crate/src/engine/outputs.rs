//! What a plan gives, as arrays, and how far two answers are apart.

use ndarray::ArrayD;
use tract_onnx::prelude::{DatumType, TValue};

use crate::error::Result;
use crate::graph::sentence;

/// Every output as float32.
pub(super) fn arrays(values: &[TValue]) -> Result<Vec<ArrayD<f32>>> {
    let array = |value: &TValue| {
        let value = value.cast_to_dt(DatumType::F32).map_err(|e| sentence(&e))?;
        let view = value
            .to_plain_array_view::<f32>()
            .map_err(|e| sentence(&e))?;
        Ok(view.to_owned())
    };
    values.iter().map(array).collect()
}

/// Largest absolute difference, and largest absolute value of `a`, over all outputs.
pub fn difference(a: &[ArrayD<f32>], b: &[ArrayD<f32>]) -> (f64, f64) {
    let (mut worst, mut scale) = (0.0f64, 0.0f64);
    for (x, y) in a.iter().zip(b) {
        if x.shape() != y.shape() {
            return (f64::INFINITY, 0.0);
        }
        for (p, q) in x.iter().zip(y) {
            // Where both overflow alike there is nothing to tell apart.
            if p == q || p.is_nan() && q.is_nan() {
                scale = if p.is_finite() {
                    scale.max(f64::from(p.abs()))
                } else {
                    scale
                };
                continue;
            }
            let delta = f64::from((p - q).abs());
            worst = if delta.is_nan() {
                f64::INFINITY
            } else {
                worst.max(delta)
            };
            scale = scale.max(f64::from(p.abs()));
        }
    }
    (worst, scale)
}
