//! Links between a few named roles: one mailbox each, messages from one sender in order.

use std::collections::BTreeMap;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt};

use crate::secret;

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// It is known that nobody will read it.
    #[error("who was written to has gone")]
    Gone,
    /// This end has failed, and not the other one.
    #[error("{0}")]
    Failed(String),
}

/// One role's mailbox, with a way to every other role that it is linked to. Its only wait
/// is [`Mailbox::receive`].
pub trait Mailbox {
    /// What tells the roles apart.
    type Role: Copy;

    /// Sends a message.
    ///
    /// # Errors
    /// As [`Unsent`].
    fn send(&mut self, to: Self::Role, bytes: Vec<u8>) -> Result<(), Unsent>;

    /// The oldest message, and who sent it; nothing when no more can come.
    fn receive(&mut self) -> impl Future<Output = Option<(Self::Role, Vec<u8>)>>;
}

/// A mailbox within one process.
#[derive(Debug)]
pub struct MemoryMailbox<R> {
    role: R,
    inbox: UnboundedReceiver<(R, Vec<u8>)>,
    others: BTreeMap<R, UnboundedSender<(R, Vec<u8>)>>,
}

/// What was not read may be somebody's share.
impl<R> Drop for MemoryMailbox<R> {
    fn drop(&mut self) {
        self.inbox.close();
        while let Some(Some((_, mut bytes))) = self.inbox.next().now_or_never() {
            secret::erase(&mut bytes);
        }
    }
}

/// A mailbox for every role, each linked to all others. They may live in threads of their own.
#[must_use]
pub fn mailboxes<R: Copy + Ord, const N: usize>(roles: [R; N]) -> [MemoryMailbox<R>; N] {
    let ends = roles.map(|role| (role, unbounded()));
    let senders: Vec<(R, _)> =
        ends.iter().map(|(role, (sender, _))| (*role, sender.clone())).collect();
    ends.map(|(role, (_, inbox))| {
        let others = senders.iter().filter(|(other, _)| *other != role).cloned().collect();
        MemoryMailbox { role, inbox, others }
    })
}

impl<R: Copy + Ord> Mailbox for MemoryMailbox<R> {
    type Role = R;

    fn send(&mut self, to: R, bytes: Vec<u8>) -> Result<(), Unsent> {
        let sender = self.others.get(&to).ok_or(Unsent::Gone)?;
        // A memory of no limit refuses for one reason alone.
        sender.unbounded_send((self.role, bytes)).map_err(|_| Unsent::Gone)
    }

    async fn receive(&mut self) -> Option<(R, Vec<u8>)> {
        self.inbox.next().await
    }
}
