//! No key of a link seals two messages under one nonce, whatever the broker loses and whoever comes back.

use super::Input;
use super::hostile::{Delivery, lost};
use sotto_core::prg::ledger;

#[test]
fn no_key_of_a_link_seals_twice_under_one_nonce() {
    let ((), ledger) = ledger::kept(|| {
        let mut room = lost();
        let away = room.id(1);
        room.ends[0].open(away, room.now).expect("it was there before");
        room.drain(0);
        let deliveries = [
            Delivery::Drop,
            Delivery::Repeat,
            Delivery::Deliver,
            Delivery::HoldBack(3),
            Delivery::Swap,
        ];
        room.deliveries = vec![deliveries; 20].concat().into_iter();
        for step in 0..20 {
            room.send(step % 2, 1 - step % 2, "way/1", vec![step as u8; 500 * step]);
            room.pass(2_000);
        }
        (0..2).for_each(|at| room.tell(at, Input::Disconnected));
        room.pass(60_000);
        (0..2).for_each(|at| room.tell(at, Input::Connected));
        room.pass(80_000);
        assert_eq!(room.arrived.len(), 20);
    });
    // Hellos, and acknowledgements and pieces both ways, on two links.
    let (messages, _) = ledger.len();
    assert!(messages > 200, "{messages} messages");
    ledger.check_uses(1);
}
