//! The links of the roles of a classification: message ports within a page, broadcast
//! channels between tabs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::{FutureExt, StreamExt};
use wasm_bindgen::prelude::*;

use super::page::Transport;
use super::transport::{Deliver, Outbox, open};
use sotto_core::secret;
use sotto_core::wire::{Mailbox, Unsent};
use sotto_mpc::Role;

/// One role's mailbox in its dedicated worker.
pub(super) struct WebMailbox {
    inbox: UnboundedReceiver<(Role, Vec<u8>)>,
    outboxes: BTreeMap<Role, Box<dyn Outbox>>,
    /// Set when the next message to this role shall be spoilt.
    garble: Rc<Cell<Option<Role>>>,
}

impl WebMailbox {
    /// Opens every link. `garble` may name a role at any time: the next message to it is cut
    /// short, so that one can see what happens.
    ///
    /// # Errors
    /// When the browser has no `BroadcastChannel`.
    pub(super) fn open(
        links: Vec<(Role, Transport)>,
        garble: Rc<Cell<Option<Role>>>,
    ) -> Result<Self, JsValue> {
        let (sender, inbox) = unbounded();
        let mut outboxes = BTreeMap::<Role, Box<dyn Outbox>>::new();
        for (role, transport) in links {
            let sender = sender.clone();
            let deliver: Deliver = Rc::new(move |bytes| {
                // Nobody reads any more when the role has ended.
                drop(sender.unbounded_send((role, bytes)));
            });
            outboxes.insert(role, open(transport, deliver)?);
        }
        Ok(Self { inbox, outboxes, garble })
    }
}

/// What was not read may be somebody's share.
impl Drop for WebMailbox {
    fn drop(&mut self) {
        self.inbox.close();
        while let Some(Some((_, mut bytes))) = self.inbox.next().now_or_never() {
            secret::erase(&mut bytes);
        }
    }
}

impl Mailbox for WebMailbox {
    type Role = Role;

    fn send(&mut self, to: Role, mut bytes: Vec<u8>) -> Result<(), Unsent> {
        if self.garble.get() == Some(to) {
            self.garble.set(None);
            bytes.truncate(bytes.len() - 1);
        }
        let sent = self.outboxes.get_mut(&to).ok_or(Unsent::Gone)?.send(&bytes);
        // Most messages are shares.
        secret::erase(&mut bytes);
        sent
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.inbox.next().await
    }
}
