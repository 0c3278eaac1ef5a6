//! FedAdagrad (Reddi et al. 2021, algorithm 2): the second moment is the sum of all squares.

use super::Tuning;
use super::moments::Moments;

pub(super) fn new(tuning: &Tuning) -> Moments {
    Moments::new(tuning, 0.1, 0.0, |v, square| v + square)
}
