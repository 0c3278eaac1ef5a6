//! The owner: encodes its model, and gives each party a share of it.

use super::client::split;
use super::links::Links;
use super::messages::{Kind, ModelInfo};
use super::plan::Output;
use super::{Entropy, Error, Role};
use crate::network::Weights;
use crate::wire::{Mailbox, Writer};

/// The owner's role.
pub struct Owner<M> {
    links: Links<M>,
    entropy: Entropy,
    shared: u32,
}

impl<M: Mailbox<Role = Role>> Owner<M> {
    /// An owner that has shared nothing yet.
    pub fn new(links: Links<M>, entropy: Entropy) -> Self {
        Self { links, entropy, shared: 0 }
    }

    /// Shares a model; the parties compute with it from then on. Gives what is public of it.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Fraction`], [`Error::Weight`], [`Error::Closed`].
    pub fn share(
        &mut self,
        preset: &str,
        fraction: u32,
        weights: &Weights,
    ) -> Result<ModelInfo, Error> {
        let number = self.shared + 1;
        let info = ModelInfo { number, preset: preset.to_owned(), fraction };
        let plan = info.plan(Kind { batch: 1, output: Output::Logits })?;
        let encoded = plan.encode(&info.network()?, weights)?;
        self.shared = number;
        let shares = split(&encoded, &mut self.entropy);
        for (role, share) in [Role::Alice, Role::Bob].into_iter().zip(&shares) {
            let mut header = Writer::new();
            info.write(&mut header);
            let header = header.finish();
            self.links.send(role, &format!("model/{number}/share"), |bytes| {
                bytes.extend(header);
                share.write(bytes);
            })?;
        }
        Ok(info)
    }

    /// Its links, for the record of what went over them.
    pub fn links(&mut self) -> &mut Links<M> {
        &mut self.links
    }
}
