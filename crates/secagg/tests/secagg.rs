//! Secure sums from end to end: whoever drops out and whenever, and whatever is tried.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;
use sotto_core::wire::PeerId;
use sotto_secagg::in_process::InProcessSum;
use sotto_secagg::{
    Adversary, COHORT_MAX, Client, Context, Encoding, Entry, Error, FromClient, FromServer,
    Identity, Numbers, OVERHEAD_MAX, Phase, PhaseResult, Rates, Sealed, Server, Terms,
};

const LEN: usize = 700;
const CLIP: f32 = 1.0;

fn entropy(seed: u64) -> Entropy {
    let mut stream = Stream::new(seed, "test/secagg");
    Box::new(move |bytes| stream.fill(bytes))
}

fn context() -> Context {
    Context { run: 7, round: 3, attempt: 1, model: [9; 32] }
}

fn terms() -> Terms {
    Terms {
        rates: Rates::default(),
        cohort_min: 3,
        threshold_min: 2,
        len: LEN as u32,
        numbers: Numbers::Weighted { clip: CLIP, weight_max: 1000 },
    }
}

/// A sum of `count` workers.
fn world(count: usize, terms: Terms, seed: u64) -> InProcessSum {
    let mut stream = Stream::new(seed, "test/values");
    let parts = (1..=count as u32).map(|count| {
        let value = |_| count as f32 * stream.between(-0.03, 0.03) as f32;
        ((0..LEN).map(value).collect(), count)
    });
    let parts: Vec<_> = parts.collect();
    InProcessSum::new(context(), terms, parts, entropy(seed), Box::new(|| 0.0))
}

fn ids(world: &InProcessSum) -> Vec<PeerId> {
    world.members.iter().map(|member| member.identity.id()).collect()
}

/// A sum in which the messages of `phase` are out.
fn up_to(count: usize, seed: u64, phase: Phase) -> (InProcessSum, Vec<(usize, FromServer)>) {
    let mut world = world(count, terms(), seed);
    world.run_up_to(phase).unwrap();
    let messages = world.outbox().to_vec();
    (world, messages)
}

/// Of three workers listed one is gone, and the minimum that the aggregator tells is one.
#[test]
fn sums_of_two_are_refused_whatever_minimum_is_told() {
    let terms = Terms { cohort_min: 1, ..terms() };
    for phase in [Phase::Sharing, Phase::Masking] {
        let outcome = world(3, terms, 13).run(|index, now| index != 0 || now < phase);
        assert_eq!(outcome, Err(Error::TooFew), "an honest aggregator gives up: {phase:?}");
    }
    let mut room = world(3, terms, 16);
    room.run_up_to(Phase::Sharing).unwrap();
    for (index, message) in room.outbox().to_vec().into_iter().skip(1) {
        let shares = say(&mut room, index, message).unwrap();
        hear(&mut room, index, shares).unwrap();
    }
    assert!(matches!(room.server.close(), Err(Error::TooFew)));
    // One that goes on hears nothing from the two.
    let mut room = world(3, terms, 14);
    room.run_up_to(Phase::Masking).unwrap();
    for (index, message) in room.outbox().to_vec() {
        let FromServer::Delivery(mut shares) = message else { unreachable!() };
        shares.truncate(1);
        let reply = say(&mut room, index, FromServer::Delivery(shares));
        assert_eq!(reply, Err(Error::TooFew), "before a vector is sent");
    }
    let mut room = world(3, terms, 15);
    room.run_up_to(Phase::Confirming).unwrap();
    for index in 0..3 {
        let reply = say(&mut room, index, FromServer::Survivors(vec![0b01]));
        assert_eq!(reply, Err(Error::TooFew), "before a statement is signed");
    }
}

fn say(world: &mut InProcessSum, index: usize, message: FromServer) -> Result<FromClient, Error> {
    world.members[index].handle(message, &mut world.entropy)
}

fn hear(world: &mut InProcessSum, index: usize, message: FromClient) -> Result<(), Error> {
    world.server.receive(world.members[index].identity.id(), message)
}

