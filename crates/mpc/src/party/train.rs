//! A party's part in training, beside its classifications. Alice leads here, too: she takes one step after the other while
//! training is on, and looks between two steps at what has come meanwhile.

use std::collections::VecDeque;

use super::super::classified::{PartyEvent, Trained, TrainingState};
use super::super::links::{Direction, Message, Record};
use super::super::messages::{ModelInfo, malformed};
use super::super::path::Job;
use super::super::preparing::Material;
use super::super::ring::{Share, Wide};
use super::super::source::Source;
use super::super::train::{
    Begin, Pool, StepContext, StepOrder, TrainingInfo, TrainingPurpose, TrainingRun,
};
use super::super::{Catalogue, Entropy, Error, Party, Role};
use super::{ComputeParty, WAITING_MAX, unexpected};
use sotto_core::wire::{Mailbox, Reader};

/// Steps for which material is at hand or on order.
const AHEAD: u32 = 3;

/// What the owner asks of alice.
enum OwnerCommand {
    Begin(TrainingInfo),
    Pause,
    Resume,
}

/// What a party has of training.
pub(super) struct PartyTraining {
    entropy: Entropy,
    pool: Pool,
    /// The last training that was begun.
    run: Option<TrainingRun>,
    running: bool,
    /// Material that has come: its number, and what it is for.
    material: VecDeque<(u32, TrainingPurpose, Material)>,
    /// Alice: what has been asked and not been done.
    commands: VecDeque<OwnerCommand>,
    /// Alice: the last number of material that she has ordered.
    ordered: u32,
    /// Alice: steps of the training that material was ordered for.
    ordered_steps: u32,
}

impl PartyTraining {
    pub(super) fn new(catalogue: &Catalogue, entropy: Entropy) -> Self {
        Self {
            entropy,
            pool: Pool::new(catalogue.inputs(), catalogue.outputs()),
            run: None,
            running: false,
            material: VecDeque::new(),
            commands: VecDeque::new(),
            ordered: 0,
            ordered_steps: 0,
        }
    }
}

impl<M: Mailbox<Role = Role>, S: Source<M>> ComputeParty<M, S> {
    /// Puts away what a silo has shared.
    pub(super) fn keep_data(&mut self, message: &Message) -> Result<(), Error> {
        match self.trainer.pool.add(&message.path, message.payload()) {
            // More than can be taken is not taken; nobody else shall suffer from it.
            Err(error @ Error::Flooded { .. }) => {
                (self.show)(PartyEvent::Untrained(error));
                return Ok(());
            }
            other => other?,
        }
        let (contributions, digits) = self.trainer.pool.level();
        (self.show)(PartyEvent::Data { contributions, digits });
        Ok(())
    }

    /// Alice: puts away what the owner asks.
    pub(super) fn keep_command(&mut self, message: &Message) -> Result<(), Error> {
        let path = &message.path;
        let malformed = || malformed(Role::Owner, path);
        let command = match path.step.as_str() {
            "begin" => {
                let mut reader = Reader::new(message.payload());
                let info = TrainingInfo::read(&mut reader).map_err(malformed())?;
                reader.finish().map_err(malformed())?;
                OwnerCommand::Begin(info)
            }
            "pause" => OwnerCommand::Pause,
            "resume" => OwnerCommand::Resume,
            _ => return Err(unexpected(message, "a wish")),
        };
        if self.trainer.commands.len() >= WAITING_MAX {
            return Err(Error::Flooded { role: Role::Owner, step: path.to_string() });
        }
        self.trainer.commands.push_back(command);
        Ok(())
    }

    pub(super) fn keep_step_material(
        &mut self,
        number: u32,
        purpose: TrainingPurpose,
        material: Material,
    ) {
        // Dealt for a training that is no more: never used, and gone here. For one that is not yet, the dealer was quicker
        // than alice's word of it.
        if purpose.training() >= self.last_training() {
            self.trainer.material.push_back((number, purpose, material));
        }
    }

