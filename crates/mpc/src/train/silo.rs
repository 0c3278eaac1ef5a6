//! A silo: somebody with digits of their own, who lets alice and bob train on them and shows them to neither.

use super::super::client::split;
use super::super::links::Links;
use super::super::path::Job;
use super::super::{Catalogue, Entropy, Error, Role};
use super::data::{PIECE_MAX, one_hot, pixels};
use sotto_core::secret::Secret;
use sotto_core::wire::{Mailbox, Writer};

/// The silo's role.
pub struct Silo<M> {
    links: Links<M>,
    catalogue: Catalogue,
    entropy: Entropy,
}

impl<M: Mailbox<Role = Role>> Silo<M> {
    /// A silo that has shared nothing yet.
    pub fn new(links: Links<M>, catalogue: Catalogue, entropy: Entropy) -> Self {
        Self { links, catalogue, entropy }
    }

    /// Shares images of bytes and their labels, some at a time; gives the bytes to each party. Both parties learn how
    /// many there are, and nothing of what is in them.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn share(&mut self, images: &[u8], labels: &[u8]) -> Result<usize, Error> {
        let mut bytes = 0;
        let images = images.chunks(PIECE_MAX * self.catalogue.inputs());
        for (images, labels) in images.zip(labels.chunks(PIECE_MAX)) {
            bytes += self.share_piece(images, labels)?;
        }
        Ok(bytes)
    }

    fn share_piece(&mut self, images: &[u8], labels: &[u8]) -> Result<usize, Error> {
        let mut id = [0; 4];
        (self.entropy)(&mut id);
        let path = Job::Data(u32::from_le_bytes(id)).step("share");
        let secret = Secret::concat(&[pixels(images), one_hot(labels, self.catalogue.outputs())]);
        let shares = split(&secret, &mut self.entropy);
        let mut bytes = 0;
        for (role, share) in [Role::Alice, Role::Bob].into_iter().zip(&shares) {
            let mut header = Writer::new();
            header.u32(labels.len() as u32);
            let header = header.finish();
            self.links.send(role, &path, |message| {
                message.extend(header);
                share.write(message);
                bytes = message.len();
            })?;
        }
        self.links.take_records();
        Ok(bytes)
    }
}
