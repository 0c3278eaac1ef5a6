//! The owner: encodes its model, and gives each party a share of it.

use super::client::split;
use super::links::Links;
use super::messages::{ClassificationKind, ModelInfo};
use super::path::Job;
use super::plan::{Output, TradeOff};
use super::train::TrainingInfo;
use super::{Catalogue, Entropy, Error, Role};
use sotto_core::wire::{Mailbox, Writer};
use sotto_network::Weights;

/// The owner's role.
pub struct Owner<M> {
    links: Links<M>,
    catalogue: Catalogue,
    entropy: Entropy,
    shared: u32,
    trained: u32,
}

impl<M: Mailbox<Role = Role>> Owner<M> {
    /// An owner that has shared nothing yet.
    pub fn new(links: Links<M>, catalogue: Catalogue, entropy: Entropy) -> Self {
        Self { links, catalogue, entropy, shared: 0, trained: 0 }
    }

    /// Shares a model; the parties compute with it from then on. Gives what is public of it.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Fraction`], [`Error::Weight`], [`Error::Closed`].
    pub fn share(
        &mut self,
        preset: &str,
        fraction: u32,
        trade_off: TradeOff,
        weights: &Weights,
    ) -> Result<ModelInfo, Error> {
        let number = self.shared + 1;
        let info = ModelInfo { number, preset: preset.to_owned(), fraction, trade_off };
        let plan =
            info.plan(&self.catalogue, ClassificationKind { batch: 1, output: Output::Logits })?;
        let encoded = plan.encode(&self.catalogue.network(preset)?, weights)?;
        self.shared = number;
        let shares = split(&encoded, &mut self.entropy);
        for (role, share) in [Role::Alice, Role::Bob].into_iter().zip(&shares) {
            let mut header = Writer::new();
            info.write(&mut header);
            let header = header.finish();
            self.links.send(role, &Job::Model(number).step("share"), |bytes| {
                bytes.extend(header);
                share.write(bytes);
            })?;
        }
        Ok(info)
    }

    /// Has alice and bob train a model on what silos have shared; nobody will know it. Gives the training's number.
    ///
    /// # Errors
    /// As [`TrainingInfo::plan`], [`Error::Closed`].
    pub fn train(&mut self, training: TrainingInfo) -> Result<TrainingInfo, Error> {
        let info = TrainingInfo { number: self.trained + 1, ..training };
        info.plan(&self.catalogue)?;
        self.trained = info.number;
        let mut writer = Writer::new();
        info.write(&mut writer);
        let payload = writer.finish();
        self.command("begin", payload)?;
        Ok(info)
    }

    /// The parties take no further step.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn pause(&mut self) -> Result<(), Error> {
        self.command("pause", Vec::new())
    }

    /// They go on with the last training.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn resume(&mut self) -> Result<(), Error> {
        self.command("resume", Vec::new())
    }

    fn command(&mut self, what: &str, payload: Vec<u8>) -> Result<(), Error> {
        let path = Job::Train(self.trained).step(what);
        self.links.send(Role::Alice, &path, |bytes| bytes.extend(payload))
    }

    /// The parties compute with what a training has come to from then on. Nobody opens it.
    ///
    /// # Errors
    /// As [`Owner::share`].
    pub fn take(
        &mut self,
        training: &TrainingInfo,
        fraction: u32,
        trade_off: TradeOff,
    ) -> Result<ModelInfo, Error> {
        let number = self.shared + 1;
        let info = ModelInfo { number, preset: training.preset.clone(), fraction, trade_off };
        info.plan(&self.catalogue, ClassificationKind { batch: 1, output: Output::Logits })?;
        self.shared = number;
        let mut writer = Writer::new();
        info.write(&mut writer);
        writer.u32(training.number);
        let payload = writer.finish();
        for role in [Role::Alice, Role::Bob] {
            self.links.send(role, &Job::Model(number).step("take"), |bytes| {
                bytes.extend_from_slice(&payload);
            })?;
        }
        Ok(info)
    }

    /// Its links, for the record of what went over them.
    pub fn links(&mut self) -> &mut Links<M> {
        &mut self.links
    }
}
