//! Classification and training on shares: keys, masks, shares and drawings are secret, until two parties open a
//! masked value or a client reads its answer.

use std::cell::Cell;
use std::rc::Rc;

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;
use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Mailbox, MemoryMailbox, Unsent, mailboxes};
use sotto_mpc::audit;
use sotto_mpc::in_process::InProcessClassifier;
use sotto_mpc::train::{Loss, Silo, Training, TrainingInfo};
use sotto_mpc::{
    Catalogue, Client, ComputeParty, Dealer, Links, Output, Owner, Party, PartySecrets, Plan, Role,
    TradeOff,
};
use sotto_network::{Initialiser, Layer, Network, preset};

use crate::{Case, memcheck, secret_array, secret_entropy};

pub const CASES: &[Case] = &[
    ("stream of a key", stream),
    ("point functions: deal", || points().0),
    ("point functions: eval", || points().1),
    ("comparisons with three words: deal", || payloads().0),
    ("comparisons with three words: eval", || payloads().1),
    ("gate: product, linear", || {
        gate(&[12], vec![Layer::linear(12, 5)], Output::Logits, TradeOff::Bytes)
    }),
    ("gate: product, convolution", || {
        gate(&[2, 6, 6], vec![Layer::conv(2, 3, 3)], Output::Logits, TradeOff::Bytes)
    }),
    ("gate: truncation and lift", || {
        gate(&[9], vec![Layer::linear(9, 7), Layer::linear(7, 3)], Output::Logits, TradeOff::Bytes)
    }),
    ("gate: sums of shares and of masked values", || {
        let layers =
            vec![Layer::conv(1, 2, 3), Layer::avg_pool(2), Layer::Relu, Layer::avg_pool(2)];
        gate(&[1, 10, 10], layers, Output::Logits, TradeOff::Bytes)
    }),
    ("gate: relu", || gate(&[37], vec![Layer::Relu], Output::Logits, TradeOff::Bytes)),
    ("gate: relu in one round", || {
        gate(&[37], vec![Layer::Relu], Output::Logits, TradeOff::Rounds)
    }),
    ("gate: max pool", || {
        gate(&[2, 9, 9], vec![Layer::max_pool(3)], Output::Logits, TradeOff::Bytes)
    }),
    ("gate: max pool in one round a level", || {
        gate(&[2, 9, 9], vec![Layer::max_pool(3)], Output::Logits, TradeOff::Rounds)
    }),
    ("gate: arg max", || gate(&[10], vec![Layer::linear(10, 10)], Output::Label, TradeOff::Bytes)),
    ("session: lenet5, all roles, gates that save bytes", || session("lenet5", TradeOff::Bytes)),
    ("session: lenet5, all roles, gates that save rounds", || session("lenet5", TradeOff::Rounds)),
    ("training: linear, squares, all roles", || training("linear", Loss::Squares, None)),
    ("training: lenet5, cross-entropy, momentum, all roles", || {
        training("lenet5", Loss::CrossEntropy, Some(3))
    }),
];

fn stream() -> usize {
    memcheck::secret_bytes(&StreamKey::new(&secret_array("stream")).words([1, 2, 3], 1000))
}

/// So many comparisons, no multiple of those that are side by side.
const COUNT: usize = 9;

/// Secret words, small enough to be compared.
fn secret_words<const MAX: u32>(name: &str, count: usize) -> Vec<u32> {
    let mut stream = Stream::new(2, &format!("audit/{name}"));
    let mut words: Vec<u32> = (0..count).map(|_| stream.below(MAX)).collect();
    memcheck::hide(&mut words);
    words
}

fn secret_alphas() -> Vec<u16> {
    let mut stream = Stream::new(2, "audit/alphas");
    let mut alphas: Vec<u16> = (0..COUNT).map(|_| stream.below(1 << 15) as u16).collect();
    memcheck::hide(&mut alphas);
    alphas
}

