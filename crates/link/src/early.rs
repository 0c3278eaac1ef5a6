//! What comes for a session that this end has not heard of yet.

use super::keys::EndpointId;

/// Messages, and bytes, that wait in all.
const ALL_MAX: Amount = Amount { messages: 1024, bytes: 1 << 27 };
/// Of these, a sender's share: no one keeps the others' out.
const SHARE_MAX: Amount = Amount { messages: 256, bytes: 1 << 25 };

/// Whose message it is, and the name of its way.
type Key = (EndpointId, String);

/// Messages in the order in which they came.
#[derive(Default)]
pub struct EarlyMessages {
    waiting: Vec<(Key, Vec<u8>)>,
}

#[derive(Default, Clone, Copy)]
struct Amount {
    messages: usize,
    bytes: usize,
}

impl EarlyMessages {
    /// Keeps a message, if there is room for it.
    pub fn keep(&mut self, from: EndpointId, name: &str, message: Vec<u8>) {
        let share = self.amount(|sender| sender == from);
        if share.leaves(message.len(), SHARE_MAX)
            && self.amount(|_| true).leaves(message.len(), ALL_MAX)
        {
            self.waiting.push(((from, name.to_owned()), message));
        }
    }

    /// All that waits; nothing does any more.
    pub fn take(&mut self) -> Vec<(Key, Vec<u8>)> {
        std::mem::take(&mut self.waiting)
    }

    fn amount(&self, counts: impl Fn(EndpointId) -> bool) -> Amount {
        let of = self.waiting.iter().filter(|((from, _), _)| counts(*from));
        of.fold(Amount::default(), |Amount { messages, bytes }, (_, message)| Amount {
            messages: messages + 1,
            bytes: bytes + message.len(),
        })
    }
}

impl Amount {
    /// Whether there is room for a message beside this much.
    fn leaves(self, message: usize, most: Self) -> bool {
        self.messages < most.messages && self.bytes + message <= most.bytes
    }
}

impl std::fmt::Debug for EarlyMessages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EarlyMessages({} messages)", self.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: EndpointId = EndpointId([1; 16]);
    const OTHER: EndpointId = EndpointId([2; 16]);

    #[test]
    fn one_sender_does_not_keep_the_others_out() {
        for message in [vec![], vec![0; 1 << 24]] {
            let mut early = EarlyMessages::default();
            (0..2_000).for_each(|_| early.keep(LOUD, "way/1", message.clone()));
            early.keep(OTHER, "way/2", vec![7]);
            let kept = early.take();
            assert_eq!(kept.last(), Some(&((OTHER, "way/2".to_owned()), vec![7])));
            assert_eq!(kept.len(), if message.is_empty() { 257 } else { 3 });
            assert!(early.take().is_empty());
        }
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut early = EarlyMessages::default();
        for sender in 0..100 {
            (0..100).for_each(|_| early.keep(EndpointId([sender; 16]), "way/1", vec![0]));
        }
        assert_eq!(early.take().len(), ALL_MAX.messages);
    }
}
