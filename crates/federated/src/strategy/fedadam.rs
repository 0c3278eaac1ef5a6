//! FedAdam (Reddi et al. 2021, algorithm 2): the second moment is a moving mean of the squares.

use super::Tuning;
use super::moments::{BETA_2, Moments};

pub(super) fn new(tuning: &Tuning) -> Moments {
    Moments::new(tuning, 0.01, tuning.server_momentum, |v, square| {
        BETA_2 * v + (1.0 - BETA_2) * square
    })
}
