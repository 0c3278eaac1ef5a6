//! Whether what a party learns is uniform: every kind of message, the differences of successive messages of a kind,
//! and the differences of any two vectors that are opened. A mask that is used twice leaves a difference that is one
//! of values, whatever else hides each of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Role;

/// Elements of a pair's difference that are looked at, of one run.
const STRETCH: usize = 512;
/// Bits of which one would go unnoticed if it were stuck are too few.
const LEAST: u32 = 24;
/// Standard deviations: of a hundred thousand statistics of uniform bits, one in five thousand sets of them has one
/// beyond. (Seeds are fixed: a set that passes passes always.)
const SIGMAS: f64 = 6.0;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ring {
    /// Bits, packed: signs.
    Bits,
    /// Elements of `Z_2^16`.
    Halves,
    /// Elements of `Z_2^32`.
    Words,
}

impl Ring {
    /// Of the payload of a kind of message.
    fn of(kind: &str, payload: &[u8]) -> Self {
        match kind.rsplit('/').next() {
            Some("sign") => Self::Bits,
            Some("max") => Self::Halves,
            _ if !payload.len().is_multiple_of(4) => Self::Halves,
            _ => Self::Words,
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Bits => 1,
            Self::Halves => 2,
            Self::Words => 4,
        }
    }

    /// The sum, and the difference, of elements of as many bytes.
    fn join(self, a: &[u8], b: &[u8], is_difference: bool) -> Vec<u8> {
        let pairs = a.chunks_exact(self.width()).zip(b.chunks_exact(self.width()));
        let number =
            |bytes: &[u8]| bytes.iter().rev().fold(0u32, |all, byte| all << 8 | u32::from(*byte));
        pairs
            .flat_map(|(a, b)| {
                let (a, b) = (number(a), number(b));
                let joined = match (self, is_difference) {
                    (Self::Bits, _) => a ^ b,
                    (_, true) => a.wrapping_sub(b),
                    (_, false) => a.wrapping_add(b),
                };
                joined.to_le_bytes().into_iter().take(self.width())
            })
            .collect()
    }
}

/// How often each byte was seen, at each position in an element.
#[derive(Clone)]
pub(super) struct Counts {
    cells: Vec<[u32; 256]>,
    /// Of the last byte of packed bits, not all of whose bits are in use.
    last: [u32; 256],
}

impl Counts {
    pub(super) fn new(ring: Ring) -> Self {
        Self { cells: vec![[0; 256]; ring.width()], last: [0; 256] }
    }

    /// Counts whole elements, and the last byte of packed bits apart.
    pub(super) fn add(&mut self, ring: Ring, bytes: &[u8]) {
        let bytes = match (ring, bytes.split_last()) {
            (Ring::Bits, Some((last, bytes))) => {
                self.last[usize::from(*last)] += 1;
                bytes
            }
            _ => bytes,
        };
        for element in bytes.chunks_exact(self.cells.len()) {
            for (cells, byte) in self.cells.iter_mut().zip(element) {
                cells[usize::from(*byte)] += 1;
            }
        }
    }

    /// Checks every bit, and groups of bits as large as the counts allow. Panics where something is not uniform, or
    /// was seen too rarely to tell.
    pub(super) fn assert_uniform(&self, name: &str) {
        let mut is_tested = false;
        for (position, cells) in self.cells.iter().enumerate() {
            let total: u32 = cells.iter().sum();
            // Packed bits may be less than a byte.
            if total == 0 {
                continue;
            }
            is_tested = true;
            for bit in 0..8 {
                assert_coin(
                    ones(cells, bit),
                    total,
                    &format!("{name}, bit {}", 8 * position + bit),
                );
            }
            // Five to a cell, and more, follow the distribution.
            for bits in [8, 4, 2] {
                if total >= 5 << bits {
                    for part in 0..8 / bits {
                        let surprise = surprise(&folded(cells, bits * part, bits));
                        let name =
                            format!("{name}, {bits} bits from {}", 8 * position + bits * part);
                        assert!(surprise.abs() < SIGMAS, "{name}: {surprise:.1}");
                    }
                    break;
                }
            }
        }
        let total: u32 = self.last.iter().sum();
        let used = (0..8).take_while(|bit| total > 0 && ones(&self.last, *bit) > 0).count();
        for bit in 0..8 {
            let ones = ones(&self.last, bit);
            match bit < used {
                true => assert_coin(ones, total, &format!("{name}, bit {bit} of the last byte")),
                false => assert_eq!(ones, 0, "{name}: bit {bit} of the last byte is not in use"),
            }
        }
        assert!(is_tested || used > 0, "{name} is not tested");
    }
}

