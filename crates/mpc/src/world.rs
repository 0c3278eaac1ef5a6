//! All roles in one process, under a seed, with the dealer's secrets in view and a tap on
//! every wire, for tests.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;

use super::clear::{Clear, Rounding};
use super::dealing::{Masks, Scope};
use super::messages::{ClassificationKind, ModelInfo};
use super::model::ModelMasks;
use super::train::{Silo, TrainingInfo};
use super::{
    Answer, Catalogue, Classified, Client, ComputeParty, Dealer, Entropy, Error, Links, Output,
    Owner, Party, PartyEvent, PartySecrets, Role, TradeOff, dealer,
};
use sotto_core::prg::{StreamKey, ledger};
use sotto_core::seeded::Stream;
use sotto_core::wire::{Mailbox, MemoryMailbox, Unsent, mailboxes};
use sotto_network::{Initialiser, Network, Weights, preset};

/// Reads or changes any message on its way: from, to, bytes. `false` loses it.
pub(super) type Tap = Rc<RefCell<dyn FnMut(Role, Role, &mut Vec<u8>) -> bool>>;

/// A mailbox whose outgoing messages pass the tap.
pub(super) struct Tapped {
    role: Role,
    mailbox: MemoryMailbox<Role>,
    tap: Tap,
}

impl Mailbox for Tapped {
    type Role = Role;

    fn send(&mut self, to: Role, mut bytes: Vec<u8>) -> Result<(), Unsent> {
        match (self.tap.borrow_mut())(self.role, to, &mut bytes) {
            true => self.mailbox.send(to, bytes),
            false => Ok(()),
        }
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.mailbox.receive().await
    }
}

/// A session with all its roles.
pub(super) struct World {
    pool: LocalPool,
    keys: [StreamKey; 2],
    client: Client<Tapped>,
    owner: Owner<Tapped>,
    silo: Silo<Tapped>,
    network: Network,
    weights: Weights,
    pub(super) model: ModelInfo,
    trade_off: TradeOff,
    /// What ended alice, bob or the dealer.
    pub(super) ends: Rc<RefCell<Vec<(Role, Error)>>>,
    /// The classifications that the parties have shown.
    pub(super) classified: Rc<RefCell<Vec<(Party, Classified)>>>,
    /// Everything else that they have shown.
    pub(super) shown: Rc<RefCell<Vec<(Party, PartyEvent)>>>,
}

impl World {
    /// Opens a session and shares the preset's weights.
    pub(super) fn new(preset: &str, weights: Weights, fraction: u32, seed: u64) -> Self {
        Self::silent(preset, weights, fraction, seed, TradeOff::Bytes)
    }

    /// As [`World::new`]; the gates save rounds.
    pub(super) fn far(preset: &str, weights: Weights, fraction: u32, seed: u64) -> Self {
        Self::silent(preset, weights, fraction, seed, TradeOff::Rounds)
    }

    /// As [`World::new`], with gates that save this.
    pub(super) fn silent(
        preset: &str,
        weights: Weights,
        fraction: u32,
        seed: u64,
        trade_off: TradeOff,
    ) -> Self {
        let tap: Tap = Rc::new(RefCell::new(|_, _, _: &mut _| true));
        Self::with_trade_off(preset, weights, fraction, seed, &tap, trade_off)
    }

    pub(super) fn tapped(
        preset: &str,
        weights: Weights,
        fraction: u32,
        seed: u64,
        tap: &Tap,
    ) -> Self {
        Self::with_trade_off(preset, weights, fraction, seed, tap, TradeOff::Bytes)
    }

