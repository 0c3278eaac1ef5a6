//! What the shares open that workers have dealt: the threshold of them all of a secret, one fewer nothing of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::in_process::InProcessSum;
use super::shamir::{self, Share};
use super::{Context, FromClient, Numbers, Phase, Rates, Terms};
use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;

#[test]
fn the_threshold_of_shares_opens_a_secret_and_one_fewer_does_not() {
    let context = Context { run: 5, round: 1, attempt: 1, model: [3; 32] };
    let numbers = Numbers::Weighted { clip: 1.0, weight_max: 10 };
    for threshold_min in [2, 3, 5] {
        let (rates, cohort_min) = (Rates::default(), 3);
        let terms = Terms { rates, cohort_min, threshold_min, len: 10, numbers };
        let threshold = terms.degree(8).unwrap().threshold;
        assert!((threshold_min as usize..8).contains(&threshold));
        let values: Rc<[f32]> = vec![0.5; 10].into();
        let mut secrets = Stream::new(threshold_min.into(), "test/opened");
        let entropy: Entropy = Box::new(move |bytes| secrets.fill(bytes));
        let parts = (0..8).map(|_| (Rc::clone(&values), 1));
        let mut room = InProcessSum::new(context, terms, parts, entropy, Box::new(|| 0.0));
        room.run_up_to(Phase::Unmasking).unwrap();
        let mut shares = BTreeMap::<u32, Vec<(u16, Share)>>::new();
        for (holder, message) in room.outbox().to_vec() {
            let reply = room.members[holder].handle(message, &mut room.entropy).unwrap();
            let FromClient::Unmask(opened) = reply else { panic!("shares are due") };
            for (owner, share) in opened {
                let point = shamir::point(holder as u32);
                shares.entry(owner).or_default().push((point, Share(share)));
            }
        }
        assert_eq!(shares.len(), 8, "each has an own mask");
        for (owner, shares) in shares {
            let of = |some: &[(u16, Share)]| {
                let points: Vec<u16> = some.iter().map(|(point, _)| *point).collect();
                let weights = shamir::weights(&points);
                shamir::combine(&weights, some.iter().map(|(_, share)| share)).to_vec()
            };
            let secret = of(&shares[..threshold]);
            let rest = &shares[shares.len() - threshold..];
            assert_eq!(secret, of(rest), "{threshold} of any holders of {owner}'s");
            assert_ne!(secret, of(&shares[..threshold - 1]), "{owner}'s, by one fewer");
            assert!(shares.iter().all(|(_, share)| share.0[..] != secret[..]));
        }
    }
}
