//! From the bytes of a picture to the tensor a network reads.
//!
//! [`Image::decode`] → [`prepare`] with a [`Preset`] (the arithmetic the network was trained with)
//! and a [`Target`] (the shape it takes). Everything is integer arithmetic up to the last step, so
//! the page and the command line get the same tensor to the bit.

mod decode;
mod prepare;
mod preset;
mod resample;
mod spec;
mod target;

pub use decode::{Image, MAX_PIXELS};
pub use prepare::{prepare, seen};
pub use preset::{Framing, Interpolation, Preset};
pub use spec::{KEYS, base};
pub use target::{Layout, Target};

#[cfg(test)]
mod testing {
    use super::Image;

    /// A picture of reproducible noise: the high bytes of a linear congruential generator.
    pub fn noise(width: usize, height: usize) -> Image {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let rgb = (0..width * height * 3).map(|_| next()).collect();
        Image { width, height, rgb }
    }

    /// FNV-1a, to compare pictures with what Pillow made of them.
    pub fn hash(bytes: &[u8]) -> u64 {
        let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
    }
}
