//! The aggregator's end of a room: who is there, who may come in, and who is shut out.

use std::collections::{BTreeMap, VecDeque};

use super::authenticity::Words;
use super::endpoint::{CloseReason, Endpoint, Hint, Input, Output};
use super::frame::To;
use super::keys::EndpointId;

/// The channel on which guests learn whether they may come in.
pub(super) const ADMISSION: &str = "door";
pub(super) const COME_IN: &[u8] = b"come in";
pub(super) const STAY_OUT: &[u8] = b"stay out";
/// Who has left is known again by its token, if it is among so many.
const REMEMBERED_MAX: usize = 1000;

/// What a guest and this host alone know, who is told it under its seal: with it, the guest is known again after
/// its page was reloaded, which gives it other keys. Another host would be told another one.
pub type Token = [u8; 16];
/// Guests in a room, those who wait among them.
const GUESTS_MAX: usize = 1000;
/// Those who may wait unseen while the room is locked: the rest of [`GUESTS_MAX`] is kept for who was in.
const UNSEEN_MAX: usize = 32;

type Millis = u64;

/// Whether a guest is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It waits for somebody to decide.
    Waits,
    /// It is in.
    In,
    /// It was told to stay out.
    Out,
}

/// An endpoint that asks to be let in, or is in.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestView {
    /// Who.
    pub id: EndpointId,
    /// What it says it is.
    pub claim: String,
    /// Whether it is in.
    pub admission: Admission,
    /// To be compared, once they are known.
    pub words: Option<Words>,
    /// The time there and back in milliseconds, once it is known.
    pub rtt_ms: Option<f64>,
}

/// What a session wants done or known.
#[derive(Debug, PartialEq, Eq)]
pub enum HostOutput {
    /// The broker shall carry this frame.
    Publish(To, Vec<u8>),
    /// Somebody came, was let in, was turned away or can be recognised; [`HostSession::guests`] has it.
    Changed,
    /// A message of one who is in.
    Message {
        /// From whom.
        from: EndpointId,
        /// What it belongs to.
        channel: String,
        /// What it says.
        bytes: Vec<u8>,
    },
    /// One who was in has left.
    Left(EndpointId, CloseReason),
    /// As [`Output::Refused`].
    Refused(EndpointId, CloseReason),
}

struct Guest {
    /// What it says it is, under its key; nothing until it has come.
    claim: Option<String>,
    token: Option<Token>,
    heard_at: Millis,
    admission: Admission,
    words: Option<Words>,
}

/// The machine.
pub struct HostSession {
    endpoint: Endpoint,
    guests: BTreeMap<EndpointId, Guest>,
    is_locked: bool,
    /// Claims that are let in without a question.
    welcome: Vec<String>,
    /// Whom it has let in as what, or turned away, the latest last.
    remembered: VecDeque<(Token, String, bool)>,
}

impl HostSession {
    /// A session with the host's endpoint; whoever claims to be one of `welcome` is let in without a question.
    #[must_use]
    pub fn new(endpoint: Endpoint, welcome: Vec<String>) -> Self {
        let endpoint = endpoint.reserved();
        Self {
            endpoint,
            guests: BTreeMap::new(),
            is_locked: false,
            welcome,
            remembered: VecDeque::new(),
        }
    }

    /// Its end of the links.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Everybody who came; while the room is locked, without those who wait.
    pub fn guests(&self) -> impl Iterator<Item = GuestView> {
        let is_hidden = |guest: &Guest| self.is_locked && guest.admission == Admission::Waits;
        let shown = self.guests.iter().filter(move |(_, guest)| !is_hidden(guest));
        shown.filter_map(|(id, guest)| {
            Some(GuestView {
                id: *id,
                claim: guest.claim.clone()?,
                admission: guest.admission,
                words: guest.words,
                rtt_ms: self.endpoint.rtt(*id),
            })
        })
    }

