//! Which channels are constants, and which.

/// Per channel: the constant, or NaN where it varies.
#[derive(Clone, Debug)]
pub struct Constants {
    /// The constant; NaN where a channel varies.
    pub value: Vec<f64>,
    /// The constant does not hold at the borders of the image (non-zero through zero padding).
    pub inexact: Vec<bool>,
}

pub(super) const VARYING: f64 = f64::NAN;

impl Constants {
    /// Everything varies.
    pub fn nothing(channels: usize) -> Constants {
        Constants {
            value: vec![VARYING; channels],
            inexact: vec![false; channels],
        }
    }
}
