//! Alice or bob: computes on shares, and learns nothing.
//!
//! Alice leads. She takes jobs one after the other, in the order in which they reach her,
//! and begins each with her part of its first step; bob, hearing it, takes up the same job.
//! What the owner, the client and the dealer send waits until its job begins.
//!
//! Models, requests and materials of a session are numbered, each upwards; a number that is not larger than the last
//! is refused. In the first step of a classification the parties also compare the number of the material that they
//! take.

mod train;

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::classified::{Classified, PartyEvent};
use super::dealing::{Masks, Scope};
use super::evaluate::{Prepared, prepare};
use super::gates::Online;
use super::links::{Links, Message, Record};
use super::messages::{ClassificationKind, Header, ModelInfo, malformed};
use super::model::{ModelShare, PartyModel};
use super::path::{Job, Path};
use super::plan::{Output, Plan};
use super::ring::{Element, Share, Wide};
use super::source::{Delivery, FromDealer, Purpose, Source};
use super::stock::Stock;
use super::{Catalogue, Entropy, Error, Party, Role};
use sotto_core::prg::StreamKey;
use sotto_core::wire::{Mailbox, Reader};
use train::PartyTraining;

/// Requests and models that may wait.
const WAITING_MAX: usize = 64;

/// The role of alice or bob, with a source of correlated randomness.
pub struct ComputeParty<M, S = FromDealer> {
    party: Party,
    links: Links<M>,
    catalogue: Catalogue,
    /// Of the stream that its masks come from.
    key: StreamKey,
    source: S,
    stock: Stock,
    model: Option<Model>,
    /// Models that have come and are not opened yet, by their numbers.
    given: VecDeque<(ModelInfo, Given)>,
    requests: VecDeque<(Header, Share<Wide>)>,
    /// The last kind that was asked for.
    wanted: ClassificationKind,
    last_request: u32,
    watched: Rc<Cell<bool>>,
    trainer: PartyTraining,
    show: Box<dyn FnMut(PartyEvent)>,
}

/// What a party alone knows.
pub struct PartySecrets {
    /// Of the stream that its masks come from; fresh for every session. The dealer is told it.
    pub key: StreamKey,
    /// For what the dealer must not know: its part of the first weights of a training.
    pub entropy: Entropy,
}

/// Where a model's shares come from.
enum Given {
    /// From its owner.
    Share(Share<Wide>),
    /// From the training of this number, whose result nobody has.
    Trained(u32),
}

/// The model in use.
struct Model {
    info: ModelInfo,
    /// The messages by which it came.
    records: Vec<Record>,
    layers: PartyModel,
    plans: BTreeMap<ClassificationKind, Rc<Plan>>,
}

impl Model {
    fn plan(&mut self, catalogue: &Catalogue, kind: ClassificationKind) -> Result<Rc<Plan>, Error> {
        if let Some(plan) = self.plans.get(&kind) {
            return Ok(Rc::clone(plan));
        }
        let plan = self.info.plan(catalogue, kind)?;
        self.plans.insert(kind, Rc::clone(&plan));
        Ok(plan)
    }
}

impl<M: Mailbox<Role = Role>> ComputeParty<M> {
    /// A party that trusts the dealer. While `watched`, it shows what it sees on every wire.
    pub fn new(
        party: Party,
        links: Links<M>,
        catalogue: Catalogue,
        secrets: PartySecrets,
        watched: Rc<Cell<bool>>,
        show: Box<dyn FnMut(PartyEvent)>,
    ) -> Self {
        Self::with_source(party, links, catalogue, secrets, FromDealer::default(), watched, show)
    }
}

impl<M: Mailbox<Role = Role>, S: Source<M>> ComputeParty<M, S> {
    /// A party with a source of its own.
    pub fn with_source(
        party: Party,
        links: Links<M>,
        catalogue: Catalogue,
        secrets: PartySecrets,
        source: S,
        watched: Rc<Cell<bool>>,
        show: Box<dyn FnMut(PartyEvent)>,
    ) -> Self {
        let PartySecrets { key, entropy } = secrets;
        Self {
            party,
            links,
            trainer: PartyTraining::new(&catalogue, entropy),
            catalogue,
            key,
            source,
            stock: Stock::default(),
            model: None,
            given: VecDeque::new(),
            requests: VecDeque::new(),
            wanted: ClassificationKind { batch: 1, output: Output::Logits },
            last_request: 0,
            watched,
            show,
        }
    }

