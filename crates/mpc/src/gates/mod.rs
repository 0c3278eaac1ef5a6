//! One file a gate. Each has three parts: `deal`, what the dealer makes of the masks of the
//! wires; `prepare`, what a party makes of its stream and of what it was dealt before the
//! input is known; `eval`, what it does with masked values. `x^ = x + r_x` is a masked
//! value, `[x]_b` party b's share, `b` is 0 for alice and 1 for bob.

mod arg_max;
mod average;
#[cfg(test)]
mod check;
mod choose;
#[cfg(test)]
mod exhaustive;
mod keep;
mod lift;
mod list;
mod max;
mod max_once;
mod max_pool;
mod multiply;
mod plan_gate;
mod product;
mod relu;
mod relu_once;
mod rescale;
mod reveal;
mod sign;
mod table;
mod truncate;
mod windows;

pub(super) use keep::{Keep, Signs};
pub(super) use list::{Gate, Prepared};
pub(super) use max::Max;
pub(super) use max_once::MaxOnce;
pub(super) use multiply::{Multiply, ProductForm};
pub(super) use plan_gate::{
    AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, Carried, MaskShare, Size, ValueKind, Wire,
    WireFormName,
};
pub(super) use relu::Relu;
pub(super) use rescale::{RANGE_BITS, Rescale};
pub(super) use reveal::{Input, reveal};
pub(super) use truncate::{Truncate, narrowed};
pub(super) use windows::Windows;

/// Gates of a plan, by the names that a network's layers have.
pub(super) mod of_plan {
    pub(crate) use super::arg_max::OfPlan as ArgMax;
    pub(crate) use super::average::{OfMasked as SumMasked, OfShares as SumShares};
    pub(crate) use super::lift::OfPlan as Lift;
    pub(crate) use super::max_pool::OfPlan as MaxPool;
    pub(crate) use super::product::OfPlan as Product;
    pub(crate) use super::relu::OfPlan as Relu;
    pub(crate) use super::relu_once::OfPlan as ReluOnce;
    pub(crate) use super::truncate::{Local as Narrow, Opened as Truncate};
}

use super::bits::Bits;
use super::links::{Links, Message, check};
use super::path::Job;
use super::ring::{Element, Masked, Share};
use super::{Error, Party, Role};
use sotto_core::wire::Mailbox;

/// One party at work online: what a gate's `eval` stands on.
pub(super) struct Online<'a, M> {
    pub(super) party: Party,
    pub(super) links: &'a mut Links<M>,
    /// The job, such as `classify/17`.
    pub(super) job: Job,
    /// The layer that is computed.
    pub(super) layer: String,
    /// The words that this party was dealt.
    pub(super) words: &'a [u32],
    /// The peer's part of the first step, when it came before this party began.
    pub(super) early: Option<Message>,
}

impl<M: Mailbox<Role = Role>> Online<'_, M> {
    /// Opens a vector that is masked already: both parties learn the sum of their shares.
    pub(super) async fn open<T: Element>(
        &mut self,
        step: &str,
        share: &Share<T>,
    ) -> Result<Masked<T>, Error> {
        let length = T::LEN * share.values().len();
        let message = self.exchange(step, length, |bytes| share.write(bytes)).await?;
        let pairs = share.values().iter().zip(T::read(message.payload()));
        Ok(Masked(pairs.map(|(mine, yours)| *mine + yours).collect()))
    }

    /// Opens bits that are masked already.
    pub(super) async fn open_bits(
        &mut self,
        step: &str,
        share: Bits,
        count: usize,
    ) -> Result<Bits, Error> {
        let length = Bits::bytes_of(count);
        let message = self.exchange(step, length, |bytes| share.write(bytes)).await?;
        Ok(share.xor(&Bits::read(message.payload(), count)))
    }

    /// Sends this party's part of a step, and waits for the other's.
    pub(super) async fn exchange(
        &mut self,
        step: &str,
        length: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Message, Error> {
        let path = self.job.step(format!("{}/{step}", self.layer));
        let peer = self.party.peer().role();
        self.links.send(peer, &path, write)?;
        match self.early.take() {
            Some(message) => check(message, &path, length),
            None => self.links.expect(peer, &path, length).await,
        }
    }
}