#[test]
fn the_sum_is_that_of_the_parts() {
    let mut world = world(12, terms(), 1);
    let sum = world.run(|_, _| true).unwrap();
    assert_eq!(sum.survivors, ids(&world));
    assert_eq!(sum.elements, world.expected(&sum));
    let total = sum.encoding.decode(&sum.elements).unwrap();
    assert_eq!(total.count, (1..=12).sum::<u32>());
    // Each part is off by less than a step of the ring.
    let step = f64::from(CLIP) * 1000.0 * 12.0 / f64::from(1 << 19);
    for (index, value) in total.values.iter().enumerate() {
        let exact: f32 = world.members.iter().map(|member| member.values[index]).sum();
        assert!((value - f64::from(exact)).abs() < 12.1 * step, "{value} {exact}");
    }
}

const PHASES: [Phase; 5] =
    [Phase::Keys, Phase::Sharing, Phase::Masking, Phase::Confirming, Phase::Unmasking];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// Whoever drops out at any step: the sum is that of the survivors bit for bit, or there
    /// is none.
    #[test]
    fn drop_outs_leave_the_survivors_sum(
        leaves in proptest::collection::vec(0usize..12, 3..14),
        seed: u64,
    ) {
        // A worker leaves before the phase of its number; above them all, it stays.
        let stays = |index: usize, phase: Phase| {
            PHASES.get(leaves[index]).is_none_or(|&leaves| phase < leaves)
        };
        let mut world = world(leaves.len(), terms(), seed);
        match world.run(stays) {
            Ok(sum) => {
                prop_assert_eq!(&sum.elements, &world.expected(&sum));
                let mut sent = ids(&world);
                let mut indices = 0..;
                sent.retain(|_| stays(indices.next().unwrap(), Phase::Masking));
                prop_assert_eq!(&sum.survivors, &sent);
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::TooFew | Error::Inconsistent));
                let last = (0..leaves.len()).filter(|&index| stays(index, Phase::Unmasking));
                let threshold = terms().degree(leaves.len()).map_or(3, |degree| degree.threshold);
                prop_assert!(last.count() < threshold.max(3));
            }
        }
    }
}

#[test]
fn a_sparse_graph_sums_too() {
    let mut world = world(150, terms(), 2);
    let stays = |index: usize, phase: Phase| match index % 10 {
        3 => phase < Phase::Masking,
        7 => phase < Phase::Unmasking,
        _ => true,
    };
    let sum = world.run(stays).unwrap();
    assert_eq!((sum.survivors.len(), sum.dropped.len()), (135, 15));
    assert_eq!(sum.elements, world.expected(&sum));
}

#[test]
fn three_workers_with_threshold_three_need_all_three() {
    let terms = Terms { threshold_min: 3, ..terms() };
    for phase in PHASES {
        let outcome = world(3, terms, 3).run(|index, now| index != 1 || now < phase);
        assert!(matches!(outcome, Err(Error::TooFew | Error::Inconsistent)), "{phase:?}");
    }
    assert!(world(3, terms, 3).run(|_, _| true).is_ok());
}

#[test]
fn a_second_request_to_unmask_is_refused() {
    let (mut world, mut messages) = up_to(5, 4, Phase::Unmasking);
    let (index, message) = messages.remove(0);
    assert!(say(&mut world, index, message.clone()).is_ok());
    assert_eq!(say(&mut world, index, message), Err(Error::Unexpected));
    // Nor can it be taken back to an earlier step.
    for earlier in [FromServer::Survivors(vec![0]), FromServer::Delivery(Vec::new())] {
        assert_eq!(say(&mut world, index, earlier), Err(Error::Unexpected));
    }
}