fn public_points() -> Vec<u16> {
    let mut stream = Stream::new(3, "audit/points");
    (0..COUNT).map(|_| stream.below(1 << 15) as u16).collect()
}

/// The secret bytes of a key, and of a party's shares.
fn points() -> (usize, usize) {
    let roots = ["a", "b"].map(|name| secret_words::<{ u32::MAX }>(name, audit::root_words(COUNT)));
    let key = audit::deal(&secret_alphas(), roots.each_ref().map(Vec::as_slice));
    let shares = audit::compare(true, &public_points(), &roots[1], &key);
    (memcheck::secret_bytes(&key), memcheck::secret_bytes(&shares))
}

fn payloads() -> (usize, usize) {
    let roots = ["a", "b"].map(|name| secret_words::<{ u32::MAX }>(name, audit::root_words(COUNT)));
    let payloads = ["x", "y", "z"].map(|name| secret_words::<{ u32::MAX }>(name, COUNT));
    let payloads = payloads.each_ref().map(Vec::as_slice);
    let key = audit::deal_with(&secret_alphas(), payloads, roots.each_ref().map(Vec::as_slice));
    let shares = audit::compare_with(true, &public_points(), &roots[1], &key);
    let secret = shares.iter().map(|words| memcheck::secret_bytes(words)).sum();
    (memcheck::secret_bytes(&key), secret)
}

/// A mailbox that publishes what is public once it is sent: what alice and bob open, and the client's answer.
struct Watched {
    role: Role,
    mailbox: MemoryMailbox<Role>,
    /// Secret bytes that were published.
    opened: Rc<Cell<usize>>,
}

impl Mailbox for Watched {
    type Role = Role;

    fn send(&mut self, to: Role, mut bytes: Vec<u8>) -> Result<(), Unsent> {
        let is_opened = matches!(
            (self.role, to),
            (Role::Alice | Role::Bob, Role::Alice | Role::Bob | Role::Client)
        );
        if is_opened {
            self.opened.set(self.opened.get() + memcheck::secret_bytes(&bytes));
            memcheck::publish(&mut bytes);
        }
        self.mailbox.send(to, bytes)
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.mailbox.receive().await
    }
}

fn watched<const N: usize>(roles: [Role; N]) -> ([Watched; N], Rc<Cell<usize>>) {
    let opened = Rc::new(Cell::new(0));
    let mut all = roles.into_iter();
    let watch = |mailbox| {
        let role = all.next().expect("there are as many roles as mailboxes");
        Watched { role, mailbox, opened: Rc::clone(&opened) }
    };
    (mailboxes(roles).map(watch), opened)
}

/// A network of a few layers, dealt, prepared and evaluated twice.
fn gate(input: &[usize], layers: Vec<Layer>, output: Output, trade_off: TradeOff) -> usize {
    let network = Network::new(input, layers).expect("the case's shapes fit");
    let weights = Initialiser::He.weights(&network, 1).expect("the network is small");
    let plan = Plan::new(&network, 8, 1, output, trade_off).expect("the precision is allowed");
    let mut parties = InProcessClassifier::new(&plan, &network, &weights, secret_entropy("gate"))
        .expect("the weights fit the ring");
    let mut secret = 0;
    for name in ["first drawing", "second drawing"] {
        let mut pixels = vec![0; input.iter().product()];
        secret_entropy(name)(&mut pixels);
        let dealt = parties.deal(|_, _| ());
        let ready = parties.prepare(dealt).expect("the dealer deals what the plan takes");
        let (mailboxes, opened) = watched([Role::Alice, Role::Bob]);
        parties.run_over(ready, &pixels, mailboxes).expect("nobody disturbs the parties");
        secret += opened.get();
    }
    secret
}

/// All roles, in one thread.
struct Session {
    pool: LocalPool,
    client: Client<Watched>,
    owner: Owner<Watched>,
    silo: Silo<Watched>,
    opened: Rc<Cell<usize>>,
}

