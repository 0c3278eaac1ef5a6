//! One gate alone, with the dealer and both parties around it, for the gates' tests.

use std::num::Wrapping;
use std::rc::Rc;

use futures_util::future::join;

use super::super::dealing::{Dealing, Masks, Scope};
use super::super::links::Links;
use super::super::path::Job;
use super::super::preparing::Preparing;
use super::super::ring::{Element, Masked, Narrow, Share, Wide};
use super::super::{Error, Party, Role};
use super::Online;
use sotto_core::prg::StreamKey;
use sotto_core::secret::Secret;
use sotto_core::seeded::Stream;
use sotto_core::wire::{MemoryMailbox, mailboxes};

pub(super) type TestOnline<'a> = Online<'a, MemoryMailbox<Role>>;

/// Deals, prepares and evaluates a gate. Gives what the dealer and both parties end with.
#[expect(clippy::needless_pass_by_value, reason = "a closure behind a reference is not inferred")]
pub(super) fn run<D, P, R>(
    seed: u64,
    deal: impl FnOnce(&mut Dealing) -> D,
    prepare: impl Fn(&mut Preparing<'_>) -> Result<P, Error>,
    eval: impl AsyncFn(P, &mut TestOnline<'_>) -> Result<R, Error>,
) -> (D, [R; 2]) {
    let mut stream = Stream::new(seed, "test/gates/keys");
    let keys = [(); 2].map(|()| {
        let mut bytes = [0; StreamKey::LEN];
        stream.fill(&mut bytes);
        StreamKey::new(&bytes)
    });
    let masks = || keys.each_ref().map(|key| Masks::new(key, Scope::Classification, 1));
    let mut dealing = Dealing::new(masks(), 0);
    let dealt = deal(&mut dealing);
    let [mut alice, mut bob] =
        mailboxes([Role::Alice, Role::Bob]).map(|mailbox| Links::new(mailbox, Rc::new(|| 0.0)));
    let side = async |party, masks, words: &[u32], links: &mut _| {
        let mut preparing = Preparing::new(party, masks, words);
        let prepared = prepare(&mut preparing).unwrap();
        preparing.finish().unwrap();
        let (job, layer) = (Job::Classify(1), "gate".to_owned());
        let mut online = Online { party, links, job, layer, words, early: None };
        eval(prepared, &mut online).await.unwrap()
    };
    let [x, y] = masks();
    let [for_alice, for_bob] = &dealing.words;
    let both =
        join(side(Party::Alice, x, for_alice, &mut alice), side(Party::Bob, y, for_bob, &mut bob));
    let (alice, bob) = futures_executor::block_on(both);
    (dealt, [alice, bob])
}

/// What a gate from narrow to wide values makes of these, with the ends of the range added.
#[expect(clippy::needless_pass_by_value, reason = "as for `run`")]
pub(super) fn widened<G>(
    mut values: Vec<i16>,
    seed: u64,
    deal: impl FnOnce(&mut Dealing, &[Narrow]) -> Secret<Wide>,
    prepare: impl Fn(&mut Preparing<'_>, usize) -> Result<(G, Share<Wide>), Error>,
    eval: impl AsyncFn(
        G,
        &mut TestOnline<'_>,
        &Masked<Narrow>,
        &Share<Wide>,
    ) -> Result<Masked<Wide>, Error>,
) -> Vec<(i16, i32)> {
    values.extend([0, 1, -1, i16::MAX, i16::MIN]);
    let masks = narrow_masks(values.len(), seed);
    let masked = narrow(&values, &masks);
    let (result, found) = run(
        seed,
        |dealing| deal(dealing, &masks),
        |preparing| prepare(preparing, values.len()),
        async |(gate, mask), online| eval(gate, online, &masked, &mask).await,
    );
    let found = signed_wide(&unmask(found, &result));
    values.into_iter().zip(found).collect()
}

/// Random masks.
pub(super) fn narrow_masks(count: usize, seed: u64) -> Vec<Narrow> {
    let mut stream = Stream::new(seed, "test/gates/narrow");
    (0..count).map(|_| Wrapping(stream.below(1 << 16) as u16)).collect()
}

/// Random masks.
pub(super) fn wide_masks(count: usize, seed: u64) -> Vec<Wide> {
    let mut stream = Stream::new(seed, "test/gates/wide");
    (0..count).map(|_| Wrapping(stream.below(u32::MAX))).collect()
}

/// Values under their masks.
pub(super) fn narrow(values: &[i16], masks: &[Narrow]) -> Masked<Narrow> {
    Masked(values.iter().zip(masks).map(|(value, mask)| Wrapping(*value as u16) + mask).collect())
}

/// Values under their masks.
pub(super) fn wide(values: &[i32], masks: &[Wide]) -> Masked<Wide> {
    Masked(values.iter().zip(masks).map(|(value, mask)| Wrapping(*value as u32) + mask).collect())
}

/// What both parties hold alike, without the masks.
pub(super) fn unmask<T: Element + PartialEq + std::fmt::Debug>(
    [alice, bob]: [Masked<T>; 2],
    masks: &[T],
) -> Vec<T> {
    assert_eq!(alice, bob, "a masked value is the same for both");
    alice.0.iter().zip(masks).map(|(value, mask)| *value - *mask).collect()
}

/// What the parties' shares add up to.
pub(super) fn joined<T: Element>([alice, bob]: [Share<T>; 2]) -> Vec<T> {
    alice.join(&bob).to_vec()
}

/// Narrow elements as numbers.
pub(super) fn signed(values: &[Narrow]) -> Vec<i16> {
    values.iter().map(|value| value.0 as i16).collect()
}

/// Wide elements as numbers.
pub(super) fn signed_wide(values: &[Wide]) -> Vec<i32> {
    values.iter().map(|value| value.0 as i32).collect()
}
