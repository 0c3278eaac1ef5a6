//! Federated averaging (McMahan et al. 2017, algorithm 1): the new model is the mean of
//! the workers' models, weighted by their numbers of digits.

use super::Strategy;

/// `w <- w + mean`, which is `sum_k (n_k / n) w_k`: what every strategy does that says nothing
/// else.
pub(super) struct FedAvg;

impl Strategy for FedAvg {}

#[cfg(test)]
mod tests {
    use super::super::RoundFacts;
    use super::*;

    #[test]
    fn the_model_moves_by_the_mean() {
        let mut weights = [1.0, -2.0];
        let facts = RoundFacts { share: 1.0, control_scale: 1.0 };
        FedAvg.apply(&mut weights, &[0.5, 2.0], &facts);
        assert_eq!(weights, [1.5, 0.0]);
    }
}
