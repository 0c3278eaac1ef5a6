//! The browser's face: one file a role, and the links, locks and clocks they stand on.
//!
//! The only module that knows of JavaScript. Each role lives in a dedicated worker of its
//! own, takes commands from its page and shows it events ([`page`]).

mod aggregator;
mod bridge;
mod broadcast;
mod checkpointer;
mod client;
mod conditions;
mod dealer;
mod dials;
mod digits;
mod environment;
mod evaluation;
mod handwriting;
mod ledger;
mod lesson;
mod library;
mod locks;
mod mailbox;
mod models;
mod networks;
mod owner;
pub mod page;
mod party;
mod silo;
mod speed;
mod store;
mod tab;
mod training_set;
mod transport;
mod views;
mod watchdog;
mod worker;
mod worker_room;

pub use aggregator::Aggregator;
pub use bridge::Bridge;
pub use client::Client;
pub use dealer::Dealer;
pub use lesson::Lesson;
pub use library::Library;
pub use owner::Owner;
pub use party::Party;
pub use silo::Silo;
pub use speed::{measure_secure_client, measure_secure_sum, measure_training};
pub use worker::Worker;
