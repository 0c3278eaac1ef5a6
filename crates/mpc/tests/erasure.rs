//! What is freed is searched: whole sessions of classification and training leave no mask, no share and no drawing
//! in memory that is given back.
//!
//! A session is run twice under the same seed. The first time everything is noted that a single role may know: what
//! the dealer, the client, the owner and the silo send, and the parties' answers; from the keys the parties' streams,
//! and their sums, which only the dealer knows. The second time an allocator looks for any of it in every block that is
//! freed, at every byte: in vectors that were dropped, and in what a vector that grew has left behind. The stack is not
//! looked at.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(unsafe_code, reason = "an allocator that reads what is given back to it")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::OnceLock;

use futures_executor::LocalPool;
use futures_util::task::LocalSpawnExt;
use sotto_core::prg::StreamKey;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Mailbox, MemoryMailbox, Unsent, mailboxes};
use sotto_mpc::train::{Loss, Silo, Training, TrainingInfo};
use sotto_mpc::{
    Catalogue, Client, ComputeParty, Dealer, Entropy, Links, Output, Owner, Party, PartySecrets,
    Role, TradeOff, fixed,
};
use sotto_network::{Initialiser, preset};

/// Bytes by which a secret is known: 256 bits of noise are nothing else by chance.
const MARK: usize = 32;
/// A mark is taken every so many bytes.
const EVERY: usize = 512;
const FILTER_BITS: u32 = 24;
const DRAWING: &str = "a drawing";

type Mark = [u8; MARK];

/// All marks, with what they are marks of; sorted. The filter tells most of what is none.
struct Marks {
    filter: Vec<u64>,
    all: Vec<(Mark, &'static str)>,
}

static MARKS: OnceLock<Marks> = OnceLock::new();

thread_local! {
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    static FOUND: RefCell<BTreeMap<&'static str, (usize, String)>> = const { RefCell::new(BTreeMap::new()) };
}

fn slot(mark: &[u8]) -> (usize, u64) {
    let head = u64::from_le_bytes(mark[..8].try_into().unwrap());
    let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS);
    (hash as usize / 64, 1 << (hash % 64))
}

impl Marks {
    fn new(mut all: Vec<(Mark, &'static str)>) -> Self {
        // What is zero, or nearly so, is no secret, but for pixels, which are small numbers.
        let zeros = |mark: &Mark| mark.iter().filter(|byte| **byte == 0).count();
        all.retain(|(mark, kind)| *kind == DRAWING || zeros(mark) < MARK / 4);
        all.sort_unstable();
        all.dedup_by_key(|(mark, _)| *mark);
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (mark, _) in &all {
            let (word, bit) = slot(mark);
            filter[word] |= bit;
        }
        Self { filter, all }
    }

    /// The first mark in this block.
    fn find(&self, block: &[u8]) -> Option<&'static str> {
        block.windows(MARK).find_map(|window| self.index(window)).map(|index| self.all[index].1)
    }

    /// Which mark this is.
    fn index(&self, window: &[u8]) -> Option<usize> {
        let (word, bit) = slot(window);
        match self.filter[word] & bit {
            0 => None,
            _ => self.all.binary_search_by(|(mark, _)| mark[..].cmp(window)).ok(),
        }
    }

    /// Without the marks of this, which both parties may know: where a value is zero, it is its mask.
    fn without(mut self, known: &[Vec<u8>]) -> Self {
        let windows = known.iter().flat_map(|vector| vector.windows(MARK));
        let indices: BTreeSet<usize> = windows.filter_map(|window| self.index(window)).collect();
        let mut index = 0..;
        self.all.retain(|_| !indices.contains(&index.next().unwrap()));
        self
    }
}

struct Searching;

