//! Whole sessions with a ledger of what every role draws: no pair of key and nonce is used twice.

use super::world::{World, noise, weights};
use super::{Output, Role, TradeOff};
use sotto_core::prg::ledger::{self, Holder, Ledger};

const DEALER: Holder = Role::Dealer as Holder;

/// Two models, classifications of every kind, a training, and classifications with what it came to.
fn session(preset: &str, trade_off: TradeOff) -> Ledger {
    let (world, ledger) = ledger::kept(|| {
        let mut world = World::silent(preset, weights(preset, 1), 8, 3, trade_off);
        for seed in 0..3 {
            world.classify(&noise(1, seed), Output::Logits).unwrap();
            world.classify(&noise(1, seed), Output::Label).unwrap();
        }
        world.classify(&noise(2, 9), Output::Logits).unwrap();
        world.share(weights(preset, 2));
        world.classify(&noise(1, 1), Output::Logits).unwrap();
        world.contribute(&noise(4, 5), &[3, 1, 4, 1]);
        world.contribute(&noise(4, 6), &[5, 9, 2, 6]);
        let info = world.train(super::train::whole::training_info(preset)).unwrap();
        world.take(&info, 8).unwrap();
        world.classify(&noise(1, 2), Output::Label).unwrap();
        world
    });
    assert!(world.ends.borrow().is_empty());
    ledger
}

#[test]
fn no_role_uses_a_pair_of_key_and_nonce_twice_in_a_session() {
    for (preset, trade_off) in
        [("linear", TradeOff::Bytes), ("lenet5", TradeOff::Bytes), ("lenet5", TradeOff::Rounds)]
    {
        let ledger = session(preset, trade_off);
        let (streams, nonces) = ledger.len();
        assert!(streams > 200 && nonces > 100, "{preset} draws {streams} streams, {nonces} nonces");
        let common = ledger.check_streams();
        // A party's stream is its own and the dealer's, who may have dealt what was never taken. Keys of a single use are
        // their holder's alone: of the first weights, too, which the dealer must not know.
        let of = |role: Role| role as Holder;
        let pairs = [Role::Alice, Role::Bob].map(|party| vec![of(party), DEALER]);
        let alone = Role::ALL.map(|role| vec![of(role)]);
        assert!(common.iter().all(|holders| pairs.contains(holders) || alone.contains(holders)));
        assert!(
            pairs
                .iter()
                .chain(&alone)
                .filter(|one| one[0] != DEALER)
                .all(|one| common.contains(one))
        );
        // Four trees side by side share a nonce at each level: a party has one node of each, the dealer both parties'.
        ledger.check_trees(|holder| if holder == DEALER { 8 } else { 4 });
    }
}
