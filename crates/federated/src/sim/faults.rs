//! Rooms in which everything goes wrong: what a seed makes of network, tabs, liars, and which
//! promises must hold all the same.
//!
//! After every event of a run: each secure sum is that of its survivors' parts, bit for bit;
//! nobody counts twice; no worker's two secrets can be opened; no worker sums one model twice in
//! one round, over its own crashes and whatever its aggregator goes back to; rounds only go
//! forward; no round outlives its deadlines; and what is kept is bounded.

mod network;
mod scenario;

use std::cell::RefCell;
use std::rc::Rc;

use super::{Settings, Shards, Simulation, Snapshot};
use crate::{Assignment, Checkpoint, Event, MemberState, Millis, Phase, Task, Update};
use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_network::WeightHash;
use sotto_secagg::Rates;

use network::{Faulty, RestartAs};
use scenario::{Rollback, Scenario};

/// What became of a run.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Broken promises: none, or there is a bug.
    pub violations: Vec<String>,
    /// Rounds applied.
    pub rounds: u32,
    /// Secure sums opened.
    pub sums: u32,
    /// Tries that were given up.
    pub abandoned: u32,
    /// Workers that crashed.
    pub crashes: u32,
    /// Times that the aggregator went back to an earlier model.
    pub rewinds: u32,
    /// Masked vectors that workers sent.
    pub masked: u32,
    /// Verdicts of workers that changed.
    pub moods: u32,
    /// Messages lost, doubled, delayed, forged and so on.
    pub faults: u32,
}

/// How long a run may take, in virtual time.
const LIMIT_MS: Millis = 10 * 60_000;
/// Phases of a sum after the training, with some slack for the network.
const SUM_MS: Millis = 5 * 15_000 + 5_000;
/// A round that could begin begins by then.
const PAUSE_MS: Millis = 5_000;
/// The most bytes that may be under way or kept for a worker.
const BYTES_MAX: usize = 1 << 20;

/// Runs what `seed` makes up.
#[must_use]
pub fn run(seed: u64) -> Report {
    let scenario = Scenario::new(seed);
    let faulty = Rc::new(RefCell::new(Faulty::new(&scenario)));
    let shards: Shards = Box::new(|assignment| {
        let count = 10 + assignment.slot as usize;
        Digits::new(vec![0; 784 * count], vec![0; count]).map_err(|error| error.to_string())
    });
    let mut room = match Simulation::new(scenario.settings.clone(), shards) {
        Ok(room) => room,
        Err(error) => {
            return Report { violations: vec![error.to_string()], ..Report::default() };
        }
    };
    room.make_updates(Box::new(update));
    let tap = Rc::clone(&faulty);
    room.tap(Box::new(move |now, to, bytes| tap.borrow_mut().pass(now, to, bytes)));
    for (number, worker) in scenario.workers.iter().enumerate() {
        let number = room.open_worker_as(worker.pace, |id| {
            faulty.borrow_mut().enter(id, number);
        });
        debug_assert_eq!(number, room.workers() - 1);
    }
    room.tell(Event::Start);
    let mut watch = Watch::new(&scenario, &room.snapshot());
    let first = room.aggregator().checkpoint();
    let mut rewinds = scenario.rewinds.iter().copied().peekable();
    let mut report = Report::default();
    while room.now() < LIMIT_MS && room.snapshot().phase != Phase::Finished {
        let Some(next) = room.next_event() else {
            break;
        };
        room.advance(next.saturating_sub(room.now()));
        let crashed = faulty.borrow_mut().crashed();
        for number in crashed {
            report.crashes += 1;
            room.crash_worker(number);
        }
        let comes_back = faulty.borrow_mut().comes_back(room.now());
        for how in comes_back {
            match how {
                RestartAs::AsItself(number) => room.return_worker(number),
                RestartAs::AsAnother(pace) => {
                    let number = room.workers();
                    room.open_worker_as(pace, |id| faulty.borrow_mut().enter(id, number));
                }
            }
        }
        if let Some((_, how)) = rewinds.next_if(|(at, _)| *at <= room.now()) {
            report.rewinds += 1;
            if let Err(error) = rewind(&mut room, &faulty, how, &first) {
                watch.violations.push(error);
            }
            watch.begin_anew();
        }
        let moods = faulty.borrow_mut().moods(room.now());
        for (number, willing) in moods {
            report.moods += 1;
            room.set_willing(number, willing);
        }
        watch.look(&room, &faulty.borrow());
        if !watch.violations.is_empty() {
            break;
        }
    }
    report.violations = watch.violations;
    if scenario.is_calm() && room.snapshot().phase != Phase::Finished {
        report.violations.push("nothing went wrong, and yet it did not finish".to_owned());
    }
    report.rounds = room.snapshot().round;
    report.sums = room.sums();
    let given_up = |(_, text): &&(_, String)| text.contains("was abandoned");
    report.abandoned = room.notices().iter().filter(given_up).count() as u32;
    report.faults = faulty.borrow().faults;
    report.masked = faulty.borrow().wiretap.masked() as u32;
    report
}