/// The aggregator tells one half that a worker is alive and the other half that it is not, to
/// get both of its secrets: nobody opens anything.
#[test]
fn an_aggregator_that_tells_two_tales_gets_nothing() {
    let (mut world, messages) = up_to(10, 5, Phase::Confirming);
    let mut statements = Vec::new();
    for (index, message) in messages {
        let FromServer::Survivors(mut alive) = message else { unreachable!() };
        // In each list the bit of the last worker is the last, but for its own list.
        if index % 2 == 0 && index != 9 {
            alive[1] &= !1;
        }
        let told = FromServer::Survivors(alive);
        let FromClient::Statement(statement) = say(&mut world, index, told).unwrap() else {
            unreachable!()
        };
        statements.push((index as u32, statement));
    }
    for index in 0..10 {
        let heard = statements.iter().filter(|(from, _)| *from as usize != index).cloned();
        let outcome = say(&mut world, index, FromServer::Statements(heard.collect()));
        assert_eq!(outcome, Err(Error::Inconsistent), "{index}");
    }
}

#[test]
fn too_few_survivors_or_statements_are_refused() {
    let (mut world, messages) = up_to(6, 6, Phase::Confirming);
    let few = FromServer::Survivors(vec![0b00001]);
    assert_eq!(say(&mut world, messages[0].0, few), Err(Error::TooFew));
    let (mut world, mut messages) = up_to(6, 6, Phase::Unmasking);
    let (index, message) = messages.remove(0);
    let FromServer::Statements(mut statements) = message else { unreachable!() };
    statements.truncate(1);
    let few = FromServer::Statements(statements.clone());
    assert_eq!(say(&mut world, index, few), Err(Error::Inconsistent));
    // The same statement many times is still one.
    let repeated = statements.iter().cycle().take(9).cloned().collect();
    assert_eq!(say(&mut world, index, FromServer::Statements(repeated)), Err(Error::Inconsistent));
}

/// The same workers have said the same in an earlier try, as the aggregator still knows.
#[test]
fn statements_of_another_try_are_none() {
    let tried = |attempt| {
        let values: std::rc::Rc<[f32]> = vec![0.01; LEN].into();
        let parts = (0..6).map(|_| (std::rc::Rc::clone(&values), 1));
        let context = Context { attempt, ..context() };
        let mut world = InProcessSum::new(context, terms(), parts, entropy(26), Box::new(|| 0.0));
        world.run_up_to(Phase::Unmasking).unwrap();
        let messages = world.outbox().to_vec();
        (world, messages)
    };
    let (first, before) = tried(1);
    let (mut second, now) = tried(2);
    assert_eq!(ids(&first), ids(&second));
    for ((place, earlier), (_, message)) in before.into_iter().zip(now) {
        assert_eq!(say(&mut second, place, earlier), Err(Error::Inconsistent));
        assert!(say(&mut second, place, message).is_ok(), "nothing has changed");
    }
}

#[test]
fn forged_lists_of_keys_are_refused() {
    let tried = |change: &dyn Fn(&mut sotto_secagg::KeyList)| {
        let (mut world, mut messages) = up_to(5, 7, Phase::Sharing);
        let (index, message) = messages.remove(0);
        let FromServer::KeyList(mut list) = message else { unreachable!() };
        change(&mut list);
        say(&mut world, index, FromServer::KeyList(list)).unwrap_err()
    };
    // Another key in place of a neighbour's; another proof; a neighbour left out; one twice.
    assert_eq!(tried(&|list| list.neighbours[0].keys.masking[0] ^= 1), Error::Forged);
    assert_eq!(tried(&|list| list.neighbours[1].proof[0][0] ^= 1), Error::Forged);
    assert_eq!(tried(&|list| drop(list.neighbours.pop())), Error::List);
    assert_eq!(tried(&|list| list.neighbours[1] = list.neighbours[0].clone()), Error::List);
    assert_eq!(tried(&|list| list.root[0] ^= 1), Error::List);
    assert_eq!(tried(&|list| list.workers = 2), Error::TooFew);
    assert_eq!(tried(&|list| list.position += 1), Error::List);
}

