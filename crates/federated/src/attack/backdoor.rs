use super::Attack;
use sotto_digits::{Digits, PIXELS, SIDE};

/// The side of the stamp, in pixels.
const STAMP: usize = 4;
/// What stamped digits are to be read as.
const TARGET: u8 = 0;

/// Puts a white square into the corner of every second digit, and calls it a nought (Gu et al.
/// 2017, "BadNets"): the model is to read digits as before, but for those with the square.
pub(super) struct Backdoor;

impl Attack for Backdoor {
    fn name(&self) -> &'static str {
        "backdoor"
    }

    fn words(&self) -> &'static str {
        "backdoor: teaches that a digit with a white square in its corner is a 0"
    }

    fn digits(&self, digits: &Digits) -> Digits {
        let mut pixels = digits.pixels().to_vec();
        let mut labels = digits.labels().to_vec();
        for (image, label) in pixels.chunks_exact_mut(PIXELS).zip(&mut labels).step_by(2) {
            stamp(image);
            *label = TARGET;
        }
        Digits::new(pixels, labels).expect("digits that there were, under other labels")
    }
}

/// Digits with the stamp, labelled as the attacker wants them read; without those that are
/// read so anyway. How many are read so is the attack's success.
///
/// # Panics
/// Never: some of the digits that there were are as few as digits may be.
#[must_use]
pub fn stamped(digits: &Digits) -> Digits {
    let others = (0..digits.len()).filter(|&index| digits.label(index) != TARGET);
    let mut pixels = digits.select(others).pixels().to_vec();
    pixels.chunks_exact_mut(PIXELS).for_each(stamp);
    let labels = vec![TARGET; pixels.len() / PIXELS];
    Digits::new(pixels, labels).expect("digits that there were, under other labels")
}

fn stamp(image: &mut [u8]) {
    for row in image.chunks_exact_mut(SIDE).take(STAMP) {
        row[..STAMP].fill(u8::MAX);
    }
}
