//! One worker lies in a step of the secure sum: it is named, and the others go on without it.

use super::{Settings, Shards, Simulation, TapAction};
use crate::{Event, MemberState, Phase, ToAggregator, ToWorker};
use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Address, Envelope};
use sotto_digits::Digits;
use sotto_network::WeightHash;
use sotto_secagg::{Advertisement, Context, FromClient, Identity, small_order_keys};

const WORKERS: usize = 5;
const SEED: u64 = 11;

/// What a lie has to go by: the liar, and what its keys are signed for.
type Lie = Box<dyn FnMut(&Identity, Context, &mut FromClient)>;

/// A room in which the first worker changes its steps.
fn room(mut lie: Lie) -> (Simulation, Identity) {
    let settings = Settings {
        model: "linear".to_owned(),
        seed: SEED,
        rounds: 2,
        quorum: 0.5,
        shards: 10,
        ..Settings::default()
    };
    let shards: Shards = Box::new(|_| {
        Digits::new(vec![0; 784 * 10], vec![0; 10]).map_err(|error| error.to_string())
    });
    let mut room = Simulation::new(settings, shards).unwrap();
    room.make_updates(Box::new(super::faults::update));
    let who = || {
        let mut secrets = Stream::new(SEED, "simulation/worker/0");
        let mut entropy: Entropy = Box::new(move |bytes| secrets.fill(bytes));
        Identity::draw(&mut entropy)
    };
    let (liar, mut task) = (who(), None);
    room.tap(Box::new(move |_, to, bytes| {
        let mut envelope = Envelope::decode(bytes, usize::MAX).unwrap();
        let Envelope { run, round, kind, ref payload, .. } = envelope;
        if to == Address::Worker(liar.id())
            && let Ok(ToWorker::Task(asked)) = ToWorker::decode(kind, payload)
        {
            task = Some((asked.attempt, WeightHash::of(&asked.weights).0));
        }
        if envelope.sender == liar.id()
            && let Ok(ToAggregator::Step { token, mut step }) = ToAggregator::decode(kind, payload)
        {
            let (attempt, model) = task.unwrap();
            lie(&liar, Context { run: run.0, round, attempt, model }, &mut step);
            (envelope.kind, envelope.payload) = ToAggregator::Step { token, step }.encode();
            *bytes = envelope.encode();
        }
        TapAction::Deliver
    }));
    for _ in 0..WORKERS {
        room.open_worker(500);
    }
    // All are there before the first round.
    room.advance(0);
    room.tell(Event::Start);
    (room, who())
}

/// Runs the room to its end; what was said of the liar, and how often a try was given up.
fn finish(room: &mut Simulation, liar: &Identity) -> (Vec<String>, usize) {
    let finished = room.run_until(10 * 60_000, |now| now.phase == Phase::Finished);
    assert!(finished, "{:?}", room.notices());
    assert_eq!(room.violations(), [""; 0]);
    assert_eq!(room.snapshot().counted, WORKERS - 1);
    let abandoned = room.notices().iter().filter(|(_, text)| text.contains("abandoned")).count();
    (room.notices_about(liar.id()).map(str::to_owned).collect(), abandoned)
}

#[test]
fn the_round_goes_on_and_the_liar_is_named() {
    for (number, key) in small_order_keys().enumerate() {
        let (mut room, liar) = room(Box::new(move |liar, context, step| {
            if let FromClient::Keys(keys) = step {
                let is_sealing = number % 2 == 0;
                let pair = if is_sealing { [key, keys.masking] } else { [keys.sealing, key] };
                **keys = Advertisement::sign(&context, liar, pair);
            }
        }));
        let (said, abandoned) = finish(&mut room, &liar);
        assert!(said.iter().any(|text| text.contains("was refused")), "{said:?}");
        assert_eq!(abandoned, 0);
    }
}

/// Only the aggregator can tell whose statement it is that does not hold: to the neighbours it would look like a lie of
/// the aggregator's.
#[test]
fn a_statement_that_is_not_signed_is_its_senders_lie() {
    let (mut room, liar) = room(Box::new(|_, _, step| {
        if let FromClient::Statement(statement) = step {
            statement.signature.0[3] ^= 1;
        }
    }));
    // Its vector is in the sums all the same: it came before.
    let finished = room.run_until(10 * 60_000, |now| now.phase == Phase::Finished);
    assert!(finished, "{:?}", room.notices());
    assert_eq!(room.violations(), [""; 0]);
    assert!(room.notices_about(liar.id()).any(|text| text.contains("was refused")));
    let missed = |(_, text): &(_, String)| text.contains("deadline");
    assert!(!room.notices().iter().any(missed), "{:?}", room.notices());
}

/// Nothing shows before the sum is to be opened, and then it cannot be. Once.
#[test]
fn who_seals_what_cannot_be_opened_stops_one_try_and_no_more() {
    let lies: [fn(&mut FromClient); 4] = [
        // Rubbish.
        |step| {
            if let FromClient::Shares(shares) = step {
                shares
                    .sealed
                    .iter_mut()
                    .for_each(|sealed| sealed.bytes.iter_mut().for_each(|b| *b ^= 1));
            }
        },
        // Other shares than it commits to.
        |step| {
            if let FromClient::Shares(shares) = step {
                shares.sealed.iter_mut().for_each(|sealed| sealed.hashes[1][0] ^= 1);
            }
        },
        // Rubbish for as few as stop the sum.
        |step| {
            if let FromClient::Shares(shares) = step {
                shares.sealed[1..4].iter_mut().for_each(|sealed| sealed.bytes[0] ^= 1);
            }
        },
        // Another seed than its shares open.
        |step| {
            if let FromClient::Shares(shares) = step {
                shares.own[0] ^= 1;
            }
        },
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let (mut room, liar) = room(Box::new(move |_, _, step| lie(step)));
        let (said, abandoned) = finish(&mut room, &liar);
        assert!(
            said.iter().any(|text| text.contains("the secure sum failed")),
            "{number}: {said:?}"
        );
        assert_eq!(abandoned, 1, "{number}");
        let members = room.snapshot().members;
        let member = members.iter().find(|member| member.id == liar.id()).unwrap();
        assert_eq!(member.state, MemberState::Distrusted);
    }
}
