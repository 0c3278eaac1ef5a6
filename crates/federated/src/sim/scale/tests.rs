//! The model against a round that was computed by hand, and what must hold of all rounds.

use proptest::prelude::*;

use super::*;

/// So fast that it takes no time.
const AT_ONCE: f64 = 1e30;

fn costs() -> Costs {
    let server = ServerCosts {
        agree_us: 2.0,
        upload_ns: 0.5,
        open_us: 1.0,
        weigh_ns: 100.0,
        unmask_ns: 1.0,
        repair_us: 40.0,
        waiting_ns: 5.0,
    };
    let worker = WorkerCosts { neighbour_us: 200.0, pair_ns: 500.0, mask_ns: 1.0 };
    Costs { step_ms: 1.0, message_ns: 0.5, add_ns: 1.0, server, worker }
}

fn machines() -> Machines {
    Machines {
        slowdown: 4.0,
        worker_up: 1e6,
        worker_down: 5e6,
        round_trip_s: 0.1,
        node_link: 1e8,
        memory: 4e9,
        broker_link: 1e8,
        broker_messages: 5e4,
        broker_connections: 1e5,
        one_broker: false,
    }
}

fn model() -> Model {
    let workload = Workload { parameters: 44_426, steps: 94, dropout: 0.1, over: 1.3 };
    Model { costs: costs(), workload, machines: machines() }
}

/// Of `model`, where only the link of the aggregator and a worker's steps take time.
fn by_hand() -> Model {
    let mut model = model();
    model.workload = Workload { parameters: 97, steps: 5, dropout: 0.0, over: 1.0 };
    model.machines = Machines {
        slowdown: 2.0,
        worker_up: AT_ONCE,
        worker_down: AT_ONCE,
        round_trip_s: 0.0,
        node_link: 1000.0,
        broker_link: AT_ONCE,
        broker_messages: AT_ONCE,
        ..machines()
    };
    model.costs.step_ms = 10.0;
    model.costs.message_ns = 0.0;
    model
}

const ALL: Cohort = Cohort::Share(1.0);

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1e-9)
}

/// Ten workers, a complete graph of nine neighbours each, 100 elements of 20 bits.
#[test]
fn a_round_by_hand() {
    let round = by_hand().round(10, ALL, Topology::Flat).unwrap();
    let frame = 46.0;
    let task = frame + 66.0 + 4.0 * 97.0;
    let keys = frame + 161.0;
    let proof = 4.0 + 4.0 * 32.0;
    let key_list = frame + 49.0 + 132.0 - 4.0 + 9.0 * (164.0 + proof);
    let shares = frame + 109.0 + 9.0 * 152.0;
    let delivery = frame + 5.0 + 9.0 * 152.0;
    let masked = frame + 5.0 + 250.0;
    let survivors = frame + 7.0;
    let statement = frame + 71.0;
    let statements = frame + 5.0 + 9.0 * 74.0;
    let unmask = frame + 5.0 + 10.0 * 36.0;
    // Ten of each, a thousand bytes a second.
    assert!(close(round.seconds.download, task / 100.0));
    assert!(close(round.seconds.train, 2.0 * 5.0 * 0.01));
    assert!(close(round.seconds.agree, (keys + key_list + shares + delivery) / 100.0));
    assert!(close(round.seconds.upload, masked / 100.0));
    assert!(close(round.seconds.unmask, (survivors + statement + statements + unmask) / 100.0));
    assert_eq!(round.seconds.climb, 0.0);
    assert_eq!(round.bottleneck, Resource::AggregatorLink);
    assert_eq!(round.broken, [Limit::Step], "agreeing takes a minute");
}

