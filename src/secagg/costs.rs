//! What a secure sum costs, measured on whole sums in one thread.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::rehearsal::Rehearsal;
use super::{Context, Error, FromServer, Numbers, Phase, Rates, Terms};
use crate::entropy::Entropy;

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

fn rehearsal(
    workers: usize,
    len: u32,
    entropy: Entropy,
    clock: &(impl Fn() -> f64 + Clone + 'static),
) -> Rehearsal {
    let context = Context { run: 1, round: 1, attempt: 1, model: [0; 32] };
    let numbers = Numbers::Weighted { clip: 1.0, weight_max: 600 };
    let (rates, cohort_min, threshold_min) = (Rates::default(), 3, 2);
    let terms = Terms { rates, cohort_min, threshold_min, len, numbers };
    // What the values are changes no cost.
    let values: Rc<[f32]> = (0..len).map(|index| (index % 7) as f32 - 3.0).collect();
    let parts = (0..workers).map(|_| (Rc::clone(&values), 600));
    Rehearsal::new(context, terms, parts, entropy, Box::new(clock.clone()))
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
    let mut world = rehearsal(workers, len, entropy, clock);
    let stays = |place: usize, phase| place % 10 != 5 || phase < Phase::Masking;
    let sum = world.run(stays)?;
    if sum.elements != world.expected(&sum) {
        return Err(Error::Range);
    }
    let mut there: Vec<_> = world.members.iter().filter(|m| m.client.is_done()).collect();
    there.sort_by(|a, b| a.spent_ms.total_cmp(&b.spent_ms));
    let median = there.get(there.len() / 2).ok_or(Error::TooFew)?;
    Ok(Costs {
        server_ms: world.server_ms,
        client_ms: median.spent_ms,
        client_up_bytes: median.sent_bytes,
        client_down_bytes: median.received_bytes,
    })
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
    let mut world = rehearsal(workers, len, entropy, clock);
    world.step(|_| true)?;
    let neighbours: Vec<Vec<usize>> = world.outbox().iter().map(neighbours_in).collect();
    let widen = |set: &BTreeSet<usize>| -> BTreeSet<usize> {
        set.iter().flat_map(|&place| neighbours[place].iter().copied().chain([place])).collect()
    };
    let confirming = widen(&BTreeSet::from([0]));
    let masking = widen(&confirming);
    let sharing = widen(&masking);
    for there in [sharing, masking, confirming.clone()] {
        world.step(|place| there.contains(&place))?;
    }
    // The last step is this worker's alone: the sum is not opened.
    let statements = world.outbox().iter().find(|(place, _)| *place == 0).cloned();
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
    use super::*;
    use crate::seeded::Stream;

    #[test]
    fn costs_are_measured_on_sums_that_are_right() {
        let entropy = || -> Entropy {
            let mut stream = Stream::new(1, "test/costs");
            Box::new(move |bytes| stream.fill(bytes))
        };
        let costs = whole(20, 100, entropy(), &|| 0.0).unwrap();
        assert!(costs.client_up_bytes > 250 && costs.client_down_bytes > 1000);
        assert!(one_of(200, 100, entropy(), &|| 0.0).is_ok());
    }
}