// SAFETY: the system's allocator does the work; a block is read before it is given back to it.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Memory that nobody has written to holds no secret, and may be read.
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if layout.size() >= MARK && IS_ON.try_with(|is_on| is_on.replace(false)).unwrap_or(false) {
            // SAFETY: the block is the caller's until it is given back, and was zeroed when it was taken.
            let block = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
            if let Some(kind) = MARKS.get().and_then(|marks| marks.find(block)) {
                FOUND.with_borrow_mut(|found| {
                    let entry = found.entry(kind).or_insert_with(|| {
                        (0, std::backtrace::Backtrace::force_capture().to_string())
                    });
                    entry.0 += 1;
                });
            }
            IS_ON.set(true);
        }
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// What was sent, by whom and to whom, without its first bytes.
type Heard = Rc<RefCell<Vec<(Role, Role, Vec<u8>)>>>;

struct Tapped {
    role: Role,
    mailbox: MemoryMailbox<Role>,
    heard: Option<Heard>,
}

impl Mailbox for Tapped {
    type Role = Role;

    fn send(&mut self, to: Role, bytes: Vec<u8>) -> Result<(), Unsent> {
        if let Some(heard) = &self.heard {
            heard.borrow_mut().push((self.role, to, bytes.clone()));
        }
        self.mailbox.send(to, bytes)
    }

    async fn receive(&mut self) -> Option<(Role, Vec<u8>)> {
        self.mailbox.receive().await
    }
}

fn entropy(name: &str) -> Entropy {
    let mut stream = Stream::new(11, &format!("test/erasure/{name}"));
    Box::new(move |bytes| stream.fill(bytes))
}

fn key(party: Party) -> StreamKey {
    let mut bytes = [0; StreamKey::LEN];
    entropy(party.role().name())(&mut bytes);
    StreamKey::new(&bytes)
}

#[inline(never)]
fn overwrite_the_stack() {
    std::hint::black_box(&mut [0u8; 1 << 16]);
}

/// No pixel is black: what is nothing leaves its mask in the open, where it tells nothing.
fn image(seed: u64) -> Vec<u8> {
    let mut stream = Stream::new(seed, "test/erasure/pixels");
    (0..784).map(|_| 1 + stream.below(255) as u8).collect()
}

/// The networks that the roles know.
fn presets() -> Catalogue {
    Catalogue::new(784, 10, |name| Some(sotto_network::preset(name)?.network))
}

fn session(name: &str, trade_off: TradeOff, is_training: bool, heard: Option<&Heard>) {
    let mut pool = LocalPool::new();
    let links = |role, mailbox| {
        Links::new(Tapped { role, mailbox, heard: heard.cloned() }, Rc::new(|| 0.0))
    };
    let [alice, bob, dealer, client, owner, silo] = mailboxes(Role::ALL);
    for (party, mailbox) in [(Party::Alice, alice), (Party::Bob, bob)] {
        let links = links(party.role(), mailbox);
        let secrets = entropy(&format!("{party:?}/secrets"));
        let watched = Rc::new(Cell::new(false));
        let key = key(party);
        // A future is moved with the bytes between its fields: what the stack had there.
        overwrite_the_stack();
        let secrets = PartySecrets { key, entropy: secrets };
        let compute_party =
            ComputeParty::new(party, links, presets(), secrets, watched, Box::new(|_| ()));
        pool.spawner().spawn_local(async move { drop(compute_party.serve().await) }).unwrap();
    }
    let dealer = Dealer::new(links(Role::Dealer, dealer), presets(), Box::new(|_| ()));
    pool.spawner().spawn_local(async move { drop(dealer.serve().await) }).unwrap();
    let mut client = Client::new(links(Role::Client, client), presets(), entropy("client"));
    let mut owner = Owner::new(links(Role::Owner, owner), presets(), entropy("owner"));
    let mut silo = Silo::new(links(Role::Silo, silo), presets(), entropy("silo"));

    let weights = Initialiser::He.weights(&preset(name).unwrap().network, 1).unwrap();
    let mut model = owner.share(name, 8, trade_off, &weights).unwrap();
    if is_training {
        let training = Training { batch: 4, rate: 4, momentum: Some(2), loss: Loss::CrossEntropy };
        let asked =
            TrainingInfo { number: 0, preset: name.to_owned(), training, epochs: 1, watched: 2 };
        silo.share(&[image(1), image(2), image(3), image(4)].concat(), &[3, 1, 4, 1]).unwrap();
        silo.share(&[image(5), image(6), image(7), image(8)].concat(), &[5, 9, 2, 6]).unwrap();
        let info = owner.train(asked).unwrap();
        pool.run_until_stalled();
        model = owner.take(&info, 8, trade_off).unwrap();
    }
    for output in [Output::Logits, Output::Label] {
        drop(pool.run_until(client.classify(&model, &image(1), output)).unwrap());
    }
}

