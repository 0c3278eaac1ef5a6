//! Messages between two endpoints, in order and each once, over frames that may be lost.
//!
//! A message is cut into pieces of at most a frame. Pieces are numbered from 0; a number is a nonce,
//! so a piece is sealed once, and what is sent again are the same bytes. The receiver opens a number
//! at most once, keeps what is early within a window, and says in notes which number is next.

use std::collections::{BTreeMap, VecDeque};

use super::frame::{CHANNEL_MAX, FRAME_MAX, HEAD_LEN, SEAL_LEN};
use crate::wire::{Error, Reader, Writer};

/// The longest message, in bytes: dealt words for a large batch.
pub(super) const MESSAGE_MAX: usize = 1 << 28;
/// Bytes that may wait to be sent to one endpoint.
pub(super) const QUEUE_MAX: usize = 1 << 29;
/// Bytes that may be under way, and not acknowledged.
const FLIGHT_MAX: usize = 4 << 20;
/// Pieces that may be early.
pub(super) const WINDOW: u64 = 4096;
/// Bytes of pieces that may be early.
const EARLY_MAX: usize = 2 * FLIGHT_MAX;
/// The longest piece, in bytes: what is lost and sent again is no more.
const PIECE_MAX: usize = 1 << 16;
/// Bytes of a piece before what it carries: first and last, and in the first the channel and the length.
const PIECE_HEAD: usize = 1 + 4 + CHANNEL_MAX + 4;
/// What a receiver makes room for before the rest has come.
const RESERVE_MAX: usize = 1 << 20;

const FIRST: u8 = 1;
const LAST: u8 = 2;

/// A message that has arrived whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) bytes: Vec<u8>,
}

/// What is sent.
pub(super) struct Outgoing {
    waiting: VecDeque<Sending>,
    waiting_bytes: usize,
    /// Sealed and not acknowledged, by number.
    flight: VecDeque<(u64, Vec<u8>)>,
    flight_bytes: usize,
    next: u64,
    piece_len: usize,
}

struct Sending {
    channel: String,
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    /// `payload`: the most that the broker carries at once.
    pub(super) fn new(payload: usize) -> Self {
        let piece_len = payload.min(FRAME_MAX).saturating_sub(HEAD_LEN + SEAL_LEN + PIECE_HEAD);
        Self {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            flight: VecDeque::new(),
            flight_bytes: 0,
            next: 0,
            piece_len: piece_len.clamp(1, PIECE_MAX),
        }
    }

    /// Queues a message; `false` when there is no room for it.
    pub(super) fn push(&mut self, channel: &str, bytes: Vec<u8>) -> bool {
        if bytes.len() > MESSAGE_MAX || self.waiting_bytes + bytes.len() > QUEUE_MAX {
            return false;
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(Sending { channel: channel.to_owned(), bytes, sent: 0 });
        true
    }

    /// The next piece to seal and its number, if there is one and the window has room. It counts as
    /// under way only when [`Outgoing::sealed`] is told of its frame.
    pub(super) fn next_piece(&mut self) -> Option<(u64, Vec<u8>)> {
        let has_room = self.flight_bytes < FLIGHT_MAX && (self.flight.len() as u64) < WINDOW;
        let sending = self.waiting.front_mut().filter(|_| has_room)?;
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
        if is_last {
            self.waiting.pop_front();
        }
        let number = self.next;
        self.next += 1;
        Some((number, writer.finish()))
    }

    /// A piece has become a frame.
    pub(super) fn sealed(&mut self, number: u64, frame: Vec<u8>) {
        self.flight_bytes += frame.len();
        self.flight.push_back((number, frame));
    }

    /// All numbers below `next` have arrived; whether that is news.
    pub(super) fn acknowledged(&mut self, next: u64) -> bool {
        let before = self.flight.len();
        while self.flight.front().is_some_and(|(number, _)| *number < next) {
            self.flight_bytes -= self.flight.pop_front().map_or(0, |(_, frame)| frame.len());
        }
        self.flight.len() < before
    }

    /// The oldest frames that have not been acknowledged.
    pub(super) fn again(&self, frames: usize) -> impl Iterator<Item = &Vec<u8>> {
        self.flight.iter().take(frames).map(|(_, frame)| frame)
    }

    pub(super) fn is_under_way(&self) -> bool {
        !self.flight.is_empty()
    }
}

/// What arrives.
pub(super) struct Incoming {
    /// The longest message that is taken, in bytes.
    limit: usize,
    next: u64,
    early: BTreeMap<u64, Vec<u8>>,
    early_bytes: usize,
    partial: Option<Partial>,
}

struct Partial {
    channel: String,
    length: usize,
    bytes: Vec<u8>,
}

impl Incoming {
    /// `limit`: the longest message that is taken, in bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, next: 0, early: BTreeMap::new(), early_bytes: 0, partial: None }
    }

    /// Takes longer messages from now on, or shorter ones.
    pub(super) fn limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The first number that has not arrived.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether a piece of this number is still of use, and may be opened.
    pub(super) fn wants(&self, number: u64) -> bool {
        (self.next..self.next.saturating_add(WINDOW)).contains(&number)
            && !self.early.contains_key(&number)
            && (number == self.next || self.early_bytes < EARLY_MAX)
    }

