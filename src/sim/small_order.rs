//! One worker advertises a key with which everybody has the same secret: the round goes on without it.

use super::{Fate, Settings, Shards, Simulation};
use crate::digits::Digits;
use crate::entropy::Entropy;
use crate::federated::{Event, Phase, ToAggregator, ToWorker};
use crate::network::WeightHash;
use crate::secagg::{Advertisement, Context, FromClient, Identity, small_order_keys};
use crate::seeded::Stream;
use crate::wire::{Address, Envelope};

const WORKERS: usize = 5;
const SEED: u64 = 11;

/// A room in which the first worker sends keys with this one in place of its own.
fn room(key: [u8; 32], is_sealing: bool) -> (Simulation, Identity) {
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
            && let Ok(ToAggregator::Step { token, step: FromClient::Keys(keys) }) =
                ToAggregator::decode(kind, payload)
        {
            let (attempt, model) = task.unwrap();
            let context = Context { run: run.0, round, attempt, model };
            let pair = if is_sealing { [key, keys.masking] } else { [keys.sealing, key] };
            let keys = Box::new(Advertisement::sign(&context, &liar, pair));
            let forged = ToAggregator::Step { token, step: FromClient::Keys(keys) };
            (envelope.kind, envelope.payload) = forged.encode();
            *bytes = envelope.encode();
        }
        Fate::Deliver
    }));
    for _ in 0..WORKERS {
        room.open_worker(500);
    }
    // All are there before the first round.
    room.advance(0);
    room.tell(Event::Start);
    (room, who())
}

#[test]
fn the_round_goes_on_and_the_liar_is_named() {
    for (number, key) in small_order_keys().enumerate() {
        let (mut room, liar) = room(key, number % 2 == 0);
        let finished = room.run_until(10 * 60_000, |now| now.phase == Phase::Finished);
        assert!(finished, "{:?}", room.notices());
        assert_eq!(room.violations(), [""; 0]);
        assert_eq!(room.snapshot().counted, WORKERS - 1);
        assert!(!room.notices().iter().any(|(_, text)| text.contains("abandoned")));
        assert!(room.notices_about(liar.id()).any(|text| text.contains("was refused")));
    }
}