    pub(super) fn with_trade_off(
        preset: &str,
        weights: Weights,
        fraction: u32,
        seed: u64,
        tap: &Tap,
        trade_off: TradeOff,
    ) -> Self {
        let entropy = |name: &str| Self::entropy(seed, name);
        let keys = ["alice", "bob"].map(|name| {
            let mut bytes = [0; StreamKey::LEN];
            entropy(name)(&mut bytes);
            StreamKey::new(&bytes)
        });
        let clock = Rc::new(Cell::new(0.0));
        let links = |role: Role, mailbox| {
            let clock = Rc::clone(&clock);
            let tick = move || {
                clock.set(clock.get() + 1.0);
                clock.get()
            };
            Links::new(Tapped { role, mailbox, tap: Rc::clone(tap) }, Rc::new(tick))
        };
        let [alice, bob, dealer, client, owner, silo] = mailboxes(Role::ALL);
        let pool = LocalPool::new();
        let ends = Rc::<RefCell<Vec<_>>>::default();
        let classified = Rc::<RefCell<Vec<_>>>::default();
        let shown = Rc::<RefCell<Vec<_>>>::default();
        for (party, mailbox, key) in [(Party::Alice, alice, &keys[0]), (Party::Bob, bob, &keys[1])]
        {
            let (ends, done) = (Rc::clone(&ends), Rc::clone(&classified));
            let others = Rc::clone(&shown);
            let show = Box::new(move |event| match event {
                PartyEvent::Classified(classified) => done.borrow_mut().push((party, classified)),
                other => others.borrow_mut().push((party, other)),
            });
            let links = links(party.role(), mailbox);
            let secrets = entropy(&format!("{}/secrets", party.role()));
            let secrets = PartySecrets { key: key.clone(), entropy: secrets };
            let watched = Rc::new(Cell::new(true));
            let compute_party = ComputeParty::new(party, links, presets(), secrets, watched, show);
            let serve = async move {
                let error = compute_party.serve().await;
                ends.borrow_mut().push((party.role(), error));
            };
            pool.spawner().spawn_local(acting(party.role(), serve)).unwrap();
        }
        let (dealer, end) = (
            Dealer::new(links(Role::Dealer, dealer), presets(), Box::new(|_| ())),
            Rc::clone(&ends),
        );
        let serve = async move {
            let error = dealer.serve().await;
            end.borrow_mut().push((Role::Dealer, error));
        };
        pool.spawner().spawn_local(acting(Role::Dealer, serve)).unwrap();

        let client = Client::new(links(Role::Client, client), presets(), entropy("client"));
        let mut owner = Owner::new(links(Role::Owner, owner), presets(), entropy("owner"));
        let silo = Silo::new(links(Role::Silo, silo), presets(), entropy("silo"));
        let share = || owner.share(preset, fraction, trade_off, &weights).unwrap();
        let model = ledger::acting_as(Role::Owner as u32, share);
        let network = presets().network(preset).unwrap();
        Self {
            pool,
            keys,
            client,
            owner,
            silo,
            network,
            weights,
            model,
            trade_off,
            ends,
            classified,
            shown,
        }
    }

    /// The entropy of a role under a seed; of a party's secrets that the dealer does not know, too.
    pub(super) fn entropy(seed: u64, name: &str) -> Entropy {
        let mut stream = Stream::new(seed, &format!("test/world/{name}"));
        Box::new(move |bytes| stream.fill(bytes))
    }

    pub(super) fn keys(&self) -> &[StreamKey; 2] {
        &self.keys
    }

    /// Whose answers [`World::oracle`] gives: of a model that nobody has shared.
    pub(super) fn suppose(&mut self, weights: Weights) {
        self.weights = weights;
    }

    /// Shares digits to train on; those who have ended do not hear of it.
    pub(super) fn contribute(&mut self, images: &[u8], labels: &[u8]) {
        let _ = ledger::acting_as(Role::Silo as u32, || self.silo.share(images, labels));
        self.pool.run_until_stalled();
    }

    /// Trains until it is over, or until nothing moves any more.
    pub(super) fn train(&mut self, info: TrainingInfo) -> Result<TrainingInfo, Error> {
        let info = self.owner.train(info)?;
        self.pool.run_until_stalled();
        Ok(info)
    }

    /// What the owner says, whatever comes of it.
    pub(super) fn ask(&mut self, ask: impl FnOnce(&mut Owner<Tapped>)) {
        ask(&mut self.owner);
        self.pool.run_until_stalled();
    }

    /// The parties compute with what a training has come to.
    pub(super) fn take(&mut self, training: &TrainingInfo, fraction: u32) -> Result<(), Error> {
        self.model = self.owner.take(training, fraction, self.trade_off)?;
        self.pool.run_until_stalled();
        Ok(())
    }

    /// Shares other weights.
    pub(super) fn share(&mut self, weights: Weights) {
        let ModelInfo { preset, fraction, .. } = &self.model;
        let share = || self.owner.share(preset, *fraction, self.trade_off, &weights).unwrap();
        self.model = ledger::acting_as(Role::Owner as u32, share);
        self.weights = weights;
        self.pool.run_until_stalled();
    }

    pub(super) fn classify(&mut self, pixels: &[u8], output: Output) -> Result<Vec<Answer>, Error> {
        let model = self.model.clone();
        self.classify_with(&model, pixels, output)
    }