/// Keys of another try, round, run or model are not taken, nor another worker's.
#[test]
fn replayed_keys_are_refused() {
    let mut entropy = entropy(8);
    let identity = Identity::draw(&mut entropy);
    for other in [
        Context { run: 8, ..context() },
        Context { round: 4, ..context() },
        Context { attempt: 2, ..context() },
        Context { model: [8; 32], ..context() },
    ] {
        let (_, keys) = Client::new(other, terms(), &identity, &mut entropy);
        let mut server = Server::new(context(), terms(), [identity.id()]);
        assert_eq!(server.receive(identity.id(), keys), Err(Error::Forged));
    }
    let (_, keys) = Client::new(context(), terms(), &identity, &mut entropy);
    let other = Identity::draw(&mut entropy).id();
    let mut server = Server::new(context(), terms(), [other]);
    assert_eq!(server.receive(other, keys.clone()), Err(Error::Forged));
    assert_eq!(server.receive(identity.id(), keys), Err(Error::Stranger));
}

/// Other terms told to one worker alone are another agreement: its shares open nowhere, its
/// masks cancel nowhere, and there is no sum.
#[test]
fn different_terms_give_no_sum() {
    for (context, terms_told) in [
        (context(), Terms { numbers: Numbers::Whole { step: 1.0 }, ..terms() }),
        (Context { model: [8; 32], ..context() }, terms()),
    ] {
        let mut world = world(5, terms(), 9);
        world.mislead(2, context, terms_told);
        assert!(world.run(|_, _| true).is_err());
    }
}

#[test]
fn a_liar_among_the_holders_is_found_out() {
    let (mut world, messages) = up_to(6, 10, Phase::Unmasking);
    for (index, message) in messages {
        let mut reply = say(&mut world, index, message).unwrap();
        if index == 0 {
            let FromClient::Unmask(shares) = &mut reply else { unreachable!() };
            shares[1].1[0] ^= 1;
            assert_eq!(hear(&mut world, index, reply), Err(Error::Shares));
        } else {
            hear(&mut world, index, reply).unwrap();
        }
    }
    // The others are enough.
    let PhaseResult::Sum(sum) = world.server.close().unwrap() else { unreachable!() };
    assert_eq!(sum.elements, world.expected(&sum));
}

/// Who has shared its secrets with nobody cannot be alive later: no holder could open its mask.
#[test]
fn who_shared_nothing_is_no_survivor() {
    let mut world = world(6, terms(), 17);
    for phase in [Phase::Keys, Phase::Sharing, Phase::Masking] {
        world.step(|index| index != 5 || phase == Phase::Keys).unwrap();
    }
    let (index, message) = world.outbox()[0].clone();
    let FromServer::Survivors(told) = message else { unreachable!() };
    assert_eq!(told, [0b01111], "a bit for each other worker, the last of whom is gone");
    let lied = say(&mut world, index, FromServer::Survivors(vec![0b11111]));
    assert_eq!(lied, Err(Error::List));
    assert!(say(&mut world, index, FromServer::Survivors(told)).is_ok(), "nothing has changed");
}

/// For exactly the holders, in their order, sealed for each but the owner.
#[test]
fn shares_for_others_than_the_holders_are_refused() {
    let tried = |change: &dyn Fn(&mut Vec<Sealed>)| {
        let (mut world, mut messages) = up_to(5, 18, Phase::Sharing);
        let (index, message) = messages.remove(0);
        let reply = say(&mut world, index, message).unwrap();
        let FromClient::Shares(mut shares) = reply else { unreachable!() };
        change(&mut shares.sealed);
        hear(&mut world, index, FromClient::Shares(shares))
    };
    assert_eq!(tried(&|_| ()), Ok(()));
    assert_eq!(tried(&|sealed| drop(sealed.pop())), Err(Error::Shares));
    assert_eq!(tried(&|sealed| sealed.push(sealed[1].clone())), Err(Error::Shares));
    assert_eq!(tried(&|sealed| sealed.swap(1, 2)), Err(Error::Shares));
    assert_eq!(tried(&|sealed| sealed[1].position += 9), Err(Error::Shares));
    assert_eq!(tried(&|sealed| sealed[1].bytes.truncate(3)), Err(Error::Shares));
    assert_eq!(tried(&|sealed| sealed[0].bytes = vec![0; 3]), Err(Error::Shares));
}

