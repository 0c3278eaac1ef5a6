//! A session on shares whose messages go wrong: every role in one thread, and all messages in reach.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;

use sotto_core::fuzz_input::{Input, entropy, tamper};
use sotto_core::prg::StreamKey;
use sotto_core::wire::{Mailbox, MemoryMailbox, Unsent, Writer, mailboxes};
use sotto_digits::PIXELS;
use sotto_mpc::train::{Loss, Silo, Training, TrainingInfo};
use sotto_mpc::{
    Catalogue, Client, ComputeParty, Dealer, Error, Job, Links, Output, Owner, Party, PartySecrets,
    Role, TradeOff,
};
use sotto_network::{Initialiser, Weights, preset, preset_names};

/// The only network: others take minutes.
const NETWORK: &str = "linear";
/// What is asked in one session, at most.
const STEPS_MAX: usize = 12;
/// Messages that can be repeated.
const LOG_MAX: usize = 64;
/// Paths that somebody may say at the wrong time.
const PATHS: [&str; 18] = [
    "seed",
    "order/1",
    "order/2/train",
    "deal/1",
    "deal/2",
    "deal/1/train",
    "model/1/share",
    "model/2/take",
    "model/1/weights/open",
    "classify/1/share",
    "classify/1/refused",
    "classify/1/answer",
    "data/7/share",
    "train/1/begin",
    "train/1/pause",
    "take/0/refused",
    "step/1/x/open",
    "",
];

/// What goes wrong, by one byte a message.
struct Wires {
    faults: VecDeque<u8>,
    log: Vec<(Role, Vec<u8>)>,
    /// Something has gone wrong.
    is_spoilt: bool,
}

/// A mailbox whose outgoing messages may go wrong.
struct Tapped {
    role: Role,
    mailbox: MemoryMailbox<Role>,
    wires: Rc<RefCell<Wires>>,
}

impl Mailbox for Tapped {
    type Role = Role;

    fn send(&mut self, to: Role, bytes: Vec<u8>) -> Result<(), Unsent> {
        let messages = self.wires.borrow_mut().pass(self.role, bytes);
        messages.into_iter().try_for_each(|bytes| self.mailbox.send(to, bytes))
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.mailbox.receive().await
    }
}

impl Wires {
    /// What comes of a message.
    fn pass(&mut self, from: Role, mut bytes: Vec<u8>) -> Vec<Vec<u8>> {
        if self.log.len() < LOG_MAX {
            self.log.push((from, bytes.clone()));
        }
        let fault = self.faults.pop_front().unwrap_or(0);
        self.is_spoilt |= fault > 127;
        match fault {
            ..128 => return vec![bytes],
            128..136 => return Vec::new(),
            136..144 => return vec![bytes.clone(), bytes],
            144..160 => {
                let said: Vec<_> = self.log.iter().filter(|(by, _)| *by == from).collect();
                let earlier = said[usize::from(fault) % said.len()].1.clone();
                return vec![earlier];
            }
            160..192 => {
                let all: Vec<u8> =
                    std::iter::from_fn(|| self.faults.pop_front()).take(24).collect();
                let head = head_len(&bytes);
                tamper(&mut Input::new(&all), &mut bytes, head);
            }
            192..224 => {
                let path = PATHS[usize::from(fault) % PATHS.len()];
                let payload = bytes.split_off(head_len(&bytes));
                bytes = message(path, &payload);
            }
            224.. => {
                let path = PATHS[usize::from(fault) % PATHS.len()];
                let len = usize::from(self.faults.pop_front().unwrap_or(0)).min(self.faults.len());
                let payload: Vec<u8> = self.faults.drain(..len).collect();
                return vec![message(path, &payload), bytes]
                    .into_iter()
                    .filter(|m| !is_dear(m))
                    .collect();
            }
        }
        vec![bytes].into_iter().filter(|message| !is_dear(message)).collect()
    }
}

