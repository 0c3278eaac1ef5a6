//! A guest's end of a room: it looks for the host, waits to be let in, and comes back with new keys
//! when they have lost each other. The host is who has the identity that the invitation names, and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::authenticity::Words;
use super::claim::EndpointRole;
use super::claim::HOST;
use super::endpoint::{CloseReason, Endpoint, Hint, Input, Output, Timing};
use super::frame::To;
use super::host::{ADMISSION, COME_IN, STAY_OUT, Token};
use super::identity::Fingerprint;
use super::keys::EndpointId;
use super::secret::RoomSecret;
use sotto_core::entropy::Entropy;

type Millis = u64;

/// How long a host may be silent before another endpoint of the same host is taken for it: the page was reloaded.
const REPLACED_MS: Millis = 8_000;
/// Between two searches for a host: one that is quick to send guests away shall not be stormed.
const SEARCH_MS: Millis = 2_000;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// No host has answered.
    Seeks,
    /// The host has to let it in.
    Waits,
    /// It is in.
    In,
    /// It was told to stay out.
    Out,
}

/// What a session wants done or known.
#[derive(Debug, PartialEq, Eq)]
pub enum GuestOutput {
    /// The broker shall carry this frame.
    Publish(To, Vec<u8>),
    /// The endpoint has another id now: its old inbox is dead.
    Moved(EndpointId),
    /// The stage, or the words, have changed.
    Changed,
    /// A message of the host, or of another guest that it named.
    Message {
        /// From whom.
        from: EndpointId,
        /// What it belongs to.
        channel: String,
        /// What it says.
        bytes: Vec<u8>,
    },
    /// Another end has left.
    Left(EndpointId, CloseReason),
    /// As [`Output::Refused`]; of hosts that are not this one's, the first.
    Refused(EndpointId, CloseReason),
}

/// The machine.
pub struct GuestSession {
    endpoint: Endpoint,
    secret: RoomSecret,
    /// Whom the invitation is to.
    fingerprint: Fingerprint,
    claim: String,
    /// What each host's token is made from; nobody learns it.
    token: Zeroizing<Token>,
    /// Whether others than the host may have to find it.
    answers: bool,
    payload: usize,
    timing: Timing,
    draw: Box<dyn Fn() -> Entropy>,
    host: Option<EndpointId>,
    /// Another endpoint of the same host.
    rival: Option<EndpointId>,
    /// Somebody else has said that it is the host.
    has_refused: bool,
    host_heard_at: Millis,
    stage: Stage,
    words: Option<Words>,
    /// Other guests that the host has named, and words with whoever talks with this one.
    named: BTreeSet<EndpointId>,
    words_with: BTreeMap<EndpointId, Words>,
    /// What [`Endpoint::broken_off`] said of endpoints that it had before.
    broken_off: u32,
    is_connected: bool,
    /// When the latest search began, or will.
    search_at: Millis,
    /// Whether it has begun.
    searches: bool,
}

impl GuestSession {
    /// A session with the host of this fingerprint that says it is `claim`, and whom the host knows again by what it makes
    /// of `token`. `draw` gives a source of randomness for every key pair.
    #[must_use]
    pub fn new(
        (secret, host): (RoomSecret, Fingerprint),
        (claim, token): (&str, Token),
        answers: bool,
        payload: usize,
        timing: Timing,
        draw: Box<dyn Fn() -> Entropy>,
    ) -> Self {
        let who = EndpointRole::Guest { claim, host };
        let endpoint = Endpoint::new(secret.clone(), who, answers, payload, timing, draw());
        Self {
            endpoint,
            secret,
            fingerprint: host,
            claim: claim.to_owned(),
            token: Zeroizing::new(token),
            answers,
            payload,
            timing,
            draw,
            host: None,
            rival: None,
            has_refused: false,
            host_heard_at: 0,
            stage: Stage::Seeks,
            words: None,
            named: BTreeSet::new(),
            words_with: BTreeMap::new(),
            broken_off: 0,
            is_connected: false,
            search_at: 0,
            searches: true,
        }
    }

    /// Its end of the links.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The host, once it is there.
    #[must_use]
    pub fn host(&self) -> Option<EndpointId> {
        self.host
    }

