//! Steps of training in one thread, by dealer and both parties: for tests and benchmarks. Whoever runs it holds all
//! shares, so it hides nothing.

use std::num::Wrapping;
use std::rc::Rc;

use super::super::client::split;
use super::super::dealing::{Masks, Scope};
use super::super::gates::Online;
use super::super::links::Links;
use super::super::path::Job;
use super::super::preparing::Preparing;
use super::super::ring::{Share, Wide};
use super::super::{Entropy, Error, Party, Role};
use super::compute::Computing;
use super::data::{one_hot, pixels};
use super::dealing::deal_step;
use super::fixed::loss;
use super::plan::TrainingPlan;
use super::step::{Batch, State, step};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::wire::{MemoryMailbox, mailboxes};

const PARTIES: [Party; 2] = [Party::Alice, Party::Bob];

/// Both parties and the dealer, with a model that nobody knows.
pub struct InProcessTraining<'a> {
    plan: &'a TrainingPlan,
    keys: [StreamKey; 2],
    /// Parameters and momentum of each party.
    states: [(Share<Wide>, Option<Share<Wide>>); 2],
    entropy: Entropy,
    number: u32,
}

/// What a step cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Bytes to bob, who gets more than alice.
    pub dealt: usize,
    /// Bytes that a party sends.
    pub sent: usize,
    /// Messages that a party sends, one after the other.
    pub rounds: usize,
    /// `sum (p - t)^2`, the mean of the batch's images, where it was watched.
    pub loss: Option<f64>,
}

impl<'a> InProcessTraining<'a> {
    /// Shares a model to begin with, [`TrainingPlan::encode`]d.
    #[must_use]
    pub fn new(plan: &'a TrainingPlan, parameters: &[i32], mut entropy: Entropy) -> Self {
        let keys = PARTIES.map(|_| StreamKey::draw(&mut entropy));
        let parameters: Vec<Wide> =
            parameters.iter().map(|value| Wrapping(*value as u32)).collect();
        let zeros = || Share::new(Secret::zeros(plan.parameters()));
        let states = split(&parameters, &mut entropy)
            .map(|share| (share, plan.training.momentum.map(|_| zeros())));
        Self { plan, keys, states, entropy, number: 0 }
    }

    /// Puts the shares of the parameters together.
    #[must_use]
    pub fn parameters(&self) -> Vec<i32> {
        let [(alice, _), (bob, _)] = &self.states;
        alice.join(bob).into_iter().map(|value| value.0 as i32).collect()
    }