fn ones(cells: &[u32; 256], bit: usize) -> u32 {
    (0..256).filter(|byte| byte >> bit & 1 == 1).map(|byte| cells[byte]).sum()
}

/// Counts of `bits` bits from `first` on.
fn folded(cells: &[u32; 256], first: usize, bits: usize) -> Vec<u32> {
    let mut folded = vec![0; 1 << bits];
    for (byte, count) in cells.iter().enumerate() {
        folded[byte >> first & ((1 << bits) - 1)] += count;
    }
    folded
}

/// A bit that is 1 half the time; one that is stuck is found however few there are.
fn assert_coin(ones: u32, total: u32, name: &str) {
    assert!(total >= LEAST, "{name} was seen {total} times, which says nothing");
    let off = (2.0 * f64::from(ones) - f64::from(total)).abs();
    let limit = (SIGMAS * f64::from(total).sqrt()).min(f64::from(total) - 0.5);
    assert!(off < limit, "{name}: {ones} of {total}");
}

/// Pearson's statistic against the uniform distribution, as standard deviations of a normal distribution (Wilson and
/// Hilferty 1931, whose cube root has tails that are right where they matter here).
pub(super) fn surprise(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / counts.len() as f64;
    let square = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
    let freedom = counts.len() as f64 - 1.0;
    let variance = 2.0 / (9.0 * freedom);
    ((counts.iter().map(square).sum::<f64>() / freedom).cbrt() - (1.0 - variance)) / variance.sqrt()
}

/// Everything that alice and bob receive in a session, and what they open.
#[derive(Default)]
pub(super) struct Gathered {
    /// By receiver and kind.
    received: BTreeMap<(Role, String), Counts>,
    /// The last message of each, and of each length, and its difference to the one before.
    before: BTreeMap<((Role, String), usize), Vec<u8>>,
    successive: BTreeMap<(Role, String), Counts>,
    /// What one party sent to the other at a step, until that answers.
    halves: BTreeMap<String, (Role, Vec<u8>)>,
    /// The last vector that was opened of each kind, and its ring.
    opened: BTreeMap<String, (Ring, Vec<u8>)>,
    /// Kinds that were opened in this run.
    fresh: BTreeSet<String>,
    pairs: BTreeMap<(String, String), Counts>,
    runs: u32,
}

impl Gathered {
    /// A message of this kind, at the step of this `path`, from and to.
    pub(super) fn add(&mut self, from: Role, to: Role, path: &str, kind: &str, payload: Vec<u8>) {
        // Where nothing is compared, nothing is dealt to alice.
        if !matches!(to, Role::Alice | Role::Bob) || payload.is_empty() {
            return;
        }
        let ring = Ring::of(kind, &payload);
        let key = (to, kind.to_owned());
        self.received.entry(key.clone()).or_insert_with(|| Counts::new(ring)).add(ring, &payload);
        let last = (key.clone(), payload.len());
        if let Some(before) = self.before.insert(last, payload.clone()) {
            let difference = ring.join(&payload, &before, true);
            let counts = self.successive.entry(key).or_insert_with(|| Counts::new(ring));
            counts.add(ring, &difference);
        }
        if matches!(from, Role::Alice | Role::Bob) {
            match self.halves.remove(path) {
                Some((first, half)) if first == to => {
                    let opened = ring.join(&payload, &half, false);
                    self.opened.insert(kind.to_owned(), (ring, opened));
                    self.fresh.insert(kind.to_owned());
                }
                _ => drop(self.halves.insert(path.to_owned(), (from, payload))),
            }
        }
    }

