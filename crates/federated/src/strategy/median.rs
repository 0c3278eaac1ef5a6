//! The coordinate-wise median (Yin et al. 2018, "Byzantine-robust distributed learning",
//! algorithm 1, option I): every weight moves by the median of the workers' moves.

use super::super::median::median;
use super::distances::by_coordinate;
use super::{Contribution, Strategy};

pub(super) struct Median;

impl Strategy for Median {
    fn combine(&self, updates: &[Contribution<'_>]) -> Vec<f64> {
        by_coordinate(updates, median)
    }

    fn needs_each(&self) -> Option<&'static str> {
        Some("it compares the workers' updates with each other, so it has to see each")
    }
}
