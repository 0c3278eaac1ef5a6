//! Four 32-bit words side by side: one vector register in WebAssembly, an array elsewhere,
//! which the compiler turns into vectors where the machine has them.
//!
//! Every operation takes the same time whatever the words are.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(clippy::should_implement_trait, reason = "a method is one instruction, whose name it has")]
mod words {
    use core::arch::wasm32 as simd;

    /// Four words, side by side.
    #[derive(Clone, Copy)]
    pub struct U32x4(simd::v128);

    impl U32x4 {
        /// These four words.
        #[inline(always)]
        #[must_use]
        pub fn new([a, b, c, d]: [u32; 4]) -> Self {
            Self(simd::u32x4(a, b, c, d))
        }
        /// The four words.
        #[inline(always)]
        #[must_use]
        pub fn to_array(self) -> [u32; 4] {
            [
                simd::u32x4_extract_lane::<0>(self.0),
                simd::u32x4_extract_lane::<1>(self.0),
                simd::u32x4_extract_lane::<2>(self.0),
                simd::u32x4_extract_lane::<3>(self.0),
            ]
        }
        /// As [`Self::to_array`], for all words at once.
        #[inline(always)]
        pub fn store(self, words: &mut [u32; 4]) {
            *words = bytemuck::cast(self.0);
        }
        /// Sums, modulo 2^32.
        #[inline(always)]
        #[must_use]
        pub fn add(self, other: Self) -> Self {
            Self(simd::u32x4_add(self.0, other.0))
        }
        /// Differences, modulo 2^32.
        #[inline(always)]
        #[must_use]
        pub fn sub(self, other: Self) -> Self {
            Self(simd::u32x4_sub(self.0, other.0))
        }
        /// Sums of the low halves and of the high ones, modulo 2^16.
        #[inline(always)]
        #[must_use]
        pub fn add_halves(self, other: Self) -> Self {
            Self(simd::u16x8_add(self.0, other.0))
        }
        /// Differences of the low halves and of the high ones, modulo 2^16.
        #[inline(always)]
        #[must_use]
        pub fn sub_halves(self, other: Self) -> Self {
            Self(simd::u16x8_sub(self.0, other.0))
        }
        /// Bit by bit: either, not both.
        #[inline(always)]
        #[must_use]
        pub fn xor(self, other: Self) -> Self {
            Self(simd::v128_xor(self.0, other.0))
        }
        /// Bit by bit: both.
        #[inline(always)]
        #[must_use]
        pub fn and(self, other: Self) -> Self {
            Self(simd::v128_and(self.0, other.0))
        }
        /// Bit by bit: the first, not the second.
        #[inline(always)]
        #[must_use]
        pub fn and_not(self, other: Self) -> Self {
            Self(simd::v128_andnot(self.0, other.0))
        }
        /// Shifted left by so many bits.
        #[inline(always)]
        #[must_use]
        pub fn shl(self, by: u32) -> Self {
            Self(simd::u32x4_shl(self.0, by))
        }
        /// Shifted right by so many bits, zeros in front.
        #[inline(always)]
        #[must_use]
        pub fn shr(self, by: u32) -> Self {
            Self(simd::u32x4_shr(self.0, by))
        }
        /// All bits of a lane set where the highest bit is.
        #[inline(always)]
        #[must_use]
        pub fn top_bits(self) -> Self {
            Self(simd::i32x4_shr(self.0, 31))
        }
        /// The first halves of both, lane by lane in turn: `a0 b0 a1 b1`.
        #[inline(always)]
        #[must_use]
        pub fn zip_low(self, other: Self) -> Self {
            Self(simd::u32x4_shuffle::<0, 4, 1, 5>(self.0, other.0))
        }
        /// The second halves: `a2 b2 a3 b3`.
        #[inline(always)]
        #[must_use]
        pub fn zip_high(self, other: Self) -> Self {
            Self(simd::u32x4_shuffle::<2, 6, 3, 7>(self.0, other.0))
        }
        /// Rotated left by 16 bits.
        #[inline(always)]
        #[must_use]
        pub fn rotate_16(self) -> Self {
            Self(simd::i8x16_shuffle::<2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13>(
                self.0, self.0,
            ))
        }
        /// Rotated left by 8 bits.
        #[inline(always)]
        #[must_use]
        pub fn rotate_8(self) -> Self {
            Self(simd::i8x16_shuffle::<3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14>(
                self.0, self.0,
            ))
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[allow(clippy::should_implement_trait, reason = "a method is one instruction, whose name it has")]
mod words {
    /// Four words, side by side.
    #[derive(Clone, Copy)]
    pub struct U32x4([u32; 4]);

    impl U32x4 {
        /// These four words.
        #[inline(always)]
        #[must_use]
        pub fn new(words: [u32; 4]) -> Self {
            Self(words)
        }
        /// The four words.
        #[inline(always)]
        #[must_use]
        pub fn to_array(self) -> [u32; 4] {
            self.0
        }
        /// Writes the four words.
        #[inline(always)]
        pub fn store(self, words: &mut [u32; 4]) {
            *words = self.0;
        }
        #[inline(always)]
        fn zip(self, other: Self, f: impl Fn(u32, u32) -> u32) -> Self {
            let ([a, b, c, d], [e, f_, g, h]) = (self.0, other.0);
            Self([f(a, e), f(b, f_), f(c, g), f(d, h)])
        }
        /// Sums, modulo 2^32.
        #[inline(always)]
        pub fn add(self, other: Self) -> Self {
            self.zip(other, u32::wrapping_add)
        }
        /// Differences, modulo 2^32.
        #[inline(always)]
        pub fn sub(self, other: Self) -> Self {
            self.zip(other, u32::wrapping_sub)
        }
        /// Sums of the low halves and of the high ones, modulo 2^16.
        #[inline(always)]
        #[must_use]
        pub fn add_halves(self, other: Self) -> Self {
            self.zip(other, |a, b| halves(a, b, u16::wrapping_add))
        }
        /// Differences of the low halves and of the high ones, modulo 2^16.
        #[inline(always)]
        #[must_use]
        pub fn sub_halves(self, other: Self) -> Self {
            self.zip(other, |a, b| halves(a, b, u16::wrapping_sub))
        }
        /// Bit by bit: either, not both.
        #[inline(always)]
        #[must_use]
        pub fn xor(self, other: Self) -> Self {
            self.zip(other, |a, b| a ^ b)
        }
        /// Bit by bit: both.
        #[inline(always)]
        #[must_use]
        pub fn and(self, other: Self) -> Self {
            self.zip(other, |a, b| a & b)
        }
        /// Bit by bit: the first, not the second.
        #[inline(always)]
        #[must_use]
        pub fn and_not(self, other: Self) -> Self {
            self.zip(other, |a, b| a & !b)
        }
        /// Shifted left by so many bits.
        #[inline(always)]
        #[must_use]
        pub fn shl(self, by: u32) -> Self {
            Self(self.0.map(|word| word << by))
        }
        /// Shifted right by so many bits, zeros in front.
        #[inline(always)]
        #[must_use]
        pub fn shr(self, by: u32) -> Self {
            Self(self.0.map(|word| word >> by))
        }
        /// All bits of a lane set where the highest bit is.
        #[inline(always)]
        #[must_use]
        pub fn top_bits(self) -> Self {
            Self(self.0.map(|word| (word as i32 >> 31) as u32))
        }
        /// The lower two lanes of both, in turns.
        #[inline(always)]
        #[must_use]
        pub fn zip_low(self, other: Self) -> Self {
            let ([a, b, _, _], [c, d, _, _]) = (self.0, other.0);
            Self([a, c, b, d])
        }
        /// The upper two lanes of both, in turns.
        #[inline(always)]
        #[must_use]
        pub fn zip_high(self, other: Self) -> Self {
            let ([_, _, a, b], [_, _, c, d]) = (self.0, other.0);
            Self([a, c, b, d])
        }
        /// Rotated left by 16 bits.
        #[inline(always)]
        #[must_use]
        pub fn rotate_16(self) -> Self {
            Self(self.0.map(|word| word.rotate_left(16)))
        }
        /// Rotated left by 8 bits.
        #[inline(always)]
        #[must_use]
        pub fn rotate_8(self) -> Self {
            Self(self.0.map(|word| word.rotate_left(8)))
        }
    }

    /// Low and high half of two words each by itself.
    #[inline(always)]
    fn halves(a: u32, b: u32, f: impl Fn(u16, u16) -> u16) -> u32 {
        u32::from(f(a as u16, b as u16)) | u32::from(f((a >> 16) as u16, (b >> 16) as u16)) << 16
    }
}

pub use words::U32x4;

impl U32x4 {
    /// The same word four times.
    #[inline(always)]
    #[must_use]
    pub fn splat(word: u32) -> Self {
        Self::new([word; 4])
    }

    /// All bits of a lane set where the lowest bit is.
    #[inline(always)]
    #[must_use]
    pub fn low_bits(self) -> Self {
        self.shl(31).top_bits()
    }

    /// The four words at the start of `words`.
    #[inline(always)]
    #[must_use]
    pub fn load(words: &[u32]) -> Self {
        Self::new([words[0], words[1], words[2], words[3]])
    }

    /// Rows become columns.
    #[inline(always)]
    #[must_use]
    pub fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let (ac, bd) = (a.zip_low(c), b.zip_low(d));
        let (ac_high, bd_high) = (a.zip_high(c), b.zip_high(d));
        [ac.zip_low(bd), ac.zip_high(bd), ac_high.zip_low(bd_high), ac_high.zip_high(bd_high)]
    }

    /// Rotated left by 12 bits.
    #[inline(always)]
    #[must_use]
    pub fn rotate_12(self) -> Self {
        self.shl(12).xor(self.shr(20))
    }

    /// Rotated left by 7 bits.
    #[inline(always)]
    #[must_use]
    pub fn rotate_7(self) -> Self {
        self.shl(7).xor(self.shr(25))
    }

    /// Word by word from `other` where the lane of `mask` is all ones, else from `self`.
    #[inline(always)]
    #[must_use]
    pub fn select(self, other: Self, mask: Self) -> Self {
        self.and_not(mask).xor(other.and(mask))
    }
}