/// Thirty workers in three leaves of ten under a root that takes in two sums: two levels.
#[test]
fn a_tree_by_hand() {
    let flat = by_hand().round(10, ALL, Topology::Flat).unwrap();
    let tree = by_hand().round(30, ALL, Topology::Tree { leaf: 10, fan_in: 2 }).unwrap();
    assert_eq!((tree.leaves, tree.levels), (3, 2));
    let (task, sum) = (46.0 + 66.0 + 4.0 * 97.0, 46.0 + 800.0);
    assert!(close(tree.seconds.download, flat.seconds.download + 4.0 * task / 1000.0));
    // Adding, too, takes a little: an element a nanosecond.
    let adding = tree.seconds.climb - 4.0 * sum / 1000.0;
    assert!((0.0..1e-6).contains(&adding), "{adding}");
    assert_eq!(tree.seconds.agree, flat.seconds.agree);
    assert!(close(tree.busiest_in, flat.busiest_in + task));
    assert!(close(tree.busiest_out, flat.busiest_out + sum));
}

#[test]
fn what_a_fixed_cohort_costs_does_not_depend_on_the_others() {
    let of = |workers| model().round(workers, Cohort::Count(1000), Topology::Flat).unwrap();
    let (few, many) = (of(10_000), of(10_000_000));
    assert_eq!(few.seconds, many.seconds);
    assert!(few.broken.is_empty(), "{:?}", few.broken);
    assert_eq!(many.broken, [Limit::Room, Limit::Connections]);
}

#[test]
fn limits_break_where_they_are_first_passed() {
    let model = model();
    let breaks = model.breaks(ALL, Topology::Flat, [100, 10_000_000]).unwrap();
    assert!(breaks.is_sorted_by_key(|found| found.workers));
    let at = |limit| breaks.iter().find(|found| found.limit == limit).map(|found| found.workers);
    assert_eq!(at(Limit::Room), Some(10_001));
    assert_eq!(at(Limit::Sum), Some(65_001));
    assert_eq!(at(Limit::Connections), Some(100_000), "the aggregator is connected, too");
    for found in breaks {
        let before = model.round(found.workers - 1, ALL, Topology::Flat).unwrap();
        assert!(!before.broken.contains(&found.limit), "{found:?}");
    }
}

#[test]
fn one_broker_has_all_connections_of_a_tree() {
    let tree = Topology::Tree { leaf: 1000, fan_in: 32 };
    let of = |one_broker| {
        let mut model = model();
        model.machines.one_broker = one_broker;
        model.round(1_000_000, ALL, tree).unwrap()
    };
    assert!(!of(false).broken.contains(&Limit::Connections));
    assert!(of(true).broken.contains(&Limit::Connections));
    assert!(of(true).seconds.total() > of(false).seconds.total());
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    type Spoil = fn(&mut Model);
    let spoils: [Spoil; 8] = [
        |model| model.costs.step_ms = -1.0,
        |model| model.costs.server.repair_us = f64::NAN,
        |model| model.workload.parameters = 0,
        |model| model.workload.dropout = 0.5,
        |model| model.workload.over = 0.9,
        |model| model.machines.node_link = 0.0,
        |model| model.machines.round_trip_s = f64::INFINITY,
        |model| model.machines.slowdown = -4.0,
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        let mut model = model();
        spoil(&mut model);
        assert!(model.round(1000, ALL, Topology::Flat).is_err(), "{number}");
    }
    let of = |workers, cohort, topology| model().round(workers, cohort, topology).unwrap_err();
    assert_eq!(of(2, ALL, Topology::Flat), Error::TooFew(2));
    assert_eq!(of(1000, Cohort::Share(0.0), Topology::Flat), Error::Share);
    assert_eq!(of(1000, Cohort::Share(1.5), Topology::Flat), Error::Share);
    assert_eq!(of(1000, ALL, Topology::Tree { leaf: 100, fan_in: 1 }), Error::Tree);
    assert_eq!(of(1000, ALL, Topology::Tree { leaf: 5, fan_in: 2 }), Error::Tree);
    assert_eq!(of(u64::MAX, ALL, Topology::Flat), Error::TooMany);
}

