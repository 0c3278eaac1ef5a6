//! The dealer's role in a dedicated worker of its own.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::environment::{EventSink, epoch_clock};
use super::mailbox::WebMailbox;
use super::page::{self, DealerCommand as Command, DealerEvent as Shown};
use sotto_core::prg;
use sotto_mpc::{DealerEvent, Links};

/// The dealer's role.
#[wasm_bindgen]
pub struct Dealer {
    show: EventSink,
}

#[wasm_bindgen]
impl Dealer {
    /// A role without links; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show) }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands values over")]
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        let Command::Open = serde_wasm_bindgen::from_value(value.clone())?;
        prg::self_check().map_err(|error| JsValue::from(error.to_string()))?;
        let mailbox = WebMailbox::open(page::read_links(&value)?, Rc::default())?;
        let show = self.show.clone();
        let tell = Box::new(move |event| {
            show.event(&match event {
                DealerEvent::Dealt { number, alice, bob, millis } => {
                    Shown::Dealt { number, alice, bob, millis }
                }
                DealerEvent::DealtStep { number, alice, bob, millis } => {
                    Shown::DealtStep { number, alice, bob, millis }
                }
            });
        });
        let dealer = sotto_mpc::Dealer::new(Links::new(mailbox, epoch_clock()), tell);
        let show = self.show.clone();
        show.event(&Shown::Ready);
        spawn_local(async move { show.event(&Shown::Failed(dealer.serve().await.into())) });
        Ok(())
    }
}
