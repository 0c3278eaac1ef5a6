//! Ways between two roles: a message port within a page, broadcast channels between tabs.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort};

use super::page::Way;
use crate::mpc::MESSAGE_MAX;
use crate::wire::Gone;

type OnMessage = Closure<dyn FnMut(MessageEvent)>;

/// Takes a message that has come.
pub(super) type Deliver = Rc<dyn Fn(Vec<u8>)>;

/// The way to the other end.
pub(super) trait Outbox {
    /// # Errors
    /// When it is known that nobody will read it.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone>;
}

/// Opens a way; `deliver` is called with every message that comes on it.
///
/// # Errors
/// When the browser has no `BroadcastChannel`.
pub(super) fn open(way: Way, deliver: Deliver) -> Result<Box<dyn Outbox>, JsValue> {
    Ok(match way {
        Way::Port(port) => Box::new(Port::open(port, deliver)),
        Way::Channels { inbox, outbox } => Box::new(Channels::open(&inbox, &outbox, deliver)?),
    })
}

/// What ends of a way say to each other before anything else; no message is as short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeting {
    /// Who is there?
    Hello = 0,
    /// This end.
    Here = 1,
}

/// Delivers what arrives, whatever posted it; gives a greeting back.
fn hear(event: &MessageEvent, deliver: &Deliver) -> Option<Greeting> {
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

/// A message port: buffers are handed over, not copied.
struct Port {
    port: MessagePort,
    _listener: OnMessage,
}

impl Port {
    fn open(port: MessagePort, deliver: Deliver) -> Self {
        let listener = OnMessage::new(move |event: MessageEvent| {
            hear(&event, &deliver);
        });
        // Also starts the port.
        port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self { port, _listener: listener }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // The listener is freed with this end: nothing may call it any more.
        self.port.set_onmessage(None);
        self.port.close();
    }
}

impl Outbox for Port {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        let buffer = Uint8Array::from(bytes).buffer();
        let handed_over = Array::of1(&buffer);
        self.port.post_message_with_transferable(&buffer, &handed_over).map_err(|_| Gone)
    }
}

/// Two broadcast channels, one each way. What is posted before the other end listens is lost, so each end says hello
/// when it opens, and answers every hello: several may share the other end. Its messages wait until it hears either.
struct Channels {
    outbox: Rc<BroadcastChannel>,
    waiting: Rc<RefCell<Option<Vec<Vec<u8>>>>>,
    inbox: BroadcastChannel,
    _listener: OnMessage,
}

impl Channels {
    fn open(inbox: &str, outbox: &str, deliver: Deliver) -> Result<Self, JsValue> {
        let outbox = Rc::new(BroadcastChannel::new(outbox)?);
        let inbox = BroadcastChannel::new(inbox)?;
        let waiting = Rc::new(RefCell::new(Some(Vec::<Vec<u8>>::new())));
        let (held, answers) = (Rc::clone(&waiting), Rc::clone(&outbox));
        let listener = OnMessage::new(move |event: MessageEvent| {
            let Some(greeting) = hear(&event, &deliver) else { return };
            if greeting == Greeting::Hello {
                let _ = post(&answers, &[Greeting::Here as u8]);
            }
            for message in held.borrow_mut().take().unwrap_or_default() {
                let _ = post(&answers, &message);
            }
        });
        inbox.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        let _ = post(&outbox, &[Greeting::Hello as u8]);
        Ok(Self { outbox, waiting, inbox, _listener: listener })
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        self.inbox.set_onmessage(None);
        self.inbox.close();
        self.outbox.close();
    }
}

impl Outbox for Channels {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        match self.waiting.borrow_mut().as_mut() {
            Some(messages) => messages.push(bytes.to_vec()),
            None => post(&self.outbox, bytes)?,
        }
        Ok(())
    }
}

fn post(channel: &BroadcastChannel, bytes: &[u8]) -> Result<(), Gone> {
    channel.post_message(&Uint8Array::from(bytes).buffer()).map_err(|_| Gone)
}
