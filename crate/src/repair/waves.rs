//! Pixels of one group of a reader, kept in half precision to be gone through again.

use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::{Array2, ArrayView2};

/// Pixels of a few pictures, shifted, in half precision.
pub struct Wave {
    pub rows: usize,
    pub x: Vec<f16>,
    pub y: Vec<f16>,
}

/// All pixels of one group of a reader.
pub struct Rows {
    pub waves: Vec<Wave>,
    pub shift_x: Vec<f32>,
    pub shift_y: Vec<f32>,
}

impl Wave {
    pub fn new(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Wave {
        let halved = |rows: ArrayView2<'_, f32>| {
            let full: Vec<f32> = rows.iter().copied().collect();
            let mut values = vec![f16::ZERO; full.len()];
            values.convert_from_f32_slice(&full);
            values
        };
        Wave {
            rows: x.nrows(),
            x: halved(x),
            y: halved(y),
        }
    }
}

pub fn full(values: &[f16], rows: usize) -> Array2<f32> {
    let mut full = vec![0.0; values.len()];
    values.convert_to_f32_slice(&mut full);
    let shape = (rows, values.len() / rows.max(1));
    Array2::from_shape_vec(shape, full).unwrap_or_else(|_| Array2::zeros((0, 0)))
}
