//! One role's links to the others: messages with the path of their step, checked on
//! arrival, and a record of what went over the wires.
//!
//! A message is a version (`u8`), the path of its step as a text (`u32` length, then at most 120 bytes), and a
//! payload whose length the step knows. Elements of the rings are little-endian, two or four bytes each; bits are
//! packed, eight to a byte. A message of another step than the one that is waited for, or of another length, is an
//! error that names the sender and the step, and ends the session.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use super::path::Path;
use super::{Error, Role};
use sotto_core::secret::Secret;
use sotto_core::wire::{Error as WireError, Mailbox, Reader, Unsent, Writer};

/// The version of the protocol; another one is refused.
const VERSION: u8 = 2;
/// The longest step path, in bytes.
const PATH_MAX: usize = 120;
/// The largest message that is taken, in bytes: dealt words for the largest batch.
pub const MESSAGE_MAX: usize = 1 << 30;
/// Messages that may wait while another one is waited for.
const BACKLOG_MAX: usize = 1024;
/// Records kept until they are taken.
const RECORDS_MAX: usize = 4096;

/// Milliseconds since some moment: production passes the platform's clock.
pub type Clock = Rc<dyn Fn() -> f64>;

/// Which way a message went, seen from who recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the other role.
    Sent,
    /// From the other role.
    Received,
}

/// A message that went over a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Which it is, such as `classify/17/conv1/open`.
    pub path: Path,
    /// The role at the other end.
    pub role: Role,
    /// Which way it went.
    pub direction: Direction,
    /// Bytes, with everything around the payload.
    pub bytes: usize,
    /// When it was sent, or read, by this role's clock.
    pub at_ms: f64,
}

/// A message that has arrived.
#[derive(Debug)]
pub struct Message {
    /// Who sent it.
    pub from: Role,
    /// Which it is.
    pub path: Path,
    /// Most messages are shares.
    bytes: Secret<u8>,
    start: usize,
}

impl Message {
    /// What the step says.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// What a role waits for, if it waits.
pub type Waiting = Rc<RefCell<Option<Wait>>>;

/// A message that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// From this role.
    pub role: Role,
    /// Of this step.
    pub step: String,
    /// Messages heard so far: while it grows, somebody is at work.
    pub heard: u64,
}

/// All links of one role.
pub struct Links<M> {
    mailbox: M,
    clock: Clock,
    backlog: VecDeque<Message>,
    records: Vec<Record>,
    waiting: Waiting,
    waited_ms: f64,
    heard: u64,
}

impl<M: Mailbox<Role = Role>> Links<M> {
    /// Takes a role's mailbox.
    pub fn new(mailbox: M, clock: Clock) -> Self {
        Self {
            mailbox,
            clock,
            backlog: VecDeque::new(),
            records: Vec::new(),
            waiting: Waiting::default(),
            waited_ms: 0.0,
            heard: 0,
        }
    }

