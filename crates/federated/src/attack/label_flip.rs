use super::Attack;
use sotto_digits::{CLASSES, Digits};

/// Trains with every label `l` as `9 - l` (Fang et al. 2020, "Local model poisoning attacks",
/// section 5.1.3).
pub(super) struct LabelFlip;

impl Attack for LabelFlip {
    fn name(&self) -> &'static str {
        "labels"
    }

    fn words(&self) -> &'static str {
        "label flip: trains with every digit d called 9 − d"
    }

    fn digits(&self, digits: &Digits) -> Digits {
        let last = CLASSES as u8 - 1;
        let labels = digits.labels().iter().map(|label| last - label).collect();
        Digits::new(digits.pixels().to_vec(), labels)
            .expect("digits that there were, under other labels")
    }
}
