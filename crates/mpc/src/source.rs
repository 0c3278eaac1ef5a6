//! Where a party's correlated randomness comes from: the trust assumption of a session.
//!
//! Today there is one source, the dealer. A protocol between alice and bob alone, with
//! oblivious transfer or a pseudo-random correlation generator, would be another: `ask` would
//! begin a run of it, `accept` carry it on with every message of the peer's, and give the
//! material when the run is complete.

use super::links::{Links, Message};
use super::messages::{ClassificationKind, Header, ModelInfo, Order, malformed};
use super::path::{Job, Path};
use super::preparing::Material;
use super::train::{StepOrder, TrainingPurpose};
use super::{Error, Role};
use sotto_core::prg::StreamKey;
use sotto_core::wire::{Error as WireError, Mailbox};

/// Material, with a number that it alone has among those of its kind in its session.
pub struct Delivery {
    pub(super) purpose: Purpose,
    pub(super) material: Material,
}

/// What material is for.
pub(super) enum Purpose {
    /// One classification.
    Classification(Header),
    /// Training; the material's number, and what of it.
    Training(u32, TrainingPurpose),
}

/// A source of material, as a party sees it.
pub trait Source<M> {
    /// Whose messages are its own.
    fn role(&self) -> Role;

    /// Begins a session; `key` is that of the party's stream.
    ///
    /// # Errors
    /// [`Error::Closed`].
    fn open(&mut self, links: &mut Links<M>, key: &StreamKey) -> Result<(), Error>;

    /// Asks for material for `count` classifications.
    ///
    /// # Errors
    /// [`Error::Closed`].
    fn ask(
        &mut self,
        links: &mut Links<M>,
        model: &ModelInfo,
        kind: ClassificationKind,
        count: usize,
    ) -> Result<(), Error>;

    /// Asks for material for training.
    ///
    /// # Errors
    /// [`Error::Closed`].
    fn ask_steps(&mut self, links: &mut Links<M>, order: &StepOrder) -> Result<(), Error>;

    /// Goes on with one of its messages; gives material once it is complete.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Reused`].
    fn accept(
        &mut self,
        links: &mut Links<M>,
        message: &Message,
    ) -> Result<Option<Delivery>, Error>;
}

/// The dealer, trusted to deal correctly and to collude with nobody.
#[derive(Debug, Default)]
pub struct FromDealer {
    orders: u32,
    /// The numbers of its last material for classifications, and for training: they only ever grow.
    last: [u32; 2],
}

impl<M: Mailbox<Role = Role>> Source<M> for FromDealer {
    fn role(&self) -> Role {
        Role::Dealer
    }

    fn open(&mut self, links: &mut Links<M>, key: &StreamKey) -> Result<(), Error> {
        links.send(Role::Dealer, &Job::Seed.step(""), |bytes| bytes.extend(key.to_bytes()))
    }

    fn ask(
        &mut self,
        links: &mut Links<M>,
        model: &ModelInfo,
        kind: ClassificationKind,
        count: usize,
    ) -> Result<(), Error> {
        self.orders += 1;
        let order = Order { model: model.clone(), kind, count: count as u32 };
        let path = Job::Order(self.orders).step("");
        links.send(Role::Dealer, &path, |bytes| bytes.extend(order.encode()))
    }

    fn ask_steps(&mut self, links: &mut Links<M>, order: &StepOrder) -> Result<(), Error> {
        self.orders += 1;
        let path = Job::Order(self.orders).step("train");
        links.send(Role::Dealer, &path, |bytes| bytes.extend(order.encode()))
    }

    fn accept(&mut self, _: &mut Links<M>, message: &Message) -> Result<Option<Delivery>, Error> {
        let (role, path) = (message.from, &message.path);
        if path.step != "train" {
            let (header, bytes) =
                Header::decode(message.payload()).map_err(malformed(role, path))?;
            self.check(0, header.number)?;
            let purpose = Purpose::Classification(header);
            return Ok(Some(Delivery { purpose, material: material(role, path, bytes)? }));
        }
        let number =
            path.job.number().ok_or(WireError::Invalid("number")).map_err(malformed(role, path))?;
        let (purpose, bytes) =
            TrainingPurpose::decode(message.payload()).map_err(malformed(role, path))?;
        self.check(1, number)?;
        let purpose = Purpose::Training(number, purpose);
        Ok(Some(Delivery { purpose, material: material(role, path, bytes)? }))
    }
}

impl FromDealer {
    fn check(&mut self, kind: usize, number: u32) -> Result<(), Error> {
        if number <= self.last[kind] {
            return Err(Error::Reused { what: "material", number });
        }
        self.last[kind] = number;
        Ok(())
    }
}

fn material(role: Role, path: &Path, bytes: &[u8]) -> Result<Material, Error> {
    let (words, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        let (step, found) = (path.to_string(), bytes.len());
        return Err(Error::Length { role, step, expected: found - rest.len(), found });
    }
    Ok(Material(words.iter().map(|word| u32::from_le_bytes(*word)).collect()))
}
