//! Alice or bob: computes on shares, and learns nothing.
//!
//! Alice leads. She takes jobs one after the other, in the order in which they reach her,
//! and begins each with her part of its first step; bob, hearing it, takes up the same job.
//! What the owner, the client and the dealer send waits until its job begins.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::classified::{Classified, PartyEvent};
use super::dealing::{Masks, Scope};
use super::evaluate::{Prepared, prepare};
use super::gates::Online;
use super::links::{Links, Message, Record};
use super::messages::{Header, Kind, ModelInfo, Order, malformed};
use super::model::{ModelShare, PartyModel};
use super::plan::{Output, Plan};
use super::preparing::Material;
use super::prg::StreamKey;
use super::ring::{Element, Share, Wide};
use super::{Error, Party, Role};
use crate::digits::PIXELS;
use crate::wire::{Mailbox, Reader};

/// Material kept for single drawings.
const STOCK: usize = 6;
/// Material kept for batches: one in use, one on its way.
const STOCK_OF_BATCHES: usize = 2;
/// Requests and models that may wait.
const WAITING_MAX: usize = 64;

/// The role of alice or bob.
pub struct Computer<M> {
    party: Party,
    links: Links<M>,
    /// Shared with the dealer.
    key: StreamKey,
    model: Option<Model>,
    /// Shares that have come and are not opened yet, by the model's number.
    shares: VecDeque<(ModelInfo, Share<Wide>)>,
    requests: VecDeque<(Header, Share<Wide>)>,
    stock: BTreeMap<Kind, VecDeque<Prepared>>,
    /// What was ordered and has not come: alice's business.
    ordered: BTreeMap<Kind, usize>,
    orders: u32,
    /// The last kind that was asked for.
    wanted: Kind,
    last_material: u32,
    last_request: u32,
    /// The messages by which the stock came, by their paths.
    deliveries: BTreeMap<String, Record>,
    watched: Rc<Cell<bool>>,
    show: Box<dyn FnMut(PartyEvent)>,
}

/// The model in use.
struct Model {
    info: ModelInfo,
    /// The messages by which it came.
    records: Vec<Record>,
    layers: PartyModel,
    plans: BTreeMap<Kind, Rc<Plan>>,
}

impl Model {
    fn plan(&mut self, kind: Kind) -> Result<Rc<Plan>, Error> {
        if let Some(plan) = self.plans.get(&kind) {
            return Ok(Rc::clone(plan));
        }
        let plan = self.info.plan(kind)?;
        self.plans.insert(kind, Rc::clone(&plan));
        Ok(plan)
    }
}