/// Whether it asks for work that takes longer than a fuzzer waits: a large network, as alice may ask of the dealer.
fn is_dear(message: &[u8]) -> bool {
    let payload = &message[head_len(message)..];
    let start = &payload[..payload.len().min(64)];
    let names = |name: &str| start.windows(name.len()).any(|part| part == name.as_bytes());
    preset_names().into_iter().any(|name| name != NETWORK && names(name))
}

/// Bytes before a message's payload: version, length of the path, path.
fn head_len(bytes: &[u8]) -> usize {
    let len = bytes.get(1..5).map_or(0, |len| u32::from_le_bytes([len[0], len[1], len[2], len[3]]));
    (5 + len as usize).min(bytes.len())
}

/// A message of this path, which may be none, as a role writes it.
fn message(path: &str, payload: &[u8]) -> Vec<u8> {
    let written: Rc<RefCell<Vec<u8>>> = Rc::default();
    let mut links = Links::new(Written(Rc::clone(&written)), Rc::new(|| 0.0));
    links.send(Role::Alice, &Job::Seed.step(""), |_| ()).expect("nobody has gone");
    let version = written.take()[0];
    let mut writer = Writer::new();
    writer.u8(version).text(path).raw(payload);
    writer.finish()
}

/// Keeps what is sent.
struct Written(Rc<RefCell<Vec<u8>>>);

impl Mailbox for Written {
    type Role = Role;

    fn send(&mut self, _: Role, bytes: Vec<u8>) -> Result<(), Unsent> {
        self.0.replace(bytes);
        Ok(())
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        None
    }
}

/// A session with all its roles.
struct Session {
    pool: LocalPool,
    client: Client<Tapped>,
    owner: Owner<Tapped>,
    silo: Silo<Tapped>,
    wires: Rc<RefCell<Wires>>,
    ends: Rc<RefCell<Vec<(Role, Error)>>>,
    /// The model that the parties were given last, and the training.
    model: Option<sotto_mpc::ModelInfo>,
    training: TrainingInfo,
}

impl Session {
    fn new(faults: VecDeque<u8>) -> Self {
        let wires = Rc::new(RefCell::new(Wires { faults, log: Vec::new(), is_spoilt: false }));
        let links = |role: Role, mailbox| {
            let clock = Rc::new(Cell::new(0.0));
            let tick = move || {
                clock.set(clock.get() + 1.0);
                clock.get()
            };
            Links::new(Tapped { role, mailbox, wires: Rc::clone(&wires) }, Rc::new(tick))
        };
        let [alice, bob, dealer, client, owner, silo] = mailboxes(Role::ALL);
        let (pool, ends) = (LocalPool::new(), Rc::<RefCell<Vec<_>>>::default());
        let spawn = |role: Role, served: std::pin::Pin<Box<dyn Future<Output = Error>>>| {
            let ends = Rc::clone(&ends);
            let ended = async move {
                let error = served.await;
                ends.borrow_mut().push((role, error));
            };
            pool.spawner().spawn_local(ended).expect("the pool is there");
        };
        for (party, mailbox) in [(Party::Alice, alice), (Party::Bob, bob)] {
            let role = party.role();
            let mut key = [0; StreamKey::LEN];
            entropy(1, role.name())(&mut key);
            let links = links(role, mailbox);
            let secrets =
                PartySecrets { key: StreamKey::new(&key), entropy: entropy(2, role.name()) };
            let (watched, show) = (Rc::new(Cell::new(true)), Box::new(|_| ()));
            let party = ComputeParty::new(party, links, presets(), secrets, watched, show);
            spawn(role, Box::pin(party.serve()));
        }
        let dealer = Dealer::new(links(Role::Dealer, dealer), presets(), Box::new(|_| ()));
        spawn(Role::Dealer, Box::pin(dealer.serve()));
        let training = Training { batch: 2, rate: 5, momentum: None, loss: Loss::CrossEntropy };
        let preset = NETWORK.to_owned();
        Self {
            client: Client::new(links(Role::Client, client), presets(), entropy(1, "client")),
            owner: Owner::new(links(Role::Owner, owner), presets(), entropy(1, "owner")),
            silo: Silo::new(links(Role::Silo, silo), presets(), entropy(1, "silo")),
            pool,
            wires,
            ends,
            model: None,
            training: TrainingInfo { number: 0, preset, training, epochs: 1, watched: 1 },
        }
    }

