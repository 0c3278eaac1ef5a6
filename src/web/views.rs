//! The aggregator's state as its page is shown it.

use super::page::{
    AggregatorEvent as Shown, AggregatorState, FigureView, MemberView, Spending, SumView,
};
use crate::federated::{self, Member, MemberState, Noise, Phase, Snapshot};
use crate::privacy::Figure;
use crate::secagg::{Phase as SumPhase, Width};

pub(super) fn state(snapshot: &Snapshot) -> AggregatorState {
    AggregatorState {
        phase: match snapshot.phase {
            Phase::Idle => "idle",
            Phase::Waiting => "waiting",
            Phase::Training => "training",
            Phase::Finished => "finished",
        },
        round: snapshot.round,
        rounds: snapshot.rounds,
        attempt: snapshot.attempt,
        target: snapshot.target,
        sum: snapshot.sum.as_ref().map(sum_view),
        workers: snapshot.members.iter().map(member).collect(),
        bytes_sent: snapshot.bytes_sent as f64,
        bytes_received: snapshot.bytes_received as f64,
    }
}

/// Elements of a ring, taken for the update itself.
pub(super) fn as_values(elements: &[u32], width: Width) -> Vec<f32> {
    elements.iter().map(|&element| width.signed(element) as f32).collect()
}

fn sum_view(sum: &federated::SumView) -> SumView {
    SumView {
        phase: match sum.phase {
            SumPhase::Keys => "training",
            SumPhase::Sharing => "sharing",
            SumPhase::Masking => "masking",
            SumPhase::Confirming => "confirming",
            SumPhase::Unmasking | SumPhase::Done => "unmasking",
        },
        heard: sum.heard,
        pending: sum.pending,
        neighbours: sum.degree.map(|degree| degree.neighbours),
        threshold: sum.degree.map(|degree| degree.threshold),
        bits: sum.width.map(Width::bits),
    }
}

fn member(member: &Member) -> MemberView {
    MemberView {
        id: member.id.to_string(),
        slot: member.slot,
        state: match member.state {
            MemberState::Loading => "loading",
            MemberState::Idle => "idle",
            MemberState::Training => "training",
            MemberState::Summing => "summing",
            MemberState::Reported => "reported",
            MemberState::Silent => "silent",
            MemberState::Away => "away",
        },
        digits: member.digits,
        loss: member.loss,
        bytes_sent: member.bytes_sent as f64,
        bytes_received: member.bytes_received as f64,
    }
}

/// What training with noise gives away, so far and in the end; nothing without noise.
pub(super) fn privacy(machine: &federated::Aggregator) -> Option<Shown> {
    let (settings, snapshot) = (machine.settings(), machine.snapshot());
    let workers = snapshot.members.len().max(1) as u64;
    let (kind, population) = match settings.dp {
        Noise::Off => return None,
        Noise::Central => ("central", workers * u64::from(settings.clients)),
        Noise::Distributed => ("distributed", workers * u64::from(settings.clients)),
        // Each worker protects its own digits among themselves.
        Noise::Examples => {
            let digits = snapshot.members.iter().map(|member| member.digits.max(1)).min();
            ("examples", u64::from(digits.unwrap_or(1)))
        }
    };
    let spending = |rounds: u32| {
        let outlook = settings.outlook(population, u64::from(rounds))?.ok()?;
        let (model, aggregator) = (figure(outlook.model), figure(outlook.aggregator));
        Some(Spending { rounds, model, aggregator })
    };
    Some(Shown::Privacy {
        kind,
        population: population as f64,
        delta: settings.delta,
        clip: machine.clip(),
        spent: Some(snapshot.round).filter(|&round| round > 0).and_then(spending),
        planned: spending(snapshot.rounds)?,
    })
}

fn figure(figure: Figure) -> FigureView {
    FigureView { epsilon: figure.epsilon, guess: figure.guess, words: figure.protection.words() }
}
