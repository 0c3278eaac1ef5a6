//! Whole secure sums with a ledger of what is drawn: no pair of key and nonce is used for two things.

use std::rc::Rc;

use super::in_process::InProcessSum;
use super::{Context, Numbers, Phase, Rates, Terms};
use sotto_core::entropy::Entropy;
use sotto_core::prg::ledger;
use sotto_core::seeded::Stream;

#[test]
fn no_stream_of_a_sum_has_more_than_its_two_holders() {
    let ((), ledger) = ledger::kept(|| {
        let mut stream = Stream::new(1, "test/secagg/used_once");
        // One source for all rounds, as the system's is: rounds and tries draw new keys from it.
        for (round, attempt, gone) in [(1, 1, 9), (1, 2, 9), (2, 1, 0), (2, 2, 3)] {
            let context = Context { run: 7, round, attempt, model: [9; 32] };
            let terms = Terms {
                rates: Rates::default(),
                cohort_min: 3,
                threshold_min: 2,
                len: 4000,
                numbers: Numbers::Weighted { clip: 1.0, weight_max: 1000 },
            };
            let values: Rc<[f32]> = (0..4000).map(|_| stream.between(-0.03, 0.03) as f32).collect();
            let mut seed = [0; 8];
            stream.fill(&mut seed);
            let mut secrets = Stream::new(u64::from_le_bytes(seed), "test/secagg/secrets");
            let entropy: Entropy = Box::new(move |bytes| secrets.fill(bytes));
            let parts = (1..=8).map(|count| (Rc::clone(&values), count));
            let mut sum = InProcessSum::new(context, terms, parts, entropy, Box::new(|| 0.0));
            let stays = |index, phase| index != gone || phase < Phase::Masking;
            sum.run(stays).unwrap();
        }
    });
    // Eight own masks, eight vectors of coins, masks and seals of all pairs, in each of four sums.
    let (streams, _) = ledger.len();
    assert!(streams >= 4 * (7 + 7 + 28 + 56), "{streams} streams");
    // A mask of a pair is drawn by both, or by one and the aggregator; an own mask by its worker and the aggregator.
    // A seal's key is used by who seals and by who opens.
    ledger.check_uses(2);
}