    /// Takes a piece that was opened, and gives the messages that are whole with it.
    ///
    /// # Errors
    /// When the sender, which is who it says, does not keep to the format.
    pub(super) fn take(&mut self, number: u64, piece: Vec<u8>) -> Result<Vec<Message>, Error> {
        self.early_bytes += piece.len();
        self.early.insert(number, piece);
        let mut whole = Vec::new();
        while let Some(piece) = self.early.remove(&self.next) {
            self.early_bytes -= piece.len();
            self.next += 1;
            whole.extend(self.join(&piece)?);
        }
        Ok(whole)
    }

    fn join(&mut self, piece: &[u8]) -> Result<Option<Message>, Error> {
        let mut reader = Reader::new(piece);
        let flags = reader.u8("piece")?;
        if flags & !(FIRST | LAST) != 0 || (flags & FIRST != 0) != self.partial.is_none() {
            return Err(Error::Invalid("the order of a message's pieces"));
        }
        if flags & FIRST != 0 {
            let channel = reader.text("channel", CHANNEL_MAX)?;
            let length = reader.u32("length")? as usize;
            if length > self.limit {
                let (what, limit) = ("message", self.limit);
                return Err(Error::TooLong { what, found: length, limit });
            }
            let bytes = Vec::with_capacity(length.min(RESERVE_MAX));
            self.partial = Some(Partial { channel, length, bytes });
        }
        let mut partial = self.partial.take().ok_or(Error::Invalid("a message's first piece"))?;
        partial.bytes.extend_from_slice(reader.rest());
        let is_last = flags & LAST != 0;
        if partial.bytes.len() > partial.length
            || is_last != (partial.bytes.len() == partial.length)
        {
            return Err(Error::Invalid("the length of a message"));
        }
        if !is_last {
            self.partial = Some(partial);
            return Ok(None);
        }
        Ok(Some(Message { channel: partial.channel, bytes: partial.bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(payload: usize, messages: &[Vec<u8>]) -> Vec<(u64, Vec<u8>)> {
        let mut out = Outgoing::new(payload);
        for (place, message) in messages.iter().enumerate() {
            assert!(out.push(&format!("channel/{place}"), message.clone()));
        }
        std::iter::from_fn(|| out.next_piece()).collect()
    }

    proptest! {
        /// In whatever order pieces come, and however often, messages come whole, once, in theirs.
        #[test]
        fn messages_come_whole_and_in_order(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..500), 1..8),
            payload in 1usize..400,
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let pieces = pieces(payload, &messages);
            let mut queue: Vec<_> = order.iter().map(|at| at.get(&pieces).clone()).collect();
            queue.extend(pieces);
            let mut incoming = Incoming::new(MESSAGE_MAX);
            let mut whole = Vec::new();
            for (number, piece) in queue {
                if incoming.wants(number) {
                    whole.extend(incoming.take(number, piece).unwrap());
                }
            }
            let expected = messages.into_iter().enumerate();
            let expected: Vec<_> = expected
                .map(|(place, bytes)| Message { channel: format!("channel/{place}"), bytes })
                .collect();
            prop_assert_eq!(whole, expected);
            prop_assert!(incoming.early.is_empty() && incoming.early_bytes == 0);
        }

        #[test]
        fn any_piece_is_joined_or_refused(pieces: Vec<Vec<u8>>) {
            let mut incoming = Incoming::new(MESSAGE_MAX);
            for (number, piece) in (0..).zip(pieces) {
                let _ = incoming.take(number, piece);
            }
        }
    }

    #[test]
    fn the_window_ends_somewhere() {
        let incoming = Incoming::new(MESSAGE_MAX);
        assert!(incoming.wants(0) && incoming.wants(WINDOW - 1));
        assert!(!incoming.wants(WINDOW) && !incoming.wants(u64::MAX));
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let mut out = Outgoing::new(FRAME_MAX);
        assert!(out.push("large", vec![0; 3 * FLIGHT_MAX]));
        let mut sent = 0;
        while let Some((number, piece)) = out.next_piece() {
            sent += piece.len();
            out.sealed(number, piece);
        }
        assert!((FLIGHT_MAX..FLIGHT_MAX + FRAME_MAX).contains(&sent));
        assert!(out.acknowledged(1) && out.next_piece().is_some());
        assert!(!out.acknowledged(1));
        assert!(!out.push("larger", vec![0; MESSAGE_MAX + 1]));
    }

    #[test]
    fn a_message_longer_than_it_said_is_refused() {
        let mut writer = Writer::new();
        writer.u8(FIRST).text("c").length(2).raw(&[1, 2, 3]);
        assert!(Incoming::new(MESSAGE_MAX).take(0, writer.finish()).is_err());
        let mut writer = Writer::new();
        writer.u8(FIRST | LAST).text("c").length(MESSAGE_MAX + 1);
        assert!(Incoming::new(MESSAGE_MAX).take(0, writer.finish()).is_err());
    }
}