    /// To be compared with what the host's page shows.
    #[must_use]
    pub fn words(&self) -> Option<Words> {
        self.words
    }

    /// The other guests that it computes with: what each says it is, and words to be compared with what its page
    /// shows.
    pub fn others(&self) -> impl Iterator<Item = (&str, Words)> {
        self.named
            .iter()
            .filter_map(|id| Some((self.endpoint.claim(*id)?, *self.words_with.get(id)?)))
    }

    /// As [`Endpoint::broken_off`], through all its keys.
    #[must_use]
    pub fn broken_off(&self) -> u32 {
        self.broken_off.saturating_add(self.endpoint.broken_off())
    }

    /// Begins to talk with another guest.
    ///
    /// # Errors
    /// As [`Endpoint::open`].
    pub fn open(&mut self, id: EndpointId, now: Millis) -> Result<Vec<GuestOutput>, CloseReason> {
        self.endpoint.open(id, now)?;
        let mut outputs = self.drained(now);
        if self.host != Some(id) && self.named.insert(id) {
            outputs.push(GuestOutput::Changed);
        }
        Ok(outputs)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// As [`Endpoint::send`].
    pub fn send(
        &mut self,
        to: EndpointId,
        channel: &str,
        bytes: Vec<u8>,
        now: Millis,
    ) -> Result<Vec<GuestOutput>, CloseReason> {
        self.endpoint.send(to, channel, bytes, now)?;
        Ok(self.drained(now))
    }

    /// Handles one input at time `now`.
    pub fn handle(&mut self, input: Input<'_>, now: Millis) -> Vec<GuestOutput> {
        match input {
            Input::Connected => self.is_connected = true,
            Input::Disconnected => self.is_connected = false,
            _ => {}
        }
        if self.searches || !matches!(input, Input::Connected) {
            self.endpoint.handle(input, now);
        }
        let mut outputs = self.drained(now);
        if self.is_connected && !self.searches && now >= self.search_at {
            self.searches = true;
            self.endpoint.handle(Input::Connected, now);
            outputs.extend(self.drained(now));
        }
        let host_is_quiet = now >= self.host_heard_at + REPLACED_MS;
        if self.is_connected && self.rival.is_some() && host_is_quiet {
            self.move_on(&mut outputs, now);
        }
        outputs
    }

    /// When a tick is due.
    #[must_use]
    pub fn wake_at(&self) -> Millis {
        let rival = self.rival.map(|_| self.host_heard_at + REPLACED_MS);
        let search = (!self.searches).then_some(self.search_at);
        let wanted = rival.into_iter().chain(search).filter(|_| self.is_connected);
        wanted.fold(self.endpoint.wake_at(), Millis::min)
    }

    /// Says farewell.
    pub fn leave(&mut self, now: Millis) -> Vec<GuestOutput> {
        self.endpoint.leave(now);
        self.drained(now)
    }

    fn drained(&mut self, now: Millis) -> Vec<GuestOutput> {
        let mut outputs = Vec::new();
        while let Some(output) = self.endpoint.drain() {
            match output {
                Output::Publish(to, bytes) => outputs.push(GuestOutput::Publish(to, bytes)),
                Output::Heard { id, hint: Hint::Host } => self.heard_host(id, now),
                Output::Heard { id, hint: Hint::Stranger } => {
                    self.refuse(id, CloseReason::Impostor, &mut outputs);
                }
                Output::Heard { hint: Hint::Guest, .. } => {}
                Output::Joined { id, claim } if self.host == Some(id) => {
                    // A hello has led here; this is what counts.
                    if claim == HOST {
                        self.host_heard_at = now;
                        self.stage = Stage::Waits;
                        outputs.push(GuestOutput::Changed);
                    } else {
                        self.endpoint.shut(id, now);
                    }
                }
                Output::Joined { .. } => {}
                Output::Refused(id, why) => self.refuse(id, why, &mut outputs),
                Output::Words(id, words) => {
                    if self.host == Some(id) {
                        self.words = Some(words);
                    } else {
                        self.words_with.insert(id, words);
                    }
                    outputs.push(GuestOutput::Changed);
                }
                Output::Message { from, channel, bytes } => {
                    self.message(from, channel, bytes, &mut outputs);
                }
                Output::Left(id, why) => {
                    outputs.push(GuestOutput::Left(id, why));
                    self.words_with.remove(&id);
                    // A guest that begins anew was named before.
                    if why != CloseReason::Anew {
                        self.named.remove(&id);
                    }
                    let is_host = self.host == Some(id);
                    if is_host && !(why == CloseReason::Anew && self.begin_anew(id, now)) {
                        self.move_on(&mut outputs, now);
                    } else if is_host {
                        outputs.push(GuestOutput::Changed);
                    }
                }
            }
        }
        let heard = self.host.and_then(|host| self.endpoint.heard_at(host));
        if let Some(heard) = heard.filter(|heard| *heard > self.host_heard_at) {
            // It is there: the other one may say what it likes.
            (self.host_heard_at, self.rival) = (heard, None);
        }
        outputs
    }

    fn heard_host(&mut self, id: EndpointId, now: Millis) {
        match self.host {
            None if self.endpoint.open(id, now).is_ok() => {
                self.host = Some(id);
                self.begin_anew(id, now);
            }
            Some(host) if host != id => self.rival = Some(id),
            _ => {}
        }
    }

    /// Somebody is not what it says. Of those who say that they are the host one is told of: there may be many.
    fn refuse(&mut self, id: EndpointId, why: CloseReason, outputs: &mut Vec<GuestOutput>) {
        let is_known =
            why == CloseReason::Impostor && std::mem::replace(&mut self.has_refused, true);
        if !is_known {
            outputs.push(GuestOutput::Refused(id, why));
        }
    }

    /// The link to the host is a new one; whether it is there.
    fn begin_anew(&mut self, host: EndpointId, now: Millis) -> bool {
        self.host_heard_at = now;
        (self.stage, self.words) = (Stage::Seeks, None);
        // Read once the host has opened the link as well.
        let token = self.token_for(host);
        self.endpoint.send(host, ADMISSION, token.to_vec(), now).is_ok()
    }

    /// Whoever only says it is the host learns nothing that the host would know this guest by.
    fn token_for(&self, host: EndpointId) -> Token {
        let mut hash = Sha256::new_with_prefix("sotto/token/1");
        hash.update(*self.token);
        hash.update(host.0);
        let mut token = Token::default();
        token.copy_from_slice(&hash.finalize()[..size_of::<Token>()]);
        token
    }

    fn message(
        &mut self,
        from: EndpointId,
        channel: String,
        bytes: Vec<u8>,
        outputs: &mut Vec<GuestOutput>,
    ) {
        let is_host = self.host == Some(from);
        if channel != ADMISSION {
            // Before the host has let it in nobody has anything to say to it.
            if self.stage == Stage::In {
                outputs.push(GuestOutput::Message { from, channel, bytes });
            }
            return;
        }
        self.stage = match bytes.as_slice() {
            COME_IN if is_host => Stage::In,
            STAY_OUT if is_host => Stage::Out,
            _ => return,
        };
        if !self.answers {
            // Where several hosts share a room, the others are not bothered.
            self.endpoint.settle(self.host.filter(|_| self.stage == Stage::In));
        }
        outputs.push(GuestOutput::Changed);
    }

    /// Looks for a host anew, with other keys: those that a lost host knew are used up.
    fn move_on(&mut self, outputs: &mut Vec<GuestOutput>, now: Millis) {
        self.endpoint.leave(now);
        while let Some(output) = self.endpoint.drain() {
            match output {
                Output::Publish(to, bytes) => outputs.push(GuestOutput::Publish(to, bytes)),
                Output::Left(id, why) => outputs.push(GuestOutput::Left(id, why)),
                _ => {}
            }
        }
        self.broken_off = self.broken_off();
        self.endpoint = Endpoint::new(
            self.secret.clone(),
            EndpointRole::Guest { claim: &self.claim, host: self.fingerprint },
            self.answers,
            self.payload,
            self.timing,
            (self.draw)(),
        );
        (self.host, self.rival, self.words) = (None, None, None);
        self.named.clear();
        self.words_with.clear();
        self.stage = Stage::Seeks;
        outputs.push(GuestOutput::Moved(self.endpoint.id()));
        outputs.push(GuestOutput::Changed);
        self.searches = false;
        self.search_at = now.max(self.search_at + SEARCH_MS);
    }
}
