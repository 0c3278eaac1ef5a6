//! Alice's or bob's role in a dedicated worker of its own, and so in memory of its own.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::environment::{EventSink, draw_key, epoch_clock, secrets};
use super::mailbox::WebMailbox;
use super::page::{self, PartyCommand as Command, PartyEvent as Shown};
use super::watchdog::{LOOKS_MAX, silence};
use sotto_core::prg;
use sotto_mpc::{ComputeParty, Links, Output, PartyEvent, Role};

/// The role of alice or bob.
#[wasm_bindgen]
pub struct Party {
    show: EventSink,
    watched: Rc<Cell<bool>>,
    garble: Rc<Cell<Option<Role>>>,
    peer: Option<Role>,
}

#[wasm_bindgen]
impl Party {
    /// A role without links; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), watched: Rc::default(), garble: Rc::default(), peer: None }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&mut self, value: JsValue) -> Result<(), JsValue> {
        match serde_wasm_bindgen::from_value(value.clone())? {
            Command::Open { role } => {
                let party = match Role::by_name(&role) {
                    Some(Role::Alice) => sotto_mpc::Party::Alice,
                    Some(Role::Bob) => sotto_mpc::Party::Bob,
                    _ => return Err(format!("{role} does not compute").into()),
                };
                self.peer = Some(party.peer().role());
                self.open(party, &value)?;
            }
            Command::Watch { on } => self.watched.set(on),
            Command::Garble => self.garble.set(self.peer),
        }
        Ok(())
    }

    fn open(&self, party: sotto_mpc::Party, command: &JsValue) -> Result<(), JsValue> {
        prg::self_check().map_err(|error| JsValue::from(error.to_string()))?;
        let mailbox = WebMailbox::open(page::read_links(command)?, Rc::clone(&self.garble))?;
        let links = Links::new(mailbox, epoch_clock());
        let waiting = links.waiting();
        let show = self.show.clone();
        let tell = Box::new(move |event| show.event(&shown(event)));
        let watched = Rc::clone(&self.watched);
        let compute_party = ComputeParty::new(party, links, draw_key(), secrets(), watched, tell);
        let show = self.show.clone();
        show.event(&Shown::Ready);
        spawn_local(async move {
            let serving = std::pin::pin!(compute_party.serve());
            let silence = std::pin::pin!(silence(waiting, LOOKS_MAX));
            let error = match select(serving, silence).await {
                Either::Left((error, _)) | Either::Right((error, _)) => error,
            };
            show.event(&Shown::Failed(error.into()));
        });
        Ok(())
    }
}

fn shown(event: PartyEvent) -> Shown {
    match event {
        PartyEvent::Model(info) => Shown::Using { model: info.into() },
        PartyEvent::Stock { kind, count, bytes } => {
            let (batch, label) = (kind.batch, kind.output == Output::Label);
            Shown::Stock { batch, label, count, bytes }
        }
        PartyEvent::Classified(done) => Shown::Classified(done.into()),
        PartyEvent::Data { contributions, digits } => Shown::Data { contributions, digits },
        PartyEvent::Training(state) => Shown::Training(state.into()),
        PartyEvent::Trained(trained) => Shown::Trained(trained.into()),
        PartyEvent::Untrained(error) => Shown::Untrained { reason: error.to_string() },
    }
}
