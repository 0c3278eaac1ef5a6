//! What waits to be sent, and what is under way.

use std::collections::{BTreeMap, VecDeque};

use super::{FIRST, FLIGHT_MAX, LAST, MESSAGE_MAX, PIECE_HEAD, PIECE_MAX, QUEUE_MAX, WINDOW};
use crate::frame::{FRAME_MAX, HEAD_LEN, SEAL_LEN};
use sotto_core::wire::Writer;

/// Bytes of short messages that may be under way beside those of long ones.
const SHORT_FLIGHT_MAX: usize = FLIGHT_MAX / 4;

/// What is sent.
pub(crate) struct Outgoing {
    /// Messages of one piece, which overtake the others.
    short: VecDeque<Sending>,
    /// Messages of many pieces, one after the other, and what waits for them on their channels.
    long: VecDeque<Sending>,
    /// How many of `long` are on a channel.
    behind: BTreeMap<String, usize>,
    waiting_bytes: usize,
    /// Sealed and not acknowledged, by number.
    flight: VecDeque<(u64, Vec<u8>)>,
    flight_bytes: usize,
    next: u64,
    piece_len: usize,
}

/// A part of a message, to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    /// It is a whole message.
    pub(crate) is_short: bool,
    /// With it a message has gone whole.
    pub(crate) is_last: bool,
}

struct Sending {
    channel: String,
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    /// `payload`: the most that the broker carries at once. `first`: the number of the first piece.
    pub(crate) fn new(payload: usize, first: u64) -> Self {
        let piece_len = payload.min(FRAME_MAX).saturating_sub(HEAD_LEN + SEAL_LEN + PIECE_HEAD);
        Self {
            short: VecDeque::new(),
            long: VecDeque::new(),
            behind: BTreeMap::new(),
            waiting_bytes: 0,
            flight: VecDeque::new(),
            flight_bytes: 0,
            next: first,
            piece_len: piece_len.clamp(1, PIECE_MAX),
        }
    }

    /// Queues a message; `false` when there is no room for it.
    pub(crate) fn push(&mut self, channel: &str, bytes: Vec<u8>) -> bool {
        if bytes.len() > MESSAGE_MAX || self.waiting_bytes + bytes.len() > QUEUE_MAX {
            return false;
        }
        self.waiting_bytes += bytes.len();
        let sending = Sending { channel: channel.to_owned(), bytes, sent: 0 };
        if sending.bytes.len() <= self.piece_len && !self.behind.contains_key(channel) {
            self.short.push_back(sending);
        } else {
            *self.behind.entry(channel.to_owned()).or_default() += 1;
            self.long.push_back(sending);
        }
        true
    }

    /// Whether something waits that is longer than a piece, or comes after such a message on its channel.
    pub(crate) fn has_long(&self) -> bool {
        !self.long.is_empty()
    }

    /// The next piece to seal, if there is one and the window has room; long messages go only if they `may`.
    /// It counts as under way only when [`Outgoing::sealed`] is told of its frame.
    pub(crate) fn next_piece(&mut self, long_may: bool) -> Option<Piece> {
        let is_short = !self.short.is_empty();
        let (lane, flight_max) = match is_short {
            true => (&mut self.short, FLIGHT_MAX + SHORT_FLIGHT_MAX),
            false => (&mut self.long, FLIGHT_MAX),
        };
        let has_room = self.flight_bytes < flight_max && (self.flight.len() as u64) < WINDOW;
        let sending = lane.front_mut().filter(|_| has_room && (is_short || long_may))?;
        let left = sending.bytes.len() - sending.sent;
        let taken = left.min(self.piece_len);
        let (is_first, is_last) = (sending.sent == 0, taken == left);
        let mut writer = Writer::new();
        writer.u8(u8::from(is_first) * FIRST + u8::from(is_last) * LAST);
        if is_first {
            writer.text(&sending.channel).length(sending.bytes.len());
        }
        writer.raw(&sending.bytes[sending.sent..sending.sent + taken]);
        sending.sent += taken;
        self.waiting_bytes -= taken;
        if is_last
            && let Some(Sending { channel, .. }) = lane.pop_front()
            && !is_short
        {
            self.went(&channel);
        }
        let number = self.next;
        self.next += 1;
        Some(Piece { number, bytes: writer.finish(), is_short, is_last })
    }

    /// A message of the long lane has gone whole.
    fn went(&mut self, channel: &str) {
        if let Some(behind) = self.behind.get_mut(channel) {
            *behind -= 1;
            if *behind == 0 {
                self.behind.remove(channel);
            }
        }
    }

    /// A piece has become a frame.
    pub(crate) fn sealed(&mut self, number: u64, frame: Vec<u8>) {
        self.flight_bytes += frame.len();
        self.flight.push_back((number, frame));
    }

    /// All numbers below `next` have arrived; whether that is news.
    pub(crate) fn acknowledged(&mut self, next: u64) -> bool {
        let before = self.flight.len();
        while self.flight.front().is_some_and(|(number, _)| *number < next) {
            self.flight_bytes -= self.flight.pop_front().map_or(0, |(_, frame)| frame.len());
        }
        self.flight.len() < before
    }

    /// The oldest frames that have not been acknowledged.
    pub(crate) fn unacknowledged(&self, frames: usize) -> impl Iterator<Item = &Vec<u8>> {
        self.flight.iter().take(frames).map(|(_, frame)| frame)
    }

    pub(crate) fn is_under_way(&self) -> bool {
        !self.flight.is_empty()
    }
}