impl Session {
    fn new() -> Self {
        let (mailboxes, opened) = watched(Role::ALL);
        let [alice, bob, dealer, client, owner, silo] =
            mailboxes.map(|mailbox| Links::new(mailbox, Rc::new(|| 0.0)));
        let pool = LocalPool::new();
        let spawn =
            |role: Role, serve: std::pin::Pin<Box<dyn Future<Output = sotto_mpc::Error>>>| {
                let end = async move { panic!("{role} has ended: {}", serve.await) };
                pool.spawner().spawn_local(end).expect("the pool takes what comes");
            };
        for (party, links) in [(Party::Alice, alice), (Party::Bob, bob)] {
            let name = party.role().name();
            let key = StreamKey::new(&secret_array(name));
            let entropy = named(secret_entropy(&format!("{name}/secrets")));
            let unwatched = Rc::new(Cell::new(false));
            let secrets = PartySecrets { key, entropy };
            let compute_party =
                ComputeParty::new(party, links, presets(), secrets, unwatched, Box::new(|_| ()));
            spawn(party.role(), Box::pin(compute_party.serve()));
        }
        spawn(Role::Dealer, Box::pin(Dealer::new(dealer, presets(), Box::new(|_| ())).serve()));
        let client = Client::new(client, presets(), secret_entropy("client"));
        let owner = Owner::new(owner, presets(), secret_entropy("owner"));
        let silo = Silo::new(silo, presets(), named(secret_entropy("silo")));
        Self { pool, client, owner, silo, opened }
    }
}

/// The networks that the roles know.
fn presets() -> Catalogue {
    Catalogue::new(784, 10, |name| Some(sotto_network::preset(name)?.network))
}

/// A silo also draws the names of what it shares, and a party the seed of the order of digits, which are public.
/// Every key is longer.
fn named(mut entropy: Entropy) -> Entropy {
    Box::new(move |bytes| {
        entropy(bytes);
        if bytes.len() <= 8 {
            memcheck::publish(bytes);
        }
    })
}

/// Classifies twice, the second time for the digit alone.
fn session(name: &str, trade_off: TradeOff) -> usize {
    let Session { mut pool, mut client, mut owner, opened, .. } = Session::new();
    let network = preset(name).expect("the case's preset").network;
    let weights = Initialiser::He.weights(&network, 1).expect("the network is small");
    let model = owner.share(name, 8, trade_off, &weights).expect("the weights fit the ring");
    pool.run_until_stalled();
    for output in [Output::Logits, Output::Label] {
        let pixels: [u8; 784] = secret_array("drawing");
        pool.run_until(client.classify(&model, &pixels, output))
            .expect("nobody disturbs the roles");
    }
    opened.get()
}

/// Trains for two steps of two digits, and classifies by what was learnt.
fn training(name: &str, loss: Loss, momentum: Option<u32>) -> usize {
    let Session { mut pool, mut client, mut owner, mut silo, opened } = Session::new();
    let images: [u8; 4 * 784] = secret_array("digits");
    let mut labels = [3, 1, 4, 1];
    memcheck::hide(&mut labels);
    silo.share(&images, &labels).expect("the parties are there");
    pool.run_until_stalled();
    let training = Training { batch: 2, rate: 4, momentum, loss };
    let training =
        TrainingInfo { number: 0, preset: name.to_owned(), training, epochs: 1, watched: 1 };
    let training = owner.train(training).expect("the preset can be trained");
    pool.run_until_stalled();
    let model = owner.take(&training, 8, TradeOff::Bytes).expect("the parties are there");
    let pixels: [u8; 784] = secret_array("drawing");
    let answer = client.classify(&model, &pixels, Output::Logits);
    pool.run_until(answer).expect("nobody disturbs the roles");
    opened.get()
}