    /// Whether nobody else may come.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.is_locked
    }

    /// Lets nobody else in, or somebody again. Who is in stays, and who was in comes back; others wait until it is unlocked.
    pub fn lock(&mut self, is_locked: bool, now: Millis) -> Vec<HostOutput> {
        self.is_locked = is_locked;
        let waits = |guest: &Guest| guest.admission == Admission::Waits && guest.token.is_some();
        let waiting = self.guests.iter().filter(|(_, guest)| waits(guest));
        let welcome: Vec<EndpointId> =
            waiting.filter(|(_, guest)| self.is_welcome(guest)).map(|(id, _)| *id).collect();
        welcome.into_iter().flat_map(|id| self.decide(id, true, now)).collect()
    }

    /// Whether a guest is let in without a question.
    fn is_welcome(&self, guest: &Guest) -> bool {
        let welcomes = |claim: &String| self.welcome.contains(claim);
        !self.is_locked && guest.claim.as_ref().is_some_and(welcomes)
    }

    /// What one who is in says it is.
    #[must_use]
    pub fn claim(&self, id: EndpointId) -> Option<&str> {
        self.guests.get(&id).filter(|guest| guest.is_in())?.claim.as_deref()
    }

    /// Those who are in and say they are this.
    pub fn inside(&self, claim: &str) -> impl Iterator<Item = EndpointId> {
        self.guests
            .iter()
            .filter(move |(_, guest)| guest.is_in() && guest.claim.as_deref() == Some(claim))
            .map(|(id, _)| *id)
    }

    /// Lets a guest in, or turns it away. Who was in and is turned away has left.
    pub fn decide(&mut self, id: EndpointId, comes_in: bool, now: Millis) -> Vec<HostOutput> {
        let Some(guest) = self.guests.get_mut(&id) else { return Vec::new() };
        let Some(claim) = guest.claim.clone() else { return Vec::new() };
        let was_in = guest.is_in();
        guest.admission = if comes_in { Admission::In } else { Admission::Out };
        if let Some(token) = guest.token {
            self.remembered.retain(|(known, ..)| *known != token);
            self.remembered.push_back((token, claim, comes_in));
            if self.remembered.len() > REMEMBERED_MAX {
                self.remembered.pop_front();
            }
        }
        let word = if comes_in { COME_IN } else { STAY_OUT };
        if comes_in {
            self.endpoint.trust(id);
        }
        #[expect(clippy::let_underscore_must_use, reason = "a guest that cannot be told has left")]
        let _ = self.endpoint.send(id, ADMISSION, word.to_vec(), now);
        let mut outputs = vec![HostOutput::Changed];
        if was_in && !comes_in {
            outputs.push(HostOutput::Left(id, CloseReason::Shut));
        }
        self.drain(&mut outputs, now);
        outputs
    }

    /// Ends the link to a guest, who may look for another host of the room, or come again.
    pub fn send_on(&mut self, id: EndpointId, now: Millis) -> Vec<HostOutput> {
        self.endpoint.shut(id, now);
        let mut outputs = Vec::new();
        self.drain(&mut outputs, now);
        outputs
    }

    /// Sends a message to one who is in.
    ///
    /// # Errors
    /// As [`Endpoint::send`].
    pub fn send(
        &mut self,
        to: EndpointId,
        channel: &str,
        bytes: Vec<u8>,
        now: Millis,
    ) -> Result<Vec<HostOutput>, CloseReason> {
        self.claim(to).ok_or(CloseReason::Unknown)?;
        self.endpoint.send(to, channel, bytes, now)?;
        let mut outputs = Vec::new();
        self.drain(&mut outputs, now);
        Ok(outputs)
    }

    /// Handles one input at time `now`.
    pub fn handle(&mut self, input: Input<'_>, now: Millis) -> Vec<HostOutput> {
        self.endpoint.handle(input, now);
        let mut outputs = Vec::new();
        self.drain(&mut outputs, now);
        outputs
    }

    /// When a tick is due.
    #[must_use]
    pub fn wake_at(&self) -> Millis {
        self.endpoint.wake_at()
    }

    /// Says farewell to everybody.
    pub fn close(&mut self, now: Millis) -> Vec<HostOutput> {
        self.endpoint.leave(now);
        let mut outputs = Vec::new();
        self.drain(&mut outputs, now);
        outputs
    }

    fn drain(&mut self, outputs: &mut Vec<HostOutput>, now: Millis) {
        while let Some(output) = self.endpoint.drain() {
            match output {
                Output::Publish(to, bytes) => outputs.push(HostOutput::Publish(to, bytes)),
                Output::Heard { id, hint } => self.heard(id, hint, now),
                Output::Joined { id, claim } => self.joined(id, claim, outputs),
                Output::Refused(id, why) => outputs.push(HostOutput::Refused(id, why)),
                Output::Words(id, words) => {
                    if let Some(guest) = self.guests.get_mut(&id) {
                        guest.words = Some(words);
                        outputs.push(HostOutput::Changed);
                    }
                }
                Output::Message { from, channel, bytes } if channel == ADMISSION => {
                    // What is no token is told apart from nobody.
                    if let Ok(token) = Token::try_from(bytes) {
                        self.recognise(from, token, outputs, now);
                    }
                }
                Output::Message { from, channel, bytes } => {
                    // Who is not in has nothing to say.
                    if self.claim(from).is_some() {
                        outputs.push(HostOutput::Message { from, channel, bytes });
                    }
                }
                Output::Left(id, why) => {
                    let guest = self.guests.remove(&id);
                    outputs.push(HostOutput::Changed);
                    if guest.is_some_and(|guest| guest.is_in()) {
                        outputs.push(HostOutput::Left(id, why));
                    }
                }
            }
        }
    }

    fn heard(&mut self, id: EndpointId, hint: Hint, now: Millis) {
        // Another aggregator of the same room is no guest.
        if hint == Hint::Host || self.guests.contains_key(&id) {
            return;
        }
        self.make_room(now);
        if self.guests.len() < GUESTS_MAX && self.endpoint.open(id, now).is_ok() {
            let (claim, token, admission, words) = (None, None, Admission::Waits, None);
            self.guests.insert(id, Guest { claim, token, heard_at: now, admission, words });
        }
    }

    /// Anybody with the link can say many hellos, and the broker repeat them: of those who never came the one heard
    /// first makes room, and in a locked room of all who wait.
    fn make_room(&mut self, now: Millis) {
        let waits = |guest: &Guest| match self.is_locked {
            true => guest.admission == Admission::Waits,
            false => guest.claim.is_none(),
        };
        let awaited = || self.guests.iter().filter(|(_, guest)| waits(guest));
        let is_full =
            self.guests.len() >= GUESTS_MAX || self.is_locked && awaited().count() >= UNSEEN_MAX;
        if !is_full {
            return;
        }
        let oldest = awaited().min_by_key(|(_, guest)| guest.heard_at).map(|(id, _)| *id);
        if let Some(id) = oldest {
            self.guests.remove(&id);
            self.endpoint.shut(id, now);
        }
    }

    fn joined(&mut self, id: EndpointId, claim: String, outputs: &mut Vec<HostOutput>) {
        let Some(guest) = self.guests.get_mut(&id) else { return };
        guest.claim = Some(claim);
        outputs.push(HostOutput::Changed);
    }

    /// A guest says who it was before: its former self is gone, and it is what it was before.
    fn recognise(
        &mut self,
        id: EndpointId,
        token: Token,
        outputs: &mut Vec<HostOutput>,
        now: Millis,
    ) {
        let Some(guest) = self.guests.get_mut(&id).filter(|guest| guest.token.is_none()) else {
            return;
        };
        // It comes after what the guest says it is.
        let Some(claim) = guest.claim.clone() else { return };
        guest.token = Some(token);
        let admission = guest.admission;
        let before =
            self.remembered.iter().find(|(known, as_what, _)| (known, as_what) == (&token, &claim));
        let before = before.map(|(.., came_in)| *came_in);
        let is_former =
            |other: &Guest| other.token == Some(token) && other.claim.as_deref() == Some(&claim);
        let others = self.guests.iter().filter(|(other, _)| **other != id);
        let former: Vec<EndpointId> =
            others.filter(|(_, other)| is_former(other)).map(|(other, _)| *other).collect();
        former.into_iter().for_each(|other| self.endpoint.shut(other, now));
        // What was decided before its token came holds, and is remembered now.
        let decided = (admission != Admission::Waits).then_some(admission == Admission::In);
        let is_welcome = self.guests.get(&id).is_some_and(|guest| self.is_welcome(guest));
        let welcome = is_welcome.then_some(true);
        if let Some(comes_in) = decided.or(before).or(welcome) {
            outputs.extend(self.decide(id, comes_in, now));
        }
    }
}

impl Guest {
    fn is_in(&self) -> bool {
        self.claim.is_some() && self.admission == Admission::In
    }
}
