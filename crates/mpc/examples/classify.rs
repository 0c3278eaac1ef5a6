//! A whole classification on shares: alice and bob compute a network on pixels, and see neither.

use std::rc::Rc;

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;
use sotto_core::{entropy::Entropy, prg::StreamKey, wire::mailboxes};
use sotto_mpc::{Client, ComputeParty, Dealer, Links, Output, Owner, Party, Role, TradeOff};
use sotto_network::{Initialiser, preset};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entropy =
        || -> Entropy { Box::new(|bytes| getrandom::fill(bytes).expect("a source of randomness")) };
    // What the roles send to each other goes through memory here; anything that carries bytes will do.
    let roles = [Role::Alice, Role::Bob, Role::Dealer, Role::Client, Role::Owner];
    let [alice, bob, dealer, client, owner] =
        mailboxes(roles).map(|mailbox| Links::new(mailbox, Rc::new(|| 0.0)));
    let mut pool = LocalPool::new();
    for (party, links) in [(Party::Alice, alice), (Party::Bob, bob)] {
        let mut key = [0; StreamKey::LEN];
        entropy()(&mut key);
        let party = ComputeParty::new(
            party,
            links,
            StreamKey::new(&key),
            entropy(),
            Rc::default(),
            Box::new(|_| ()),
        );
        pool.spawner().spawn_local(async move { eprintln!("{}", party.serve().await) })?;
    }
    let dealer = Dealer::new(dealer, Box::new(|_| ()));
    pool.spawner().spawn_local(async move { eprintln!("{}", dealer.serve().await) })?;
    let (mut client, mut owner) = (Client::new(client, entropy()), Owner::new(owner, entropy()));

    // A network that has learnt nothing yet, with eight bits behind the point.
    let network = preset("linear").expect("a preset").network;
    let weights = Initialiser::He.weights(&network, 1)?;
    let model = owner.share("linear", 8, TradeOff::Bytes, &weights)?;
    let (answers, shared) = pool.run_until(client.classify(&model, &[77; 784], Output::Label))?;
    println!(
        "alice and bob were sent noise, {} bits behind the point; the answer: {answers:?}",
        shared.fraction
    );
    Ok(())
}
