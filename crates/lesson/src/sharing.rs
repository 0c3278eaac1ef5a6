//! A number in two shares, and arithmetic on them.

use super::Modulus;
use sotto_core::entropy::Entropy;

/// What alice has and what bob has: shares that add up to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Alice's.
    pub alice: u64,
    /// Bob's.
    pub bob: u64,
}

impl Pair {
    /// The sum of both, which neither knows alone.
    #[must_use]
    pub fn opened(self, modulus: Modulus) -> u64 {
        modulus.add(self.alice, self.bob)
    }

    fn each(self, other: Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        Self { alice: operation(self.alice, other.alice), bob: operation(self.bob, other.bob) }
    }
}

/// The share that completes `share` to `value`.
#[must_use]
pub fn other_share(value: u64, share: u64, modulus: Modulus) -> u64 {
    modulus.sub(value, share)
}

/// Splits a number: alice's share is random, bob's completes it (Evans, Kolesnikov and Rosulek
/// 2018, "A Pragmatic Introduction to Secure Multi-Party Computation", section 3.2).
#[must_use]
pub fn split(value: u64, modulus: Modulus, entropy: &mut Entropy) -> Pair {
    let alice = modulus.random(entropy);
    Pair { alice, bob: other_share(value, alice, modulus) }
}

/// What can be done with two shared numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The sum: each party adds its shares.
    Add,
    /// The difference: each party subtracts its shares.
    Subtract,
    /// The product, with a triple of the crypto provider.
    Multiply,
}

impl Operation {
    /// The operation called so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "add" => Some(Self::Add),
            "subtract" => Some(Self::Subtract),
            "multiply" => Some(Self::Multiply),
            _ => None,
        }
    }
}

/// A Beaver triple and what the parties open with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Triple {
    /// Shares of a random `a`.
    pub a: Pair,
    /// Shares of a random `b`.
    pub b: Pair,
    /// Shares of `ab`.
    pub c: Pair,
    /// Shares of `x - a`, which the parties send each other.
    pub d: Pair,
    /// Shares of `y - b`, likewise.
    pub e: Pair,
}

/// A calculation on shares, from the splitting of the numbers to the opening of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calculation {
    /// Shares of the first number.
    pub x: Pair,
    /// Shares of the second.
    pub y: Pair,
    /// What a product takes.
    pub triple: Option<Triple>,
    /// Shares of the result.
    pub z: Pair,
}

/// Calculates with two numbers on shares of them. A product follows Beaver 1991, "Efficient
/// Multiparty Protocols Using Circuit Randomization", section 2: with `d = x - a` and `e = y - b`
/// open, `xy = c + d b + e a + d e`.
#[must_use]
pub fn calculate(
    x: u64,
    y: u64,
    operation: Operation,
    modulus: Modulus,
    entropy: &mut Entropy,
) -> Calculation {
    let (x, y) = (split(x, modulus, entropy), split(y, modulus, entropy));
    let minus = |one: Pair, other: Pair| one.each(other, |one, other| modulus.sub(one, other));
    let (triple, z) = match operation {
        Operation::Add => (None, x.each(y, |x, y| modulus.add(x, y))),
        Operation::Subtract => (None, minus(x, y)),
        Operation::Multiply => {
            let (a, b) = (modulus.random(entropy), modulus.random(entropy));
            let c = split(modulus.mul(a, b), modulus, entropy);
            let (a, b) = (split(a, modulus, entropy), split(b, modulus, entropy));
            let (d, e) = (minus(x, a), minus(y, b));
            let (open_d, open_e) = (d.opened(modulus), e.opened(modulus));
            let part = |c, a, b| {
                modulus.add(c, modulus.add(modulus.mul(open_d, b), modulus.mul(open_e, a)))
            };
            // What both know is added once.
            let both = modulus.mul(open_d, open_e);
            let alice = modulus.add(part(c.alice, a.alice, b.alice), both);
            let z = Pair { alice, bob: part(c.bob, a.bob, b.bob) };
            (Some(Triple { a, b, c, d, e }), z)
        }
    };
    Calculation { x, y, triple, z }
}

/// How many of `count` fresh shares that bob gets of a number fall into each of `bins` equal
/// parts of the clock.
#[must_use]
pub fn histogram(
    value: u64,
    count: u32,
    bins: u32,
    modulus: Modulus,
    entropy: &mut Entropy,
) -> Vec<u32> {
    let mut counts = vec![0; bins as usize];
    for _ in 0..count {
        let share = u128::from(split(value, modulus, entropy).bob);
        let bin = (share * u128::from(bins) / u128::from(modulus.size())) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sotto_core::seeded::Stream;

    fn entropy(seed: u64) -> Entropy {
        let mut stream = Stream::new(seed, "test/lesson");
        Box::new(move |bytes| stream.fill(bytes))
    }

    proptest! {
        #[test]
        fn shares_add_up_and_results_are_right(seed: u64, x: i16, y: i16, is_prime: bool) {
            let modulus = if is_prime { Modulus::Prime } else { Modulus::Word };
            let mut entropy = entropy(seed);
            let residues = [x, y].map(|value| modulus.residue(i128::from(value)));
            let (x, y) = (i64::from(x), i64::from(y));
            for (operation, expected) in [
                (Operation::Add, x + y), (Operation::Subtract, x - y), (Operation::Multiply, x * y),
            ] {
                let done = calculate(residues[0], residues[1], operation, modulus, &mut entropy);
                prop_assert_eq!(modulus.read(done.x.opened(modulus)), x);
                prop_assert_eq!(modulus.read(done.y.opened(modulus)), y);
                prop_assert_eq!(modulus.read(done.z.opened(modulus)), expected);
                if let Some(Triple { a, b, c, d, .. }) = done.triple {
                    let product = modulus.mul(a.opened(modulus), b.opened(modulus));
                    prop_assert_eq!(c.opened(modulus), product);
                    prop_assert_eq!(d.opened(modulus), modulus.sub(residues[0], a.opened(modulus)));
                }
            }
        }

        #[test]
        fn any_share_is_completed(value: u32, share: u32, is_prime: bool) {
            let modulus = if is_prime { Modulus::Prime } else { Modulus::Word };
            let (value, share) = (u64::from(value), u64::from(share));
            let bob = other_share(value, share, modulus);
            prop_assert_eq!(Pair { alice: share, bob }.opened(modulus), value);
        }
    }

    #[test]
    fn shares_of_three_and_of_eight_look_the_same() {
        // Chi-squared with 31 degrees of freedom stays below 61.1 in 999 of 1,000 samples.
        for (value, modulus) in [(3, Modulus::Prime), (8, Modulus::Prime), (3, Modulus::Word)] {
            let counts = histogram(value, 32_000, 32, modulus, &mut entropy(value));
            assert_eq!(counts.iter().sum::<u32>(), 32_000);
            let far = |&count: &u32| (f64::from(count) - 1000.0).powi(2) / 1000.0;
            assert!(counts.iter().map(far).sum::<f64>() < 61.1, "{counts:?}");
        }
        assert!(histogram(3, 10, 0, Modulus::Word, &mut entropy(1)).is_empty());
    }
}
