//! FedYogi (Reddi et al. 2021, algorithm 2): the second moment follows the squares by steps
//! whose size does not depend on how far it is from them.

use super::Tuning;
use super::moments::{BETA_2, Moments};

pub(super) fn new(tuning: &Tuning) -> Moments {
    Moments::new(tuning, 0.01, tuning.server_momentum, |v, square| {
        let sign = match v.partial_cmp(&square) {
            Some(std::cmp::Ordering::Greater) => 1.0,
            Some(std::cmp::Ordering::Less) => -1.0,
            _ => 0.0,
        };
        v - (1.0 - BETA_2) * square * sign
    })
}
