//! A whole classification in one thread, stage by stage: for tests and benchmarks. Whoever
//! runs it holds all shares, so it hides nothing.

use std::rc::Rc;

use super::client::{answers, split};
use super::dealing::{Masks, Scope};
use super::evaluate::{Prepared, prepare};
use super::links::Links;
use super::model::{ModelMasks, ModelShare, PartyModel};
use super::path::Job;
use super::preparing::Material;
use super::{Answer, Entropy, Error, Party, Plan, Role, dealer, fixed};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::wire::{Mailbox, mailboxes};
use sotto_network::{Network, Weights};

const PARTIES: [Party; 2] = [Party::Alice, Party::Bob];

/// Both parties and the dealer, with a model.
pub struct InProcessClassifier<'a> {
    plan: &'a Plan,
    keys: [StreamKey; 2],
    masks: ModelMasks,
    models: [PartyModel; 2],
    entropy: Entropy,
    number: u32,
}

/// What the dealer has dealt for one classification.
pub struct Dealt {
    number: u32,
    words: [Secret<u32>; 2],
}

/// Both parties, ready for one classification.
pub struct Ready([Prepared; 2]);

impl<'a> InProcessClassifier<'a> {
    /// Shares a model.
    ///
    /// # Errors
    /// [`Error::Weight`].
    pub fn new(
        plan: &'a Plan,
        network: &Network,
        weights: &Weights,
        mut entropy: Entropy,
    ) -> Result<Self, Error> {
        let keys = PARTIES.map(|_| StreamKey::draw(&mut entropy));
        let mut streams = keys.each_ref().map(|key| Masks::new(key, Scope::Model, 1));
        let encoded = plan.encode(network, weights)?;
        let [x, y] = split(&encoded, &mut entropy);
        let [a, b] = &mut streams;
        let shares = [ModelShare::new(plan, x.values(), a), ModelShare::new(plan, y.values(), b)];
        let opened = shares[0].masked().join(shares[1].masked());
        let [a, b] = shares;
        let models = [
            PartyModel::new(plan, Party::Alice, a, &opened),
            PartyModel::new(plan, Party::Bob, b, &opened),
        ];
        let streams = keys.each_ref().map(|key| Masks::new(key, Scope::Model, 1));
        let masks = ModelMasks::new(plan, streams);
        Ok(Self { plan, keys, masks, models, entropy, number: 0 })
    }

    /// The dealer's part. `truncated` is told the mask of every truncation, by its step.
    pub fn deal(&mut self, mut truncated: impl FnMut(usize, Vec<u32>)) -> Dealt {
        self.number += 1;
        let number = self.number;
        let words = dealer::deal(self.plan, &self.masks, &self.keys, number, |step, masks| {
            truncated(step, masks.iter().map(|mask| mask.0).collect());
        });
        Dealt { number, words }
    }

    /// Both parties' part before the input is known.
    ///
    /// # Errors
    /// [`Error::Material`].
    pub fn prepare(&self, Dealt { number, words }: Dealt) -> Result<Ready, Error> {
        let [a, b] = words;
        let of = |index: usize, words| {
            let masks = Masks::new(&self.keys[index], Scope::Classification, number);
            let (model, party) = (&self.models[index], PARTIES[index]);
            prepare(self.plan, model, party, masks, number, Material(words))
        };
        Ok(Ready([of(0, a)?, of(1, b)?]))
    }

    /// Both parties' part online, and the client's.
    ///
    /// # Errors
    /// None that a bug in a gate does not make.
    pub fn run(&mut self, ready: Ready, pixels: &[u8]) -> Result<Vec<Answer>, Error> {
        self.run_over(ready, pixels, mailboxes(PARTIES.map(Party::role)))
    }

    /// As [`InProcessClassifier::run`], over mailboxes of alice and bob that may see what is sent.
    ///
    /// # Errors
    /// As [`InProcessClassifier::run`].
    pub fn run_over<M: Mailbox<Role = Role>>(
        &mut self,
        Ready(ready): Ready,
        pixels: &[u8],
        mailboxes: [M; 2],
    ) -> Result<Vec<Answer>, Error> {
        let plan = self.plan;
        let values: Secret<_> =
            pixels.iter().map(|value| fixed::pixel(*value, plan.fraction())).collect();
        let images = split(&values, &mut self.entropy);
        let sides = ready.into_iter().zip(images).zip(mailboxes).zip(PARTIES).zip(&self.models);
        let runs = sides.map(|((((prepared, image), mailbox), party), model)| async move {
            let mut links = Links::new(mailbox, Rc::new(|| 0.0));
            prepared.run(plan, model, party, &mut links, Job::Classify(0), image, None, false).await
        });
        let done = futures_executor::block_on(futures_util::future::join_all(runs));
        let [alice, bob] = done.try_into().map_err(|_| Error::Alone)?;
        answers(plan, &alice?.0, &bob?.0)
    }
}
