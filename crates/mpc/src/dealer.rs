//! The dealer, or crypto provider: an ideal functionality that hands out correlated
//! randomness and nothing else.
//!
//! It shares a seed with each party, knows the network's shape, and never sees a wire. Who
//! held its seeds together with a transcript would hold the plaintext: hence it hears
//! nothing but orders. It is the trust that the parties could replace by a protocol
//! between the two of them; to them it is a source of [`Header`]s with words behind.

use super::dealing::{Dealing, Masks, Scope};
use super::gates::{self, AtDealer, Size, Wire};
use super::links::{Links, Message};
use super::messages::{Header, ModelInfo, Order, malformed};
use super::model::ModelMasks;
use super::path::{Job, Path};
use super::plan::Plan;
use super::ring::Wide;
use super::train::{StepOrder, TrainingDealer};
use super::{Catalogue, Error, Role};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// What the dealer shows.
#[derive(Debug, Clone, PartialEq)]
pub enum DealerEvent {
    /// Material has gone out.
    Dealt {
        /// Its number.
        number: u32,
        /// Bytes to alice.
        alice: usize,
        /// Bytes to bob.
        bob: usize,
        /// How long it took.
        millis: f64,
    },
    /// Material for training has gone out.
    DealtStep {
        /// Its number.
        number: u32,
        /// Bytes to alice.
        alice: usize,
        /// Bytes to bob.
        bob: usize,
        /// How long it took.
        millis: f64,
    },
}

/// The dealer's role.
pub struct Dealer<M> {
    links: Links<M>,
    catalogue: Catalogue,
    /// Alice's and bob's streams.
    keys: [Option<StreamKey>; 2],
    model: Option<(ModelInfo, ModelMasks)>,
    /// Numbers given out so far; each names streams that are used once.
    dealt: u32,
    trainings: TrainingDealer,
    show: Box<dyn FnMut(DealerEvent)>,
}

impl<M: Mailbox<Role = Role>> Dealer<M> {
    /// A dealer that knows no seed yet.
    pub fn new(links: Links<M>, catalogue: Catalogue, show: Box<dyn FnMut(DealerEvent)>) -> Self {
        Self {
            links,
            catalogue,
            keys: [None, None],
            model: None,
            dealt: 0,
            trainings: TrainingDealer::default(),
            show,
        }
    }

    /// Deals what is ordered, until it cannot go on.
    pub async fn serve(mut self) -> Error {
        loop {
            let outcome = match self.links.receive().await {
                Ok(message) => self.handle(&message),
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                return error;
            }
        }
    }

    fn handle(&mut self, message: &Message) -> Result<(), Error> {
        let Message { from, path, .. } = message;
        let unexpected = || {
            let (step, found) = ("an order".to_owned(), path.to_string());
            Error::Unexpected { role: *from, step, found }
        };
        match (from, path.job, path.step.as_str()) {
            (Role::Alice | Role::Bob, Job::Seed, _) => {
                let party = usize::from(*from == Role::Bob);
                let bytes = message.payload().try_into().map_err(|_| unexpected())?;
                match self.keys[party].replace(StreamKey::new(bytes)) {
                    None => Ok(()),
                    Some(_) => Err(Error::Reused { what: "a seed of", number: party as u32 }),
                }
            }
            (Role::Alice, Job::Order(_), "train") => {
                let order = StepOrder::decode(message.payload()).map_err(malformed(*from, path))?;
                self.fill_steps(&order)
            }
            (Role::Alice, Job::Order(_), _) => {
                let order = Order::decode(message.payload()).map_err(malformed(*from, path))?;
                self.fill(&order)
            }
            _ => Err(unexpected()),
        }
    }

    /// Both parties' keys.
    fn keys(&self) -> Result<[StreamKey; 2], Error> {
        let [alice, bob] = &self.keys;
        let missing = |role| Error::Unexpected {
            role,
            step: "seed".to_owned(),
            found: "an order".to_owned(),
        };
        let alice = alice.clone().ok_or_else(|| missing(Role::Alice))?;
        let bob = bob.clone().ok_or_else(|| missing(Role::Bob))?;
        Ok([alice, bob])
    }

    fn fill_steps(&mut self, order: &StepOrder) -> Result<(), Error> {
        let keys = self.keys()?;
        self.trainings.begin(&self.catalogue, order)?;
        for index in 0..order.count {
            let started = self.links.now();
            let words = self.trainings.deal(&self.catalogue, order, index, &keys)?;
            let number = order.number + index;
            let path = Job::Deal(number).step("train");
            let [alice, bob] = self.send(&path, &order.purpose.encode(), &words)?;
            let millis = self.links.now() - started;
            (self.show)(DealerEvent::DealtStep { number, alice, bob, millis });
        }
        Ok(())
    }

    /// Sends each party its words, after a header; gives the bytes of both.
    fn send(
        &mut self,
        path: &Path,
        header: &[u8],
        words: &[Secret<u32>; 2],
    ) -> Result<[usize; 2], Error> {
        for (role, words) in [Role::Alice, Role::Bob].into_iter().zip(words) {
            self.links.send(role, path, |message| {
                message.extend_from_slice(header);
                message.extend_from_slice(bytemuck::cast_slice(words));
            })?;
        }
        self.links.take_records();
        Ok(words.each_ref().map(|words| 4 * words.len()))
    }

    fn fill(&mut self, order: &Order) -> Result<(), Error> {
        let plan = order.model.plan(&self.catalogue, order.kind)?;
        let keys = self.keys()?;
        if self.model.as_ref().is_none_or(|(info, _)| *info != order.model) {
            let number = order.model.number;
            let masks = keys.each_ref().map(|key| Masks::new(key, Scope::Model, number));
            self.model = Some((order.model.clone(), ModelMasks::new(&plan, masks)));
        }
        for _ in 0..order.count {
            let Some((_, model)) = &self.model else { return Ok(()) };
            let started = self.links.now();
            self.dealt += 1;
            let number = self.dealt;
            let words = deal(&plan, model, &keys, number, |_, _| ());
            let header = Header { number, model: order.model.number, kind: order.kind };
            let [alice, bob] = self.send(&Job::Deal(number).step(""), &header.encode(), &words)?;
            let millis = self.links.now() - started;
            (self.show)(DealerEvent::Dealt { number, alice, bob, millis });
        }
        Ok(())
    }
}

/// The words for alice and for bob of classification `number`. `truncated` is told the mask
/// of every truncation, by its step, for those who check.
pub(super) fn deal(
    plan: &Plan,
    model: &ModelMasks,
    keys: &[StreamKey; 2],
    number: u32,
    mut truncated: impl FnMut(usize, &[Wide]),
) -> [Secret<u32>; 2] {
    let masks = keys.each_ref().map(|key| Masks::new(key, Scope::Classification, number));
    let mut dealing = Dealing::new(masks, plan.batch() * plan.comparisons());
    let mut wire = Wire::Wide(gates::Input::deal(&mut dealing, plan.inputs()));
    for (index, step) in plan.steps.iter().enumerate() {
        let mut at = AtDealer {
            dealing: &mut dealing,
            products: &plan.products,
            weights: &model.operands,
            size: Size { images: plan.batch(), each: step.inputs },
            truncated: &mut |masks| truncated(index, masks),
        };
        wire = step.gate.deal(&mut at, wire);
    }
    dealing.words
}
