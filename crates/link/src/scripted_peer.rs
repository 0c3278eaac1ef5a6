//! An end that a test speaks for, frame by frame. It has the room's secret and a key pair, and keeps to no protocol.

use super::authenticity::{End, NONCE_LEN, OPEN, Words, words};
use super::endpoint::{Endpoint, Input, Output};
use super::frame::{self, Ack, Frame, FrameKind, Greeting, To};
use super::keys::{Cipher, Ciphers, EndpointId, KeyPair, nonce};
use super::secret::RoomSecret;
use sotto_core::entropy::Entropy;
use sotto_core::wire::{Reader, Writer};

/// A piece that is a whole message.
const WHOLE: u8 = 3;

pub(super) struct ScriptedPeer {
    keys: KeyPair,
    secret: RoomSecret,
    entropy: Entropy,
    pieces: u64,
    acks: u64,
}

impl ScriptedPeer {
    pub(super) fn new(secret: RoomSecret, mut entropy: Entropy) -> Self {
        Self { keys: KeyPair::draw(&mut entropy), secret, entropy, pieces: 0, acks: 0 }
    }

    pub(super) fn id(&self) -> EndpointId {
        EndpointId::of(&self.keys.public)
    }

    pub(super) fn public(&self) -> &[u8; 32] {
        &self.keys.public
    }

    pub(super) fn nonce(&mut self) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        (self.entropy)(&mut nonce);
        nonce
    }

    /// A hello that says this, of whomever.
    pub(super) fn hello(&mut self, greeting: &Greeting) -> Vec<u8> {
        self.hello_of(&greeting.encode())
    }

    /// A hello with anything in it.
    pub(super) fn hello_of(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; 12];
        (self.entropy)(&mut nonce);
        let tag = self.secret.tag().0;
        let sealed = Cipher::of_room(&self.secret).seal(nonce, &tag, plain);
        frame::hello(nonce, &sealed)
    }

    /// A hello of its own, as a guest says it.
    pub(super) fn own_hello(&mut self) -> Vec<u8> {
        let greeting = Greeting { public: *self.public(), asks: false, proof: None };
        self.hello(&greeting)
    }

    /// What a hello says.
    pub(super) fn hears(&self, hello: &[u8]) -> Option<Greeting> {
        let Ok(Frame::Hello { nonce, sealed }) = Frame::read(hello) else { return None };
        let opened = Cipher::of_room(&self.secret).open(nonce, &self.secret.tag().0, sealed)?;
        Greeting::decode(&opened).ok()
    }

    /// The next frame to the holder of this key, with this piece of a message.
    pub(super) fn piece(&mut self, to: &[u8; 32], piece: &[u8]) -> Vec<u8> {
        let (number, cipher) = (self.pieces, self.ciphers(to).data_out);
        self.pieces += 1;
        let aad = frame::aad(FrameKind::Data, self.id(), EndpointId::of(to), number);
        let sealed = cipher.seal(nonce(number), &aad, piece);
        frame::numbered(FrameKind::Data, self.id(), number, &sealed)
    }

    /// The next frame with a whole message.
    pub(super) fn message(&mut self, to: &[u8; 32], channel: &str, message: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(WHOLE).text(channel).bytes(message);
        self.piece(to, &writer.finish())
    }

    /// The next acknowledgement, which says this.
    pub(super) fn ack(&mut self, to: &[u8; 32], ack: &[u8]) -> Vec<u8> {
        let (number, cipher) = (self.acks, self.ciphers(to).ack_out);
        self.acks += 1;
        let aad = frame::aad(FrameKind::Ack, self.id(), EndpointId::of(to), number);
        frame::numbered(FrameKind::Ack, self.id(), number, &cipher.seal(nonce(number), &aad, ack))
    }

    /// Whether it has sent no piece yet.
    pub(super) fn is_silent(&self) -> bool {
        self.pieces == 0
    }

    /// What an acknowledgement from the holder of this key says.
    pub(super) fn reads(&self, from: &[u8; 32], bytes: &[u8]) -> Ack {
        let Ok(Frame::Ack(frame)) = Frame::read(bytes) else { panic!("it is no acknowledgement") };
        let aad = frame::aad(FrameKind::Ack, frame.from, self.id(), frame.number);
        let plain = self.ciphers(from).ack_in.open(nonce(frame.number), &aad, frame.sealed);
        Ack::decode(&plain.expect("it is for this end")).expect("it is well-formed")
    }

    /// Channel and message of a frame from the holder of this key, if it has a whole message.
    pub(super) fn opens(&self, from: &[u8; 32], bytes: &[u8]) -> Option<(String, Vec<u8>)> {
        self.opens_with(&self.ciphers(from), bytes)
    }

    /// As it opens frames, with the keys of two ends who have agreed on this secret.
    pub(super) fn opens_by(
        &self,
        shared: &[u8],
        [ours, theirs]: [&[u8; 32]; 2],
        bytes: &[u8],
    ) -> Option<(String, Vec<u8>)> {
        self.opens_with(&Ciphers::derive(&self.secret, shared, ours, theirs), bytes)
    }

    fn opens_with(&self, ciphers: &Ciphers, bytes: &[u8]) -> Option<(String, Vec<u8>)> {
        let Ok(Frame::Data(numbered)) = Frame::read(bytes) else { return None };
        let number = numbered.number;
        let aad = frame::aad(FrameKind::Data, numbered.from, self.id(), number);
        let piece = ciphers.data_in.open(nonce(number), &aad, numbered.sealed)?;
        let mut reader = Reader::new(&piece);
        reader.u8("flags").ok().filter(|flags| *flags == WHOLE)?;
        let channel = reader.text("channel", 100).ok()?;
        let message = reader.bytes("message", 10_000).ok()?;
        Some((channel, message.to_vec()))
    }

    fn ciphers(&self, with: &[u8; 32]) -> Ciphers {
        self.keys.ciphers(&self.secret, with).expect("their key is not of small order")
    }
}

/// The second one.
pub(super) fn open(nonce: &[u8; NONCE_LEN]) -> Vec<u8> {
    [&[OPEN], nonce.as_slice()].concat()
}

/// The words of two ends, in any order.
pub(super) fn words_of(mut ends: [End<'_>; 2]) -> Words {
    ends.sort_by_key(|end| EndpointId::of(end.public));
    words(&ends)
}

/// An endpoint that hears frames, one after the other; what it wants is given back.
pub(super) fn hear(end: &mut Endpoint, frames: &[&[u8]], now: u64) -> Vec<Output> {
    let mut outputs = Vec::new();
    for bytes in frames {
        end.handle(Input::Frame(bytes), now);
        outputs.extend(std::iter::from_fn(|| end.drain()));
    }
    outputs
}

/// The frames among outputs.
pub(super) fn frames(outputs: &[Output]) -> Vec<(To, &[u8])> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Publish(to, bytes) => Some((*to, bytes.as_slice())),
            _ => None,
        })
        .collect()
}

/// An acknowledgement as ends send it now and then.
pub(super) fn usual_ack() -> Vec<u8> {
    Ack::asking(1).encode()
}
