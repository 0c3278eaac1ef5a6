//! Every message that a peer sends, read as one.

use super::{Reader, choose, comes_back, inputs, settles};
use sotto_core::wire;
use sotto_core::wire::{Envelope, PeerId, RunId};
use sotto_federated::{Assignment, Refusal, ToAggregator, ToWorker, Token, Update};
use sotto_network::WeightHash;
use sotto_secagg::{
    Advertisement, Entry, FromClient, FromServer, IdentityKey, KeyList, Sealed, Shares, Signed,
    Statement,
};

/// The longest payload that is taken here.
const PAYLOAD_MAX: usize = 1 << 16;

const READERS: [Reader; 7] = [
    ("envelope", |bytes| {
        comes_back(bytes, |bytes| Envelope::decode(bytes, PAYLOAD_MAX), Envelope::encode);
        let sender = Envelope::decode(bytes, usize::MAX).map(|envelope| envelope.sender);
        assert!(sender.is_err() || Envelope::sender_of(bytes) == sender.ok());
    }),
    ("to aggregator", |bytes| comes_back(bytes, to_aggregator, |m| with_kind(m.encode()))),
    ("to worker", |bytes| comes_back(bytes, to_worker, |m| with_kind(m.encode()))),
    ("from client", |bytes| comes_back(bytes, FromClient::decode, FromClient::encode)),
    ("from server", |bytes| comes_back(bytes, FromServer::decode, FromServer::encode)),
    ("mpc", |bytes| {
        let Some((kind, bytes)) = bytes.split_first() else { return };
        settles(bytes, |bytes| sotto_mpc::fuzzed::reread(*kind, bytes), Clone::clone);
    }),
    ("sealed", |bytes| {
        let Some((kind, bytes)) = bytes.split_first() else { return };
        comes_back(bytes, |bytes| sotto_link::fuzzed::reread(*kind, bytes), Clone::clone);
    }),
];

pub(super) fn run(bytes: &[u8]) {
    choose(&READERS, bytes);
}

fn to_aggregator(bytes: &[u8]) -> Result<ToAggregator, wire::Error> {
    let (kind, payload) = bytes.split_first().ok_or(wire::Error::Truncated("kind"))?;
    ToAggregator::decode(*kind, payload)
}

fn to_worker(bytes: &[u8]) -> Result<ToWorker, wire::Error> {
    let (kind, payload) = bytes.split_first().ok_or(wire::Error::Truncated("kind"))?;
    ToWorker::decode(*kind, payload)
}

fn with_kind((kind, payload): (u8, Vec<u8>)) -> Vec<u8> {
    [&[kind], payload.as_slice()].concat()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let (run, sender) = (RunId(1), PeerId([2; 16]));
    let envelope = Envelope { run, round: 3, sender, kind: 4, payload: vec![5; 6] };
    let mut found = vec![("envelope", envelope.encode())];
    let (from_client, from_server) = (from_client(), from_server());
    let token = || Token([7; 16]);
    let base = WeightHash([9; 32]);
    let update = Update { token: token(), base, digits: 600, loss: 0.25, values: vec![1.0, -2.0] };
    let to_aggregator = [
        ToAggregator::Join,
        ToAggregator::Ready { digits: 3000 },
        ToAggregator::Away,
        ToAggregator::Update(update),
        ToAggregator::Spent { token: token(), next: 12 },
        ToAggregator::Failed { token: token(), reason: "no digits".to_owned() },
    ];
    let step = |step: &FromClient| ToAggregator::Step { token: token(), step: step.clone() };
    let to_aggregator = to_aggregator.into_iter().chain(from_client.iter().map(step));
    found.extend(to_aggregator.map(|m| ("to aggregator", with_kind(m.encode()))));
    let step = |step: &FromServer| ToWorker::Step { token: token(), step: step.clone() };
    let to_worker = to_workers().into_iter().chain(from_server.iter().map(step));
    found.extend(to_worker.map(|m| ("to worker", with_kind(m.encode()))));
    found.extend(from_client.iter().map(|m| ("from client", m.encode())));
    found.extend(from_server.iter().map(|m| ("from server", m.encode())));
    found.extend(sotto_mpc::fuzzed::examples().into_iter().map(|bytes| ("mpc", bytes)));
    found.extend(sotto_link::fuzzed::examples().into_iter().map(|bytes| ("sealed", bytes)));
    inputs(&READERS, found)
}

fn keys() -> Advertisement {
    Advertisement {
        identity: IdentityKey([1; 32]),
        sealing: [2; 32],
        masking: [3; 32],
        signature: Signed([4; 64]),
    }
}

fn sealed() -> Vec<Sealed> {
    vec![Sealed { position: 9, hashes: [[5; 32], [6; 32]], bytes: vec![7; 80] }]
}

fn statement() -> Statement {
    Statement { alive: vec![0b101], signature: Signed([8; 64]) }
}

fn from_client() -> Vec<FromClient> {
    vec![
        FromClient::Keys(Box::new(keys())),
        FromClient::Shares(Shares { own: [9; 32], sealed: sealed() }),
        FromClient::Masked(vec![1, 2, 3]),
        FromClient::Statement(statement()),
        FromClient::Unmask(vec![(3, [1; 32]), (4, [2; 32])]),
    ]
}

fn from_server() -> Vec<FromServer> {
    vec![
        FromServer::KeyList(KeyList {
            workers: 3,
            root: [1; 32],
            position: 2,
            proof: vec![[2; 32]],
            neighbours: vec![Entry { position: 1, keys: keys(), proof: vec![[3; 32]] }],
        }),
        FromServer::Delivery(sealed()),
        FromServer::Survivors(vec![0xff, 1]),
        FromServer::Statements(vec![(1, statement())]),
    ]
}

fn to_workers() -> Vec<ToWorker> {
    let assignment = Assignment {
        slot: 3,
        model: "lenet5".to_owned(),
        seed: 5,
        partition: "iid".to_owned(),
        shards: 20,
    };
    let mut messages = vec![
        ToWorker::Announce,
        ToWorker::Welcome(assignment),
        ToWorker::Cancel,
        ToWorker::Accepted,
        ToWorker::Refused(Refusal::Late),
        ToWorker::Later { ms: 12_000 },
    ];
    let tasks = super::room::tasks().into_iter();
    messages.extend(tasks.map(|task| ToWorker::Task(Box::new(task))));
    messages
}
