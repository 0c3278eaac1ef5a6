//! Numbers on a clock.

use sotto_core::entropy::Entropy;

/// What is left of `a + b` on a clock of so many hours, and how often the hand passed zero.
/// Nothing for a clock without hours.
#[must_use]
pub fn clock(a: u32, b: u32, hours: u32) -> Option<(u32, u32)> {
    let sum = u64::from(a) + u64::from(b);
    let (turns, left) = (sum.checked_div(u64::from(hours))?, sum.checked_rem(u64::from(hours))?);
    // More turns than can be counted are none that are shown.
    Some((left as u32, u32::try_from(turns).ok()?))
}

/// The clocks that numbers are shared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modulus {
    /// `2^61 - 1`, a Mersenne prime: whole numbers modulo a prime are a field.
    Prime,
    /// `2^32`, where a computer's words wrap by themselves.
    Word,
}

impl Modulus {
    /// The modulus called so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "prime" => Some(Self::Prime),
            "word" => Some(Self::Word),
            _ => None,
        }
    }

    /// How many numbers there are.
    #[must_use]
    pub const fn size(self) -> u64 {
        match self {
            Self::Prime => (1 << 61) - 1,
            Self::Word => 1 << 32,
        }
    }

    /// Where a whole number stands on the clock; negative ones count back from zero.
    #[must_use]
    pub fn residue(self, value: i128) -> u64 {
        value.rem_euclid(i128::from(self.size())) as u64
    }

    /// The number that a residue stands for: those of the upper half are the negative ones.
    #[must_use]
    pub fn read(self, residue: u64) -> i64 {
        let size = self.size();
        let residue = residue % size;
        if residue > (size - 1) / 2 { residue as i64 - size as i64 } else { residue as i64 }
    }

    /// The largest number that is read as itself.
    #[must_use]
    pub const fn most(self) -> i64 {
        ((self.size() - 1) / 2) as i64
    }

    /// The sum of two residues.
    #[must_use]
    pub fn add(self, a: u64, b: u64) -> u64 {
        self.residue(i128::from(a) + i128::from(b))
    }

    /// The difference of two residues.
    #[must_use]
    pub fn sub(self, a: u64, b: u64) -> u64 {
        self.residue(i128::from(a) - i128::from(b))
    }

    /// The product of two residues.
    #[must_use]
    pub fn mul(self, a: u64, b: u64) -> u64 {
        (u128::from(a) * u128::from(b) % u128::from(self.size())) as u64
    }

    /// A residue, all equally likely.
    pub fn random(self, entropy: &mut Entropy) -> u64 {
        let mut bytes = [0; 8];
        loop {
            entropy(&mut bytes);
            // As many bits as the size has: at most one of the values is thrown back.
            let residue = u64::from_le_bytes(bytes) & (self.size().next_power_of_two() - 1);
            if residue < self.size() {
                return residue;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moduli() -> impl Strategy<Value = Modulus> {
        prop_oneof![Just(Modulus::Prime), Just(Modulus::Word)]
    }

    #[test]
    fn two_and_fifteen_hours_are_five() {
        assert_eq!(clock(2, 15, 12), Some((5, 1)));
        assert_eq!(clock(2, 15, 24), Some((17, 0)));
        assert_eq!(clock(u32::MAX, u32::MAX, 2), Some((0, u32::MAX)));
        assert_eq!(clock(u32::MAX, u32::MAX, 1), None, "more turns than can be counted");
        assert_eq!(clock(1, 1, 0), None);
    }

    proptest! {
        #[test]
        fn residues_are_read_as_what_they_stand_for(modulus in moduli(), value: i32) {
            prop_assert_eq!(modulus.read(modulus.residue(i128::from(value))), i64::from(value));
        }

        #[test]
        fn arithmetic_is_that_of_whole_numbers(modulus in moduli(), a: i16, b: i16) {
            let (x, y) = (modulus.residue(i128::from(a)), modulus.residue(i128::from(b)));
            let (a, b) = (i64::from(a), i64::from(b));
            prop_assert_eq!(modulus.read(modulus.add(x, y)), a + b);
            prop_assert_eq!(modulus.read(modulus.sub(x, y)), a - b);
            prop_assert_eq!(modulus.read(modulus.mul(x, y)), a * b);
        }
    }

    #[test]
    fn the_halves_meet_where_they_should() {
        for modulus in [Modulus::Prime, Modulus::Word] {
            let most = modulus.most();
            assert_eq!(modulus.read(most as u64), most);
            assert!(modulus.read(most as u64 + 1) < 0);
            assert_eq!(modulus.read(modulus.size() - 1), -1);
        }
    }

    #[test]
    fn random_places_fill_the_clock() {
        let mut entropy: Entropy = Box::new(|bytes| bytes.fill(0xff));
        assert_eq!(Modulus::Word.random(&mut entropy), u64::from(u32::MAX));
        // All ones are the prime itself, which is no residue: another is drawn.
        let mut draws = 0;
        let mut entropy: Entropy = Box::new(move |bytes| {
            bytes.fill(if draws == 0 { 0xff } else { 0x01 });
            draws += 1;
        });
        assert_eq!(Modulus::Prime.random(&mut entropy), 0x0101_0101_0101_0101 & ((1 << 61) - 1));
    }
}
