//! Pages that crash and are opened again.

use super::{Shards, Simulation, actor};
use crate::{Aggregator, Checkpoint, Entropy, Event, RestoreError, Stamp};
use sotto_core::seeded::Stream;

/// What the aggregator's page has kept.
pub(super) struct Kept {
    stamp: Stamp,
    checkpoint: Vec<u8>,
}

impl Simulation {
    /// Opens the room of a run that was kept, without its workers.
    ///
    /// # Errors
    /// In words, when the checkpoint cannot be taken up.
    pub fn resume(checkpoint: Checkpoint, shards: Shards) -> Result<Self, String> {
        let mut room =
            Self::new(checkpoint.settings.clone(), shards).map_err(|error| error.to_string())?;
        let entropy = room.fresh("simulation/tokens");
        room.adopt(Aggregator::restore(checkpoint, entropy).map_err(|error| error.to_string())?);
        room.tell(Event::Open);
        Ok(room)
    }

    /// Keeps a checkpoint from now on whenever there is something new.
    pub fn keep_run(&mut self) {
        let (stamp, checkpoint) = (self.aggregator.stamp(), self.aggregator.checkpoint().encode());
        self.kept = Some(Kept { stamp, checkpoint });
    }

    pub(super) fn keep_news(&mut self) {
        if self.kept.as_ref().is_some_and(|kept| kept.stamp != self.aggregator.stamp()) {
            self.keep_run();
        }
    }

    /// The aggregator's page crashes, and is opened again with what it had kept.
    ///
    /// # Errors
    /// In words, when nothing was kept or it cannot be taken up.
    pub fn restart_aggregator(&mut self) -> Result<(), String> {
        let kept = self.kept.as_ref().ok_or("nothing was kept")?;
        let checkpoint = Checkpoint::decode(&kept.checkpoint).map_err(|error| error.to_string())?;
        let entropy = self.fresh("simulation/tokens");
        self.adopt(Aggregator::restore(checkpoint, entropy).map_err(|error| error.to_string())?);
        self.keep_run();
        self.tell(Event::Open);
        Ok(())
    }

    /// A worker's page is reloaded: it is gone for a moment, and comes back as who it was.
    pub fn reload_worker(&mut self, number: usize) {
        let entropy = self.fresh(&format!("simulation/worker/{number}"));
        let Some(actor) = self.workers.get(number).and_then(Option::as_ref) else {
            return;
        };
        let reloaded = actor.reloaded(entropy);
        self.close_worker(number);
        self.workers[number] = Some(reloaded);
        self.work(number, actor::Input::Open);
    }

    /// A worker's page crashes. [`Simulation::return_worker`] opens it again.
    pub fn crash_worker(&mut self, number: usize) {
        let entropy = self.fresh(&format!("simulation/worker/{number}"));
        if let Some(actor) = self.workers.get(number).and_then(Option::as_ref) {
            self.crashed.insert(number, actor.reloaded(entropy));
            self.close_worker(number);
        }
    }

    /// The page of a worker that has crashed is opened again, as who it was.
    pub fn return_worker(&mut self, number: usize) {
        if let Some(actor) = self.crashed.remove(&number) {
            self.workers[number] = Some(actor);
            self.work(number, actor::Input::Open);
        }
    }

    /// The aggregator begins anew with the same settings, and so with the same first model, before
    /// workers whose pages stay open.
    ///
    /// # Errors
    /// As [`Aggregator::configure`].
    pub fn start_over(&mut self) -> Result<(), crate::SettingsError> {
        let actions = self.aggregator.configure(self.aggregator.settings().clone())?;
        self.carry_out(actions);
        self.keep_news();
        self.tell(Event::Start);
        Ok(())
    }

    /// As [`Simulation::start_over`], from these weights.
    ///
    /// # Errors
    /// As [`Aggregator::continue_from`].
    pub fn continue_from(&mut self, weights: Vec<f32>) -> Result<(), crate::SettingsError> {
        let settings = self.aggregator.settings().clone();
        let past = self.aggregator.history();
        let actions = self.aggregator.continue_from(settings, weights, past)?;
        self.carry_out(actions);
        self.keep_news();
        self.tell(Event::Start);
        Ok(())
    }

    /// The aggregator goes back to where it was, as one may that wants a round twice.
    ///
    /// # Errors
    /// When the checkpoint cannot be taken up.
    pub fn roll_back(&mut self, checkpoint: Checkpoint) -> Result<(), RestoreError> {
        let entropy = self.fresh("simulation/tokens");
        self.adopt(Aggregator::restore(checkpoint, entropy)?);
        self.tell(Event::Open);
        self.tell(Event::Start);
        Ok(())
    }

    /// A worker's page crashes while nobody is there to hear of it.
    pub fn vanish_worker(&mut self, number: usize) {
        if let Some(actor) = self.workers.get_mut(number) {
            *actor = None;
        }
    }

    fn fresh(&mut self, path: &str) -> Entropy {
        self.restarts += 1;
        let mut secrets = Stream::new(self.seed, &format!("{path}/restart/{}", self.restarts));
        Box::new(move |bytes| secrets.fill(bytes))
    }
}