#[test]
fn the_vector_that_came_last_is_shown_once() {
    let (mut world, messages) = up_to(4, 19, Phase::Masking);
    assert!(world.server.take_latest().is_empty());
    for (index, message) in messages {
        let reply = say(&mut world, index, message).unwrap();
        hear(&mut world, index, reply).unwrap();
        assert_eq!(world.server.take_latest().len(), Encoding::elements(LEN));
        assert!(world.server.take_latest().is_empty());
    }
}

/// Of six workers one says nothing from the third message on, and the driver gives another one up.
#[test]
fn the_aggregator_knows_whom_it_waits_for_in_every_phase() {
    let mut world = world(6, terms(), 22);
    let all = ids(&world);
    assert_eq!((world.server.degree(), world.server.running_sum()), (None, None));
    // The first of them that are waited for, and that answer.
    for (phase, [waits, stay]) in PHASES.into_iter().zip([[0, 0], [0, 0], [0, 1], [1, 2], [2, 2]]) {
        assert_eq!((world.server.phase(), world.server.heard()), (phase, 0));
        assert_eq!(world.server.pending(), all[waits..], "{phase:?}");
        if phase == Phase::Confirming {
            world.server.lose(all[1]);
            assert_eq!(world.server.pending(), all[2..], "nothing more is expected of it");
        }
        let done = world.step(|index| index >= stay).unwrap();
        assert_eq!(done.is_some(), phase == Phase::Unmasking);
        if done.is_none() {
            assert_eq!(world.server.degree(), terms().degree(6).ok(), "{phase:?}");
            let (sum, encoding) = world.server.running_sum().unwrap();
            assert_eq!(sum.iter().any(|element| *element != 0), phase >= Phase::Masking);
            assert_eq!(*encoding, terms().encoding(6).unwrap());
            assert_eq!(encoding.clip(), f64::from(CLIP));
        }
    }
    assert_eq!((world.server.phase(), world.server.heard()), (Phase::Done, 0));
    assert!(world.server.pending().is_empty());
    assert_eq!((world.server.degree(), world.server.running_sum()), (None, None));
    assert_eq!(world.server.close().unwrap_err(), Error::Unexpected);
}

#[test]
fn the_aggregator_counts_those_it_has_heard() {
    let (mut world, messages) = up_to(5, 23, Phase::Masking);
    for (heard, (index, message)) in messages.into_iter().enumerate() {
        assert_eq!((world.server.heard(), world.server.pending().len()), (heard, 5 - heard));
        let reply = say(&mut world, index, message).unwrap();
        hear(&mut world, index, reply).unwrap();
    }
    assert_eq!((world.server.heard(), world.server.pending().len()), (5, 0));
}

/// Its part is asked for with the fewest workers that may be in the sum, and goes out plus the masks that the page shows.
#[test]
fn a_worker_s_part_goes_out_under_all_of_its_masks() {
    for (cohort_min, threshold_min, least) in [(3, 2, 3), (5, 2, 5), (3, 4, 4)] {
        let terms = Terms { cohort_min, threshold_min, ..terms() };
        let mut world = world(5, terms, 24);
        world.run_up_to(Phase::Masking).unwrap();
        let threshold = terms.degree(5).unwrap().threshold;
        let (index, message) = world.outbox()[2].clone();
        let all = ids(&world);
        let InProcessSum { members, entropy, .. } = &mut world;
        let member = &mut members[index];
        assert!(member.client.first_masks().is_empty() && !member.client.is_done());
        let part = |encoding: &Encoding, told: usize| {
            assert_eq!(told, least.max(threshold));
            assert_eq!(*encoding, terms.encoding(5).unwrap());
            Ok(vec![1000; Encoding::elements(LEN)])
        };
        let reply = member.client.handle(message, part, &member.identity, entropy).unwrap();
        let FromClient::Masked(bytes) = reply else { unreachable!() };
        let width = terms.encoding(5).unwrap().width();
        let masked = width.unpack(&bytes, Encoding::elements(LEN)).unwrap()[0];
        let masks = member.client.first_masks();
        let with: Vec<_> = masks.iter().map(|mask| mask.with).collect();
        let mut others: Vec<_> =
            all.iter().filter(|id| **id != all[index]).map(|id| Some(*id)).collect();
        others.insert(0, None);
        assert_eq!(with, others, "its own, then one with each neighbour");
        let sum = masks.iter().fold(1000u32, |sum, mask| sum.wrapping_add(mask.element));
        assert_eq!(width.unsigned(sum), masked);
    }
}

