//! Federated messages between this browser and those elsewhere, by the channels that tabs use.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;

use super::{BridgeState, arm, with};
use crate::web::broadcast::{Inbox, subject};
use crate::web::environment::words;
use crate::web::locks::{self, Held};
use sotto_core::wire::{Address, Envelope, PeerId};
use sotto_link::{EndpointId, Routes, WORKERS_MAX};

/// Messages of a worker whose lock is not held yet.
const WAITING_MAX: usize = 64;

type WeakState = Weak<RefCell<Option<BridgeState>>>;

/// The aggregator's side: stands in for workers elsewhere.
pub(super) struct RemoteWorkers {
    room: String,
    aggregator: BroadcastChannel,
    _workers: Inbox,
    routes: Routes,
    /// The inbox here and the lock of each worker elsewhere.
    remote: BTreeMap<PeerId, Presence>,
    state: WeakState,
}

/// Its inbox and lock, once they are there; until then what it has said waits.
enum Presence {
    Comes(Vec<Vec<u8>>),
    Here(#[expect(dead_code, reason = "held until it leaves")] (Inbox, Held)),
}

impl RemoteWorkers {
    pub(super) fn open(room: &str, state: &WeakState) -> Result<Self, JsValue> {
        Ok(Self {
            room: room.to_owned(),
            aggregator: BroadcastChannel::new(&subject(room, Address::Aggregator))?,
            _workers: listen(room, Address::Workers, state)?,
            routes: Routes::default(),
            remote: BTreeMap::new(),
            state: state.clone(),
        })
    }

    /// The endpoint where a worker is.
    pub(super) fn endpoint_of(&self, id: PeerId) -> Option<EndpointId> {
        self.routes.endpoint_of(id)
    }

    /// The workers at an endpoint.
    pub(super) fn workers_at(&self, endpoint: EndpointId) -> Vec<String> {
        self.routes.workers_at(endpoint).map(|id| id.to_string()).collect()
    }

    /// A message to the aggregator.
    ///
    /// # Errors
    /// When it cannot be posted.
    pub(super) fn heard(&mut self, from: EndpointId, bytes: Vec<u8>) -> Result<(), JsValue> {
        let Some(id) = Envelope::sender_of(&bytes) else { return Ok(()) };
        if !self.routes.bind(id, from) {
            return Ok(());
        }
        match self.remote.get_mut(&id) {
            Some(Presence::Comes(waiting)) if waiting.len() < WAITING_MAX => waiting.push(bytes),
            // Too many: it says again what matters.
            Some(Presence::Comes(_)) => {}
            Some(Presence::Here(_)) => return post(&self.aggregator, &bytes),
            None => {
                self.remote.insert(id, Presence::Comes(vec![bytes]));
                spawn_local(welcome(self.state.clone(), self.room.clone(), id));
            }
        }
        Ok(())
    }

    /// A worker elsewhere that cannot be stood in for here. It may try again.
    fn forget(&mut self, id: PeerId) {
        self.remote.remove(&id);
        self.routes.remove(id);
    }

    /// Opens a worker's inbox, and passes on what it has said so far.
    fn welcome(&mut self, id: PeerId, held: Held) -> Result<(), JsValue> {
        let inbox = listen(&self.room, Address::Worker(id), &self.state)?;
        // It may have left in the meantime.
        let Some(presence) = self.remote.get_mut(&id) else { return Ok(()) };
        let before = std::mem::replace(presence, Presence::Here((inbox, held)));
        let Presence::Comes(waiting) = before else { return Ok(()) };
        waiting.iter().try_for_each(|bytes| post(&self.aggregator, bytes))
    }

    /// An endpoint has left, and its workers with it.
    pub(super) fn left(&mut self, endpoint: EndpointId) {
        for worker in self.routes.remove_endpoint(endpoint) {
            self.remote.remove(&worker);
        }
    }
}

/// Takes a worker's lock in its stead, and welcomes it: whoever joins without a lock counts as gone.
async fn welcome(state: WeakState, room: String, id: PeerId) {
    let held = locks::stand_in(&subject(&room, Address::Worker(id))).await;
    let Some(shared) = state.upgrade() else { return };
    with(&shared, |now| {
        let super::End::Host(_, workers) = &mut now.end else { return };
        let welcomed = match held {
            Ok(Some(held)) => workers.welcome(id, held),
            // A worker of this browser goes by that id.
            Ok(None) => return workers.forget(id),
            Err(error) => Err(error),
        };
        if welcomed.is_err() {
            workers.forget(id);
        }
        now.told_of(welcomed.map_err(|error| words(&error)));
        now.tell();
    });
}

/// A guest's side: stands in for the aggregator.
pub(super) struct RemoteAggregator {
    room: String,
    _aggregator: Inbox,
    outboxes: BTreeMap<String, BroadcastChannel>,
}

impl RemoteAggregator {
    pub(super) fn open(room: &str, state: &WeakState) -> Result<Self, JsValue> {
        let aggregator = listen(room, Address::Aggregator, state)?;
        Ok(Self { room: room.to_owned(), _aggregator: aggregator, outboxes: BTreeMap::new() })
    }

    /// A message to the workers here, or to one of them.
    ///
    /// # Errors
    /// When it cannot be posted.
    pub(super) fn heard(&mut self, channel: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let is_known = channel == Address::Workers.to_string() || channel.starts_with("worker/");
        if !is_known {
            return Ok(());
        }
        if !self.outboxes.contains_key(channel) && self.outboxes.len() < WORKERS_MAX {
            let outbox = BroadcastChannel::new(&format!("sotto/{}/{channel}", self.room))?;
            self.outboxes.insert(channel.to_owned(), outbox);
        }
        self.outboxes.get(channel).map_or(Ok(()), |outbox| post(outbox, bytes))
    }
}

/// What is sent to this address here goes to those elsewhere.
fn listen(room: &str, address: Address, state: &WeakState) -> Result<Inbox, JsValue> {
    let state = state.clone();
    Inbox::open(&subject(room, address), move |bytes| {
        if let Some(shared) = state.upgrade() {
            with(&shared, |state| state.pass_on(address, &bytes));
            arm(&Rc::clone(&shared));
        }
    })
}

fn post(channel: &BroadcastChannel, bytes: &[u8]) -> Result<(), JsValue> {
    channel.post_message(&Uint8Array::from(bytes).buffer())
}
