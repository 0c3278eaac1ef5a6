//! What a secure sum costs, measured on whole sums in one thread.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::in_process::{InProcessSum, Member};
use super::{Context, Error, FromServer, Numbers, Phase, Rates, Sum, Terms};
use sotto_core::entropy::Entropy;

/// What was measured.
#[derive(Debug, Clone, Copy, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Costs {
    /// Computing of the aggregator, in milliseconds.
    pub server_ms: f64,
    /// Computing of a worker: the median of those that were there to the end.
    pub client_ms: f64,
    /// Bytes that such a worker sends.
    pub client_up_bytes: usize,
    /// Bytes that it receives.
    pub client_down_bytes: usize,
}

fn in_process_sum(
    workers: usize,
    len: u32,
    entropy: Entropy,
    clock: &(impl Fn() -> f64 + Clone + 'static),
) -> InProcessSum {
    let context = Context { run: 1, round: 1, attempt: 1, model: [0; 32] };
    let numbers = Numbers::Weighted { clip: 1.0, weight_max: 600 };
    let (rates, cohort_min, threshold_min) = (Rates::default(), 3, 2);
    let terms = Terms { rates, cohort_min, threshold_min, len, numbers };
    // What the values are changes no cost.
    let values: Rc<[f32]> = (0..len).map(|index| (index % 7) as f32 - 3.0).collect();
    let parts = (0..workers).map(|_| (Rc::clone(&values), 600));
    InProcessSum::new(context, terms, parts, entropy, Box::new(clock.clone()))
}

impl InProcessSum {
    /// The median worker of those that were there to the end, if the sum is the plain one.
    fn checked(&self, sum: &Sum) -> Result<&Member, Error> {
        if sum.elements != self.expected(sum) {
            return Err(Error::Range);
        }
        let mut there: Vec<_> = self.members.iter().filter(|m| m.client.is_done()).collect();
        there.sort_by(|a, b| a.spent_ms.total_cmp(&b.spent_ms));
        there.get(there.len() / 2).copied().ok_or(Error::TooFew)
    }
}

/// A whole sum of `len` values, in which every tenth worker vanishes after sharing its secrets.
/// Checked against the plain sum.
///
/// # Errors
/// Of the protocol, and [`Error::Range`] when the sum is wrong.
pub fn whole(
    workers: usize,
    len: u32,
    entropy: Entropy,
    clock: &(impl Fn() -> f64 + Clone + 'static),
) -> Result<Costs, Error> {
    let mut world = in_process_sum(workers, len, entropy, clock);
    let stays = |index: usize, phase| index % 10 != 5 || phase < Phase::Masking;
    let sum = world.run(stays)?;
    let median = world.checked(&sum)?;
    Ok(Costs {
        server_ms: world.server_ms,
        client_ms: median.spent_ms,
        client_up_bytes: median.sent_bytes,
        client_down_bytes: median.received_bytes,
    })
}

/// A list of those waited for is made so often: once is too soon over for a clock.
const LISTS: usize = 100;

/// A whole sum's costs by what is done in it.
#[derive(Debug, Clone, Copy)]
pub struct Stages {
    /// The aggregator's, from the keys to the sealed shares, in milliseconds.
    pub agree_ms: f64,
    /// The aggregator's for the masked vectors.
    pub upload_ms: f64,
    /// The aggregator's from the survivors' statements to the sum.
    pub unmask_ms: f64,
    /// To list whom a phase waits for, while that is everybody.
    pub waiting_ms: f64,
    /// The whole computing of a worker: the median of those that were there to the end.
    pub client_ms: f64,
}

/// As [`whole`], told apart. Of every ten workers `vanishing`, 0 or 1, share their secrets and
/// then vanish.
///
/// # Errors
/// As [`whole`].
pub fn stages(
    workers: usize,
    len: u32,
    vanishing: usize,
    entropy: Entropy,
    clock: &(impl Fn() -> f64 + Clone + 'static),
) -> Result<Stages, Error> {
    let mut world = in_process_sum(workers, len, entropy, clock);
    let stays = |index: usize, phase| index % 10 >= vanishing || phase < Phase::Masking;
    let (mut spent_ms, mut waiting_ms) = (Vec::new(), 0.0);
    let sum = loop {
        let (phase, before) = (world.server.phase(), world.server_ms);
        if phase == Phase::Sharing {
            let begun = clock();
            // Only the time that it takes counts.
            (0..LISTS).for_each(|_| drop(std::hint::black_box(world.server.pending())));
            waiting_ms = (clock() - begun) / LISTS as f64;
        }
        let sum = world.step(|index| stays(index, phase))?;
        spent_ms.push(world.server_ms - before);
        if let Some(sum) = sum {
            break sum;
        }
    };
    let client_ms = world.checked(&sum)?.spent_ms;
    match spent_ms[..] {
        [keys, sharing, upload_ms, confirming, opening] => Ok(Stages {
            agree_ms: keys + sharing,
            upload_ms,
            unmask_ms: confirming + opening,
            waiting_ms,
            client_ms,
        }),
        _ => Err(Error::Unexpected),
    }
}

/// What one worker of a large cohort spends, milliseconds of computing. Of the others only
/// those take part whose messages it gets, and those whose messages these need.
///
/// # Errors
/// Of the protocol.
pub fn one_of(
    workers: usize,
    len: u32,
    entropy: Entropy,
    clock: &(impl Fn() -> f64 + Clone + 'static),
) -> Result<f64, Error> {
    let mut world = in_process_sum(workers, len, entropy, clock);
    world.step(|_| true)?;
    let neighbours: Vec<Vec<usize>> = world.outbox().iter().map(neighbours_in).collect();
    let widen = |set: &BTreeSet<usize>| -> BTreeSet<usize> {
        set.iter().flat_map(|&index| neighbours[index].iter().copied().chain([index])).collect()
    };
    let confirming = widen(&BTreeSet::from([0]));
    let masking = widen(&confirming);
    let sharing = widen(&masking);
    for there in [sharing, masking, confirming.clone()] {
        world.step(|index| there.contains(&index))?;
    }
    // The last step is this worker's alone: the sum is not opened.
    let statements = world.outbox().iter().find(|(index, _)| *index == 0).cloned();
    let (_, statements) = statements.ok_or(Error::TooFew)?;
    let begun = clock();
    world.members[0].handle(statements, &mut world.entropy)?;
    Ok(world.members[0].spent_ms + clock() - begun)
}

fn neighbours_in((_, message): &(usize, FromServer)) -> Vec<usize> {
    match message {
        FromServer::KeyList(list) => {
            list.neighbours.iter().map(|entry| entry.position as usize).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use sotto_core::seeded::Stream;

    #[test]
    fn costs_are_measured_on_sums_that_are_right() {
        let entropy = || -> Entropy {
            let mut stream = Stream::new(1, "test/costs");
            Box::new(move |bytes| stream.fill(bytes))
        };
        // A clock that is a millisecond later whenever somebody looks: what is measured is counted.
        let clock = || {
            let now = Rc::new(Cell::new(0.0));
            move || now.replace(now.get() + 1.0)
        };
        let costs = whole(20, 100, entropy(), &clock()).unwrap();
        assert!(costs.client_up_bytes > 250 && costs.client_down_bytes > 1000);
        // A worker advertises its keys, and handles four messages.
        assert_eq!(costs.client_ms, 5.0);
        assert!(costs.server_ms >= 5.0 * 18.0, "{costs:?}");
        assert_eq!(one_of(200, 100, entropy(), &clock()).unwrap(), 5.0);
        for vanishing in [0, 1] {
            let stages = stages(20, 100, vanishing, entropy(), &clock()).unwrap();
            let Stages { agree_ms, upload_ms, unmask_ms, .. } = stages;
            assert!(agree_ms > 0.0 && upload_ms > 0.0 && unmask_ms > 0.0, "{stages:?}");
            assert!(stages.client_ms >= 5.0, "{stages:?}");
        }
    }
}
