//! Secure sums: keys, shares, masks and the parts of the sum are secret, until a worker has said them.

use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;
use sotto_core::wire::PeerId;
use sotto_secagg::{
    Adversary, Client, Context, FromClient, FromServer, Identity, Numbers, PhaseResult, Rates,
    Server, Terms, Width, audit,
};

use crate::{Case, memcheck, secret_array, secret_entropy};

pub const CASES: &[Case] = &[
    ("shamir: split", || shamir().0),
    ("shamir: combine", || shamir().1),
    ("mask, 16 bits", || mask(Width::Bits16)),
    ("mask, 20 bits", || mask(Width::Bits20)),
    ("mask, 24 bits", || mask(Width::Bits24)),
    ("mask, 32 bits", || mask(Width::Bits32)),
    ("sum: five workers, one of whom drops out", sum),
];

/// The secret bytes of shares, and of what they open.
fn shamir() -> (usize, usize) {
    let secret = secret_array("secret");
    let shares = audit::split(&secret, 7, 12, &mut secret_entropy("coefficients"));
    let found = memcheck::secret_bytes(shares.as_flattened());
    let holders = [1, 3, 4, 7, 9, 10, 11];
    let opened = audit::combine(&holders, &holders.map(|holder| shares[holder as usize]));
    (found, memcheck::secret_bytes(&*opened))
}

fn mask(width: Width) -> usize {
    let key = StreamKey::new(&secret_array("mask"));
    let mut vector = vec![1; 5000];
    memcheck::hide(&mut vector);
    audit::mask(&key, width, true, &mut vector);
    audit::mask(&key, width, false, &mut vector);
    memcheck::secret_bytes(&width.pack(&vector))
}

struct Worker {
    identity: Identity,
    id: PeerId,
    client: Client,
    part: Vec<u32>,
}

const LEN: usize = 700;

/// A whole sum. What a worker says is public once it is said; what it is told is public.
fn sum() -> usize {
    let mut entropy: Entropy = secret_entropy("workers");
    let context = Context { run: 1, round: 1, attempt: 1, model: [7; 32] };
    let rates = Rates { corrupt: 0.0, dropout: 0.3, aggregator: Adversary::Curious };
    let numbers = Numbers::Weighted { clip: 1.0, weight_max: 100 };
    let terms = Terms { rates, cohort_min: 3, threshold_min: 3, len: LEN as u32, numbers };
    let mut secret = 0;
    let mut say = |message: &FromClient| {
        let mut bytes = message.encode();
        secret += memcheck::secret_bytes(&bytes);
        memcheck::publish(&mut bytes);
        FromClient::decode(&bytes).expect("what was encoded is decoded")
    };
    let mut workers = Vec::new();
    let mut keys = Vec::new();
    for number in 0..5u32 {
        let identity = Identity::draw(&mut entropy);
        let mut key = identity.key();
        memcheck::publish(&mut key.0);
        let (client, message) = Client::new(context, terms, &identity, &mut entropy);
        // A vector and the bytes of its count.
        let part = (0..LEN as u32).map(|value| number * value % 50).chain([2, 0, 0]).collect();
        workers.push(Worker { identity, id: key.id(), client, part });
        keys.push(message);
    }
    let gone = workers[3].id;
    let mut server = Server::new(context, terms, workers.iter().map(|worker| worker.id));
    for (worker, message) in workers.iter().zip(&keys) {
        server.receive(worker.id, say(message)).expect("the keys hold");
    }
    let sum = loop {
        let messages = match server.close().expect("enough workers are left") {
            PhaseResult::Sum(sum) => break sum,
            PhaseResult::Next(messages) => messages,
        };
        for (id, message) in messages {
            if id == gone && matches!(message, FromServer::Delivery(_)) {
                server.lose(id);
                continue;
            }
            let worker = workers.iter_mut().find(|worker| worker.id == id);
            let worker = worker.expect("only who takes part is told something");
            let mut part = worker.part.clone();
            memcheck::hide(&mut part);
            let reply =
                worker.client.handle(message, |_, _| Ok(part), &worker.identity, &mut entropy);
            server.receive(id, say(&reply.expect("nobody lies"))).expect("nobody lies");
        }
    };
    for (index, found) in sum.elements.iter().enumerate() {
        let parts = workers.iter().filter(|worker| worker.id != gone);
        assert_eq!(*found, parts.map(|worker| worker.part[index]).sum::<u32>(), "element {index}");
    }
    secret
}
