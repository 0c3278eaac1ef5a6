//! What a seed makes up.

use super::super::{Millis, Settings};
use sotto_core::seeded::Stream;

/// A room, and what goes wrong in it.
pub(super) struct Scenario {
    pub(super) seed: u64,
    pub(super) settings: Settings,
    pub(super) workers: Vec<WorkerBehaviour>,
    pub(super) wires: Wires,
    /// From when to when a half of the room is cut off.
    pub(super) partition: Option<(Millis, Millis)>,
    /// Whether the aggregator tells some workers other survivors than the rest.
    pub(super) aggregator_lies: bool,
    /// A worker that the aggregator never tells what the others have signed.
    pub(super) denied: Option<usize>,
    /// When the aggregator goes back, to have a model's sum twice, and how.
    pub(super) rewinds: Vec<(Millis, Rollback)>,
}

/// How an aggregator goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rollback {
    /// A new run begins with the same settings, and the same first model.
    StartOver,
    /// The same run, as it was at its beginning.
    RollBack,
    /// As that, without the worker of this number.
    LeaveOut(usize),
}

/// How a worker behaves.
pub(super) struct WorkerBehaviour {
    /// How long it trains.
    pub(super) pace: Millis,
    /// It crashes when it sends its message of this number.
    pub(super) crashes_at: Option<u32>,
    /// And its page is opened anew after this time.
    pub(super) back_after: Option<Millis>,
    pub(super) lie: Option<Lie>,
    /// When it changes its mind about taking part; it is willing at first.
    pub(super) moods: Vec<Millis>,
}

/// How a worker lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// With another token.
    Forged,
    /// Says again what it said before.
    Replayed,
    /// For another round.
    MixedRound,
    /// With the end cut off.
    WrongLength,
    /// A second vector after the first.
    Equivocating,
    /// With a share changed.
    FalseShares,
    /// With shares that their holders cannot open.
    SealedRubbish,
    /// With a signature that does not hold.
    Unsigned,
}

const LIES: [Lie; 8] = [
    Lie::Forged,
    Lie::Replayed,
    Lie::MixedRound,
    Lie::WrongLength,
    Lie::Equivocating,
    Lie::FalseShares,
    Lie::SealedRubbish,
    Lie::Unsigned,
];

/// What the wires do.
pub(super) struct Wires {
    pub(super) loss: f64,
    pub(super) double: f64,
    /// At least, and at most: messages overtake one another.
    pub(super) delay: (Millis, Millis),
}

impl Scenario {
    pub(super) fn new(seed: u64) -> Self {
        let mut s = Stream::new(seed, "faults/scenario");
        let count = 3 + s.below(7);
        let settings = Settings {
            model: "linear".to_owned(),
            seed,
            rounds: 1 + s.below(3),
            fraction: pick(&mut s, [1.0, 1.0, 0.7]),
            cohort_min: 1,
            over: pick(&mut s, [1.0, 1.0, 1.3]),
            quorum: pick(&mut s, [0.5, 1.0]),
            deadline_s: 20,
            shards: 10,
            secagg: true,
            threshold: 2 + s.below(3),
            ..Settings::default()
        };
        let severity = pick(&mut s, [0.0, 0.3, 1.0]);
        let mut habits = Vec::new();
        for _ in 0..count {
            let [crashes, returns, lies, is_moody] =
                [0.3, 0.5, 0.15, 0.3].map(|probability| happens(&mut s, severity, probability));
            habits.push((crashes, returns, lies, is_moody));
        }
        let [lossy, doubled, slow, cut, aggregator_lies] =
            [0.3, 0.4, 0.5, 0.2, 0.1].map(|probability| happens(&mut s, severity, probability));
        let workers =
            habits.into_iter().map(|(crashes, returns, lies, is_moody)| WorkerBehaviour {
                pace: Millis::from(100 + s.below(3000)),
                crashes_at: crashes.then(|| s.below(14)),
                back_after: returns.then(|| Millis::from(s.below(20_000))),
                lie: lies.then(|| LIES[s.below(LIES.len() as u32) as usize]),
                moods: if is_moody { moods(&mut s) } else { Vec::new() },
            });
        let workers = workers.collect();
        let begin = Millis::from(s.below(10_000));
        // Drawn last, so that the rest of a seed's scenario is as it was.
        let denied = happens(&mut s, severity, 0.1).then(|| s.below(count) as usize);
        let rewinds = rewinds(&mut s, count);
        Self {
            seed,
            settings,
            workers,
            wires: Wires {
                loss: if lossy { s.between(0.0, 0.08) } else { 0.0 },
                double: if doubled { s.between(0.0, 0.3) } else { 0.0 },
                delay: if slow { (0, Millis::from(s.below(2000))) } else { (5, 5) },
            },
            partition: cut.then(|| (begin, begin + Millis::from(s.below(40_000)))),
            aggregator_lies,
            denied,
            rewinds,
        }
    }

    /// Every change of mind in the order of time: when, whose, and the verdict.
    pub(super) fn moods(&self) -> Vec<(Millis, usize, bool)> {
        let of = |(number, habit): (usize, &WorkerBehaviour)| {
            let change = move |(turn, at): (usize, &Millis)| (*at, number, turn % 2 == 1);
            habit.moods.iter().enumerate().map(change).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.workers.iter().enumerate().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    /// Whether nothing goes wrong.
    pub(super) fn is_calm(&self) -> bool {
        let calm = |habit: &WorkerBehaviour| {
            habit.crashes_at.is_none() && habit.lie.is_none() && habit.moods.is_empty()
        };
        self.workers.iter().all(calm)
            && self.workers.len() >= self.settings.cohort_least() as usize
            && self.wires.loss == 0.0
            && self.wires.delay.0 == self.wires.delay.1
            && self.partition.is_none()
            && !self.aggregator_lies
            && self.denied.is_none()
            && self.rewinds.iter().all(|(_, how)| !matches!(how, Rollback::LeaveOut(_)))
    }
}

fn happens(stream: &mut Stream, severity: f64, probability: f64) -> bool {
    stream.unit() < probability * severity
}

/// An aggregator goes back in a third of all rooms, calm ones too: up to three times.
fn rewinds(stream: &mut Stream, workers: u32) -> Vec<(Millis, Rollback)> {
    let count = if stream.below(3) == 0 { 1 + stream.below(3) } else { 0 };
    let mut rewinds = Vec::new();
    for _ in 0..count {
        let at = Millis::from(stream.below(20_000));
        rewinds.push((
            at,
            match stream.below(3) {
                0 => Rollback::StartOver,
                1 => Rollback::RollBack,
                _ => Rollback::LeaveOut(stream.below(workers) as usize),
            },
        ));
    }
    rewinds.sort_unstable_by_key(|(at, _)| *at);
    rewinds
}

/// Up to six changes of mind, most of them within the first rounds; after an even number it is
/// willing again.
fn moods(stream: &mut Stream) -> Vec<Millis> {
    let count = 1 + stream.below(6);
    let mut moods: Vec<Millis> = (0..count).map(|_| Millis::from(stream.below(15_000))).collect();
    moods.sort_unstable();
    moods
}

fn pick<const N: usize>(stream: &mut Stream, choices: [f64; N]) -> f64 {
    choices[stream.below(N as u32) as usize]
}