    /// Takes a step on as many images of bytes, with their labels, as the plan's batch has. `rounded` is told the masks of
    /// all that is rounded.
    ///
    /// # Errors
    /// None that a bug in a gate does not make.
    pub fn step(
        &mut self,
        images: &[u8],
        labels: &[u8],
        watched: bool,
        rounded: &mut dyn FnMut(&[u32]),
    ) -> Result<Cost, Error> {
        self.number += 1;
        let plan = self.plan;
        let mut rounded =
            |masks: &[Wide]| rounded(&masks.iter().map(|mask| mask.0).collect::<Vec<_>>());
        let words = deal_step(plan, &self.keys, self.number, watched, &mut rounded)?;
        let dealt = 4 * words[1].len();
        let images = split(&pixels(images), &mut self.entropy);
        let labels = split(&one_hot(labels, plan.outputs()), &mut self.entropy);
        let number = self.number;
        let states = std::mem::replace(
            &mut self.states,
            [(); 2].map(|()| (Share::new(Secret::default()), None)),
        );
        let batches =
            images.into_iter().zip(labels).map(|(images, labels)| Batch { images, labels });
        let mailboxes: [MemoryMailbox<Role>; 2] = mailboxes(PARTIES.map(Party::role));
        let sides = batches.zip(states).zip(mailboxes).zip(PARTIES).zip(&self.keys).zip(&words);
        let runs = sides.map(
            |(((((batch, (parameters, momentum)), mailbox), party), key), words)| async move {
                let mut links = Links::new(mailbox, Rc::new(|| 0.0));
                let masks = Masks::new(key, Scope::Training, number);
                let preparing = Preparing::new(party, masks, words);
                let layer = String::new();
                let mut online = Online {
                    party,
                    links: &mut links,
                    job: Job::Step(1),
                    layer,
                    words,
                    early: None,
                };
                let mut engine = Computing::new(&mut online, preparing);
                let state = State { parameters, momentum };
                let State { parameters, momentum } =
                    step(&mut engine, plan, state, batch, watched).await?;
                let revealed = engine.finish()?;
                Ok::<_, Error>(((parameters, momentum), revealed, links.take_records()))
            },
        );
        let done = futures_executor::block_on(futures_util::future::join_all(runs));
        let [alice, bob] = done.try_into().map_err(|_| Error::Alone)?;
        let ((alice, revealed, records), (bob, ..)) = (alice?, bob?);
        self.states = [alice, bob];
        let sent =
            records.iter().filter(|record| record.direction == super::super::Direction::Sent);
        Ok(Cost {
            dealt,
            sent: sent.clone().map(|record| record.bytes).sum(),
            rounds: sent.count(),
            loss: revealed.first().map(|sum| loss(plan, i64::from(sum.0 as i32))),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::super::{Fixed, Loss, Training};
    use super::*;
    use sotto_core::seeded::Stream;
    use sotto_network::{Initialiser, Layer, Network};

    /// Three steps by the parties, and by the oracle with their coins.
    fn same_as_in_the_clear(network: &Network, training: Training) {
        let plan = TrainingPlan::new(network, training).unwrap();
        let weights = Initialiser::He.weights(network, 5).unwrap();
        let start = plan.encode(&weights);
        let mut stream = Stream::new(3, "test/train");
        let mut entropy = Stream::new(4, "test/train/entropy");
        let mut parties =
            InProcessTraining::new(&plan, &start, Box::new(move |bytes| entropy.fill(bytes)));
        let mut clear = Fixed::new(&plan, &start);
        for _ in 0..3 {
            let images: Vec<u8> =
                (0..plan.batch() * plan.inputs()).map(|_| stream.below(256) as u8).collect();
            let labels: Vec<u8> =
                (0..plan.batch()).map(|_| stream.below(plan.outputs() as u32) as u8).collect();
            let mut coins = VecDeque::new();
            let cost = parties
                .step(&images, &labels, true, &mut |masks| coins.push_back(masks.to_vec()))
                .unwrap();
            let taken = clear
                .step_with(&images, &labels, &mut |count| {
                    let masks = coins.pop_front().expect("the parties round as often");
                    assert_eq!(masks.len(), count);
                    masks.into_iter().map(Wrapping).collect()
                })
                .unwrap();
            assert!(coins.is_empty());
            assert!(taken.ranges.iter().all(|(_, part)| *part < 1.0), "{:?}", taken.ranges);
            assert_eq!(parties.parameters(), clear.parameters());
            assert_eq!(cost.loss, taken.loss);
        }
        assert_ne!(clear.parameters(), start, "something was learnt");
    }

    fn training(loss: Loss, momentum: Option<u32>) -> Training {
        Training { batch: 4, rate: 4, momentum, loss }
    }

    #[test]
    fn dense_networks_train_as_in_the_clear() {
        let layers = vec![
            Layer::linear(36, 8),
            Layer::Relu,
            Layer::linear(8, 7),
            Layer::Relu,
            Layer::linear(7, 5),
        ];
        let network = Network::new(&[36], layers).unwrap();
        for (loss, momentum) in
            [(Loss::Squares, None), (Loss::CrossEntropy, Some(3)), (Loss::Squares, Some(1))]
        {
            same_as_in_the_clear(&network, training(loss, momentum));
        }
    }

    #[test]
    fn convolutions_with_average_pools_train_as_in_the_clear() {
        let layers = vec![
            Layer::conv_same(1, 3, 3),
            Layer::avg_pool(2),
            Layer::Relu,
            Layer::conv(3, 4, 2),
            Layer::Relu,
            Layer::avg_pool(2),
            Layer::Flatten,
            Layer::linear(4, 5),
        ];
        let network = Network::new(&[1, 7, 6], layers).unwrap();
        same_as_in_the_clear(&network, training(Loss::CrossEntropy, Some(2)));
    }

    #[test]
    fn max_pools_train_as_in_the_clear() {
        // Neither window fills its image, and one of nine values has one without a partner in every level but the last.
        let layers = vec![
            Layer::conv(1, 3, 2),
            Layer::Relu,
            Layer::max_pool(2),
            Layer::conv_same(3, 2, 3),
            Layer::max_pool(3),
            Layer::Relu,
            Layer::Flatten,
            Layer::linear(2, 5),
        ];
        let network = Network::new(&[1, 10, 8], layers).unwrap();
        same_as_in_the_clear(&network, training(Loss::CrossEntropy, Some(2)));
    }

    #[test]
    fn a_pool_may_come_first_or_behind_another() {
        let layers = vec![
            Layer::max_pool(2),
            Layer::conv(1, 3, 2),
            Layer::max_pool(2),
            Layer::avg_pool(2),
            Layer::Flatten,
            Layer::linear(3, 5),
        ];
        let network = Network::new(&[1, 10, 10], layers).unwrap();
        same_as_in_the_clear(&network, training(Loss::Squares, None));
    }

    #[test]
    fn averages_of_large_windows_train_as_in_the_clear() {
        let layers = vec![
            Layer::conv_same(1, 3, 3),
            Layer::avg_pool(4),
            Layer::Relu,
            Layer::Flatten,
            Layer::linear(12, 5),
        ];
        let network = Network::new(&[1, 8, 9], layers).unwrap();
        same_as_in_the_clear(&network, training(Loss::CrossEntropy, Some(2)));
    }
}