fn marks_of(bytes: &[u8], kind: &'static str, marks: &mut Vec<(Mark, &'static str)>) {
    let cut =
        |start: usize| bytes.get(start..start + MARK).map(|mark| (mark.try_into().unwrap(), kind));
    marks.extend((0..bytes.len()).step_by(EVERY).filter_map(cut));
}

/// Everything that one role alone may know.
fn secrets(heard: &[(Role, Role, Vec<u8>)]) -> Vec<(Mark, &'static str)> {
    let mut marks = Vec::new();
    for (from, to, bytes) in heard {
        let kind = match (from, to) {
            (Role::Dealer, _) => "what the dealer deals",
            (Role::Client, _) => "a share of the drawing",
            (Role::Owner, _) => "a share of the model",
            (Role::Silo, _) => "a share of the digits",
            (_, Role::Client) => "a share of the answer",
            (_, Role::Dealer) => "a key",
            _ => continue,
        };
        // After the step and the header, of which all may know.
        let text = u32::from_le_bytes(bytes[1..5].try_into().unwrap()) as usize;
        let secret = match (from, to) {
            (Role::Dealer | Role::Client, _) => 5 + text + 13,
            (Role::Owner, _) => 5 + text + 40,
            (_, Role::Dealer) => 5 + text,
            _ => 5 + text + 4,
        };
        if kind != "a key" || text == 4 {
            marks_of(bytes.get(secret.min(bytes.len())..).unwrap(), kind, &mut marks);
        }
    }
    let words =
        |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let keys = [key(Party::Alice), key(Party::Bob)];
    for (scope, number) in (0..3).flat_map(|scope| (1..8).map(move |number| (scope, number))) {
        let draws = |key: &StreamKey| -> Vec<_> {
            (0..60).map(|draw| key.words([scope, number, draw], MARK / 4)).collect()
        };
        let [alice, bob] = keys.each_ref().map(draws);
        for draw in alice.iter().chain(&bob) {
            marks_of(&words(draw), "a party's stream", &mut marks);
        }
        // Alice draws at least as often as bob.
        for (a, b) in alice
            .iter()
            .enumerate()
            .flat_map(|(index, a)| bob[..=index].iter().map(move |b| (a, b)))
        {
            let sum: Vec<u32> = a.iter().zip(b).map(|(a, b)| a.wrapping_add(*b)).collect();
            marks_of(&words(&sum), "a wide mask", &mut marks);
            let half = |a: u32, b: u32| u32::from((a as u16).wrapping_add(b as u16));
            let sum: Vec<u32> =
                a.iter().zip(b).map(|(a, b)| half(*a, *b) | half(a >> 16, b >> 16) << 16).collect();
            marks_of(&words(&sum), "a narrow mask", &mut marks);
            let xor: Vec<u32> = a.iter().zip(b).map(|(a, b)| a ^ b).collect();
            marks_of(&words(&xor), "masks of bits", &mut marks);
        }
    }
    // Working memory has masks in another order: those of a convolution's weights, four rows of 25 side by side, and those
    // of the pixels that a product packs last, at the end of row 23.
    let sum = |nonce, count| -> Vec<u32> {
        let [a, b] = keys.each_ref().map(|key| key.words(nonce, count));
        a.iter().zip(&b).map(|(a, b)| a.wrapping_add(*b)).collect()
    };
    let rows = sum([0, 1, 0], 100);
    let packed: Vec<u32> = (0..MARK / 4).map(|index| rows[index % 4 * 25 + index / 4]).collect();
    marks_of(&words(&packed), "weights' masks, packed", &mut marks);
    for number in 1..8 {
        let pixels = sum([1, number, 0], 784);
        marks_of(&words(&pixels[23 * 28 + 16..][..MARK / 4]), "pixels' masks, packed", &mut marks);
    }
    for seed in 1..=8 {
        let pixels: Vec<u32> = image(seed).iter().map(|pixel| fixed::pixel(*pixel, 8).0).collect();
        let middle = pixels[300..300 + MARK / 4].iter().flat_map(|pixel| pixel.to_le_bytes());
        // Small numbers, but not by chance: they are noise.
        let mark: Vec<u8> = middle.collect();
        marks.push((mark.try_into().unwrap(), DRAWING));
    }
    marks
}

