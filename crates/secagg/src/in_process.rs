//! All parties of a secure sum in one thread, each with its own state, for tests and
//! benchmarks. Every message goes through its bytes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{
    Client, Context, Encoding, Error, FromClient, FromServer, Identity, Phase, PhaseResult, Server,
    Sum, Terms,
};
use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;
use sotto_core::wire::PeerId;

/// One worker of the sum.
pub struct Member {
    /// Who it is.
    pub identity: Identity,
    /// Its machine.
    pub client: Client,
    /// `n_k (w_k - w)`.
    pub values: Rc<[f32]>,
    /// `n_k`.
    pub count: u32,
    /// What rounded its part, once it has sent it.
    coins: Option<StreamKey>,
    /// Milliseconds of computing.
    pub spent_ms: f64,
    /// Bytes that it sent.
    pub sent_bytes: usize,
    /// Bytes that it received.
    pub received_bytes: usize,
}

impl Member {
    /// Lets it answer a message.
    ///
    /// # Errors
    /// As [`Client::handle`].
    pub fn handle(
        &mut self,
        message: FromServer,
        entropy: &mut Entropy,
    ) -> Result<FromClient, Error> {
        let mut key = [0; StreamKey::LEN];
        entropy(&mut key);
        let (values, count, coins) = (&self.values, self.count, &mut self.coins);
        let encode = |encoding: &Encoding, _| {
            let coins = coins.insert(StreamKey::new(&key));
            encoding.encode(values, count, coins)
        };
        self.client.handle(message, encode, &self.identity, entropy)
    }

    /// What it added to the sum, before its masks; nothing if it did not.
    fn part(&self, encoding: &Encoding) -> Vec<u32> {
        let encode = |coins| encoding.encode(&self.values, self.count, coins);
        // What could not be encoded was not added.
        self.coins.as_ref().and_then(|coins| encode(coins).ok()).unwrap_or_default()
    }
}

/// A secure sum under way.
pub struct InProcessSum {
    /// The aggregator.
    pub server: Server,
    /// The workers, by position.
    pub members: Vec<Member>,
    /// Randomness of all.
    pub entropy: Entropy,
    /// Milliseconds of computing of the aggregator.
    pub server_ms: f64,
    clock: Box<dyn Fn() -> f64>,
    indices: BTreeMap<PeerId, usize>,
    /// The first messages, until they are sent.
    keys: Vec<FromClient>,
    outbox: Vec<(usize, FromServer)>,
}

impl InProcessSum {
    /// Workers whose `parts` are values and count, before the first message. `clock` counts
    /// milliseconds.
    pub fn new(
        context: Context,
        terms: Terms,
        parts: impl IntoIterator<Item = (Rc<[f32]>, u32)>,
        mut entropy: Entropy,
        clock: Box<dyn Fn() -> f64>,
    ) -> Self {
        let mut all = BTreeMap::new();
        for (values, count) in parts {
            let identity = Identity::draw(&mut entropy);
            let begun = clock();
            let (client, keys) = Client::new(context, terms, &identity, &mut entropy);
            let spent_ms = clock() - begun;
            let (sent_bytes, received_bytes, coins) = (0, 0, None);
            let member = Member {
                identity,
                client,
                values,
                count,
                coins,
                spent_ms,
                sent_bytes,
                received_bytes,
            };
            all.insert(member.identity.id(), (member, keys));
        }
        let server = Server::new(context, terms, all.keys().copied());
        let indices = all.keys().copied().zip(0..).collect();
        let (members, keys) = all.into_values().unzip();
        let (server_ms, outbox) = (0.0, Vec::new());
        Self { server, members, entropy, server_ms, clock, indices, keys, outbox }
    }

    /// Tells one worker another context or other terms than the rest, before the first step.
    pub fn mislead(&mut self, index: usize, context: Context, terms: Terms) {
        let member = &mut self.members[index];
        let told = Client::new(context, terms, &member.identity, &mut self.entropy);
        (member.client, self.keys[index]) = told;
    }

    /// The messages that began this phase, and for whom.
    #[must_use]
    pub fn outbox(&self) -> &[(usize, FromServer)] {
        &self.outbox
    }

    /// Lets those who `stay` answer, closes the phase, and gives the sum if it was the last.
    ///
    /// # Errors
    /// As [`Client::handle`], [`Server::receive`] and [`Server::close`].
    pub fn step(&mut self, stays: impl Fn(usize) -> bool) -> Result<Option<Sum>, Error> {
        for (index, keys) in std::mem::take(&mut self.keys).into_iter().enumerate() {
            self.deliver(index, stays(index).then_some(keys))?;
        }
        for (index, message) in std::mem::take(&mut self.outbox) {
            let reply = stays(index).then(|| self.answer(index, &message)).transpose()?;
            self.deliver(index, reply)?;
        }
        let begun = (self.clock)();
        let closed = self.server.close();
        self.server_ms += (self.clock)() - begun;
        match closed? {
            PhaseResult::Sum(sum) => Ok(Some(sum)),
            PhaseResult::Next(messages) => {
                let index = |(id, message)| (self.indices[&id], message);
                self.outbox = messages.into_iter().map(index).collect();
                Ok(None)
            }
        }
    }

    fn answer(&mut self, index: usize, message: &FromServer) -> Result<FromClient, Error> {
        let member = &mut self.members[index];
        let bytes = message.encode();
        member.received_bytes += bytes.len();
        let begun = (self.clock)();
        let message = FromServer::decode(&bytes).map_err(|_| Error::Length)?;
        let reply = member.handle(message, &mut self.entropy);
        member.spent_ms += (self.clock)() - begun;
        reply
    }

    fn deliver(&mut self, index: usize, reply: Option<FromClient>) -> Result<(), Error> {
        let member = &mut self.members[index];
        let id = member.identity.id();
        let Some(reply) = reply else {
            self.server.lose(id);
            return Ok(());
        };
        let bytes = reply.encode();
        member.sent_bytes += bytes.len();
        let begun = (self.clock)();
        let reply = FromClient::decode(&bytes).map_err(|_| Error::Length)?;
        let taken = self.server.receive(id, reply);
        self.server_ms += (self.clock)() - begun;
        taken
    }

    /// Runs to the sum; `stays` says whether a worker sends the message of a phase.
    ///
    /// # Errors
    /// As [`InProcessSum::step`].
    pub fn run(&mut self, stays: impl Fn(usize, Phase) -> bool) -> Result<Sum, Error> {
        loop {
            let phase = self.server.phase();
            if let Some(sum) = self.step(|index| stays(index, phase))? {
                return Ok(sum);
            }
        }
    }

    /// Runs until the messages of `phase` are out, with everybody there.
    ///
    /// # Errors
    /// As [`InProcessSum::step`].
    pub fn run_up_to(&mut self, phase: Phase) -> Result<(), Error> {
        while self.server.phase() < phase {
            self.step(|_| true)?;
        }
        Ok(())
    }

    /// The plain sum of the survivors' parts in the sum's ring.
    #[must_use]
    pub fn expected(&self, sum: &Sum) -> Vec<u32> {
        let mut elements = vec![0u32; sum.elements.len()];
        for id in &sum.survivors {
            let part = self.members[self.indices[id]].part(&sum.encoding);
            for (element, part) in elements.iter_mut().zip(part) {
                *element = element.wrapping_add(part);
            }
        }
        let width = sum.encoding.width();
        elements.into_iter().map(|element| width.unsigned(element)).collect()
    }
}
