//! Code that does with a secret what must not be done: each check has to find it.

use std::hint::black_box;

use crate::{Case, secret_array};

pub const CASES: &[Case] = &[
    ("control: a branch on a secret", branch),
    ("control: an index by a secret", index),
    ("control: a comparison that stops at the first difference", early_exit),
];

fn branch() -> usize {
    let secret: [u8; 1] = secret_array("branch");
    if black_box(secret[0]) & 1 == 1 { black_box(1) } else { black_box(2) }
}

fn index() -> usize {
    let table: [u8; 256] = std::array::from_fn(|index| index as u8);
    let secret: [u8; 1] = secret_array("index");
    black_box(black_box(&table)[usize::from(black_box(secret[0]))]).into()
}

fn early_exit() -> usize {
    let secret: [u8; 32] = secret_array("early exit");
    compare(&secret, &[0; 32]).into()
}

/// Whether both are the same; the time tells where they differ.
pub fn compare(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(a) == black_box(b))
}