/// The vectors that alice and bob have opened: the sums of what they sent each other at a step.
fn opened(heard: &[(Role, Role, Vec<u8>)]) -> Vec<Vec<u8>> {
    let text = |bytes: &[u8]| u32::from_le_bytes(bytes[1..5].try_into().unwrap()) as usize;
    let steps = |role: Role, peer: Role| {
        heard
            .iter()
            .filter(move |(from, to, _)| (*from, *to) == (role, peer))
            .map(|(.., bytes)| bytes)
    };
    let mut opened = Vec::new();
    for alice in steps(Role::Alice, Role::Bob) {
        let head = 5 + text(alice);
        for bob in
            steps(Role::Bob, Role::Alice).filter(|bob| bob.get(..head) == Some(&alice[..head]))
        {
            let sum = |(a, b): (&[u8; 4], &[u8; 4])| {
                u32::from_le_bytes(*a).wrapping_add(u32::from_le_bytes(*b)).to_le_bytes()
            };
            let pairs = alice[head..].as_chunks().0.iter().zip(bob[head..].as_chunks().0);
            opened.push(pairs.flat_map(sum).collect());
        }
    }
    opened
}

#[test]
fn sessions_leave_no_secret_in_memory_that_is_free() {
    let sessions: [(&str, TradeOff, bool); 3] = [
        ("lenet5", TradeOff::Bytes, false),
        ("lenet5", TradeOff::Rounds, false),
        ("linear", TradeOff::Bytes, true),
    ];
    let mut known = Vec::new();
    let heard = Heard::default();
    for (name, trade_off, is_training) in sessions {
        let before = heard.borrow().len();
        session(name, trade_off, is_training, Some(&heard));
        known.extend(opened(&heard.borrow()[before..]));
    }
    let marks = MARKS.get_or_init(|| Marks::new(secrets(&heard.borrow())).without(&known));
    let mut kinds: Vec<_> = marks.all.iter().map(|(_, kind)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 13, "{kinds:?}");

    // The search finds what is left.
    let left = heard.borrow()[0].2.clone();
    IS_ON.set(true);
    drop(left);
    IS_ON.set(false);
    assert_eq!(FOUND.take().len(), 1);

    IS_ON.set(true);
    for (name, trade_off, is_training) in sessions {
        session(name, trade_off, is_training, None);
    }
    IS_ON.set(false);
    let found = FOUND.take();
    for (kind, (times, trace)) in &found {
        eprintln!("{kind} was left {times} times, first here:\n{trace}");
    }
    assert!(found.is_empty(), "secrets are left in memory that is free: {:?}", found.keys());
}
