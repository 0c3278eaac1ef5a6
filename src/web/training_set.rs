//! The digits that a worker trains on.

use std::rc::Rc;

use js_sys::Uint8Array;

use super::page::{HandwritingCommand as Command, WorkerEvent as Shown};
use sotto_digits::Digits;
use sotto_digits::drawing::Drawing;
use sotto_digits::handwriting::Handwriting;
use sotto_federated::Job;

/// The digits of a worker: its shard, and those that were drawn on its page.
#[derive(Default)]
pub(super) struct TrainingSet {
    /// Names the handwriting in the store; none before there is an assignment.
    key: Option<String>,
    shard: Rc<Digits>,
    own: Rc<Handwriting>,
    /// Both together, to train on.
    joined: Rc<Digits>,
    /// How often each digit of the handwriting stands in it.
    copies: usize,
    /// The run adds noise: a digit may stand there once.
    once: bool,
    /// Something is to be written, and somebody does.
    is_dirty: bool,
    is_writing: bool,
}

impl TrainingSet {
    /// The digits to train on.
    pub(super) fn digits(&self) -> Rc<Digits> {
        Rc::clone(&self.joined)
    }

    /// What was drawn.
    pub(super) fn own(&self) -> Rc<Handwriting> {
        Rc::clone(&self.own)
    }

    /// A shard, and what was drawn for its slot, in place of all that was here; in words what is wrong with both.
    #[must_use]
    pub(super) fn replace(
        &mut self,
        key: String,
        shard: Digits,
        own: Handwriting,
    ) -> Option<String> {
        let (shard, own) = (Rc::new(shard), Rc::new(own));
        *self = Self { key: Some(key), shard, own, ..Self::default() };
        self.join_or_leave_out()
    }

    /// A shard that is too large for more goes on alone.
    fn join_or_leave_out(&mut self) -> Option<String> {
        let error = self.join().err()?;
        (self.joined, self.copies) = (Rc::clone(&self.shard), 0);
        Some(format!("nothing is learnt from your handwriting: {error}"))
    }

    /// Lets each digit stand there once, for a job with noise; whether that changes anything, and what is wrong then.
    pub(super) fn limit_copies(&mut self, job: &Job) -> Option<Option<String>> {
        let is_private = job.task.secure.is_some_and(|secure| secure.private.is_some());
        let once = is_private || job.task.examples.is_some();
        let changes = once && self.copies > 1;
        self.once |= once;
        changes.then(|| self.join_or_leave_out())
    }

    fn join(&mut self) -> Result<(), sotto_digits::Error> {
        let joined = self.own.join(&self.shard, self.once)?;
        (self.joined, self.copies) = (Rc::new(joined.digits), joined.copies);
        Ok(())
    }

    /// What the page shows.
    pub(super) fn view(&self) -> Shown {
        let own = self.own.digits();
        Shown::Handwriting {
            labels: Uint8Array::from(own.labels()),
            images: Uint8Array::from(own.pixels()),
            copies: self.copies as u32,
            digits: self.joined.len() as u32,
        }
    }

    /// Changes what was drawn, or leaves it as it was.
    pub(super) fn handle(&mut self, command: Command) -> Result<(), String> {
        if self.key.is_none() {
            return Err("this worker has no place in a room yet".to_owned());
        }
        let mut own = Handwriting::clone(&self.own);
        match command {
            Command::Write { label, width, height, pen, strokes } => {
                let drawing = Drawing { width, height, pen, strokes };
                let image = drawing.image().map_err(|error| error.to_string())?;
                let image = image.ok_or("nothing is drawn on the pad")?;
                own.add(label, &image).map_err(|error| error.to_string())?;
            }
            Command::Erase { index } => {
                if !own.remove(index) {
                    return Err("this digit is removed already".to_owned());
                }
            }
            Command::EraseAll => own = Handwriting::default(),
            Command::Import { text } => {
                let read = Handwriting::from_json(&text).map_err(|error| error.to_string())?;
                own.extend(read.digits()).map_err(|error| error.to_string())?;
            }
        }
        let before = std::mem::replace(&mut self.own, Rc::new(own));
        if let Err(error) = self.join() {
            self.own = before;
            return Err(error.to_string());
        }
        self.is_dirty = true;
        Ok(())
    }

    /// What is to be written, and where; none when all is, or somebody writes.
    pub(super) fn begin_writing(&mut self) -> Option<(String, Rc<Handwriting>)> {
        let key = self.key.clone().filter(|_| self.is_dirty && !self.is_writing)?;
        (self.is_dirty, self.is_writing) = (false, true);
        Some((key, Rc::clone(&self.own)))
    }

    /// What was begun is written, or could not be.
    pub(super) fn end_writing(&mut self) {
        self.is_writing = false;
    }

    /// Whether somebody writes.
    pub(super) fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// What was drawn, if it is kept under this name.
    pub(super) fn own_of(&self, key: &str) -> Option<Rc<Handwriting>> {
        (self.key.as_deref() == Some(key)).then(|| self.own())
    }
}
