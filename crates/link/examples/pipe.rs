//! Two ends that share a room's secret, over a broker that loses every third frame and repeats every other one.

use sotto_core::entropy::Entropy;
use sotto_link::{Endpoint, EndpointRole, HostIdentity, Input, Output, RoomSecret, Timing};

fn main() {
    let entropy =
        || -> Entropy { Box::new(|bytes| getrandom::fill(bytes).expect("a source of randomness")) };
    let (secret, host) = (RoomSecret::draw(&mut entropy()), HostIdentity::draw(&mut entropy()));
    let mut ends = ["ann", "bea"].map(|claim| {
        let who = EndpointRole::Guest { claim, host: host.fingerprint() };
        Endpoint::new(secret.clone(), who, true, 1000, Timing::default(), entropy())
    });
    ends.iter_mut().for_each(|end| end.handle(Input::Connected, 0));
    let (mut carried, mut heard) = (0, 0);
    // A clock of our own, in milliseconds: the machines know none.
    for now in (0..60_000).step_by(10) {
        for at in 0..2 {
            ends[at].handle(Input::Tick, now);
            while let Some(output) = ends[at].drain() {
                match output {
                    Output::Publish(_, frame) => {
                        carried += 1;
                        let times = [0, 1, 2][carried % 3];
                        (0..times).for_each(|_| ends[1 - at].handle(Input::Frame(&frame), now));
                    }
                    Output::Heard { id, .. } => ends[at].open(id, now).expect("it was heard"),
                    Output::Joined { id, claim } => {
                        println!("{now:>6} ms: {claim} is there");
                        ends[at].send(id, "greetings", b"hello".to_vec(), now).expect("they talk");
                    }
                    Output::Message { bytes, .. } => {
                        println!("{now:>6} ms: {}", String::from_utf8_lossy(&bytes));
                        heard += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(heard, 2, "each message arrives, once");
}