    /// The answers, or the error that kept them away.
    pub(super) fn classify_with(
        &mut self,
        model: &ModelInfo,
        pixels: &[u8],
        output: Output,
    ) -> Result<Vec<Answer>, Error> {
        let Self { pool, client, ends, .. } = self;
        let answer = acting(Role::Client, client.classify(model, pixels, output));
        let mut answer = std::pin::pin!(answer);
        let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
        // Nobody has a clock here: what has not come when everybody waits will not come.
        for _ in 0..2 {
            if let Poll::Ready(found) = answer.as_mut().poll(&mut context) {
                return found.map(|(answers, _)| answers);
            }
            pool.run_until_stalled();
        }
        Err(ends.borrow().first().map_or(Error::Alone, |(_, error)| error.clone()))
    }

    /// What the oracle says of the last classification when it rounds as the parties did.
    pub(super) fn oracle(&self, pixels: &[u8], output: Output) -> Vec<Answer> {
        let number = self.classified.borrow().last().unwrap().1.material;
        let batch = pixels.len() / self.network.input_shape().iter().product::<usize>();
        let plan = self.model.plan(&presets(), ClassificationKind { batch, output }).unwrap();
        let masks =
            self.keys.each_ref().map(|key| Masks::new(key, Scope::Model, self.model.number));
        let model = ModelMasks::new(&plan, masks);
        let mut coins = Coins(Vec::new());
        dealer::deal(&plan, &model, &self.keys, number, |step, masks| {
            coins.0.push((step, masks.iter().map(|mask| mask.0).collect()));
        });
        Clear::new(&plan, &self.network, &self.weights).unwrap().classify(pixels, &mut coins)
    }
}

/// Rounds as the masks of each truncation do.
struct Coins(Vec<(usize, Vec<u32>)>);

impl Rounding for Coins {
    fn truncate(&mut self, step: usize, values: &[i64], shift: u32) -> Vec<i64> {
        let (_, masks) = self.0.iter().find(|(known, _)| *known == step).unwrap();
        let pairs = values.iter().zip(masks);
        let round = |(value, mask): (&i64, &u32)| {
            let masked = (*value as u32).wrapping_add(*mask) >> shift;
            let rounded = masked.wrapping_sub(mask >> shift) as u16 as i16;
            // Apart from the coin it is the floor, in the narrow ring.
            let floor = (value >> shift) as i16;
            assert!(
                [0, 1].contains(&rounded.wrapping_sub(floor)),
                "{value} >> {shift} is {rounded}"
            );
            i64::from(rounded)
        };
        pairs.map(round).collect()
    }
}

/// What `work` draws, this role draws.
async fn acting<F: Future>(role: Role, work: F) -> F::Output {
    let mut work = std::pin::pin!(work);
    let poll =
        |context: &mut Context<'_>| ledger::acting_as(role as u32, || work.as_mut().poll(context));
    std::future::poll_fn(poll).await
}

/// The networks of MNIST that have names.
pub(super) fn presets() -> Catalogue {
    Catalogue::new(784, 10, |name| Some(preset(name)?.network))
}

/// Untrained weights of a preset.
pub(super) fn weights(name: &str, seed: u64) -> Weights {
    Initialiser::He.weights(&preset(name).unwrap().network, seed).unwrap()
}

/// Images of random pixels.
pub(super) fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut pixels = vec![0; 784 * count];
    Stream::new(seed, "test/world/pixels").fill(&mut pixels);
    pixels
}

mod tests {
    use proptest::prelude::*;

    use super::super::Plan;
    use super::super::in_process::InProcessClassifier;
    use super::*;
    use sotto_network::{Layer, preset_names};

    type New = fn(&str, Weights, u32, u64) -> World;
    /// Gates that save bytes, and gates that save rounds.
    const WORLDS: [New; 2] = [World::new, World::far];

    /// Messages of a party one after the other, the answer among them.
    #[test]
    fn lenet5_takes_22_rounds_or_14() {
        for (new, rounds) in WORLDS.into_iter().zip([22, 14]) {
            let mut world = new("lenet5", weights("lenet5", 1), 8, 1);
            world.classify(&noise(1, 1), Output::Logits).unwrap();
            assert_eq!(world.classified.borrow()[0].1.rounds(), rounds);
        }
    }

    #[test]
    fn every_preset_computes_what_the_oracle_computes() {
        for (name, new) in
            preset_names().into_iter().flat_map(|name| [(name, WORLDS[0]), (name, WORLDS[1])])
        {
            let mut world = new(name, weights(name, 1), 8, 1);
            for seed in 1..=2 {
                let pixels = noise(1, seed);
                let answers = world.classify(&pixels, Output::Logits).unwrap();
                assert_eq!(answers, world.oracle(&pixels, Output::Logits), "{name}");
            }
        }
    }