    /// A classification, or a step of training, is over: the vectors that it opened are compared with each other, as
    /// far as the shorter one goes.
    pub(super) fn end_run(&mut self) {
        self.runs += 1;
        let fresh = std::mem::take(&mut self.fresh);
        let all: Vec<_> = self.opened.iter().collect();
        for (index, (kind, (ring, vector))) in all.iter().enumerate() {
            for (other, (_, others)) in all[..index].iter().filter(|one| one.1.0 == *ring) {
                // Two that both were there before have been compared.
                if !fresh.contains(*kind) && !fresh.contains(*other) {
                    continue;
                }
                let length = vector.len().min(others.len()).min(STRETCH * ring.width());
                let mut difference = ring.join(&vector[..length], &others[..length], true);
                // Of the last bits only the first is in use for certain.
                if let (Ring::Bits, Some(last)) = (ring, difference.last_mut()) {
                    *last &= 1;
                }
                let key = ((*other).clone(), (*kind).clone());
                self.pairs.entry(key).or_insert_with(|| Counts::new(*ring)).add(*ring, &difference);
            }
        }
    }

    /// Every kind of message, every difference: none is left out.
    pub(super) fn assert_uniform(&self, kinds: usize) {
        assert!(self.received.len() > kinds, "every kind of message is looked at");
        assert!(self.pairs.len() > kinds, "so are pairs of vectors");
        assert!(self.runs >= LEAST);
        for ((role, kind), counts) in &self.received {
            counts.assert_uniform(&format!("{role} receives {kind}"));
        }
        for ((role, kind), counts) in &self.successive {
            counts.assert_uniform(&format!("{role} receives {kind}, less the one before"));
        }
        for ((a, b), counts) in &self.pairs {
            counts.assert_uniform(&format!("{b} less {a}"));
        }
        // What comes again and again was compared with itself; a model and the digits of a silo come once.
        for (role, kind) in self.received.keys() {
            let is_single =
                kind.starts_with("model") || kind.starts_with("data") || kind.starts_with("take");
            let is_compared = self.successive.contains_key(&(*role, kind.clone()));
            assert!(is_compared != is_single, "{role} receives {kind}");
        }
    }
}

/// Counts that would pass whatever they are prove nothing.
mod tests {
    use super::*;
    use sotto_core::seeded::Stream;

    fn is_refused(ring: Ring, bytes: &[u8]) -> bool {
        let mut counts = Counts::new(ring);
        bytes.chunks(64).for_each(|bytes| counts.add(ring, bytes));
        std::panic::catch_unwind(|| counts.assert_uniform("test")).is_err()
    }

    #[test]
    fn a_bit_that_is_stuck_is_found_at_every_position_and_so_is_a_difference() {
        let mut stream = Stream::new(1, "test/uniform");
        for (ring, elements) in
            [(Ring::Words, 40), (Ring::Words, 4000), (Ring::Halves, 3000), (Ring::Bits, 2000)]
        {
            let mut bytes = vec![0; elements * ring.width()];
            stream.fill(&mut bytes);
            assert!(!is_refused(ring, &bytes));
            for bit in 0..8 * ring.width() {
                let mut stuck = bytes.clone();
                stuck
                    .chunks_exact_mut(ring.width())
                    .for_each(|element| element[bit / 8] |= 1 << (bit % 8));
                assert!(is_refused(ring, &stuck), "bit {bit}");
            }
        }
        // Bytes whose bits are coins, each for itself, but not together.
        let mut pairs = vec![0; 4000];
        stream.fill(&mut pairs);
        pairs.iter_mut().for_each(|byte| *byte = *byte & 0xf | *byte << 4);
        assert!(is_refused(Ring::Bits, &pairs));
        assert!(is_refused(Ring::Words, &[1, 2, 3, 4]), "too few say nothing");
        let (mut a, mut b) = (vec![0; 400], vec![0; 400]);
        stream.fill(&mut a);
        b.copy_from_slice(&a);
        b[0] ^= 1;
        assert!(is_refused(Ring::Words, &Ring::Words.join(&a, &b, true)));
    }
}
