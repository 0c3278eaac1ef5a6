//! The links of the roles of a classification: message ports within a page, broadcast
//! channels between tabs.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort};

use super::page::Way;
use crate::mpc::{MESSAGE_MAX, Role};
use crate::wire::{Gone, Mailbox};

type OnMessage = Closure<dyn FnMut(MessageEvent)>;
type Inbox = UnboundedSender<(Role, Vec<u8>)>;

/// One role's mailbox in its dedicated worker.
pub(super) struct WebMailbox {
    inbox: UnboundedReceiver<(Role, Vec<u8>)>,
    ways: BTreeMap<Role, Box<dyn Outbox>>,
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
        links: Vec<(Role, Way)>,
        garble: Rc<Cell<Option<Role>>>,
    ) -> Result<Self, JsValue> {
        let (sender, inbox) = unbounded();
        let mut ways = BTreeMap::<Role, Box<dyn Outbox>>::new();
        for (role, way) in links {
            let outbox: Box<dyn Outbox> = match way {
                Way::Port(port) => Box::new(Port::open(role, port, sender.clone())),
                Way::Channels { inbox, outbox } => {
                    Box::new(Channels::open(role, &inbox, &outbox, sender.clone())?)
                }
            };
            ways.insert(role, outbox);
        }
        Ok(Self { inbox, ways, garble })
    }
}

impl Mailbox for WebMailbox {
    type Role = Role;

    fn send(&mut self, to: Role, mut bytes: Vec<u8>) -> Result<(), Gone> {
        if self.garble.get() == Some(to) {
            self.garble.set(None);
            bytes.truncate(bytes.len() - 1);
        }
        self.ways.get_mut(&to).ok_or(Gone)?.send(&bytes)
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.inbox.next().await
    }
}

/// The way to one role.
trait Outbox {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone>;
}

/// What ends of a way say to each other before anything else; no message is as short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeting {
    /// Who is there?
    Hello = 0,
    /// This end.
    Here = 1,
}

/// Puts what arrives into the inbox, whatever posted it; gives a greeting back.
fn deliver(event: &MessageEvent, role: Role, inbox: &Inbox) -> Option<Greeting> {
    let buffer: ArrayBuffer = event.data().dyn_into().ok()?;
    let bytes = Uint8Array::new(&buffer);
    match (bytes.length() as usize, bytes.get_index(0)) {
        (0, _) => None,
        (1, 0) => Some(Greeting::Hello),
        (1, _) => Some(Greeting::Here),
        (length, _) => {
            if length <= MESSAGE_MAX {
                // Nobody reads any more when the role has ended.
                drop(inbox.unbounded_send((role, bytes.to_vec())));
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
    fn open(role: Role, port: MessagePort, inbox: Inbox) -> Self {
        let listener = OnMessage::new(move |event: MessageEvent| {
            deliver(&event, role, &inbox);
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
    fn open(role: Role, inbox: &str, outbox: &str, sender: Inbox) -> Result<Self, JsValue> {
        let outbox = Rc::new(BroadcastChannel::new(outbox)?);
        let inbox = BroadcastChannel::new(inbox)?;
        let waiting = Rc::new(RefCell::new(Some(Vec::<Vec<u8>>::new())));
        let (held, answers) = (Rc::clone(&waiting), Rc::clone(&outbox));
        let listener = OnMessage::new(move |event: MessageEvent| {
            let Some(greeting) = deliver(&event, role, &sender) else { return };
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