    /// Where it is told what this role waits for while a step is under way.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Rc::clone(&self.waiting)
    }

    /// The time by this role's clock.
    #[must_use]
    pub fn now(&self) -> f64 {
        (self.clock)()
    }

    /// Milliseconds in which steps have waited for a message, in all.
    #[must_use]
    pub fn waited_ms(&self) -> f64 {
        self.waited_ms
    }

    /// What went over the wires since the last time, oldest first.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// Keeps records that were taken for those who will ask for them.
    pub(super) fn put_back(&mut self, records: Vec<Record>) {
        self.records.splice(0..0, records);
    }

    /// Sends a message; `write` appends its payload.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Unsent`].
    pub fn send(
        &mut self,
        to: Role,
        path: &Path,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), Error> {
        let mut header = Writer::new();
        let step = path.to_string();
        header.u8(VERSION).text(&step);
        let mut bytes = header.finish();
        write(&mut bytes);
        self.record(path, to, Direction::Sent, bytes.len());
        self.mailbox.send(to, bytes).map_err(|why| match why {
            Unsent::Gone => Error::Closed { role: to, step },
            Unsent::Failed(reason) => Error::Unsent { role: to, step, reason },
        })
    }

    /// The oldest message that came while another one was waited for.
    pub fn early(&mut self) -> Option<Message> {
        self.backlog.pop_front()
    }

    /// Waits for the oldest message from anybody.
    ///
    /// # Errors
    /// [`Error::Alone`] when no message can come any more, [`Error::Malformed`].
    pub async fn receive(&mut self) -> Result<Message, Error> {
        match self.early() {
            Some(message) => Ok(message),
            None => self.read(&String::new).await,
        }
    }

    /// Waits for the oldest message from `role`; others wait for their turn.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Malformed`], [`Error::Flooded`].
    pub async fn receive_from(
        &mut self,
        role: Role,
        step: &dyn fmt::Display,
    ) -> Result<Message, Error> {
        let early = self.backlog.iter().position(|message| message.from == role);
        if let Some(message) = early.and_then(|index| self.backlog.remove(index)) {
            return Ok(message);
        }
        let started = self.now();
        let wait = Wait { role, step: step.to_string(), heard: self.heard };
        *self.waiting.borrow_mut() = Some(wait);
        let message = self.read_from(role, step).await;
        *self.waiting.borrow_mut() = None;
        self.waited_ms += self.now() - started;
        message
    }

    async fn read_from(&mut self, role: Role, step: &dyn fmt::Display) -> Result<Message, Error> {
        loop {
            match self.read(&|| step.to_string()).await {
                Ok(message) if message.from == role => return Ok(message),
                Ok(other) if self.backlog.len() < BACKLOG_MAX => self.backlog.push_back(other),
                Ok(other) => {
                    return Err(Error::Flooded { role: other.from, step: other.path.to_string() });
                }
                Err(Error::Alone) => return Err(Error::Closed { role, step: step.to_string() }),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for the message of this step, with a payload of `length` bytes.
    ///
    /// # Errors
    /// As [`Links::receive_from`], [`Error::Unexpected`], [`Error::Length`].
    pub async fn expect(
        &mut self,
        role: Role,
        path: &Path,
        length: usize,
    ) -> Result<Message, Error> {
        let message = self.receive_from(role, path).await?;
        check(message, path, length)
    }

    async fn read(&mut self, step: &dyn Fn() -> String) -> Result<Message, Error> {
        let (from, bytes) = self.mailbox.receive().await.ok_or(Error::Alone)?;
        self.heard += 1;
        if let Some(wait) = self.waiting.borrow_mut().as_mut() {
            wait.heard = self.heard;
        }
        let bytes = Secret::from(bytes);
        let (path, start) =
            parse(&bytes).map_err(|error| Error::Malformed { role: from, step: step(), error })?;
        self.record(&path, from, Direction::Received, bytes.len());
        Ok(Message { from, path, bytes, start })
    }

    fn record(&mut self, path: &Path, role: Role, direction: Direction, bytes: usize) {
        if self.records.len() < RECORDS_MAX {
            let at_ms = self.now();
            self.records.push(Record { path: path.clone(), role, direction, bytes, at_ms });
        }
    }
}

/// Checks that a message is the one of this step.
pub(super) fn check(message: Message, path: &Path, length: usize) -> Result<Message, Error> {
    let (role, step) = (message.from, path.to_string());
    if message.path != *path {
        return Err(Error::Unexpected { role, step, found: message.path.to_string() });
    }
    match message.payload().len() {
        found if found == length => Ok(message),
        found => Err(Error::Length { role, step, expected: length, found }),
    }
}

/// The path, and where the payload begins.
fn parse(bytes: &[u8]) -> Result<(Path, usize), WireError> {
    if bytes.len() > MESSAGE_MAX {
        let (what, found, limit) = ("message", bytes.len(), MESSAGE_MAX);
        return Err(WireError::TooLong { what, found, limit });
    }
    let mut reader = Reader::new(bytes);
    reader.version("message of a computation", VERSION)?;
    let path = reader.text("path", PATH_MAX)?.parse()?;
    Ok((path, bytes.len() - reader.rest().len()))
}

#[cfg(test)]
mod tests {
    use super::super::path::Job;
    use super::*;

    /// A mailbox that sends nothing, for this reason.
    struct Broken(Unsent);

    impl Mailbox for Broken {
        type Role = Role;

        fn send(&mut self, _: Role, _: Vec<u8>) -> Result<(), Unsent> {
            Err(self.0.clone())
        }

        async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
            None
        }
    }

    fn sent(why: Unsent) -> Error {
        let mut links = Links::new(Broken(why), Rc::new(|| 0.0));
        links.send(Role::Bob, &Job::Deal(0).step(""), |_| ()).unwrap_err()
    }

    #[test]
    fn who_cannot_send_blames_nobody_else() {
        let error = sent(Unsent::Failed("out of memory".to_owned()));
        assert_eq!(error.culprit(), None);
        assert!(error.to_string().ends_with("could not be sent from here: out of memory"));
    }

    #[test]
    fn who_has_gone_is_named() {
        assert_eq!(sent(Unsent::Gone).culprit(), Some((Role::Bob, "deal/0")));
    }
}
