//! A whole secure sum: five clients, one of whom leaves in the middle, and a server that learns the sum alone.

use std::collections::BTreeMap;

use sotto_core::{entropy::Entropy, prg::StreamKey};
use sotto_secagg::{
    Client, Context, Encoding, Identity, Numbers, Phase, PhaseResult, Rates, Server, Terms,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut entropy: Entropy =
        Box::new(|bytes| getrandom::fill(bytes).expect("a source of randomness"));
    let context = Context { run: 7, round: 1, attempt: 1, model: [0; 32] };
    let numbers = Numbers::Weighted { clip: 10.0, weight_max: 1 };
    let terms = Terms { rates: Rates::default(), cohort_min: 3, threshold_min: 2, len: 3, numbers };
    let identities: Vec<Identity> = (0..5).map(|_| Identity::draw(&mut entropy)).collect();
    let mut server = Server::new(context, terms, identities.iter().map(Identity::id));
    let mut clients = BTreeMap::new();
    for (who, identity) in identities.iter().enumerate() {
        let (client, keys) = Client::new(context, terms, identity, &mut entropy);
        server.receive(identity.id(), keys)?;
        clients.insert(identity.id(), (client, identity, [who as f32, 1.0, -0.5]));
    }
    let sum = loop {
        let messages = match server.close()? {
            PhaseResult::Sum(sum) => break sum,
            PhaseResult::Next(messages) => messages,
        };
        for (id, message) in messages {
            let (client, identity, values) = clients.get_mut(&id).expect("it was invited");
            if id == identities[4].id() && server.phase() >= Phase::Masking {
                server.lose(id);
                continue;
            }
            let mut coins = [0; StreamKey::LEN];
            entropy(&mut coins);
            let encode =
                |encoding: &Encoding, _| encoding.encode(&*values, 1, &StreamKey::new(&coins));
            server.receive(id, client.handle(message, encode, identity, &mut entropy)?)?;
        }
    };
    let total = sum.encoding.decode(&sum.elements)?;
    println!("the sum of {} clients: {:.3?}", total.count, total.values);
    Ok(())
}
