//! Training in fixed point in the clear: what the parties do, without them.

use futures_util::FutureExt;

use super::super::Error;
use super::super::ring::{Element, Wide};
use super::bits::GRADIENT_BITS;
use super::clear::{Clear, Coins};
use super::data::{one_hot, pixels};
use super::plan::TrainingPlan;
use super::step::{Batch, State, step};
use sotto_core::prg::StreamKey;

/// Weights and momentum as whole numbers, and how they are trained.
pub struct Fixed<'a> {
    plan: &'a TrainingPlan,
    parameters: Vec<i64>,
    momentum: Option<Vec<i64>>,
}

/// What a step showed.
#[derive(Debug, Clone, PartialEq)]
pub struct StepResult {
    /// `sum (p - t)^2`, the mean of the batch's images, where it was watched.
    pub loss: Option<f64>,
    /// By layer and step, the largest number there was, as a part of what fits: more than 1 does not.
    pub ranges: Vec<(String, f64)>,
}

impl<'a> Fixed<'a> {
    /// Begins with these parameters, [`TrainingPlan::encode`]d.
    #[must_use]
    pub fn new(plan: &'a TrainingPlan, parameters: &[i32]) -> Self {
        let parameters = parameters.iter().copied().map(i64::from).collect();
        let momentum = plan.training.momentum.map(|_| vec![0; plan.parameters()]);
        Self { plan, parameters, momentum }
    }

    /// The parameters now.
    #[must_use]
    pub fn parameters(&self) -> Vec<i32> {
        self.parameters.iter().map(|value| *value as i32).collect()
    }

    /// Takes a step on as many images of bytes, with their labels, as the plan's batch has. `number` is that of the step:
    /// rounding takes other coins in each.
    ///
    /// # Errors
    /// None: there is nobody to fail.
    pub fn step(&mut self, number: u32, images: &[u8], labels: &[u8]) -> Result<StepResult, Error> {
        // Coins that nobody has to keep secret.
        let key = StreamKey::new(&[7; StreamKey::LEN]);
        let mut draws = 0;
        self.step_with(images, labels, &mut |count| {
            draws += 1;
            Wide::from_words(&key.words([0, number, draws], count), count).to_vec()
        })
    }

    pub(super) fn step_with(
        &mut self,
        images: &[u8],
        labels: &[u8],
        coins: Coins<'_>,
    ) -> Result<StepResult, Error> {
        let labels = one_hot(labels, self.plan.outputs());
        self.step_on(&pixels(images), &labels, true, coins)
    }

    /// Takes a step on numbers that are in the ring already; its loss is told where it is `watched`.
    pub(super) fn step_on(
        &mut self,
        images: &[Wide],
        labels: &[Wide],
        watched: bool,
        coins: Coins<'_>,
    ) -> Result<StepResult, Error> {
        let mut engine = Clear::new(coins);
        let [images, labels] = [images, labels]
            .map(|values| values.iter().map(|value| i64::from(value.0 as i32)).collect());
        let state = State {
            parameters: std::mem::take(&mut self.parameters),
            momentum: self.momentum.take(),
        };
        let taken = step(&mut engine, self.plan, state, Batch { images, labels }, watched);
        let taken = taken.now_or_never().expect("one who computes in the clear waits for nobody");
        let State { parameters, momentum } = taken?;
        self.parameters = parameters.into_iter().map(|value| i64::from(value as i32)).collect();
        self.momentum = momentum
            .map(|values| values.into_iter().map(|value| i64::from(value as i32)).collect());
        let loss = engine.revealed.first().map(|sum| loss(self.plan, *sum));
        let ranges = engine
            .ranges
            .into_iter()
            .map(|(name, (most, limit))| (name, most as f64 / limit as f64));
        Ok(StepResult { loss, ranges: ranges.collect() })
    }
}

/// A revealed sum as the mean of a batch's images.
pub(super) fn loss(plan: &TrainingPlan, sum: i64) -> f64 {
    sum as f64 / f64::from(1u32 << GRADIENT_BITS) / plan.batch() as f64
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};
    use candle_nn::Module;

    use super::super::{Loss, Training};
    use super::*;
    use sotto_core::seeded::Stream;
    use sotto_network::{Initialiser, Layer, Network, Weights};
    use sotto_train::{Model, ops};

    const BATCH: usize = 32;

    /// The gradient by backward propagation in floats, in the order of the network's weights.
    fn in_floats(network: &Network, weights: &Weights, images: &[u8], labels: &[u8]) -> Vec<f32> {
        let model = Model::new(network, weights).unwrap();
        let pixels: Vec<f32> = images.iter().map(|value| f32::from(*value) / 255.0).collect();
        let labels: Vec<u32> = labels.iter().copied().map(u32::from).collect();
        let images = (BATCH, pixels.len() / BATCH);
        let images = Tensor::from_vec(pixels, images, &Device::Cpu).unwrap();
        let labels = Tensor::from_vec(labels, BATCH, &Device::Cpu).unwrap();
        let logits = model.forward(&images).unwrap().t().unwrap();
        let gradients = ops::cross_entropy(&logits, &labels).unwrap().backward().unwrap();
        let of = |var: &candle_core::Var| {
            gradients.get(var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        model.vars().iter().flat_map(of).collect()
    }

    #[test]
    fn gradients_are_near_those_in_floats() {
        let layers = vec![
            Layer::conv(1, 4, 3),
            Layer::max_pool(3),
            Layer::Relu,
            Layer::conv_same(4, 6, 3),
            Layer::Relu,
            Layer::max_pool(2),
            Layer::Flatten,
            Layer::linear(6, 5),
        ];
        let network = Network::new(&[1, 9, 9], layers).unwrap();
        let weights = Initialiser::He.weights(&network, 5).unwrap();
        let rate = 1;
        let training = Training { batch: BATCH, rate, momentum: None, loss: Loss::CrossEntropy };
        let plan = TrainingPlan::new(&network, training).unwrap();
        let mut stream = Stream::new(3, "test/fixed");
        let images: Vec<u8> = (0..BATCH * 81).map(|_| stream.below(256) as u8).collect();
        let labels: Vec<u8> = (0..BATCH).map(|_| stream.below(5) as u8).collect();

        let mut fixed = Fixed::new(&plan, &plan.encode(&weights));
        let start = plan.decode(&network, &fixed.parameters()).unwrap();
        fixed.step(1, &images, &labels).unwrap();
        let end = plan.decode(&network, &fixed.parameters()).unwrap();

        let expected = in_floats(&network, &start, &images, &labels);
        let moved = start.values().iter().zip(end.values());
        let found: Vec<f32> = moved.map(|(a, b)| (a - b) * (1 << rate) as f32).collect();
        let norm = |x: &mut dyn Iterator<Item = f32>| x.map(|x| x * x).sum::<f32>().sqrt();
        let error = norm(&mut found.iter().zip(&expected).map(|(a, b)| a - b));
        let whole = norm(&mut expected.iter().copied());
        assert!(error < 0.05 * whole, "{error} of {whole}");
    }
}
