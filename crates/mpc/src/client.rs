//! The client: shares its images, and puts the shares of the answer together.

use std::rc::Rc;

use super::fixed::{decode, pixel};
use super::links::{Links, check};
use super::messages::{ClassificationKind, Header, ModelInfo};
use super::path::Job;
use super::plan::{Output, Plan};
use super::ring::{Element, Narrow, Share, Wide};
use super::{Catalogue, Entropy, Error, Role};
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// What the client learns of one image.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Every logit.
    Logits(Vec<f32>),
    /// The index of the largest.
    Label(usize),
}

/// What went to the parties: two vectors of noise, whose sum is the images.
#[derive(Debug)]
pub struct Shared {
    /// Bits behind the point of each pixel.
    pub fraction: u32,
    /// Alice's share of each pixel.
    pub alice: Secret<u32>,
    /// Bob's.
    pub bob: Secret<u32>,
}

/// The client's role.
pub struct Client<M> {
    links: Links<M>,
    catalogue: Catalogue,
    entropy: Entropy,
    asked: u32,
    plan: Option<(ModelInfo, ClassificationKind, Rc<Plan>)>,
}

impl<M: Mailbox<Role = Role>> Client<M> {
    /// A client that has asked nothing yet.
    pub fn new(links: Links<M>, catalogue: Catalogue, entropy: Entropy) -> Self {
        Self { links, catalogue, entropy, asked: 0, plan: None }
    }

    /// The number of its last question.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// Its links, for the record of what went over them.
    pub fn links(&mut self) -> &mut Links<M> {
        &mut self.links
    }

    /// Classifies images, one behind the other, with the parties' model.
    /// Gives an answer for each, and the shares that went out.
    ///
    /// # Errors
    /// [`Error::OtherModel`] when the parties have changed their model; ask again with the
    /// newest. Any other error ends the session.
    pub async fn classify(
        &mut self,
        model: &ModelInfo,
        pixels: &[u8],
        output: Output,
    ) -> Result<(Vec<Answer>, Shared), Error> {
        let per_image = self.catalogue.inputs();
        let kind = ClassificationKind { batch: pixels.len() / per_image.max(1), output };
        let plan = self.plan(model, kind)?;
        let values: Secret<Wide> =
            pixels.iter().map(|value| pixel(*value, model.fraction)).collect();
        let shared = self.ask(model, kind, &values)?;
        let answers = self.answers(&plan, kind).await?;
        Ok((answers, shared))
    }

    fn plan(&mut self, model: &ModelInfo, kind: ClassificationKind) -> Result<Rc<Plan>, Error> {
        match &self.plan {
            Some((info, known, plan)) if info == model && *known == kind => Ok(Rc::clone(plan)),
            _ => {
                let plan = model.plan(&self.catalogue, kind)?;
                self.plan = Some((model.clone(), kind, Rc::clone(&plan)));
                Ok(plan)
            }
        }
    }

    fn ask(
        &mut self,
        model: &ModelInfo,
        kind: ClassificationKind,
        values: &[Wide],
    ) -> Result<Shared, Error> {
        self.asked += 1;
        let [alice, bob] = split(values, &mut self.entropy);
        let header = Header { number: self.asked, model: model.number, kind };
        let path = Job::Classify(self.asked).step("share");
        for (role, share) in [(Role::Alice, &alice), (Role::Bob, &bob)] {
            self.links.send(role, &path, |bytes| {
                bytes.extend(header.encode());
                share.write(bytes);
            })?;
        }
        let words = |share: &Share<Wide>| share.values().iter().map(|value| value.0).collect();
        Ok(Shared { fraction: model.fraction, alice: words(&alice), bob: words(&bob) })
    }

    async fn answers(
        &mut self,
        plan: &Plan,
        kind: ClassificationKind,
    ) -> Result<Vec<Answer>, Error> {
        let job = Job::Classify(self.asked);
        let path = job.step("answer");
        let element = match kind.output {
            Output::Logits => Wide::LEN,
            Output::Label => Narrow::LEN,
        };
        let alice = self.links.receive_from(Role::Alice, &path).await?;
        if alice.path == job.step("refused") {
            return Err(Error::OtherModel);
        }
        let alice = check(alice, &path, element * plan.outputs())?;
        let bob = self.links.expect(Role::Bob, &path, element * plan.outputs()).await?;
        answers(plan, alice.payload(), bob.payload())
    }
}

/// Puts both parties' shares of the answers together.
pub(super) fn answers(plan: &Plan, alice: &[u8], bob: &[u8]) -> Result<Vec<Answer>, Error> {
    match plan.output() {
        Output::Logits => {
            let logits = join::<Wide>(alice, bob);
            let of = |logits: &[Wide]| {
                logits.iter().map(|value| decode(*value, plan.unit()) as f32).collect()
            };
            let each = logits.chunks_exact(plan.outputs() / plan.batch());
            Ok(each.map(|logits| Answer::Logits(of(logits))).collect())
        }
        Output::Label => {
            let labels = join::<Narrow>(alice, bob);
            let check = |label: Narrow| match usize::from(label.0) {
                label if label < plan.classes() => Ok(Answer::Label(label)),
                _ => Err(Error::Answer(label.0)),
            };
            labels.iter().copied().map(check).collect()
        }
    }
}

fn join<T: Element>(alice: &[u8], bob: &[u8]) -> Secret<T> {
    let share = |bytes| Share::<T>::new(T::read(bytes).collect());
    share(alice).join(&share(bob))
}

/// Splits a secret into two shares with a fresh key.
pub(super) fn split(secret: &[Wide], entropy: &mut Entropy) -> [Share<Wide>; 2] {
    let words = StreamKey::draw(entropy).words([0; 3], secret.len());
    let mask = Wide::from_words(&words, secret.len());
    let other = Share::split(secret, &mask);
    [Share::new(mask), other]
}