    /// Computes until it cannot go on.
    pub async fn serve(mut self) -> Error {
        match self.try_serve().await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn try_serve(&mut self) -> Result<std::convert::Infallible, Error> {
        self.source.open(&mut self.links, &self.key)?;
        loop {
            if self.party == Party::Alice && self.lead().await? {
                continue;
            }
            let message = self.links.receive().await?;
            self.sort(message).await?;
        }
    }

    /// Takes up the peer's job, or puts away what its job will need.
    async fn sort(&mut self, message: Message) -> Result<(), Error> {
        match message.from {
            from if from == self.party.peer().role() => self.follow(message).await,
            _ => self.keep(&message),
        }
    }

    /// Puts away what its job will need.
    fn keep(&mut self, message: &Message) -> Result<(), Error> {
        let Message { from, path, .. } = message;
        if *from == self.source.role() {
            return self.keep_material(message);
        }
        let payload = message.payload();
        match (from, path.job) {
            (Role::Owner, Job::Model(_)) => self.keep_model(payload, path),
            (Role::Client, Job::Classify(_)) => self.keep_request(payload, path),
            (Role::Silo, Job::Data(_)) => self.keep_data(message),
            (Role::Owner, Job::Train(_)) if self.party == Party::Alice => {
                self.keep_command(message)
            }
            _ => Err(unexpected(message, "a job")),
        }
    }

    fn keep_model(&mut self, payload: &[u8], path: &Path) -> Result<(), Error> {
        let mut reader = Reader::new(payload);
        let info = ModelInfo::read(&mut reader).map_err(malformed(Role::Owner, path))?;
        let last = self.given.back().map_or(0, |(info, _)| info.number);
        let current = self.model.as_ref().map_or(0, |model| model.info.number);
        if info.number <= last.max(current) {
            return Err(Error::Reused { what: "model", number: info.number });
        }
        if self.given.len() >= WAITING_MAX {
            return Err(Error::Flooded { role: Role::Owner, step: path.to_string() });
        }
        let given = if path.step == "take" {
            let training = reader.u32("training").map_err(malformed(Role::Owner, path))?;
            reader.finish().map_err(malformed(Role::Owner, path))?;
            Given::Trained(training)
        } else {
            let words = reader.rest();
            let length = Wide::LEN * info.plan(&self.catalogue, self.wanted)?.model_len();
            expect_length(Role::Owner, path, words.len(), length)?;
            Given::Share(Share::new(Wide::read(words).collect()))
        };
        self.given.push_back((info, given));
        Ok(())
    }

    fn keep_request(&mut self, payload: &[u8], path: &Path) -> Result<(), Error> {
        let (header, share) = Header::decode(payload).map_err(malformed(Role::Client, path))?;
        if self.requests.len() >= WAITING_MAX {
            return Err(Error::Flooded { role: Role::Client, step: path.to_string() });
        }
        let images = header.kind.batch * self.catalogue.inputs();
        expect_length(Role::Client, path, share.len(), Wide::LEN * images)?;
        if header.number <= self.last_request {
            return Err(Error::Reused { what: "request", number: header.number });
        }
        self.last_request = header.number;
        self.requests.push_back((header, Share::new(Wide::read(share).collect())));
        Ok(())
    }

    /// Prepares what can be prepared before the input is there.
    fn keep_material(&mut self, message: &Message) -> Result<(), Error> {
        let started = self.links.now();
        let Some(delivery) = self.source.accept(&mut self.links, message)? else { return Ok(()) };
        let Delivery { purpose, material } = delivery;
        let header = match purpose {
            Purpose::Classification(header) => header,
            Purpose::Training(number, purpose) => {
                self.keep_step_material(number, purpose, material);
                return Ok(());
            }
        };
        // Dealt for a model that is no more: never used, and gone here.
        let Some(model) = self.model.as_mut().filter(|model| model.info.number == header.model)
        else {
            return Ok(());
        };
        let plan = model.plan(&self.catalogue, header.kind)?;
        let masks = Masks::new(&self.key, Scope::Classification, header.number);
        let mut prepared =
            prepare(&plan, &model.layers, self.party, masks, header.number, material)?;
        prepared.millis = self.links.now() - started;
        self.stock.put(header.kind, prepared);
        self.show_stock(header.kind);
        Ok(())
    }

    fn show_stock(&mut self, kind: ClassificationKind) {
        let (count, bytes) = self.stock.level(kind);
        (self.show)(PartyEvent::Stock { kind, count, bytes });
    }

    /// Alice: begins the next job, if there is one.
    async fn lead(&mut self) -> Result<bool, Error> {
        if let Some((info, given)) = self.given.pop_front() {
            self.take_model(info, given, None).await?;
            self.order(self.wanted)?;
            return Ok(true);
        }
        let Some((header, share)) = self.requests.pop_front() else {
            return self.lead_training().await;
        };
        if self.model.as_ref().is_none_or(|model| model.info.number != header.model) {
            let path = Job::Classify(header.number).step("refused");
            self.links.send(Role::Bob, &path, |_| ())?;
            self.links.send(Role::Client, &path, |_| ())?;
            return Ok(true);
        }
        self.wanted = header.kind;
        self.order(header.kind)?;
        self.classify(header, share, None).await?;
        self.order(header.kind)?;
        Ok(true)
    }

    /// Bob: takes up the job that alice has begun.
    async fn follow(&mut self, message: Message) -> Result<(), Error> {
        match (self.party, message.path.job, message.path.step.as_str()) {
            (Party::Bob, Job::Model(number), "weights/open") => {
                self.follow_model(&Job::Model(number).step("share"), message).await
            }
            (Party::Bob, Job::Take(_), _) => self.follow_model(&"model/take", message).await,
            (Party::Bob, Job::Train(_), "begin") => self.follow_begin(&message).await,
            (Party::Bob, Job::Step(_), _) => self.take_step(Some(message)).await,
            (Party::Bob, Job::Classify(number), step) => {
                let is_refused = step == "refused";
                let path = Job::Classify(number).step("share");
                while self.requests.is_empty() {
                    let message = self.links.receive_from(Role::Client, &path).await?;
                    self.keep(&message)?;
                }
                let Some((header, share)) = self.requests.pop_front() else { return Ok(()) };
                if header.number != number {
                    let found = Job::Classify(header.number).step("share").to_string();
                    let step = path.to_string();
                    return Err(Error::Unexpected { role: Role::Client, step, found });
                }
                if is_refused { Ok(()) } else { self.classify(header, share, Some(message)).await }
            }
            _ => Err(unexpected(&message, "a job")),
        }
    }

    /// Bob: the next model, of which alice has sent her first message.
    async fn follow_model(
        &mut self,
        path: &dyn std::fmt::Display,
        message: Message,
    ) -> Result<(), Error> {
        while self.given.is_empty() {
            let message = self.links.receive_from(Role::Owner, path).await?;
            self.keep(&message)?;
        }
        let Some((info, given)) = self.given.pop_front() else { return Ok(()) };
        match (message.path.job, message.path.step.as_str()) {
            (Job::Take(0), "refused") => Ok(()),
            _ => self.take_model(info, given, Some(message)).await,
        }
    }

    async fn take_model(
        &mut self,
        info: ModelInfo,
        given: Given,
        early: Option<Message>,
    ) -> Result<(), Error> {
        match given {
            Given::Share(share) => self.open_model(info, &share, early).await,
            Given::Trained(training) => match self.take_result(&info, training, early).await? {
                Some(share) => self.open_model(info, &share, None).await,
                None => Ok(()),
            },
        }
    }

    /// Opens `W^ = W + r_W`.
    async fn open_model(
        &mut self,
        info: ModelInfo,
        share: &Share<Wide>,
        early: Option<Message>,
    ) -> Result<(), Error> {
        let plan = info.plan(&self.catalogue, self.wanted)?;
        let mut masks = Masks::new(&self.key, Scope::Model, info.number);
        let share = ModelShare::new(&plan, share.values(), &mut masks);
        let job = Job::Model(info.number);
        let mut online = Online {
            party: self.party,
            links: &mut self.links,
            job,
            layer: "weights".to_owned(),
            words: &[],
            early,
        };
        let opened = online.open("open", share.masked()).await?;
        let layers = PartyModel::new(&plan, self.party, share, &opened.0);
        self.stock.clear();
        let records = self.links.take_records().into_iter();
        let mut records: Vec<Record> = records.filter(|record| record.path.job == job).collect();
        records.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        self.model = Some(Model { info: info.clone(), records, layers, plans: BTreeMap::new() });
        (self.show)(PartyEvent::Model(info));
        Ok(())
    }

    async fn classify(
        &mut self,
        header: Header,
        share: Share<Wide>,
        early: Option<Message>,
    ) -> Result<(), Error> {
        let prepared = self.material(header.kind).await?;
        let Some(model) = &mut self.model else { return Err(Error::OtherModel) };
        let plan = model.plan(&self.catalogue, header.kind)?;
        let path = Job::Classify(header.number).step("share");
        let found = Wide::LEN * share.values().len();
        expect_length(Role::Client, &path, found, Wide::LEN * plan.inputs())?;

        let started = self.links.now();
        let material = prepared.number;
        let (prepare_ms, dealt_bytes) = (prepared.millis, prepared.dealt_bytes());
        let waited = self.links.waited_ms();
        let job = Job::Classify(header.number);
        let (answer, seen) = prepared
            .run(
                &plan,
                &model.layers,
                self.party,
                &mut self.links,
                job,
                share,
                early,
                self.watched.get() && header.kind.batch == 1,
            )
            .await?;
        self.links.send(Role::Client, &job.step("answer"), |bytes| {
            bytes.extend_from_slice(&answer);
        })?;
        let online_ms = self.links.now() - started;
        let waited_ms = self.links.waited_ms() - waited;
        let before = model.records.clone();
        let records = self.records_of(job, material, before);
        (self.show)(PartyEvent::Classified(Classified {
            number: header.number,
            material,
            kind: header.kind,
            records,
            seen,
            online_ms,
            waited_ms,
            prepare_ms,
            dealt_bytes,
        }));
        self.show_stock(header.kind);
        Ok(())
    }

    /// The messages that a classification rests on: those of its model, the one that brought
    /// its material, and its own.
    fn records_of(&mut self, job: Job, material: u32, before: Vec<Record>) -> Vec<Record> {
        let mut all = before;
        let mut own = Vec::new();
        for record in self.links.take_records() {
            match record.path.job == job {
                true => own.push(record),
                false => self.stock.note(record),
            }
        }
        all.extend(self.stock.delivery(material));
        all.extend(own);
        all
    }

    /// Takes material off the stock, and waits for it when there is none.
    async fn material(&mut self, kind: ClassificationKind) -> Result<Prepared, Error> {
        loop {
            if let Some(prepared) = self.stock.take(kind) {
                return Ok(prepared);
            }
            let message = self.links.receive_from(self.source.role(), &"deal").await?;
            self.keep(&message)?;
        }
    }

    /// Alice: orders what is missing of this kind.
    fn order(&mut self, kind: ClassificationKind) -> Result<(), Error> {
        let Some(model) = &self.model else { return Ok(()) };
        match self.stock.order(kind) {
            0 => Ok(()),
            count => self.source.ask(&mut self.links, &model.info, kind, count),
        }
    }
}

fn unexpected(message: &Message, step: &str) -> Error {
    let found = message.path.to_string();
    Error::Unexpected { role: message.from, step: step.to_owned(), found }
}

fn expect_length(role: Role, path: &Path, found: usize, expected: usize) -> Result<(), Error> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::Length { role, step: path.to_string(), expected, found }),
    }
}
