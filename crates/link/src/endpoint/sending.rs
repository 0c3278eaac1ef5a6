//! What an endpoint sends, again if need be, and when.

use super::super::claim::Claim;
use super::super::frame::{self, Ack, FrameKind, Greeting, To};
use super::super::keys::{EndpointId, nonce};
use super::{CloseReason, Endpoint, FORGOTTEN_AFTER, Former, LINK, Millis, Output, Peer};

impl Endpoint {
    pub(super) fn say_hello(&mut self, to: To, asks: bool, now: Millis) {
        let proof = match &self.claim {
            Claim::Host(proof) => Some(*proof),
            Claim::Guest(_) => None,
        };
        let greeting = Greeting { public: self.keys.public, asks, proof };
        let mut nonce = [0; 12];
        (self.entropy)(&mut nonce);
        let sealed = self.hellos.seal(nonce, &self.tag().0, &greeting.encode());
        self.publish(to, frame::hello(nonce, &sealed));
        if to == To::Room {
            self.hello_at = now + self.hello_wait;
            self.hello_wait = (2 * self.hello_wait).min(self.timing.hello[1]);
        }
    }

    /// Says hello to the room, unless it has found whom it looked for.
    pub(super) fn seek(&mut self, now: Millis) {
        let heard = self.settled.and_then(|peer| self.heard_at(peer));
        if heard.is_some_and(|heard| now < heard + 3 * self.timing.keep_alive) {
            self.hello_at = now + self.hello_wait;
        } else {
            self.say_hello(To::Room, true, now);
        }
    }

    /// Sends what may go.
    pub(super) fn flush(&mut self, to: EndpointId, now: Millis) {
        let ours = self.id;
        let Some(peer) = self.peers.get_mut(&to).filter(|_| self.is_connected) else { return };
        loop {
            let has_long = peer.out.has_long();
            peer.long_at = has_long.then(|| peer.turn_taking.hold(peer.rtt, now)).flatten();
            let Some(piece) = peer.out.next_piece(peer.long_at.is_none()) else { break };
            if piece.is_short {
                peer.turn_taking.sent(now);
            } else if piece.is_last {
                peer.turn_taking.release();
            }
            let number = piece.number;
            let aad = frame::aad(FrameKind::Data, ours, to, number);
            let sealed = peer.ciphers.data_out.seal(nonce(number), &aad, &piece.bytes);
            let bytes = frame::numbered(FrameKind::Data, ours, number, &sealed);
            peer.out.sealed(number, bytes.clone());
            peer.retransmit_at =
                Some(peer.retransmit_at.unwrap_or(now + peer.retransmission_timeout));
            peer.sent_at = now;
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes));
        }
    }

    /// Sends the oldest frames again that were not acknowledged.
    pub(super) fn retransmit(&mut self, to: EndpointId, frames: usize, now: Millis) {
        let is_connected = self.is_connected;
        let Some(peer) = self.peers.get_mut(&to) else { return };
        for bytes in peer.out.unacknowledged(frames).filter(|_| is_connected) {
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes.clone()));
        }
        peer.retransmit_at = peer.out.is_under_way().then_some(now + peer.retransmission_timeout);
        peer.sent_at = now;
    }

    pub(super) fn send_ack(&mut self, to: EndpointId, asks: bool, leaves: bool, now: Millis) {
        let ack = if asks { Ack::asking(now) } else { Ack::default() };
        self.write_ack(to, Ack { leaves, ..ack });
        if let Some(peer) = self.peers.get_mut(&to).filter(|_| asks) {
            peer.keep_alive_at = now + self.timing.keep_alive;
        }
    }

    /// Sends an acknowledgement of what has arrived.
    pub(super) fn write_ack(&mut self, to: EndpointId, ack: Ack) {
        let Some(peer) = self.peers.get_mut(&to).filter(|_| self.is_connected) else { return };
        let ack = Ack { next: peer.incoming.next(), ..ack };
        let number = peer.ack_number;
        peer.ack_number += 1;
        (peer.ack_at, peer.unacknowledged) = (None, 0);
        let aad = frame::aad(FrameKind::Ack, self.id, to, number);
        let sealed = peer.ciphers.ack_out.seal(nonce(number), &aad, &ack.encode());
        let bytes = frame::numbered(FrameKind::Ack, self.id, number, &sealed);
        self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes));
    }

    pub(super) fn keep_time(&mut self, now: Millis) {
        if now >= self.hello_at {
            self.hello_at = now + self.hello_wait;
            if self.is_connected {
                self.seek(now);
            }
        }
        let ids: Vec<EndpointId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.retransmit_at.is_some_and(|at| now >= at) {
                let timeout = if self.is_connected { 2 * peer.retransmission_timeout } else { 0 };
                peer.retransmission_timeout =
                    timeout.clamp(self.timing.retransmission[0], self.timing.retransmission[1]);
                self.retransmit(id, 1, now);
            }
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.long_at.is_some_and(|at| now >= at) {
                self.flush(id, now);
            }
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if now >= peer.keep_alive_at {
                peer.keep_alive_at = now + self.timing.keep_alive;
                self.send_ack(id, true, false, now);
            } else if peer.ack_at.is_some_and(|at| now >= at) {
                peer.ack_at = None;
                self.send_ack(id, false, false, now);
            }
        }
    }

    pub(super) fn miss_silent(&mut self, now: Millis) {
        let timeout = self.timing.peer_timeout;
        let silent = self.peers.iter().filter(|(_, peer)| now >= peer.heard_at + timeout);
        let silent: Vec<EndpointId> = silent.map(|(id, _)| *id).collect();
        silent.into_iter().for_each(|id| self.end(id, CloseReason::Silent, now));
    }

    pub(super) fn end(&mut self, id: EndpointId, why: CloseReason, now: Millis) {
        if !matches!(why, CloseReason::Left | CloseReason::Silent | CloseReason::Anew) {
            self.send_ack(id, false, true, now);
        }
        if let Some(peer) = self.peers.remove(&id) {
            let had_words = peer.authenticity.has_words();
            if peer.is_proven && !had_words {
                self.broken_off = self.broken_off.saturating_add(1);
            }
            let Peer { public, first, .. } = peer;
            self.former.insert(id, Former { public, had_words, first });
            self.known.remove(&id);
            self.heard_first.retain(|heard| *heard != id);
            self.outputs.push_back(Output::Left(id, why));
            self.forget();
        }
    }

    /// A reserved endpoint does not remember for ever who has left. It follows nobody to later links, so all of its
    /// numbers so far are below the next floor, and none comes again. (Another endpoint may follow to any number.)
    fn forget(&mut self) {
        let next = self.floor.checked_add(LINK).filter(|_| self.is_reserved);
        if let Some(next) = next.filter(|_| self.former.len() >= FORGOTTEN_AFTER) {
            self.former.clear();
            self.floor = next;
        }
    }

    pub(super) fn publish(&mut self, to: To, bytes: Vec<u8>) {
        if self.is_connected {
            self.outputs.push_back(Output::Publish(to, bytes));
        }
    }
}
