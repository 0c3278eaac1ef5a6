//! The transports of a session of the parties between this page and other endpoints.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::{BridgeState, arm, with};
use crate::web::page::RemoteTransport;
use crate::web::transport::{self, Outbox};
use sotto_core::wire::Unsent;
use sotto_link::{EarlyMessages, EndpointId};

/// Of the channels that carry them.
pub(super) const PREFIX: &str = "way/";

type Key = (EndpointId, String);

/// All transports of the session under way.
#[derive(Default)]
pub(super) struct Pipes {
    laid: BTreeMap<Key, Box<dyn Outbox>>,
    /// What came for a session that this end has not heard of yet.
    early: EarlyMessages,
}

impl Pipes {
    /// The transports of a new session; those of the one before are closed.
    pub(super) fn lay(
        &mut self,
        transports: Vec<RemoteTransport>,
        state: &Weak<RefCell<Option<BridgeState>>>,
    ) -> Result<(), JsValue> {
        self.laid.clear();
        for RemoteTransport { peer, name, transport } in transports {
            let (state, channel) = (state.clone(), format!("{PREFIX}{name}"));
            let deliver = Rc::new(move |bytes| {
                if let Some(shared) = state.upgrade() {
                    with(&shared, |state| state.send(peer, &channel, bytes));
                    arm(&shared);
                }
            });
            self.laid.insert((peer, name), transport::open(transport, deliver)?);
        }
        for (key, bytes) in self.early.take() {
            if let Some(outbox) = self.laid.get_mut(&key) {
                outbox.send(&bytes).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// A message from elsewhere. What belongs to no transport of the next session is forgotten when that begins. A role
    /// that has gone is missed by its page.
    ///
    /// # Errors
    /// When this page cannot pass it on.
    pub(super) fn heard(
        &mut self,
        from: EndpointId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Unsent> {
        let key = (from, name.to_owned());
        if let Some(outbox) = self.laid.get_mut(&key) {
            outbox.send(&bytes)
        } else {
            self.early.keep(from, name, bytes);
            Ok(())
        }
    }
}
