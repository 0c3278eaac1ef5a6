//! What an endpoint makes of frames.

use super::super::authenticity::AuthenticationStep;
use super::super::claim::Claim;
use super::super::claim::HOST;
use super::super::frame::{self, Ack, FrameKind, Greeting, Numbered, To};
use super::super::keys::{EndpointId, nonce};
use super::{
    ACK_EVERY, ASKED_MAX, AUTHENTICATION, CloseReason, Endpoint, Hint, KNOWN_MAX, Known, LINK,
    Millis, Output, Peer, RETRANSMIT_MAX, RETRANSMIT_NEXT,
};

impl Endpoint {
    pub(super) fn hello(&mut self, nonce: [u8; 12], sealed: &[u8], now: Millis) {
        let opened = self.hellos.open(nonce, &self.tag().0, sealed);
        // What cannot be opened, or read, is from nobody who has the secret.
        let Some(greeting) = opened.and_then(|plain| Greeting::decode(&plain).ok()) else {
            return;
        };
        let Greeting { public, asks, proof } = greeting;
        let id = EndpointId::of(&public);
        if id == self.id || self.former.contains_key(&id) || self.weak.contains(&id) {
            return;
        }
        let is_new = !self.known.contains_key(&id);
        if is_new && self.keys.agree(&public).is_none() {
            self.weak.insert(id);
            return self.outputs.push_back(Output::Refused(id, CloseReason::WeakKey));
        }
        let before = self.known.get(&id).map(|known| known.hint);
        // What was signed stays so, whoever repeats the hello without it.
        let hint = match (before, proof) {
            (Some(Hint::Host), _) => Hint::Host,
            (_, None) => Hint::Guest,
            (_, Some(proof)) if proof.holds(self.host, self.tag(), &public) => Hint::Host,
            (_, Some(_)) => Hint::Stranger,
        };
        if is_new {
            self.make_room();
            self.heard_first.push_back(id);
        }
        let known = self.known.entry(id).or_insert(Known { public, hint, answered_at: [None; 2] });
        let pause = self.timing.hello[0] / 2;
        let is_due = known.answered_at[0].is_none_or(|at| now >= at + pause);
        // Who was not wanted before may be by now.
        if before != Some(hint) || (is_due && !self.peers.contains_key(&id)) {
            known.hint = hint;
            self.outputs.push_back(Output::Heard { id, hint });
        }
        if asks && is_due {
            known.answered_at = [known.answered_at[1], Some(now)];
            // Whom it talks with may have missed every hello.
            if self.answers || self.peers.contains_key(&id) {
                self.say_hello(To::Endpoint(id), false, now);
            }
        }
        if self.asked.contains(&id) && !self.is_reserved {
            #[expect(
                clippy::let_underscore_must_use,
                reason = "it is known now; without room for it, it has spoken in vain"
            )]
            let _ = self.open(id, now);
        }
    }

    /// Asks an endpoint that was not heard of who it is.
    fn ask(&mut self, id: EndpointId, now: Millis) {
        if now >= self.asked_at + self.timing.hello[0] {
            self.asked.clear();
            self.asked_at = now;
        }
        if self.asked.len() < ASKED_MAX && self.asked.insert(id) {
            self.say_hello(To::Endpoint(id), true, now);
        }
    }

    pub(super) fn make_room(&mut self) {
        while self.known.len() >= KNOWN_MAX {
            let Some(oldest) = self.heard_first.pop_front() else { return };
            self.known.remove(&oldest);
        }
    }

    /// The peer that a frame says it is from; somebody who was heard of may begin to talk.
    pub(super) fn peer(
        &mut self,
        kind: FrameKind,
        frame: Numbered<'_>,
        now: Millis,
    ) -> Option<&mut Peer> {
        let Numbered { from, .. } = frame;
        let is_known = self.known.contains_key(&from) || self.former.contains_key(&from);
        if !is_known && !self.peers.contains_key(&from) {
            self.ask(from, now);
            return None;
        }
        if !self.is_reserved {
            if !self.peers.contains_key(&from) && !self.former.contains_key(&from) {
                // Without room for it there is no peer, and the frame is dropped.
                self.open(from, now).ok()?;
            }
            self.follow(kind, frame, now);
        }
        self.peers.get_mut(&from)
    }

    /// A frame of a later link than the last: its sender has given that one up, and this end follows it. The
    /// broker can say any number, so the frame is opened before.
    fn follow(&mut self, kind: FrameKind, frame: Numbered<'_>, now: Millis) {
        let Numbered { from, number, sealed } = frame;
        let of_peer = self.peers.get(&from).map(|peer| (peer.public, peer.first));
        let of_former = || self.former.get(&from).map(|former| (former.public, former.first));
        let Some((public, last)) = of_peer.or_else(of_former) else { return };
        let first = number - number % LINK;
        if first <= last {
            return;
        }
        let Some(ciphers) = self.keys.ciphers(&self.secret, &public) else { return };
        let cipher = match kind {
            FrameKind::Data => ciphers.data_in,
            FrameKind::Ack => ciphers.ack_in,
        };
        if cipher.open(nonce(number), &frame::aad(kind, from, self.id, number), sealed).is_some() {
            self.end(from, CloseReason::Anew, now);
            #[expect(
                clippy::let_underscore_must_use,
                reason = "without room for it there is no peer, and the frame is dropped"
            )]
            let _ = self.begin(from, public, first, now);
        }
    }

    pub(super) fn data(&mut self, frame: Numbered<'_>, now: Millis) {
        let Numbered { from, number, sealed } = frame;
        let (ours, ack_delay) = (self.id, self.timing.ack_delay);
        let Some(peer) = self.peer(FrameKind::Data, frame, now) else { return };
        if !peer.incoming.wants(number) {
            // What was sent again may have arrived before its acknowledgement was lost.
            if peer.is_proven {
                peer.ack_at = Some(peer.ack_at.unwrap_or(now + ack_delay));
            }
            return;
        }
        let aad = frame::aad(FrameKind::Data, from, ours, number);
        let Some(piece) = peer.ciphers.data_in.open(nonce(number), &aad, sealed) else { return };
        let taken = peer.incoming.take(number, piece);
        peer.unacknowledged += 1;
        let due = if peer.unacknowledged >= ACK_EVERY { now } else { now + ack_delay };
        peer.ack_at = Some(peer.ack_at.map_or(due, |at| at.min(due)));
        self.lives(from, now);
        match taken {
            Ok(messages) => {
                for message in messages {
                    if message.is_short
                        && let Some(peer) = self.peers.get_mut(&from)
                    {
                        peer.turn_taking.heard(now);
                    }
                    self.deliver(from, message.channel, message.bytes, now);
                }
            }
            // It holds the key and breaks the protocol, which is what the page is told.
            Err(_) => self.end(from, CloseReason::Broken, now),
        }
    }

    pub(super) fn deliver(
        &mut self,
        from: EndpointId,
        channel: String,
        bytes: Vec<u8>,
        now: Millis,
    ) {
        let (ours, public) = (self.id, &self.keys.public);
        let Some(peer) = self.peers.get_mut(&from) else { return };
        if channel != AUTHENTICATION {
            // Whoever has not said what it is has nothing else to say.
            return match peer.claim {
                Some(_) => self.outputs.push_back(Output::Message { from, channel, bytes }),
                None => self.end(from, CloseReason::Broken, now),
            };
        }
        match peer.authenticity.heard([ours, from], [public, &peer.public], &bytes) {
            Ok(AuthenticationStep::Meet(claim, answer)) => self.meet(from, claim, answer, now),
            Ok(AuthenticationStep::Show(words)) => {
                self.outputs.push_back(Output::Words(from, words));
            }
            // The same.
            Err(_) => self.end(from, CloseReason::Broken, now),
        }
    }

    /// An endpoint says what it is; if it may be that, it hears `answer`.
    fn meet(&mut self, id: EndpointId, claim: Claim, answer: Vec<u8>, now: Millis) {
        let (host, tag) = (self.host, self.tag());
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let claim = match claim {
            Claim::Guest(claim) => claim,
            Claim::Host(proof) if proof.holds(host, tag, &peer.public) => HOST.to_owned(),
            Claim::Host(_) => {
                self.end(id, CloseReason::Impostor, now);
                return self.outputs.push_back(Output::Refused(id, CloseReason::Impostor));
            }
        };
        peer.claim = Some(claim.clone());
        peer.out.push(AUTHENTICATION, answer);
        self.outputs.push_back(Output::Joined { id, claim });
        self.flush(id, now);
    }

    pub(super) fn ack(&mut self, frame: Numbered<'_>, now: Millis) {
        let Numbered { from, number, sealed } = frame;
        let (ours, timing) = (self.id, self.timing);
        let Some(peer) = self.peer(FrameKind::Ack, frame, now) else { return };
        // An older acknowledgement says less than a newer one.
        if number < peer.ack_next {
            return;
        }
        let aad = frame::aad(FrameKind::Ack, from, ours, number);
        let opened = peer.ciphers.ack_in.open(nonce(number), &aad, sealed);
        // What cannot be opened, or read, is from nobody who has the key.
        let Some(ack) = opened.and_then(|plain| Ack::decode(&plain).ok()) else { return };
        peer.ack_next = number.saturating_add(1);
        if ack.echo > 0 && ack.echo <= now {
            let took = (now - ack.echo) as f64;
            peer.rtt = Some(smoothed(peer.rtt, took));
        }
        // Whoever takes its time to answer takes it to acknowledge, too.
        let first = (4.0 * peer.rtt.unwrap_or(0.0)) as Millis;
        let first = first.clamp(timing.retransmission[0], timing.retransmission[1]);
        let is_news = peer.out.acknowledged(ack.next);
        if is_news {
            peer.retransmission_timeout = first;
            peer.retransmit_at = peer.out.is_under_way().then_some(now + first);
        }
        // What was sent while it could not be reached was lost, and what it should have had by now.
        let was_long_ago = now >= peer.sent_at + first;
        let frames = match (ack.is_back, is_news, ack.asks) {
            (true, ..) => RETRANSMIT_MAX,
            (_, true, _) if was_long_ago => RETRANSMIT_NEXT,
            (_, _, true) if was_long_ago => 1,
            _ => 0,
        };
        self.lives(from, now);
        if ack.leaves {
            return self.end(from, CloseReason::Left, now);
        }
        if ack.asks {
            self.write_ack(from, Ack { echo: ack.at, ..Ack::default() });
        }
        if frames > 0 {
            self.retransmit(from, frames, now);
        }
        self.flush(from, now);
    }

    /// A sealed frame has come from it.
    pub(super) fn lives(&mut self, id: EndpointId, now: Millis) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.heard_at = now;
        peer.is_proven = true;
    }
}

/// A round trip's time as it is known so far, with one more that took so long.
fn smoothed(before: Option<f64>, took: f64) -> f64 {
    before.map_or(took, |before| 0.8 * before + 0.2 * took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_that_takes_longer_counts_a_fifth() {
        assert_eq!(smoothed(None, 50.0), 50.0);
        assert_eq!(smoothed(Some(100.0), 200.0), 120.0);
        assert_eq!(smoothed(Some(100.0), 100.0), 100.0);
    }
}