/// Lets the aggregator go back.
fn rewind(
    room: &mut Simulation,
    faulty: &RefCell<Faulty>,
    how: Rollback,
    first: &Checkpoint,
) -> Result<(), String> {
    match how {
        Rollback::StartOver => return room.start_over().map_err(|error| error.to_string()),
        Rollback::LeaveOut(number) => faulty.borrow_mut().leave_out(number),
        Rollback::RollBack => {}
    }
    room.roll_back(first.clone()).map_err(|error| error.to_string())
}

/// An update that nobody trained, a little different for everybody and every try.
pub(super) fn update(assignment: &Assignment, round: u32, task: &Task) -> Update {
    let digits = 10 + assignment.slot;
    let path = format!("round/{round}/try/{}/worker/{}/update", task.attempt, assignment.slot);
    let mut stream = Stream::new(assignment.seed, &path);
    let value = |_: &f32| digits as f32 * stream.between(-0.02, 0.02) as f32;
    Update {
        token: task.token.clone(),
        base: WeightHash::of(&task.weights),
        digits,
        loss: 1.0,
        values: task.weights.iter().map(value).collect(),
    }
}

/// Looks whether the promises hold.
struct Watch {
    settings: Settings,
    round: u32,
    /// The try under way, and since when.
    current: Option<(u32, u32, Millis)>,
    /// Since when a round could have begun.
    idle_since: Option<Millis>,
    violations: Vec<String>,
}

impl Watch {
    fn new(scenario: &Scenario, snapshot: &Snapshot) -> Self {
        Self {
            settings: scenario.settings.clone(),
            round: snapshot.round,
            current: None,
            idle_since: None,
            violations: Vec::new(),
        }
    }

    /// The aggregator has gone back.
    fn begin_anew(&mut self) {
        (self.round, self.current, self.idle_since) = (0, None, None);
    }

    fn look(&mut self, room: &Simulation, faulty: &Faulty) {
        let snapshot = room.snapshot();
        self.violations.extend(room.violations().iter().cloned());
        let threshold = |workers: u32| {
            let degree = Rates::default().degree(workers as usize);
            degree.map_or(usize::MAX, |d| d.threshold.max(self.settings.threshold as usize))
        };
        self.violations.extend(faulty.wiretap.both_secrets(threshold));
        self.violations.extend(faulty.wiretap.summed_twice());
        if snapshot.round < self.round || snapshot.round > self.round + 1 {
            self.violations.push(format!("round {} follows {}", snapshot.round, self.round));
        }
        self.round = snapshot.round;
        self.look_for_stalls(&snapshot, room.now());
        let most = (room.workers() + 1) * BYTES_MAX;
        if room.in_flight_bytes() > most || snapshot.members.len() > room.workers() {
            self.violations.push("more is kept than there are workers for".to_owned());
        }
    }

    fn look_for_stalls(&mut self, snapshot: &Snapshot, now: Millis) {
        let try_now = (snapshot.round, snapshot.attempt);
        self.current = match (snapshot.phase, self.current) {
            (Phase::Training, Some(current)) if (current.0, current.1) == try_now => Some(current),
            (Phase::Training, _) => Some((try_now.0, try_now.1, now)),
            _ => None,
        };
        let limit = Millis::from(self.settings.deadline_s) * 1000 + SUM_MS;
        if self.current.is_some_and(|(_, _, since)| now > since + limit) {
            self.violations.push(format!("round {} outlives its deadlines", try_now.0 + 1));
        }
        let ready = snapshot.members.iter().filter(|m| m.state == MemberState::Idle).count();
        let could =
            snapshot.phase == Phase::Waiting && ready >= self.settings.cohort_least() as usize;
        self.idle_since = could.then(|| self.idle_since.unwrap_or(now));
        if self.idle_since.is_some_and(|since| now > since + PAUSE_MS) {
            self.violations.push("a round could begin and does not".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_hold_whatever_goes_wrong() {
        let mut total = Report::default();
        for seed in 0..60 {
            let report = run(seed);
            assert_eq!(report.violations, Vec::<String>::new(), "seed {seed}");
            total.sums += report.sums;
            total.abandoned += report.abandoned;
            total.crashes += report.crashes;
            total.rewinds += report.rewinds;
            total.moods += report.moods;
            total.faults += report.faults;
        }
        // It is no promise kept where nothing happens.
        let happened = [total.sums, total.abandoned, total.crashes, total.moods, total.faults];
        let counts = happened.into_iter().chain([total.rewinds]).collect::<Vec<_>>();
        assert!(counts.iter().all(|&count| count > 20), "{total:?}");
    }

    #[test]
    fn a_seed_replays() {
        let tell = |report: Report| format!("{report:?}");
        assert_eq!(tell(run(7)), tell(run(7)));
    }
}
