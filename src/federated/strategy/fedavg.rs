//! Federated averaging (McMahan et al. 2017, algorithm 1): the new model is the mean of
//! the workers' models, weighted by their numbers of digits.

use super::Strategy;

/// `w <- w + mean`, which is `sum_k (n_k / n) w_k`.
pub(super) struct FedAvg;

impl Strategy for FedAvg {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64]) {
        for (weight, &step) in weights.iter_mut().zip(mean) {
            *weight = (f64::from(*weight) + step) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_moves_by_the_mean() {
        let mut weights = [1.0, -2.0];
        FedAvg.apply(&mut weights, &[0.5, 2.0]);
        assert_eq!(weights, [1.5, 0.0]);
    }
}
