//! SplitMix64 (Steele, Lea and Flood 2014): numbers that look random and are the same everywhere.

/// How far consecutive states are apart.
pub const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A state, stirred.
pub fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stirred state as a number in [0, 1).
pub fn unit(state: u64) -> f64 {
    (mix(state) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_generator() {
        // Its first number for seed 0.
        assert_eq!(mix(STEP), 0xE220_A839_7B1D_CDAF);
    }
}
