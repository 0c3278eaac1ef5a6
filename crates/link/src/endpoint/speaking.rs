//! What an endpoint sends, again if need be, and when.

use super::super::claim::Claim;
use super::super::frame::{self, Greeting, Kind, Note, To};
use super::super::keys::{EndpointId, nonce};
use super::{Closed, Endpoint, FORGOTTEN_AFTER, Former, LINK, Millis, Output, Peer};

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
        if heard.is_some_and(|heard| now < heard + 3 * self.timing.beat) {
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
            peer.long_at = has_long.then(|| peer.turns.hold(peer.rtt, now)).flatten();
            let Some(piece) = peer.out.next_piece(peer.long_at.is_none()) else { break };
            if piece.is_short {
                peer.turns.sent(now);
            } else if piece.is_last {
                peer.turns.release();
            }
            let number = piece.number;
            let aad = frame::aad(Kind::Data, ours, to, number);
            let sealed = peer.ciphers.data_out.seal(nonce(number), &aad, &piece.bytes);
            let bytes = frame::numbered(Kind::Data, ours, number, &sealed);
            peer.out.sealed(number, bytes.clone());
            peer.again_at = Some(peer.again_at.unwrap_or(now + peer.patience));
            peer.sent_at = now;
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes));
        }
    }

    /// Sends the oldest frames again that were not acknowledged.
    pub(super) fn again(&mut self, to: EndpointId, frames: usize, now: Millis) {
        let is_connected = self.is_connected;
        let Some(peer) = self.peers.get_mut(&to) else { return };
        for bytes in peer.out.again(frames).filter(|_| is_connected) {
            self.outputs.push_back(Output::Publish(To::Endpoint(to), bytes.clone()));
        }
        peer.again_at = peer.out.is_under_way().then_some(now + peer.patience);
        peer.sent_at = now;
    }

    pub(super) fn write_note(&mut self, to: EndpointId, asks: bool, leaves: bool, now: Millis) {
        let note = if asks { Note::asking(now) } else { Note::default() };
        self.write(to, Note { leaves, ..note });
        if let Some(peer) = self.peers.get_mut(&to).filter(|_| asks) {
            peer.beat_at = now + self.timing.beat;
        }
    }

    /// Sends a note, with what has arrived.
    pub(super) fn write(&mut self, to: EndpointId, note: Note) {
        let Some(peer) = self.peers.get_mut(&to).filter(|_| self.is_connected) else { return };
        let note = Note { next: peer.incoming.next(), ..note };
        let number = peer.note_number;
        peer.note_number += 1;
        (peer.note_at, peer.unnoted) = (None, 0);
        let aad = frame::aad(Kind::Note, self.id, to, number);
        let sealed = peer.ciphers.note_out.seal(nonce(number), &aad, &note.encode());
        let bytes = frame::numbered(Kind::Note, self.id, number, &sealed);
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
            if peer.again_at.is_some_and(|at| now >= at) {
                let patience = if self.is_connected { 2 * peer.patience } else { 0 };
                peer.patience = patience.clamp(self.timing.again[0], self.timing.again[1]);
                self.again(id, 1, now);
            }
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.long_at.is_some_and(|at| now >= at) {
                self.flush(id, now);
            }
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if now >= peer.beat_at {
                peer.beat_at = now + self.timing.beat;
                self.write_note(id, true, false, now);
            } else if peer.note_at.is_some_and(|at| now >= at) {
                peer.note_at = None;
                self.write_note(id, false, false, now);
            }
        }
    }

    pub(super) fn miss_silent(&mut self, now: Millis) {
        let gone = self.timing.gone;
        let silent = self.peers.iter().filter(|(_, peer)| now >= peer.heard_at + gone);
        let silent: Vec<EndpointId> = silent.map(|(id, _)| *id).collect();
        silent.into_iter().for_each(|id| self.end(id, Closed::Silent, now));
    }

    pub(super) fn end(&mut self, id: EndpointId, why: Closed, now: Millis) {
        if !matches!(why, Closed::Left | Closed::Silent | Closed::Anew) {
            self.write_note(id, false, true, now);
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