    /// What somebody asks of the parties. Whoever has ended does not hear of it.
    fn act(&mut self, choice: u8) {
        match choice % 8 {
            0 => {
                let trade_off = if choice > 127 { TradeOff::Rounds } else { TradeOff::Bytes };
                self.model =
                    self.owner.share(NETWORK, 8, trade_off, &weights()).ok().or(self.model.take());
            }
            1..=3 => self.classify(usize::from(choice % 8), choice > 127),
            4 => {
                let count = 1 + usize::from(choice / 64);
                drop(self.silo.share(&vec![choice; count * PIXELS], &vec![choice % 10; count]));
            }
            5 => {
                let info =
                    TrainingInfo { watched: u32::from(choice > 127), ..self.training.clone() };
                self.training = self.owner.train(info).unwrap_or(self.training.clone());
            }
            6 if choice > 127 => drop(self.owner.pause()),
            6 => drop(self.owner.resume()),
            _ => {
                let taken = self.owner.take(&self.training, 8, TradeOff::Bytes);
                self.model = taken.ok().or(self.model.take());
            }
        }
        self.pool.run_until_stalled();
    }

    fn classify(&mut self, batch: usize, label: bool) {
        let Some(model) = self.model.clone() else { return };
        let output = if label { Output::Label } else { Output::Logits };
        let pixels = vec![7; batch * PIXELS];
        let Self { pool, client, wires, ends, .. } = self;
        let mut answer = std::pin::pin!(client.classify(&model, &pixels, output));
        let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
        for _ in 0..2 {
            if let Poll::Ready(answers) = answer.as_mut().poll(&mut context) {
                let is_spoilt = wires.borrow().is_spoilt;
                match answers {
                    Ok((answers, _)) => assert_eq!(answers.len(), batch),
                    Err(error) => assert!(is_spoilt || error == Error::OtherModel, "{error}"),
                }
                return;
            }
            pool.run_until_stalled();
        }
        let is_spoilt = wires.borrow().is_spoilt;
        assert!(is_spoilt, "everybody waits for ever, and nothing went wrong: {:?}", ends.borrow());
    }
}

fn weights() -> Weights {
    let network = preset(NETWORK).expect("the network is a preset").network;
    Initialiser::He.weights(&network, 1).expect("a preset has first weights")
}

/// So many actions, the actions, and what goes wrong with the messages, one after the other.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let count = input.below(STEPS_MAX + 1);
    let actions: Vec<u8> = (0..count).map(|_| input.u8()).collect();
    let mut session = Session::new(input.rest().iter().copied().collect());
    for action in actions {
        session.act(action);
    }
    // What went well ends nobody.
    let is_spoilt = session.wires.borrow().is_spoilt;
    let ends = session.ends.borrow();
    assert!(is_spoilt || ends.is_empty(), "nothing went wrong, and yet: {ends:?}");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let actions: [&[u8]; 6] = [
        &[0, 1, 129],
        &[128, 2, 131],
        &[0, 1, 0, 1],
        &[4, 4 + 192, 5],
        &[4 + 192, 5 + 128, 6 + 128, 6, 7, 1],
        &[0, 4 + 192, 5, 1, 7, 129],
    ];
    let mut seeds = Vec::new();
    for actions in actions {
        for start in [0, 3, 5, 7, 9, 12] {
            for fault in [
                &[0][..],
                &[140],
                &[150],
                &[160, 0, 9, 0, 1],
                &[170, 4, 0, 0, 9],
                &[200],
                &[230, 2, 0, 1],
            ] {
                let faults = [&vec![0; start], fault].concat();
                seeds.push([&[actions.len() as u8], actions, &faults].concat());
            }
        }
    }
    seeds
}

/// The networks that the roles know.
fn presets() -> Catalogue {
    Catalogue::new(784, 10, |name| Some(sotto_network::preset(name)?.network))
}
