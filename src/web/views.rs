//! The aggregator's state as its page is shown it.

use js_sys::Uint8Array;

use super::page::{
    AggregatorEvent as Shown, AggregatorState, Cost, FigureView, HardDigit, MemberView, Spending,
    SumView,
};
use sotto_digits::Digits;
use sotto_digits::partition::Counts;
use sotto_federated::{Member, MemberState, Phase, Snapshot, Spending as Spent};
use sotto_privacy::{Figure, History};
use sotto_secagg::{Phase as SumPhase, Width};
use sotto_train::{Evaluation, Hard};

/// The state of the room, whose shards have so many digits of each label, and whose model was
/// tested so. Its training has given away what is `spent`.
pub(super) fn state(
    snapshot: &Snapshot,
    spent: &History,
    histograms: &[Counts],
    tested: Option<&Evaluation>,
) -> AggregatorState {
    let view = |one: &Member| {
        let shard = one.slot as usize % histograms.len().max(1);
        let labels = histograms.get(shard);
        MemberView {
            labels: labels.map_or(Vec::new(), |counts| counts.to_vec()),
            accuracy: labels.and_then(|counts| tested?.accuracy_for(counts)),
            ..member(one)
        }
    };
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
        workers: snapshot.members.iter().map(view).collect(),
        bytes_sent: snapshot.bytes_sent as f64,
        bytes_received: snapshot.bytes_received as f64,
        spent: spent.to_text(),
    }
}

fn sum_view(sum: &sotto_federated::SumView) -> SumView {
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
            MemberState::Distrusted => "distrusted",
        },
        digits: member.digits,
        labels: Vec::new(),
        accuracy: None,
        loss: member.loss,
        bytes_sent: member.bytes_sent as f64,
        bytes_received: member.bytes_received as f64,
    }
}

/// A test of the global model on `digits`.
pub(super) fn evaluated(
    round: u32,
    (result, pens): (&Evaluation, f64),
    digits: &Digits,
    cost: Cost,
    millis: f64,
) -> Shown {
    let hard = |&Hard { index, answer, loss }: &Hard| HardDigit {
        index,
        label: digits.label(index),
        answer,
        loss,
        pixels: Uint8Array::from(digits.image(index)),
    };
    Shown::Evaluated {
        round,
        accuracy: result.accuracy(),
        pens,
        loss: result.loss(),
        millis,
        cost,
        confusion: result.confusion.concat(),
        hardest: result.hardest.iter().map(hard).collect(),
    }
}

/// What training with noise gives away, so far and in the end; nothing without noise.
pub(super) fn privacy(machine: &sotto_federated::Aggregator) -> Option<Shown> {
    let sotto_federated::Privacy { noise, population, delta, clip, spent, planned } =
        machine.privacy()?;
    let spending = |Spent { rounds, tries, outlook, alone }: Spent| {
        let (model, aggregator) = (figure(outlook.model), figure(outlook.aggregator));
        Spending { rounds, tries, alone, model, aggregator }
    };
    Some(Shown::Privacy {
        kind: noise.name(),
        population: population as f64,
        delta,
        clip,
        spent: spent.map(spending),
        planned: spending(planned),
    })
}

fn figure(figure: Figure) -> FigureView {
    FigureView { epsilon: figure.epsilon, guess: figure.guess, words: figure.protection.words() }
}
