//! The link between the tabs of one browser: a `BroadcastChannel` an inbox, so that a
//! message wakes its readers alone.
//!
//! | channel of a room | who hears it |
//! |---|---|
//! | `sotto/<room>/aggregator` | the aggregator |
//! | `sotto/<room>/workers` | all workers |
//! | `sotto/<room>/worker/<id>` | one worker |
//! | `sotto/<room>/show` | pages that watch: what the room's page shows (`www/src/state/mirror.ts`) |
//! | `sotto/<room>/parties` | tabs that offer themselves for a role of a classification (`www/src/state/control.ts`) |

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::environment::{complain, words};
use sotto_core::wire::{Address, ENVELOPE_LEN, Link};
use sotto_federated::message_limit;
use sotto_network::PARAMETERS_MAX;

/// The longest room name, in characters.
const ROOM_MAX: usize = 40;
/// The room of a URL that names none.
const ROOM_DEFAULT: &str = "lobby";

/// The name of the room in a URL's parameters; letters, digits, `-` and `_` alone.
pub(super) fn room_of(query: &str) -> String {
    let pairs = query.trim_start_matches('?').split('&');
    let room = pairs.filter_map(|pair| pair.strip_prefix("room=")).next().unwrap_or("");
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let room: String = room.chars().filter(allowed).take(ROOM_MAX).collect();
    if room.is_empty() { ROOM_DEFAULT.to_owned() } else { room }
}

/// The name of a room's channel or lock.
pub(super) fn subject(room: &str, address: Address) -> String {
    format!("sotto/{room}/{address}")
}

/// The longest message that is taken, in bytes.
const MESSAGE_MAX: usize = ENVELOPE_LEN + message_limit(PARAMETERS_MAX);
/// The most ways to inboxes that are kept open; senders that do not exist could name more.
const OUTBOXES_MAX: usize = 1024;

type Queue = Rc<RefCell<VecDeque<Vec<u8>>>>;
type OnMessage = Closure<dyn FnMut(MessageEvent)>;

/// An inbox that is read until this is dropped.
pub(super) struct Inbox {
    channel: BroadcastChannel,
    _listeners: [OnMessage; 2],
}

impl Inbox {
    /// Opens the inbox of this name; `deliver` is called with each message.
    ///
    /// # Errors
    /// When the browser has no `BroadcastChannel`.
    pub(super) fn open(name: &str, deliver: impl Fn(Vec<u8>) + 'static) -> Result<Self, JsValue> {
        let channel = BroadcastChannel::new(name)?;
        let listener = OnMessage::new(move |event: MessageEvent| {
            // Pages of other programs on this origin may post anything.
            if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>()
                && buffer.byte_length() as usize <= MESSAGE_MAX
            {
                deliver(Uint8Array::new(&buffer).to_vec());
            }
        });
        let unread = OnMessage::new(|event: MessageEvent| {
            complain("a message between tabs is lost", &event);
        });
        channel.set_onmessageerror(Some(unread.as_ref().unchecked_ref()));
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Ok(Self { channel, _listeners: [listener, unread] })
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.set_onmessageerror(None);
        self.channel.close();
    }
}

/// One participant's end of a room.
pub(super) struct BroadcastLink {
    room: String,
    queue: Queue,
    _inboxes: Vec<Inbox>,
    outboxes: BTreeMap<Address, BroadcastChannel>,
    /// Why the newest message that was lost on this end was lost.
    trouble: Option<String>,
    /// The same, as it was told last.
    told: Option<String>,
}

impl BroadcastLink {
    /// Opens the inboxes; `arrived` is called after each message.
    ///
    /// # Errors
    /// When the browser has no `BroadcastChannel`.
    pub(super) fn new(
        room: &str,
        inboxes: &[Address],
        arrived: impl Fn() + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let queue = Queue::default();
        let open = |address: &Address| {
            let (queue, arrived) = (Rc::clone(&queue), arrived.clone());
            Inbox::open(&subject(room, *address), move |bytes| {
                queue.borrow_mut().push_back(bytes);
                arrived();
            })
        };
        let inboxes = inboxes.iter().map(open).collect::<Result<_, JsValue>>()?;
        Ok(Self {
            room: room.to_owned(),
            queue,
            _inboxes: inboxes,
            outboxes: BTreeMap::new(),
            trouble: None,
            told: None,
        })
    }

    /// Why messages could not be sent from here, in words, and once for each reason: others would take the blame.
    pub(super) fn take_trouble(&mut self) -> Option<String> {
        let trouble = self.trouble.take().filter(|trouble| self.told.as_ref() != Some(trouble))?;
        self.told = Some(trouble.clone());
        Some(format!("messages cannot be sent from here: {trouble}"))
    }

    fn post(&mut self, to: Address, bytes: &[u8]) -> Result<(), JsValue> {
        if !self.outboxes.contains_key(&to) {
            self.outboxes.insert(to, BroadcastChannel::new(&subject(&self.room, to))?);
        }
        let outbox = self.outboxes.get(&to).expect("it has just been put there");
        outbox.post_message(&Uint8Array::from(bytes).buffer())
    }

    /// Lets go of the way to an inbox that nobody reads any more.
    pub(super) fn forget(&mut self, address: Address) {
        if let Some(channel) = self.outboxes.remove(&address) {
            channel.close();
        }
    }
}

impl Link for BroadcastLink {
    fn send(&mut self, to: Address, bytes: &[u8]) {
        if self.outboxes.len() >= OUTBOXES_MAX && !self.outboxes.contains_key(&to) {
            self.outboxes.values().for_each(BroadcastChannel::close);
            self.outboxes.clear();
        }
        if let Err(error) = self.post(to, bytes) {
            complain("a message to another tab is lost", &error);
            self.trouble = Some(words(&error));
        }
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        self.queue.borrow_mut().pop_front()
    }
}

impl Drop for BroadcastLink {
    fn drop(&mut self) {
        self.outboxes.values().for_each(BroadcastChannel::close);
    }
}
