//! Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter
//! 2019, algorithm 2).

use candle_core::backprop::GradStore;
use candle_core::{Result, Var, bail};
use candle_nn::Optimizer;

use super::SgdConfig;
use crate::ops;

/// How much of the second moment a step keeps.
const BETA_2: f64 = 0.999;
/// What keeps the division from blowing up.
const EPSILON: f32 = 1e-8;

/// The optimiser: `m <- b1 m + (1 - b1) g`, `s <- b2 s + (1 - b2) g^2`, then
/// `w <- w - lr (m' / (sqrt(s') + eps) + d w)`, where `m'` and `s'` are without the bias to
/// their zero beginning. `b1` is the configured momentum.
#[derive(Debug)]
pub(crate) struct Adam {
    /// Weights with their first and second moments.
    weights: Vec<(Var, Vec<f32>, Vec<f32>)>,
    config: SgdConfig,
    /// `b1^t` and `b2^t` after `t` steps.
    powers: [f64; 2],
}

impl Adam {
    /// Both moments, one weight after the other.
    pub(super) fn memory(&self) -> Vec<f32> {
        self.weights
            .iter()
            .flat_map(|(_, first, second)| first.iter().chain(second))
            .copied()
            .collect()
    }

    pub(super) fn recall(&mut self, memory: &[f32], steps: u32) -> bool {
        // One after the other, as the steps did it: the same bits.
        for _ in 0..steps {
            self.decay();
        }
        let moments = self.weights.iter_mut().flat_map(|(_, first, second)| [first, second]);
        super::refill(moments, memory)
    }

    fn decay(&mut self) {
        self.powers[0] *= f64::from(self.config.momentum);
        self.powers[1] *= BETA_2;
    }
}

impl Optimizer for Adam {
    type Config = SgdConfig;

    fn new(vars: Vec<Var>, config: SgdConfig) -> Result<Self> {
        let weights = vars
            .into_iter()
            .map(|var| {
                let zeros = vec![0.0; var.elem_count()];
                (var, zeros.clone(), zeros)
            })
            .collect();
        Ok(Self { weights, config, powers: [1.0; 2] })
    }

    fn step(&mut self, grads: &GradStore) -> Result<()> {
        let SgdConfig { learning_rate, momentum, weight_decay } = self.config;
        self.decay();
        let [scale_1, scale_2] = self.powers.map(|power| (1.0 / (1.0 - power)) as f32);
        let beta_2 = BETA_2 as f32;
        for (weight, first, second) in &mut self.weights {
            let Some(gradient) = grads.get(weight) else { continue };
            ops::change(weight, gradient, |weights, gradients| {
                if weights.len() != first.len() {
                    bail!("Adam: {} weights, {} moments", weights.len(), first.len());
                }
                let moments = first.iter_mut().zip(second.iter_mut());
                for ((w, &g), (m, s)) in weights.iter_mut().zip(gradients).zip(moments) {
                    *m = momentum * *m + (1.0 - momentum) * g;
                    *s = beta_2 * *s + (1.0 - beta_2) * (g * g);
                    let step = scale_1 * *m / ((scale_2 * *s).sqrt() + EPSILON);
                    *w -= learning_rate * (step + weight_decay * *w);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.config.learning_rate.into()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.config.learning_rate = rate as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};

    /// Steps of the definition in f64, on f(w) = (w - 3)^2.
    #[test]
    fn steps_are_those_of_the_definition() {
        let config = SgdConfig { learning_rate: 0.1, momentum: 0.9, weight_decay: 0.01 };
        let start = Tensor::from_slice(&[1.0f32, 5.0], 2, &Device::Cpu).unwrap();
        let var = Var::from_tensor(&start).unwrap();
        let mut adam = Adam::new(vec![var.clone()], config).unwrap();
        let mut expected = [1.0f64, 5.0];
        let (mut first, mut second) = ([0.0; 2], [0.0; 2]);
        for t in 1..=50 {
            let target = Tensor::full(3.0f32, 2, &Device::Cpu).unwrap();
            let loss = (var.as_tensor() - target).unwrap().sqr().unwrap().sum_all().unwrap();
            adam.step(&loss.backward().unwrap()).unwrap();
            for i in 0..2 {
                let g = 2.0 * (expected[i] - 3.0);
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.999 * second[i] + 0.001 * g * g;
                let m = first[i] / (1.0 - 0.9f64.powi(t));
                let s = second[i] / (1.0 - 0.999f64.powi(t));
                expected[i] -= 0.1 * (m / (s.sqrt() + 1e-8) + 0.01 * expected[i]);
            }
            for (found, expected) in var.to_vec1::<f32>().unwrap().iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-4, "{t}: {found} {expected}");
            }
        }
    }
}
