//! What the adaptive strategies share (Reddi et al. 2021, "Adaptive federated optimization",
//! algorithm 2): the mean update is taken for a gradient, with a first and a second moment.

use super::{OtherState, RoundFacts, Strategy, Tuning, advance, vectors};

/// How the second moment follows the square of the mean update; it is given both.
pub(super) type Second = fn(f64, f64) -> f64;

/// How much of the second moment a round keeps.
pub(super) const BETA_2: f64 = 0.99;

/// `m <- b1 m + (1 - b1) mean`, `v` by the strategy, `w <- w + rate m / (sqrt(v) + tau)`.
pub(super) struct Moments {
    rate: f64,
    momentum: f64,
    tau: f64,
    second: Second,
    m: Vec<f64>,
    v: Vec<f64>,
}

impl Moments {
    /// A server with this usual rate, momentum, and rule for the second moment.
    pub(super) fn new(tuning: &Tuning, usual_rate: f64, momentum: f64, second: Second) -> Self {
        let (m, v) = (Vec::new(), Vec::new());
        Self { rate: tuning.rate_or(usual_rate), momentum, tau: tuning.tau, second, m, v }
    }
}

impl Strategy for Moments {
    fn apply(&mut self, weights: &mut [f32], mean: &[f64], _: &RoundFacts) {
        self.m.resize(mean.len(), 0.0);
        self.v.resize(mean.len(), self.tau * self.tau);
        for ((m, v), step) in self.m.iter_mut().zip(&mut self.v).zip(mean) {
            *m = self.momentum * *m + (1.0 - self.momentum) * step;
            *v = (self.second)(*v, step * step);
        }
        let steps = self.m.iter().zip(&self.v).map(|(m, v)| m / (libm::sqrt(*v) + self.tau));
        advance(weights, self.rate, steps);
    }

    fn state(&self) -> Vec<Vec<f64>> {
        vec![self.m.clone(), self.v.clone()]
    }

    fn restore(&mut self, state: Vec<Vec<f64>>, parameters: usize) -> Result<(), OtherState> {
        [self.m, self.v] = vectors(state, parameters)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{fedadagrad, fedadam, fedyogi};
    use super::*;

    /// Two rounds of one weight by hand.
    fn moved(mut strategy: Moments) -> f64 {
        let mut weights = [0.0];
        let facts = RoundFacts { share: 1.0, control_scale: 1.0 };
        strategy.apply(&mut weights, &[0.3], &facts);
        strategy.apply(&mut weights, &[-0.1], &facts);
        f64::from(weights[0])
    }

    #[test]
    fn two_rounds_are_those_of_the_paper() {
        let tuning = Tuning { server_rate: 0.1, ..Tuning::default() };
        let tau = 1e-3f64;
        let step = |m: f64, v: f64| 0.1 * m / (v.sqrt() + tau);
        let v0 = tau * tau;

        let (v1, v2) = (v0 + 0.09, v0 + 0.10);
        let expected = step(0.3, v1) + step(-0.1, v2);
        assert!((moved(fedadagrad::new(&tuning)) - expected).abs() < 1e-6);

        let (m1, m2) = (0.03, 0.9 * 0.03 - 0.01);
        let v1 = 0.99 * v0 + 0.01 * 0.09;
        let v2 = 0.99 * v1 + 0.01 * 0.01;
        let expected = step(m1, v1) + step(m2, v2);
        assert!((moved(fedadam::new(&tuning)) - expected).abs() < 1e-6);

        let v1 = v0 + 0.01 * 0.09;
        let v2 = v1 + 0.01 * 0.01;
        let expected = step(m1, v1) + step(m2, v2);
        assert!((moved(fedyogi::new(&tuning)) - expected).abs() < 1e-6);
    }
}