    /// Alice: does what is next for training, if there is anything.
    pub(super) async fn lead_training(&mut self) -> Result<bool, Error> {
        if let Some(command) = self.trainer.commands.pop_front() {
            self.handle(command)?;
            return Ok(true);
        }
        if !self.trainer.running {
            return Ok(false);
        }
        // What has come during a step goes before the next one.
        if let Some(message) = self.links.early() {
            self.sort(message).await?;
            return Ok(true);
        }
        self.take_step(None).await?;
        Ok(true)
    }

    fn handle(&mut self, command: OwnerCommand) -> Result<(), Error> {
        match command {
            OwnerCommand::Begin(info) => return self.begin(info),
            OwnerCommand::Pause => self.trainer.running = false,
            OwnerCommand::Resume => {
                let left = |run: &TrainingRun| run.step < run.steps();
                self.trainer.running = self.trainer.run.as_ref().is_some_and(left);
            }
        }
        self.show_training();
        self.order_steps()
    }

    fn begin(&mut self, info: TrainingInfo) -> Result<(), Error> {
        self.check_number(&info)?;
        let mut seed = [0; 8];
        (self.trainer.entropy)(&mut seed);
        let contributions = self.trainer.pool.ids();
        let begin = Begin { info, seed: u64::from_le_bytes(seed), contributions };
        match TrainingRun::new(
            &self.catalogue,
            &begin,
            &self.trainer.pool,
            &mut self.trainer.entropy,
        ) {
            Err(error) => (self.show)(PartyEvent::Untrained(error)),
            Ok(run) => {
                let path = Job::Train(begin.info.number).step("begin");
                self.links.send(Role::Bob, &path, |bytes| bytes.extend(begin.encode()))?;
                self.start(run);
                self.order_steps()?;
            }
        }
        Ok(())
    }

    fn last_training(&self) -> u32 {
        self.trainer.run.as_ref().map_or(0, |run| run.info.number)
    }

    fn check_number(&self, info: &TrainingInfo) -> Result<(), Error> {
        match info.number > self.last_training() {
            true => Ok(()),
            false => Err(Error::Reused { what: "training", number: info.number }),
        }
    }

    fn start(&mut self, run: TrainingRun) {
        self.trainer.running = true;
        self.trainer.material.retain(|(_, purpose, _)| purpose.training() == run.info.number);
        self.trainer.ordered_steps = 0;
        self.trainer.run = Some(run);
        self.show_training();
    }

    /// Bob: takes up the training that alice has begun.
    pub(super) async fn follow_begin(&mut self, message: &Message) -> Result<(), Error> {
        let path = &message.path;
        let begin = Begin::decode(message.payload()).map_err(malformed(Role::Alice, path))?;
        self.check_number(&begin.info)?;
        while !self.trainer.pool.has(&begin.contributions) {
            let message = self.links.receive_from(Role::Silo, path).await?;
            self.keep(&message)?;
        }
        let run = TrainingRun::new(
            &self.catalogue,
            &begin,
            &self.trainer.pool,
            &mut self.trainer.entropy,
        )?;
        self.start(run);
        Ok(())
    }

    /// Takes the next step, which for bob alice has begun with `early`.
    pub(super) async fn take_step(&mut self, early: Option<Message>) -> Result<(), Error> {
        let is_step = |purpose: &TrainingPurpose| matches!(purpose, TrainingPurpose::Step { .. });
        let (number, material) = self.step_material(is_step).await?;
        let started = self.links.now();
        let waited = self.links.waited_ms();
        let Some(run) = &mut self.trainer.run else { return Err(Error::OtherModel) };
        let links = &mut self.links;
        let context = StepContext {
            party: self.party,
            links,
            key: &self.key,
            number,
            material: &material,
            early,
        };
        let loss = run.step(&self.trainer.pool, context).await?;
        let (training, step, steps) = (run.info.number, run.step, run.steps());
        let records = self.own_records(Job::Step(number));
        let sent = records.iter().filter(|record| record.direction == Direction::Sent);
        let trained = Trained {
            training,
            step,
            loss,
            rounds: sent.clone().count(),
            sent_bytes: sent.map(|record| record.bytes).sum(),
            dealt_bytes: 4 * material.0.len(),
            online_ms: self.links.now() - started,
            waited_ms: self.links.waited_ms() - waited,
            records: if self.watched.get() { records } else { Vec::new() },
        };
        (self.show)(PartyEvent::Trained(trained));
        if step >= steps {
            self.trainer.running = false;
            self.show_training();
        }
        self.order_steps()
    }