    #[test]
    fn edge_images_and_batches_agree() {
        for new in WORLDS {
            let mut world = new("lenet5", weights("lenet5", 2), 8, 2);
            let edges = [vec![0; 784], vec![255; 784], noise(1, 9)].concat();
            for output in [Output::Logits, Output::Label] {
                let answers = world.classify(&edges, output).unwrap();
                assert_eq!(answers.len(), 3);
                assert_eq!(answers, world.oracle(&edges, output));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn any_precision_agrees(fraction in 3u32..=12, seed: u64, label: bool, far: bool, batch in 1usize..4) {
            let name = "network1";
            let output = if label { Output::Label } else { Output::Logits };
            let mut world = WORLDS[usize::from(far)](name, weights(name, seed), fraction, seed);
            let pixels = noise(batch, seed);
            let answers = world.classify(&pixels, output).unwrap();
            prop_assert_eq!(answers, world.oracle(&pixels, output));
        }
    }

    #[test]
    fn another_model_takes_over_and_the_old_one_is_refused() {
        let mut world = World::new("linear", weights("linear", 1), 8, 3);
        let pixels = noise(1, 1);
        world.classify(&pixels, Output::Logits).unwrap();
        let old = world.model.clone();
        world.share(weights("linear", 2));
        let refused = world.classify_with(&old, &pixels, Output::Logits);
        assert_eq!(refused, Err(Error::OtherModel));
        world.classify(&pixels, Output::Logits).unwrap();
    }

    /// Networks that no preset has: averages before and after an activation, of sizes that
    /// are no power of two, products side by side, pools of pools.
    #[test]
    fn any_order_of_layers_computes_what_the_oracle_computes() {
        let networks = [
            vec![
                Layer::conv(1, 2, 5),
                Layer::avg_pool(2),
                Layer::Relu,
                Layer::Flatten,
                Layer::linear(288, 10),
            ],
            vec![
                Layer::conv(1, 2, 5),
                Layer::Relu,
                Layer::avg_pool(3),
                Layer::Flatten,
                Layer::linear(128, 10),
            ],
            vec![
                Layer::conv(1, 2, 5),
                Layer::avg_pool(3),
                Layer::max_pool(2),
                Layer::Flatten,
                Layer::linear(32, 10),
            ],
            vec![Layer::max_pool(3), Layer::Flatten, Layer::linear(81, 20), Layer::linear(20, 3)],
            vec![
                Layer::avg_pool(7),
                Layer::Relu,
                Layer::max_pool(2),
                Layer::conv_same(1, 3, 3),
                Layer::Relu,
            ],
            vec![Layer::Flatten, Layer::linear(784, 6), Layer::Relu, Layer::Relu],
            vec![Layer::conv(1, 3, 25), Layer::max_pool(4), Layer::Flatten],
        ];
        for (number, layers) in networks.into_iter().enumerate() {
            let network = Network::new(&[1, 28, 28], layers).unwrap();
            let weights = Initialiser::He.weights(&network, 1).unwrap();
            for (batch, output, trade_off) in [
                (1, Output::Logits, TradeOff::Bytes),
                (2, Output::Label, TradeOff::Bytes),
                (2, Output::Logits, TradeOff::Rounds),
            ] {
                let plan = Plan::new(&network, 8, batch, output, trade_off).unwrap();
                let pixels = noise(batch, 1);
                let (found, expected) = classified(&plan, &network, &weights, &pixels);
                assert_eq!(found, expected, "network {number}");
            }
        }
    }

    /// The parties' answers without any other role around them, and the oracle's.
    fn classified(
        plan: &Plan,
        network: &Network,
        weights: &Weights,
        pixels: &[u8],
    ) -> (Vec<Answer>, Vec<Answer>) {
        let mut stream = Stream::new(1, "test/world/rehearse");
        let entropy: Entropy = Box::new(move |bytes| stream.fill(bytes));
        let mut parties = InProcessClassifier::new(plan, network, weights, entropy).unwrap();
        let mut coins = Coins(Vec::new());
        let dealt = parties.deal(|step, masks| coins.0.push((step, masks)));
        let ready = parties.prepare(dealt).unwrap();
        let found = parties.run(ready, pixels).unwrap();
        let clear = Clear::new(plan, network, weights).unwrap();
        (found, clear.classify(pixels, &mut coins))
    }
}
