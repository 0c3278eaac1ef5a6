//! Messages between two endpoints, in order and each once, over frames that may be lost.
//!
//! A message is cut into pieces of at most a frame. Pieces are numbered on from the link's first; a number is a nonce,
//! so a piece is sealed once, and what is sent again are the same bytes. The receiver opens a number
//! at most once, keeps what is early within a window, and acknowledges with the number that is next.
//!
//! Order is kept within a channel. A message of one piece goes before those of many on other channels: two
//! who answer each other in turns do not wait for megabytes that a third has to send.

mod outgoing;

use std::collections::BTreeMap;

use super::frame::CHANNEL_MAX;
pub(super) use outgoing::Outgoing;
use sotto_core::wire::{Error, Reader};

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
    /// It came in one piece.
    pub(super) is_short: bool,
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
    /// `limit`: the longest message that is taken, in bytes. `first`: the number of the first piece.
    pub(super) fn new(limit: usize, first: u64) -> Self {
        Self { limit, next: first, early: BTreeMap::new(), early_bytes: 0, partial: None }
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
        let (is_first, is_last) = (flags & FIRST != 0, flags & LAST != 0);
        // A message of one piece may come between those of another.
        let is_in_order = (is_first && is_last) || is_first == self.partial.is_none();
        if flags & !(FIRST | LAST) != 0 || !is_in_order {
            return Err(Error::Invalid("the order of a message's pieces"));
        }
        let mut partial = match is_first {
            true => self.begin(&mut reader)?,
            false => self.partial.take().ok_or(Error::Invalid("a message's first piece"))?,
        };
        partial.bytes.extend_from_slice(reader.rest());
        if partial.bytes.len() > partial.length
            || is_last != (partial.bytes.len() == partial.length)
        {
            return Err(Error::Invalid("the length of a message"));
        }
        if !is_last {
            self.partial = Some(partial);
            return Ok(None);
        }
        let Partial { channel, bytes, .. } = partial;
        Ok(Some(Message { channel, bytes, is_short: is_first }))
    }

    fn begin(&self, reader: &mut Reader<'_>) -> Result<Partial, Error> {
        let channel = reader.text("channel", CHANNEL_MAX)?;
        let length = reader.u32("length")? as usize;
        if length > self.limit {
            let (what, limit) = ("message", self.limit);
            return Err(Error::TooLong { what, found: length, limit });
        }
        let bytes = Vec::with_capacity(length.min(RESERVE_MAX));
        Ok(Partial { channel, length, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::outgoing::Piece;
    use super::*;
    use crate::frame::FRAME_MAX;
    use proptest::prelude::*;
    use sotto_core::wire::Writer;

    /// Whether a long message may go, for every piece; what may not goes in the end.
    fn pieces(payload: usize, messages: &[(u8, Vec<u8>)], may: &[bool]) -> Vec<Piece> {
        let mut out = Outgoing::new(payload, 0);
        for (channel, message) in messages {
            assert!(out.push(&channel.to_string(), message.clone()));
        }
        let mut pieces: Vec<Piece> = may.iter().filter_map(|may| out.next_piece(*may)).collect();
        pieces.extend(std::iter::from_fn(|| out.next_piece(true)));
        pieces
    }

    proptest! {
        /// In whatever order pieces come, and however often, messages come whole, once, and in order on
        /// their channels.
        #[test]
        fn messages_come_whole_and_in_order(
            messages in prop::collection::vec(
                (0u8..3, prop::collection::vec(any::<u8>(), 0..500)), 1..8,
            ),
            payload in 1usize..400,
            may: Vec<bool>,
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let pieces = pieces(payload, &messages, &may);
            let mut queue: Vec<_> = order.iter().map(|at| at.get(&pieces).clone()).collect();
            queue.extend(pieces);
            let mut incoming = Incoming::new(MESSAGE_MAX, 0);
            let mut whole = Vec::new();
            for Piece { number, bytes, .. } in queue {
                if incoming.wants(number) {
                    whole.extend(incoming.take(number, bytes).unwrap());
                }
            }
            for channel in 0u8..3 {
                let expected = messages.iter().filter(|(on, _)| *on == channel);
                let expected: Vec<_> = expected.map(|(_, bytes)| bytes.clone()).collect();
                let of_channel = |message: &&Message| message.channel == channel.to_string();
                let came = whole.iter().filter(of_channel);
                let came: Vec<_> = came.map(|message| message.bytes.clone()).collect();
                prop_assert_eq!(came, expected);
            }
            prop_assert!(incoming.early.is_empty() && incoming.early_bytes == 0);
        }

        #[test]
        fn any_piece_is_joined_or_refused(pieces: Vec<Vec<u8>>) {
            let mut incoming = Incoming::new(MESSAGE_MAX, 0);
            for (number, piece) in (0..).zip(pieces) {
                let _ = incoming.take(number, piece);
            }
        }
    }

    #[test]
    fn the_window_ends_somewhere() {
        let incoming = Incoming::new(MESSAGE_MAX, 0);
        assert!(incoming.wants(0) && incoming.wants(WINDOW - 1));
        assert!(!incoming.wants(WINDOW) && !incoming.wants(u64::MAX));
    }

    /// What came early may take so much memory; the piece that is waited for is taken all the same.
    #[test]
    fn what_came_early_is_bounded() {
        let mut incoming = Incoming::new(MESSAGE_MAX, 0);
        assert!(incoming.take(2, vec![0; EARLY_MAX - 1]).unwrap().is_empty());
        assert!(incoming.wants(0) && incoming.wants(1) && incoming.wants(3));
        assert!(incoming.take(3, vec![0; 1]).unwrap().is_empty());
        assert!(incoming.wants(0) && !incoming.wants(1) && !incoming.wants(2));
        assert!(!incoming.wants(3) && !incoming.wants(4));
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let mut out = Outgoing::new(FRAME_MAX, 0);
        assert!(out.push("large", vec![0; 3 * FLIGHT_MAX]));
        let mut sent = 0;
        while let Some(Piece { number, bytes, .. }) = out.next_piece(true) {
            sent += bytes.len();
            out.sealed(number, bytes);
        }
        assert!((FLIGHT_MAX..FLIGHT_MAX + FRAME_MAX).contains(&sent));
        assert!(out.push("short", vec![0; 10]));
        assert!(out.next_piece(true).is_some_and(|piece| piece.is_short && piece.is_last));
        assert!(out.next_piece(true).is_none());
        assert!(out.acknowledged(1) && out.next_piece(true).is_some());
        assert!(!out.acknowledged(1));
        assert!(!out.push("larger", vec![0; MESSAGE_MAX + 1]));
    }

    /// A piece is as long as a frame can carry beside the longest name of a channel.
    #[test]
    fn the_longest_piece_fills_what_the_broker_carries() {
        use crate::frame::{HEAD_LEN, SEAL_LEN};
        for payload in [512, 1000, PIECE_MAX, PIECE_MAX + HEAD_LEN + SEAL_LEN + PIECE_HEAD] {
            let mut out = Outgoing::new(payload, 0);
            assert!(out.push(&"c".repeat(CHANNEL_MAX), vec![0; 2 * PIECE_MAX]));
            let piece = out.next_piece(true).expect("it waits");
            assert_eq!(HEAD_LEN + SEAL_LEN + piece.bytes.len(), payload);
        }
        let mut out = Outgoing::new(FRAME_MAX, 0);
        assert!(out.push("c", vec![0; 2 * PIECE_MAX]));
        let piece = out.next_piece(true).expect("it waits");
        assert_eq!(piece.bytes.len(), PIECE_MAX + 1 + 4 + 1 + 4);
    }

    /// As much may wait as is said, and no byte more.
    #[test]
    fn what_waits_is_bounded() {
        let mut out = Outgoing::new(FRAME_MAX, 0);
        assert!(!out.push("larger", vec![0; MESSAGE_MAX + 1]));
        for _ in 0..QUEUE_MAX / MESSAGE_MAX {
            assert!(out.push("large", vec![0; MESSAGE_MAX]));
        }
        assert!(!out.push("one more", vec![0]));
        assert!(out.next_piece(true).is_some());
        assert!(out.push("large", vec![0; PIECE_MAX]));
        assert!(!out.push("one more", vec![0]));
    }

    #[test]
    fn so_many_pieces_are_under_way() {
        let mut out = Outgoing::new(FRAME_MAX, 0);
        for number in 0..WINDOW {
            assert!(out.push("c", vec![0]));
            let piece = out.next_piece(true).expect("the window has room");
            assert_eq!(piece.number, number);
            out.sealed(number, piece.bytes);
        }
        assert!(out.push("c", vec![0]) && out.next_piece(true).is_none());
        assert!(!out.acknowledged(0) && out.next_piece(true).is_none());
        assert!(out.acknowledged(1) && out.next_piece(true).is_some());
        assert!(out.is_under_way() && out.acknowledged(WINDOW) && !out.is_under_way());
    }

    /// A short message comes after the long ones of its channel, and overtakes again once they have gone.
    #[test]
    fn a_channel_is_quick_again_when_its_long_messages_have_gone() {
        let mut out = Outgoing::new(1000, 0);
        let gone = |out: &mut Outgoing| {
            std::iter::from_fn(|| out.next_piece(true)).find(|piece| piece.is_last)
        };
        for length in [2000, 3000, 1] {
            assert!(out.push("c", vec![0; length]));
        }
        let lasts = [false, false, false].map(|is_short| (is_short, true));
        for expected in lasts {
            let piece = gone(&mut out).expect("it waits");
            assert_eq!((piece.is_short, piece.is_last), expected);
        }
        assert!(!out.has_long() && out.push("c", vec![0]) && !out.has_long());
        assert!(out.next_piece(false).is_some_and(|piece| piece.is_short));
    }

    #[test]
    fn nothing_more_goes_once_so_many_bytes_are_under_way() {
        for (bytes, goes) in [(FLIGHT_MAX - 1, true), (FLIGHT_MAX, false)] {
            let mut out = Outgoing::new(FRAME_MAX, 0);
            out.sealed(0, vec![0; bytes]);
            assert!(out.push("c", vec![0; 2 * PIECE_MAX]));
            assert_eq!(out.next_piece(true).is_some(), goes, "{bytes}");
        }
    }

    /// Short messages go beside long ones until a quarter more is under way.
    #[test]
    fn short_messages_that_are_under_way_are_bounded() {
        let mut out = Outgoing::new(FRAME_MAX, 0);
        let mut sent = 0;
        for channel in 0.. {
            assert!(out.push(&format!("short/{channel}"), vec![0; 4000]));
            let Some(Piece { number, bytes, .. }) = out.next_piece(true) else { break };
            sent += bytes.len();
            out.sealed(number, bytes);
        }
        let most = FLIGHT_MAX + FLIGHT_MAX / 4;
        assert!((most..most + FRAME_MAX).contains(&sent), "{sent} of {most}");
    }

    #[test]
    fn short_messages_overtake_long_ones_on_other_channels() {
        let mut out = Outgoing::new(FRAME_MAX, 0);
        for (channel, length) in [("long", 3 * PIECE_MAX), ("long", 1), ("short", 1)] {
            assert!(out.push(channel, vec![0; length]));
        }
        let mut next = |may| out.next_piece(may).map(|piece| (piece.is_short, piece.is_last));
        assert_eq!(next(false), Some((true, true)));
        assert_eq!(next(false), None);
        let long = std::iter::from_fn(|| next(true)).collect::<Vec<_>>();
        assert!(long.iter().all(|(is_short, _)| !is_short));
        assert_eq!(long.iter().filter(|(_, is_last)| *is_last).count(), 2);
        assert!(!out.has_long());
    }

    #[test]
    fn pieces_with_unknown_marks_or_out_of_their_order_are_refused() {
        let first = |flags: u8| {
            let mut writer = Writer::new();
            writer.u8(flags).text("c").length(2).raw(&[1]);
            writer.finish()
        };
        for marks in 2..8 {
            let taken = Incoming::new(10, 0).take(0, first(FIRST | 1 << marks));
            assert!(taken.is_err(), "mark {marks}");
        }
        // One that goes on where nothing was begun, and one that begins where something was.
        assert!(Incoming::new(10, 0).take(0, vec![0, 1]).is_err());
        let mut incoming = Incoming::new(10, 0);
        assert!(incoming.take(0, first(FIRST)).is_ok_and(|whole| whole.is_empty()));
        assert!(incoming.take(1, first(FIRST)).is_err());
        let mut incoming = Incoming::new(10, 0);
        incoming.take(0, first(FIRST)).unwrap();
        assert_eq!(incoming.take(1, vec![LAST, 2]).unwrap()[0].bytes, [1, 2]);
    }

    #[test]
    fn a_message_longer_than_it_said_is_refused() {
        let mut writer = Writer::new();
        writer.u8(FIRST).text("c").length(2).raw(&[1, 2, 3]);
        assert!(Incoming::new(MESSAGE_MAX, 0).take(0, writer.finish()).is_err());
        // A message may be as long as the limit, and no longer.
        for (length, is_taken) in
            [(9, true), (10, true), (11, false), (12, false), (1 << 31, false)]
        {
            let mut writer = Writer::new();
            writer.u8(FIRST).text("c").length(length);
            assert_eq!(Incoming::new(10, 0).take(0, writer.finish()).is_ok(), is_taken, "{length}");
        }
    }
}
