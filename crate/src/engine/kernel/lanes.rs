//! Four numbers that are worked on at once: a vector register in WebAssembly, an array elsewhere.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd::Lanes;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use portable::Lanes;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use std::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        pub const COUNT: usize = 4;

        #[inline(always)]
        pub fn splat(x: f32) -> Lanes {
            Lanes(f32x4_splat(x))
        }

        /// # Safety
        /// `from` is valid for four numbers.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Lanes {
            Lanes(unsafe { v128_load(from.cast()) })
        }

        /// # Safety
        /// `from` is valid for one number.
        #[inline(always)]
        pub unsafe fn load_splat(from: *const f32) -> Lanes {
            Lanes(unsafe { v128_load32_splat(from.cast()) })
        }

        /// # Safety
        /// `into` is valid for four numbers.
        #[inline(always)]
        pub unsafe fn store(self, into: *mut f32) {
            unsafe { v128_store(into.cast(), self.0) }
        }

        #[inline(always)]
        pub fn from_fn(number: impl Fn(usize) -> f32) -> Lanes {
            Lanes(f32x4(number(0), number(1), number(2), number(3)))
        }

        #[inline(always)]
        pub fn each(self, mut take: impl FnMut(usize, f32)) {
            take(0, f32x4_extract_lane::<0>(self.0));
            take(1, f32x4_extract_lane::<1>(self.0));
            take(2, f32x4_extract_lane::<2>(self.0));
            take(3, f32x4_extract_lane::<3>(self.0));
        }

        #[inline(always)]
        pub fn add(self, other: Lanes) -> Lanes {
            Lanes(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn sub(self, other: Lanes) -> Lanes {
            Lanes(f32x4_sub(self.0, other.0))
        }

        #[inline(always)]
        pub fn mul(self, other: Lanes) -> Lanes {
            Lanes(f32x4_mul(self.0, other.0))
        }

        #[inline(always)]
        pub fn min(self, other: Lanes) -> Lanes {
            Lanes(f32x4_min(self.0, other.0))
        }

        #[inline(always)]
        pub fn max(self, other: Lanes) -> Lanes {
            Lanes(f32x4_max(self.0, other.0))
        }

        /// `self * factor + sum`, in one rounding where the processor has that and the module may use it.
        #[inline(always)]
        pub fn mul_add(self, factor: Lanes, sum: Lanes) -> Lanes {
            #[cfg(target_feature = "relaxed-simd")]
            return Lanes(f32x4_relaxed_madd(self.0, factor.0, sum.0));
            #[cfg(not(target_feature = "relaxed-simd"))]
            return Lanes(f32x4_add(sum.0, f32x4_mul(self.0, factor.0)));
        }

        /// `other` where this is not above zero.
        #[inline(always)]
        pub fn or_where_negative(self, other: Lanes) -> Lanes {
            let positive = f32x4_gt(self.0, f32x4_splat(0.0));
            Lanes(v128_bitselect(self.0, other.0, positive))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable {
    #[derive(Clone, Copy)]
    pub struct Lanes([f32; 4]);

    impl Lanes {
        pub const COUNT: usize = 4;

        pub fn splat(x: f32) -> Lanes {
            Lanes([x; 4])
        }

        /// # Safety
        /// `from` is valid for four numbers.
        pub unsafe fn load(from: *const f32) -> Lanes {
            Lanes::from_fn(|lane| unsafe { *from.add(lane) })
        }

        /// # Safety
        /// `from` is valid for one number.
        pub unsafe fn load_splat(from: *const f32) -> Lanes {
            Lanes::splat(unsafe { *from })
        }

        /// # Safety
        /// `into` is valid for four numbers.
        pub unsafe fn store(self, into: *mut f32) {
            self.each(|lane, number| unsafe { *into.add(lane) = number });
        }

        pub fn from_fn(number: impl Fn(usize) -> f32) -> Lanes {
            Lanes(std::array::from_fn(number))
        }

        pub fn each(self, mut take: impl FnMut(usize, f32)) {
            self.0
                .into_iter()
                .enumerate()
                .for_each(|(lane, number)| take(lane, number));
        }

        fn with(self, other: Lanes, combine: impl Fn(f32, f32) -> f32) -> Lanes {
            Lanes::from_fn(|lane| combine(self.0[lane], other.0[lane]))
        }

        pub fn add(self, other: Lanes) -> Lanes {
            self.with(other, |a, b| a + b)
        }

        pub fn sub(self, other: Lanes) -> Lanes {
            self.with(other, |a, b| a - b)
        }

        pub fn mul(self, other: Lanes) -> Lanes {
            self.with(other, |a, b| a * b)
        }

        pub fn min(self, other: Lanes) -> Lanes {
            self.with(other, f32::min)
        }

        pub fn max(self, other: Lanes) -> Lanes {
            self.with(other, f32::max)
        }

        pub fn mul_add(self, factor: Lanes, sum: Lanes) -> Lanes {
            self.mul(factor).add(sum)
        }

        pub fn or_where_negative(self, other: Lanes) -> Lanes {
            self.with(other, |a, b| if a > 0.0 { a } else { b })
        }
    }
}
