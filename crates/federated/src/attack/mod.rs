//! What a dishonest worker does, to see what a strategy withstands. One file an attack, and one
//! line in [`ATTACKS`].

mod backdoor;
mod label_flip;
mod noise;
mod sign_flip;

use super::Update;
use sotto_core::seeded::Stream;
use sotto_digits::Digits;

pub use backdoor::stamped;

/// A way to spoil a round. What it does not change stays honest.
pub trait Attack: Sync {
    /// What a URL calls it.
    fn name(&self) -> &'static str;

    /// What the page says of it.
    fn words(&self) -> &'static str;

    /// What the worker trains on instead of its digits.
    fn digits(&self, digits: &Digits) -> Digits {
        digits.clone()
    }

    /// Changes `n_k (w_k - w)` before it is sent.
    fn values(&self, _values: &mut [f32], _stream: &mut Stream) {}
}

/// Every attack.
pub const ATTACKS: [&dyn Attack; 4] =
    [&label_flip::LabelFlip, &sign_flip::SignFlip, &noise::Noise, &backdoor::Backdoor];

/// The attack called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Attack> {
    ATTACKS.into_iter().find(|attack| attack.name() == name)
}

/// The names of all attacks.
#[must_use]
pub fn names() -> Vec<&'static str> {
    ATTACKS.iter().map(|attack| attack.name()).collect()
}

impl dyn Attack {
    /// Spoils an update; `secret` feeds what the attack draws.
    pub fn spoil(&self, update: &mut Update, secret: &[u8; 32]) {
        self.values(&mut update.values, &mut Stream::keyed(secret));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_digits::synthetic;

    #[test]
    fn every_attack_changes_something_and_keeps_the_counts() {
        let digits = synthetic::digits(40, 1).unwrap();
        for name in names() {
            let attack = by_name(name).unwrap();
            let spoilt = attack.digits(&digits);
            assert_eq!(spoilt.len(), digits.len(), "{name}");
            let mut values = vec![0.5, -0.25, 1.0];
            attack.values(&mut values, &mut Stream::new(1, "attack"));
            assert!(values.iter().all(|value| value.is_finite()));
            assert!(spoilt != digits || values != [0.5, -0.25, 1.0], "{name}");
        }
        assert!(by_name("kindness").is_none());
    }

    #[test]
    fn flipped_labels_flip_back() {
        let digits = synthetic::digits(20, 1).unwrap();
        let flip = by_name("labels").unwrap();
        assert_eq!(flip.digits(&flip.digits(&digits)), digits);
        assert_eq!(flip.digits(&digits).label(3), 9 - digits.label(3));
    }

    #[test]
    fn a_stamp_is_seen_and_says_nought() {
        let digits = synthetic::digits(30, 1).unwrap();
        let asked = stamped(&digits);
        assert_eq!(asked.len(), 27, "zeros are left out, for they are read as zeros anyway");
        assert!(asked.labels().iter().all(|&label| label == 0));
        assert_eq!(asked.image(0)[0..4], [255; 4]);
    }
}