fn cohorts() -> impl Strategy<Value = Cohort> {
    prop_oneof![(3u64..5000).prop_map(Cohort::Count), (0.05f64..1.0).prop_map(Cohort::Share)]
}

fn topologies() -> impl Strategy<Value = Topology> {
    let tree = (6u64..2000, 2u64..64).prop_map(|(leaf, fan_in)| Topology::Tree { leaf, fan_in });
    prop_oneof![Just(Topology::Flat), tree]
}

proptest! {
    // Up to 64 workers the graph is complete; with one more they have fewer neighbours.
    #[test]
    fn more_workers_never_make_a_flat_round_faster(
        workers in 65u64..200_000, times in 2u64..50, share in 0.2f64..1.0, dropout in 0.0f64..0.1,
    ) {
        let mut model = model();
        model.workload.dropout = dropout;
        let workers = (workers as f64 / share).ceil() as u64;
        let of = |workers| model.round(workers, Cohort::Share(share), Topology::Flat).unwrap();
        let (few, many) = (of(workers), of(times * workers));
        prop_assert!(many.seconds.total() >= few.seconds.total());
        prop_assert!(many.memory >= few.memory);
        prop_assert!(few.broken.iter().all(|limit| many.broken.contains(limit)));
    }

    #[test]
    fn a_tree_never_needs_more_memory_at_a_node_than_one_aggregator(
        workers in 65u64..1_000_000, leaf in 65u64..5000, fan_in in 2u64..64,
        parameters in 1usize..2_000_000,
    ) {
        let mut model = model();
        model.workload.parameters = parameters;
        let flat = model.round(workers, ALL, Topology::Flat).unwrap();
        let tree = model.round(workers, ALL, Topology::Tree { leaf, fan_in }).unwrap();
        prop_assert!(tree.memory <= flat.memory, "{} {}", tree.memory, flat.memory);
    }

    #[test]
    fn phases_add_up(workers in 5000u64..1_000_000, cohort in cohorts(), topology in topologies()) {
        let round = model().round(workers, cohort, topology).unwrap();
        let Phases { download, train, agree, upload, unmask, climb } = round.seconds;
        let phases = [download, train, agree, upload, unmask, climb];
        prop_assert!(phases.iter().all(|seconds| seconds.is_finite() && *seconds >= 0.0));
        prop_assert!(close(phases.iter().sum(), round.seconds.total()));
        prop_assert!(close(round.rounds_per_hour * round.seconds.total(), 3600.0));
        prop_assert_eq!(climb == 0.0, round.leaves == 1);
    }

    #[test]
    fn what_workers_send_the_aggregator_receives(workers in 3u64..50_000, parameters in 1usize..500_000) {
        let mut model = model();
        model.workload =
            Workload { parameters, dropout: 0.0, over: 1.0, ..model.workload };
        let round = model.round(workers, ALL, Topology::Flat).unwrap();
        prop_assert!(close(round.busiest_in, workers as f64 * round.worker_up));
        prop_assert!(close(round.busiest_out, workers as f64 * round.worker_down));
    }

    #[test]
    fn a_level_takes_in_what_the_level_below_sends(
        leaves in 1u64..500, fan_in in 2u64..40,
    ) {
        let mut model = by_hand();
        model.costs.add_ns = 0.0;
        let tree = Topology::Tree { leaf: 10, fan_in };
        let round = model.round(10 * leaves, ALL, tree).unwrap();
        prop_assert_eq!(round.leaves, leaves);
        prop_assert!(fan_in.pow(round.levels) >= leaves);
        prop_assert!(round.levels == 0 || fan_in.pow(round.levels - 1) < leaves);
        // Level by level the slowest takes in at most its fan-in, at a thousand bytes a second.
        let sum = 46.0 + 800.0;
        let most = f64::from(round.levels) * fan_in as f64 * sum / 1000.0;
        prop_assert!(round.seconds.climb <= most * (1.0 + 1e-9));
    }
}
