//! Transports between two roles: a message port within a page, broadcast channels between tabs.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort};

use super::environment::{complain, words};
use super::page::Transport;
use sotto_core::wire::Unsent;
use sotto_mpc::MESSAGE_MAX;

type OnMessage = Closure<dyn FnMut(MessageEvent)>;

/// Takes a message that has come.
pub(super) type Deliver = Rc<dyn Fn(Vec<u8>)>;

/// The sending half.
pub(super) trait Outbox {
    /// # Errors
    /// [`Unsent::Failed`] when this end, or an answer that it gave before, could not be posted.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Unsent>;
}

/// Opens a transport; `deliver` is called with every message that comes on it.
///
/// # Errors
/// When the browser has no `BroadcastChannel`.
pub(super) fn open(transport: Transport, deliver: Deliver) -> Result<Box<dyn Outbox>, JsValue> {
    Ok(match transport {
        Transport::Port(port) => Box::new(Port::open(port, deliver)),
        Transport::Channels { inbox, outbox } => {
            Box::new(Channels::open(&inbox, &outbox, deliver)?)
        }
    })
}

/// What ends of a transport say to each other before anything else; no message is as short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeting {
    /// Who is there?
    Hello = 0,
    /// This end.
    Here = 1,
}

/// Delivers what arrives, whatever posted it; gives a greeting back.
fn hear(event: &MessageEvent, deliver: &Deliver) -> Option<Greeting> {
    // Pages of other programs on this origin may post anything.
    let buffer: ArrayBuffer = event.data().dyn_into().ok()?;
    let bytes = Uint8Array::new(&buffer);
    match (bytes.length() as usize, bytes.get_index(0)) {
        (0, _) => None,
        (1, 0) => Some(Greeting::Hello),
        (1, _) => Some(Greeting::Here),
        (length, _) => {
            if length <= MESSAGE_MAX {
                deliver(bytes.to_vec());
            }
            None
        }
    }
}

/// Says that a message has come that cannot be read: its sender takes it for heard.
fn unread() -> OnMessage {
    OnMessage::new(|event: MessageEvent| complain("a message between roles is lost", &event))
}

/// A message port: buffers are handed over, not copied.
struct Port {
    port: MessagePort,
    _listeners: [OnMessage; 2],
}

impl Port {
    fn open(port: MessagePort, deliver: Deliver) -> Self {
        let listener = OnMessage::new(move |event: MessageEvent| {
            hear(&event, &deliver);
        });
        let unread = unread();
        port.set_onmessageerror(Some(unread.as_ref().unchecked_ref()));
        // Also starts the port.
        port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self { port, _listeners: [listener, unread] }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // The listeners are freed with this end: nothing may call them any more.
        self.port.set_onmessage(None);
        self.port.set_onmessageerror(None);
        self.port.close();
    }
}

impl Outbox for Port {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Unsent> {
        let buffer = Uint8Array::from(bytes).buffer();
        let handed_over = Array::of1(&buffer);
        self.port.post_message_with_transferable(&buffer, &handed_over).map_err(|e| failed(&e))
    }
}

/// Two broadcast channels, one each way. What is posted before the other end listens is lost, so each end says hello
/// when it opens, and answers every hello: several may share the other end. Its messages wait until it hears either.
struct Channels {
    outbox: Rc<BroadcastChannel>,
    waiting: Rc<RefCell<Option<Vec<Vec<u8>>>>>,
    /// Why something could not be posted while nobody was there to be told.
    failure: Rc<RefCell<Option<Unsent>>>,
    inbox: BroadcastChannel,
    _listeners: [OnMessage; 2],
}

impl Channels {
    fn open(inbox: &str, outbox: &str, deliver: Deliver) -> Result<Self, JsValue> {
        let outbox = Rc::new(BroadcastChannel::new(outbox)?);
        let inbox = BroadcastChannel::new(inbox)?;
        let waiting = Rc::new(RefCell::new(Some(Vec::<Vec<u8>>::new())));
        let failure = Rc::<RefCell<Option<Unsent>>>::default();
        let (held, answers, trouble) =
            (Rc::clone(&waiting), Rc::clone(&outbox), Rc::clone(&failure));
        let listener = OnMessage::new(move |event: MessageEvent| {
            let Some(greeting) = hear(&event, &deliver) else { return };
            let held = held.borrow_mut().take().unwrap_or_default();
            if let Err(error) = answer(&answers, greeting, &held) {
                complain("a message to another role is lost", &JsValue::from(error.to_string()));
                *trouble.borrow_mut() = Some(error);
            }
        });
        let unread = unread();
        inbox.set_onmessageerror(Some(unread.as_ref().unchecked_ref()));
        inbox.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        post(&outbox, &[Greeting::Hello as u8]).map_err(|error| error.to_string())?;
        Ok(Self { outbox, waiting, failure, inbox, _listeners: [listener, unread] })
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        self.inbox.set_onmessage(None);
        self.inbox.set_onmessageerror(None);
        self.inbox.close();
        self.outbox.close();
    }
}

impl Outbox for Channels {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Unsent> {
        if let Some(failure) = &*self.failure.borrow() {
            return Err(failure.clone());
        }
        match self.waiting.borrow_mut().as_mut() {
            Some(messages) => messages.push(bytes.to_vec()),
            None => post(&self.outbox, bytes)?,
        }
        Ok(())
    }
}

/// Answers the other end's greeting, and posts what has waited for it.
fn answer(outbox: &BroadcastChannel, heard: Greeting, held: &[Vec<u8>]) -> Result<(), Unsent> {
    if heard == Greeting::Hello {
        post(outbox, &[Greeting::Here as u8])?;
    }
    held.iter().try_for_each(|message| post(outbox, message))
}

fn post(channel: &BroadcastChannel, bytes: &[u8]) -> Result<(), Unsent> {
    channel.post_message(&Uint8Array::from(bytes).buffer()).map_err(|error| failed(&error))
}

/// A post fails for what is wrong here: whether anybody reads it is not known.
fn failed(error: &JsValue) -> Unsent {
    Unsent::Failed(words(error))
}
