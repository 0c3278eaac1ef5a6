//! The browser's face: one file a role, and the links, locks and clocks they stand on.
//!
//! The only module that knows of JavaScript. Each role lives in a dedicated worker of its
//! own, takes commands from its page and shows it events ([`page`]).

mod aggregator;
mod broadcast;
mod client;
mod digits;
mod environment;
mod locks;
pub mod page;
mod worker;

pub use aggregator::Aggregator;
pub use client::Client;
pub use worker::Worker;