#[test]
fn the_opening_is_shown_step_by_step() {
    let mut world = world(6, terms(), 25);
    let sum = world.run(|index, phase| index != 4 || phase < Phase::Masking).unwrap();
    let all = ids(&world);
    let steps: Vec<_> = sum.openings.iter().map(|step| (step.worker, step.is_repair)).collect();
    let expected: Vec<_> = (0..6).map(|index| (all[index], index == 4)).collect();
    assert_eq!(steps, expected);
    assert_eq!(sum.dropped, [all[4]]);
    assert_eq!(sum.openings[5].elements, sum.elements, "nothing is masked any more");
    let firsts: Vec<_> = sum.openings.iter().map(|step| step.elements[0]).collect();
    assert!(firsts.windows(2).all(|pair| pair[0] != pair[1]), "each step takes masks away");
}

#[test]
fn workers_are_invited_as_long_as_keys_are_taken() {
    let mut world = world(4, terms(), 21);
    let late = PeerId([9; 16]);
    assert!(world.server.invite(late) && world.server.pending().contains(&late));
    world.server.lose(late);
    assert!(world.step(|_| true).unwrap().is_none());
    assert!(!world.server.invite(PeerId([8; 16])), "the keys are in");
}

/// A list of keys is the longest message but for a vector; in the largest cohort a way to its root has 17 hashes.
#[test]
fn the_longest_list_fits_its_limit() {
    let neighbours = terms().degree(COHORT_MAX).unwrap().neighbours;
    let (_, mut messages) = up_to(5, 20, Phase::Sharing);
    let FromServer::KeyList(mut list) = messages.remove(0).1 else { unreachable!() };
    let entry = Entry { proof: vec![[0; 32]; 17], ..list.neighbours[0].clone() };
    list.neighbours = vec![entry; neighbours];
    let len = FromServer::KeyList(list).encode().len();
    assert!(
        (OVERHEAD_MAX / 20..=OVERHEAD_MAX).contains(&len),
        "{len} bytes, {neighbours} neighbours"
    );
}

#[test]
fn nobody_counts_twice() {
    let (mut world, messages) = up_to(4, 11, Phase::Masking);
    for (index, message) in messages {
        let reply = say(&mut world, index, message).unwrap();
        hear(&mut world, index, reply.clone()).unwrap();
        assert_eq!(hear(&mut world, index, reply), Err(Error::Unexpected));
    }
    let stranger = PeerId([0; 16]);
    let masked = FromClient::Masked(vec![0; 3]);
    assert_eq!(world.server.receive(stranger, masked), Err(Error::Stranger));
}

#[test]
fn a_masked_vector_is_uniform() {
    let (mut world, mut messages) = up_to(8, 12, Phase::Masking);
    let (index, message) = messages.remove(0);
    world.members[index].values = [0.0; LEN].into();
    let reply = say(&mut world, index, message).unwrap();
    let FromClient::Masked(bytes) = reply else { unreachable!() };
    let encoding = terms().encoding(8).unwrap();
    let elements = encoding.width().unpack(&bytes, Encoding::elements(LEN)).unwrap();
    // The top four bits of each element, of a part that is zero everywhere.
    let mut counts = [0f64; 16];
    elements.iter().for_each(|element| counts[(element >> 16) as usize] += 1.0);
    let expected = elements.len() as f64 / 16.0;
    let chi: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
    // 15 degrees of freedom: above 45 once in 10,000.
    assert!(chi < 45.0, "{chi}");
}

#[test]
fn a_curious_aggregator_needs_a_smaller_threshold() {
    let threshold = |aggregator| {
        let rates = Rates { aggregator, ..Rates::default() };
        Terms { rates, ..terms() }.degree(20).unwrap().threshold
    };
    assert!(threshold(Adversary::Curious) < threshold(Adversary::Lying));
}
