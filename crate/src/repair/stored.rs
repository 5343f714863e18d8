//! A tensor between two pieces of a walk, in half precision where memory is short.

use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::{ArrayD, IxDyn};

/// Tensors of fewer numbers are never halved.
const LARGE: usize = 4096;
/// Magnitudes up to this are halved as they are.
const MOST: f32 = 60_000.0;

pub enum Stored {
    Full(ArrayD<f32>),
    /// Eleven bits of each number, all divided by a scale.
    Half {
        shape: Vec<usize>,
        scale: f32,
        values: Vec<f16>,
    },
}

impl Stored {
    pub fn new(tensor: ArrayD<f32>, halved: bool) -> Stored {
        let largest = |t: &ArrayD<f32>| t.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        if !halved || tensor.len() < LARGE {
            return Stored::Full(tensor);
        }
        let largest = largest(&tensor);
        if !largest.is_finite() {
            return Stored::Full(tensor);
        }
        let scale = (largest / MOST).max(1.0);
        let shape = tensor.shape().to_vec();
        let mut full: Vec<f32> = match tensor.as_slice() {
            Some(slice) => slice.to_vec(),
            None => tensor.iter().copied().collect(),
        };
        if scale > 1.0 {
            full.iter_mut().for_each(|v| *v /= scale);
        }
        let mut values = vec![f16::ZERO; full.len()];
        values.convert_from_f32_slice(&full);
        Stored::Half {
            shape,
            scale,
            values,
        }
    }

    pub fn get(&self) -> ArrayD<f32> {
        match self {
            Stored::Full(tensor) => tensor.clone(),
            Stored::Half {
                shape,
                scale,
                values,
            } => {
                let mut full = vec![0.0; values.len()];
                values.convert_to_f32_slice(&mut full);
                if *scale > 1.0 {
                    full.iter_mut().for_each(|v| *v *= scale);
                }
                ArrayD::from_shape_vec(IxDyn(shape), full)
                    .unwrap_or_else(|_| ArrayD::zeros(IxDyn(shape)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::noise;

    #[test]
    fn halves_keep_three_digits_of_any_magnitude() {
        for factor in [1.0, 1e-2, 1e6, 1e20] {
            let tensor = noise(&[1, 8, 32, 32], 5).mapv(|v| v * factor);
            let back = Stored::new(tensor.clone(), true).get();
            assert_eq!(back.shape(), tensor.shape());
            let off = tensor
                .iter()
                .zip(&back)
                .map(|(a, b)| (a - b).abs() / factor);
            assert!(off.fold(0.0, f32::max) < 4e-3, "{factor}");
        }
        let full = noise(&[1, 8, 32, 32], 5);
        assert_eq!(Stored::new(full.clone(), false).get(), full);
        let few = noise(&[1, 8], 5).mapv(|v| v * 1e-9);
        assert_eq!(Stored::new(few.clone(), true).get(), few);
    }
}