    /// Alice: material for the steps that come next.
    fn order_steps(&mut self) -> Result<(), Error> {
        let trainer = &mut self.trainer;
        let Some(run) = trainer.run.as_ref().filter(|_| trainer.running) else {
            return Ok(());
        };
        if self.party != Party::Alice {
            return Ok(());
        }
        let until = run.steps().min(run.step + AHEAD);
        let count = until.saturating_sub(trainer.ordered_steps);
        if count == 0 {
            return Ok(());
        }
        let info = run.info.clone();
        let (number, step) = (trainer.ordered + 1, trainer.ordered_steps);
        trainer.ordered += count;
        trainer.ordered_steps += count;
        let purpose = TrainingPurpose::Step { training: info.number };
        let order = StepOrder { info, purpose, number, step, count };
        self.source.ask_steps(&mut self.links, &order)
    }

    /// Waits for material for this use.
    async fn step_material(
        &mut self,
        fits: impl Fn(&TrainingPurpose) -> bool,
    ) -> Result<(u32, Material), Error> {
        loop {
            let index = self.trainer.material.iter().position(|(_, purpose, _)| fits(purpose));
            if let Some((number, _, material)) =
                index.and_then(|index| self.trainer.material.remove(index))
            {
                return Ok((number, material));
            }
            let message = self.links.receive_from(self.source.role(), &"deal").await?;
            self.keep(&message)?;
        }
    }

    /// This party's share of what a training has come to, as a model; nothing where there is no such training, or the
    /// model cannot be made of it.
    pub(super) async fn take_result(
        &mut self,
        info: &ModelInfo,
        training: u32,
        early: Option<Message>,
    ) -> Result<Option<Share<Wide>>, Error> {
        let plan = info.plan(&self.catalogue, self.wanted)?;
        let fits =
            |run: &&TrainingRun| run.info.number == training && run.info.preset == info.preset;
        let Some(run) = self.trainer.run.as_ref().filter(fits) else {
            if self.party == Party::Alice {
                self.links.send(Role::Bob, &Job::Take(0).step("refused"), |_| ())?;
            }
            (self.show)(PartyEvent::Untrained(Error::OtherModel));
            return Ok(None);
        };
        let purpose = TrainingPurpose::Handover { training, fraction: info.fraction };
        if self.party == Party::Alice {
            self.trainer.ordered += 1;
            let number = self.trainer.ordered;
            let order = StepOrder { info: run.info.clone(), purpose, number, step: 0, count: 1 };
            self.source.ask_steps(&mut self.links, &order)?;
        }
        let (number, material) = self.step_material(|found| *found == purpose).await?;
        let Some(run) = &self.trainer.run else { return Err(Error::OtherModel) };
        let links = &mut self.links;
        let context = StepContext {
            party: self.party,
            links,
            key: &self.key,
            number,
            material: &material,
            early,
        };
        run.hand_over(&self.catalogue, &plan, context).await.map(Some)
    }

    /// This job's messages, oldest first; those that others will ask for are kept.
    fn own_records(&mut self, job: Job) -> Vec<Record> {
        let (own, others): (Vec<Record>, Vec<Record>) =
            self.links.take_records().into_iter().partition(|record| record.path.job == job);
        let (jobs, others): (Vec<Record>, Vec<Record>) = others
            .into_iter()
            .partition(|record| matches!(record.path.job, Job::Classify(_) | Job::Model(_)));
        self.links.put_back(jobs);
        for record in others {
            self.stock.note(record);
        }
        own
    }

    fn show_training(&mut self) {
        let Some(run) = &self.trainer.run else { return };
        let state = TrainingState {
            info: run.info.clone(),
            digits: run.digits(),
            step: run.step,
            steps: run.steps(),
            running: self.trainer.running,
        };
        (self.show)(PartyEvent::Training(state));
    }
}