impl<M: Mailbox<Role = Role>> Computer<M> {
    /// A party with a fresh key. While `watched`, it shows what it sees on every wire.
    pub fn new(
        party: Party,
        links: Links<M>,
        key: StreamKey,
        watched: Rc<Cell<bool>>,
        show: Box<dyn FnMut(PartyEvent)>,
    ) -> Self {
        Self {
            party,
            links,
            key,
            model: None,
            shares: VecDeque::new(),
            requests: VecDeque::new(),
            stock: BTreeMap::new(),
            ordered: BTreeMap::new(),
            orders: 0,
            wanted: Kind { batch: 1, output: Output::Logits },
            last_material: 0,
            last_request: 0,
            deliveries: BTreeMap::new(),
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
        let key = self.key.to_bytes();
        self.links.send(Role::Dealer, "seed", |bytes| bytes.extend(key))?;
        loop {
            if self.party == Party::Alice && self.lead().await? {
                continue;
            }
            let message = self.links.receive().await?;
            match message.from {
                from if from == self.party.peer().role() => self.follow(message).await?,
                _ => self.keep(&message)?,
            }
        }
    }

    /// Puts away what its job will need.
    fn keep(&mut self, message: &Message) -> Result<(), Error> {
        let Message { from, path, .. } = message;
        let payload = message.payload();
        match (from, path.split('/').next().unwrap_or("")) {
            (Role::Owner, "model") => self.keep_share(payload, path),
            (Role::Dealer, "deal") => self.keep_material(payload, path),
            (Role::Client, "classify") => self.keep_request(payload, path),
            _ => Err(unexpected(message, "a job")),
        }
    }

    fn keep_share(&mut self, payload: &[u8], path: &str) -> Result<(), Error> {
        let mut reader = Reader::new(payload);
        let info = ModelInfo::read(&mut reader).map_err(malformed(Role::Owner, path))?;
        let last = self.shares.back().map_or(0, |(info, _)| info.number);
        let current = self.model.as_ref().map_or(0, |model| model.info.number);
        if info.number <= last.max(current) {
            return Err(Error::Reused { what: "model", number: info.number });
        }
        if self.shares.len() >= WAITING_MAX {
            return Err(Error::Flooded { role: Role::Owner, step: path.to_owned() });
        }
        let words = reader.rest();
        let length = Wide::LEN * info.plan(self.wanted)?.model_len();
        expect_length(Role::Owner, path, words.len(), length)?;
        self.shares.push_back((info, Share::new(Wide::read(words).collect())));
        Ok(())
    }

    fn keep_request(&mut self, payload: &[u8], path: &str) -> Result<(), Error> {
        let (header, share) = Header::decode(payload).map_err(malformed(Role::Client, path))?;
        if self.requests.len() >= WAITING_MAX {
            return Err(Error::Flooded { role: Role::Client, step: path.to_owned() });
        }
        // Every network of the page reads 28x28 pixels.
        expect_length(Role::Client, path, share.len(), Wide::LEN * header.kind.batch * PIXELS)?;
        if header.number <= self.last_request {
            return Err(Error::Reused { what: "request", number: header.number });
        }
        self.last_request = header.number;
        self.requests.push_back((header, Share::new(Wide::read(share).collect())));
        Ok(())
    }

    /// Prepares what can be prepared before the input is there.
    fn keep_material(&mut self, payload: &[u8], path: &str) -> Result<(), Error> {
        let started = self.links.now();
        let (header, words) = Header::decode(payload).map_err(malformed(Role::Dealer, path))?;
        if header.number <= self.last_material {
            return Err(Error::Reused { what: "material", number: header.number });
        }
        self.last_material = header.number;
        // Dealt for a model that is no more: never used, and gone here.
        let Some(model) = self.model.as_mut().filter(|model| model.info.number == header.model)
        else {
            return Ok(());
        };
        let ordered = self.ordered.entry(header.kind).or_default();
        *ordered = ordered.saturating_sub(1);
        let plan = model.plan(header.kind)?;
        expect_length(Role::Dealer, path, words.len() % 4, 0)?;
        let masks = Masks::new(&self.key, Scope::Classification, header.number);
        let words = words.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let material = Material(words);
        let mut prepared =
            prepare(&plan, &model.layers, self.party, masks, header.number, material)?;
        prepared.millis = self.links.now() - started;
        self.stock.entry(header.kind).or_default().push_back(prepared);
        self.show_stock(header.kind);
        Ok(())
    }

    fn show_stock(&mut self, kind: Kind) {
        let stock = self.stock.get(&kind);
        let count = stock.map_or(0, VecDeque::len);
        let bytes = stock.map_or(0, |stock| stock.iter().map(Prepared::dealt_bytes).sum());
        (self.show)(PartyEvent::Stock { kind, count, bytes });
    }

    /// Alice: begins the next job, if there is one.
    async fn lead(&mut self) -> Result<bool, Error> {
        if let Some((info, share)) = self.shares.pop_front() {
            self.open_model(info, &share, None).await?;
            // What was on order is for a model that is no more.
            self.ordered.clear();
            self.order(self.wanted)?;
            return Ok(true);
        }
        let Some((header, share)) = self.requests.pop_front() else { return Ok(false) };
        if self.model.as_ref().is_none_or(|model| model.info.number != header.model) {
            let path = format!("classify/{}/refused", header.number);
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
        let parts: Vec<&str> = message.path.split('/').collect();
        match (self.party, parts.as_slice()) {
            (Party::Bob, ["model", number, "weights", "open"]) => {
                let path = format!("model/{number}/share");
                while self.shares.is_empty() {
                    let message = self.links.receive_from(Role::Owner, &path).await?;
                    self.keep(&message)?;
                }
                let Some((info, share)) = self.shares.pop_front() else { return Ok(()) };
                self.open_model(info, &share, Some(message)).await
            }
            (Party::Bob, ["classify", number, rest @ ..]) => {
                let path = format!("classify/{number}/share");
                while self.requests.is_empty() {
                    let message = self.links.receive_from(Role::Client, &path).await?;
                    self.keep(&message)?;
                }
                let Some((header, share)) = self.requests.pop_front() else { return Ok(()) };
                if header.number.to_string() != *number {
                    let found = format!("classify/{}/share", header.number);
                    return Err(Error::Unexpected { role: Role::Client, step: path, found });
                }
                match rest {
                    ["refused"] => Ok(()),
                    _ => self.classify(header, share, Some(message)).await,
                }
            }
            _ => Err(unexpected(&message, "a job")),
        }
    }

    /// Opens `W^ = W + r_W`.
    async fn open_model(
        &mut self,
        info: ModelInfo,
        share: &Share<Wide>,
        early: Option<Message>,
    ) -> Result<(), Error> {
        let plan = info.plan(self.wanted)?;
        let mut masks = Masks::new(&self.key, Scope::Model, info.number);
        let share = ModelShare::new(&plan, share.values(), &mut masks);
        let job = format!("model/{}", info.number);
        let mut online = Online {
            party: self.party,
            links: &mut self.links,
            job: &job,
            layer: "weights",
            words: &[],
            early,
        };
        let opened = online.open("open", share.masked()).await?;
        let layers = PartyModel::new(&plan, self.party, share, &opened.0);
        self.stock.clear();
        let records = self.links.take_records();
        let mut records: Vec<Record> =
            records.into_iter().filter(|record| record.path.starts_with(&job)).collect();
        records.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        self.deliveries.clear();
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
        let plan = model.plan(header.kind)?;
        let path = format!("classify/{}/share", header.number);
        let found = Wide::LEN * share.values().len();
        expect_length(Role::Client, &path, found, Wide::LEN * plan.inputs())?;

        let started = self.links.now();
        let material = prepared.number;
        let (prepare_ms, dealt_bytes) = (prepared.millis, prepared.dealt_bytes());
        let waited = self.links.waited_ms();
        let job = format!("classify/{}", header.number);
        let (answer, seen) = prepared
            .run(
                &plan,
                &model.layers,
                self.party,
                &mut self.links,
                &job,
                share,
                early,
                self.watched.get() && header.kind.batch == 1,
            )
            .await?;
        self.links.send(Role::Client, &format!("{job}/answer"), |bytes| bytes.extend(answer))?;
        let online_ms = self.links.now() - started;
        let waited_ms = self.links.waited_ms() - waited;
        let before = model.records.clone();
        let records = self.records_of(&job, material, before);
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
    fn records_of(&mut self, job: &str, material: u32, before: Vec<Record>) -> Vec<Record> {
        let (mut all, steps) = (before, format!("{job}/"));
        let mut own = Vec::new();
        for record in self.links.take_records() {
            if record.path.starts_with(&steps) {
                own.push(record);
            } else if record.path.starts_with("deal/") {
                self.deliveries.insert(record.path.clone(), record);
            }
        }
        all.extend(self.deliveries.remove(&format!("deal/{material}")));
        all.extend(own);
        all
    }

    /// Takes material off the stock, and waits for it when there is none.
    async fn material(&mut self, kind: Kind) -> Result<Prepared, Error> {
        loop {
            if let Some(prepared) = self.stock.get_mut(&kind).and_then(VecDeque::pop_front) {
                return Ok(prepared);
            }
            let message = self.links.receive_from(Role::Dealer, "deal").await?;
            self.keep(&message)?;
        }
    }

    /// Alice: orders what is missing of this kind.
    fn order(&mut self, kind: Kind) -> Result<(), Error> {
        let Some(model) = &self.model else { return Ok(()) };
        let target = if kind.batch == 1 { STOCK } else { STOCK_OF_BATCHES };
        let ordered = self.ordered.entry(kind).or_default();
        let there = self.stock.get(&kind).map_or(0, VecDeque::len) + *ordered;
        let Some(count) = target.checked_sub(there).filter(|count| *count > 0) else {
            return Ok(());
        };
        *ordered += count;
        self.orders += 1;
        let order = Order { model: model.info.clone(), kind, count: count as u32 };
        let path = format!("order/{}", self.orders);
        self.links.send(Role::Dealer, &path, |bytes| bytes.extend(order.encode()))
    }
}

fn unexpected(message: &Message, step: &str) -> Error {
    let found = message.path.clone();
    Error::Unexpected { role: message.from, step: step.to_owned(), found }
}

fn expect_length(role: Role, step: &str, found: usize, expected: usize) -> Result<(), Error> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::Length { role, step: step.to_owned(), expected, found }),
    }
}
