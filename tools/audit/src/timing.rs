//! Whether times tell fixed secrets from random ones (Reparaz, Balasch and Verbauwhede 2017, "Dude, is my code
//! constant time?").
//!
//! Each measurement has a coin: a fixed secret, all zero, or a random one. Welch's t of both classes' times is
//! taken with all of them, and again without the slowest, which are the machine's interruptions. Above
//! [`T_MAX`] the classes are told apart. What time depends on grows with the measurements and is there in every
//! run, and a burst of the machine's is not: so a case fails that is over the threshold in [`RUNS`] runs one
//! after the other.

use std::hint::black_box;
use std::time::Instant;

use sotto_core::prg::StreamKey;
use sotto_core::seeded::Stream;
use sotto_mpc::audit;
use sotto_mpc::in_process::{InProcessClassifier, Ready};
use sotto_mpc::{Output, Plan, TradeOff};
use sotto_network::{Initialiser, Layer, Network};
use sotto_secagg::{Width, audit as sums};

use crate::controls;

/// The paper's threshold.
const T_MAX: f64 = 10.0;
const RUNS: usize = 3;
const MEASUREMENTS: usize = 60_000;
/// The parts of the fastest measurements that are looked at.
const CROPS: [f64; 6] = [1.0, 0.99, 0.95, 0.9, 0.75, 0.5];

/// Name, whether it must be found, and what gives a t.
type Case = (&'static str, bool, fn(&mut Stream) -> f64);

const CASES: &[Case] = &[
    ("control: a comparison that stops at the first difference", true, early_exit),
    ("control: a loop as long as the secret says", true, secret_length),
    ("stream of a key, 1,000 words", false, stream),
    ("point functions, 16: deal", false, |coins| points(coins, true)),
    ("point functions, 16: eval", false, |coins| points(coins, false)),
    ("comparisons with three words, 16: eval", false, payloads),
    ("relu of 64: eval by both parties, over drawings", false, |coins| {
        relu(coins, TradeOff::Bytes)
    }),
    ("relu of 64 in one round: the same", false, |coins| relu(coins, TradeOff::Rounds)),
    ("shamir, 7 of 12: split", false, split),
    ("shamir, 7 of 12: combine", false, combine),
    ("mask of 4,096 elements of 20 bits", false, mask),
];

/// Measures all cases that contain a word. Says whether none but the controls was told apart.
pub fn run(wanted: &str) -> bool {
    let mut is_clean = true;
    println!("{:<58}{:>9}{:>14}", "fixed against random secrets", "|t|", "measurements");
    for (number, (name, is_control, case)) in (0..).zip(CASES) {
        if !name.contains(wanted) {
            continue;
        }
        let mut coins = Stream::new(number, "audit/timing");
        let mut runs = 0;
        let t = loop {
            let t = case(&mut coins);
            runs += 1;
            if t <= T_MAX || *is_control || runs == RUNS {
                break t;
            }
        };
        let verdict = match (is_control, t > T_MAX) {
            (true, true) => "found, as it must be",
            (true, false) => "NOT FOUND: this check sees nothing",
            (false, false) => "",
            (false, true) => "DEPENDS ON A SECRET",
        };
        is_clean &= *is_control == (t > T_MAX);
        println!("{name:<58}{t:>9.1}{:>14}  {verdict}", runs * MEASUREMENTS);
    }
    is_clean
}

/// The largest |t| over the crops. `make` prepares an input of a class, fixed or not, in the same way for
/// both; `run` alone is timed.
fn t_of<I>(
    coins: &mut Stream,
    mut make: impl FnMut(&mut Stream, bool) -> I,
    mut run: impl FnMut(&mut I),
) -> f64 {
    let mut times: Vec<(f64, bool)> = Vec::with_capacity(MEASUREMENTS);
    for warming_up in (0..MEASUREMENTS + MEASUREMENTS / 10).map(|round| round < MEASUREMENTS / 10) {
        let is_fixed = coins.below(2) == 0;
        let mut input = black_box(make(coins, is_fixed));
        let started = Instant::now();
        run(&mut input);
        let nanos = started.elapsed().as_nanos() as f64;
        black_box(&input);
        if !warming_up {
            times.push((nanos, is_fixed));
        }
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let t = |crop: f64| welch(&times[..(crop * MEASUREMENTS as f64) as usize]);
    CROPS.into_iter().map(t).fold(0.0, f64::max)
}

/// |t| of both classes' means, whose variances may differ (Welch 1947).
fn welch(times: &[(f64, bool)]) -> f64 {
    let moments = |class: bool| {
        let of = || times.iter().filter(|(_, is_fixed)| *is_fixed == class).map(|(nanos, _)| nanos);
        let count = of().count() as f64;
        let mean = of().sum::<f64>() / count;
        let variance = of().map(|nanos| (nanos - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((a, of_a), (b, of_b)) = (moments(true), moments(false));
    // A clock that ticks too slowly shows no variance at all; then the means decide.
    (a - b).abs() / (of_a + of_b).sqrt().max(1e-9)
}

/// Random words, or zeros that took as long to draw.
fn words(coins: &mut Stream, is_fixed: bool, count: usize) -> Vec<u32> {
    let keep = u32::from(is_fixed).wrapping_sub(1);
    (0..count).map(|_| coins.below(u32::MAX) & keep).collect()
}

fn bytes<const N: usize>(coins: &mut Stream, is_fixed: bool) -> [u8; N] {
    let mut bytes = [0; N];
    coins.fill(&mut bytes);
    bytes.map(|byte| byte & u8::from(is_fixed).wrapping_sub(1))
}

fn early_exit(coins: &mut Stream) -> f64 {
    t_of(coins, bytes::<512>, |secret| {
        black_box(controls::compare(secret, &[0; 512]));
    })
}

fn secret_length(coins: &mut Stream) -> f64 {
    t_of(coins, bytes::<1>, |[length]| {
        black_box(
            (0..*length)
                .fold(1u32, |product, factor| black_box(product).rotate_left(u32::from(factor))),
        );
    })
}

fn stream(coins: &mut Stream) -> f64 {
    let make = |coins: &mut Stream, is_fixed| StreamKey::new(&bytes(coins, is_fixed));
    t_of(coins, make, |key| {
        black_box(key.words([1, 2, 3], 1000));
    })
}

const COUNT: usize = 16;

/// Numbers that are compared.
fn narrow(coins: &mut Stream, is_fixed: bool) -> Vec<u16> {
    words(coins, is_fixed, COUNT).into_iter().map(|word| word as u16 & 0x7fff).collect()
}

fn points(coins: &mut Stream, is_dealt: bool) -> f64 {
    let points = narrow(coins, false);
    let make = |coins: &mut Stream, is_fixed| {
        let roots = [(); 2].map(|()| words(coins, is_fixed, audit::root_words(COUNT)));
        let alphas = narrow(coins, is_fixed);
        let key = audit::deal(&alphas, roots.each_ref().map(Vec::as_slice));
        (roots, alphas, key)
    };
    match is_dealt {
        true => t_of(coins, make, |(roots, alphas, _)| {
            black_box(audit::deal(alphas, roots.each_ref().map(Vec::as_slice)));
        }),
        false => t_of(coins, make, |(roots, _, key)| {
            black_box(audit::compare(true, &points, &roots[1], key));
        }),
    }
}

fn payloads(coins: &mut Stream) -> f64 {
    let points = narrow(coins, false);
    let make = |coins: &mut Stream, is_fixed| {
        let roots = [(); 2].map(|()| words(coins, is_fixed, audit::root_words(COUNT)));
        let payloads = [(); 3].map(|()| words(coins, is_fixed, COUNT));
        let payloads = payloads.each_ref().map(Vec::as_slice);
        let alphas = narrow(coins, is_fixed);
        let key = audit::deal_with(&alphas, payloads, roots.each_ref().map(Vec::as_slice));
        (roots, key)
    };
    t_of(coins, make, |(roots, key)| {
        black_box(audit::compare_with(true, &points, &roots[1], key));
    })
}

fn relu(coins: &mut Stream, trade_off: TradeOff) -> f64 {
    const INPUTS: usize = 64;
    let network = Network::new(&[INPUTS], vec![Layer::Relu]).expect("the shapes fit");
    let weights = Initialiser::He.weights(&network, 1).expect("there are none");
    let plan =
        Plan::new(&network, 8, 1, Output::Logits, trade_off).expect("the precision is allowed");
    let mut keys = Stream::new(1, "audit/timing/relu");
    let entropy = Box::new(move |bytes: &mut [u8]| keys.fill(bytes));
    let parties =
        InProcessClassifier::new(&plan, &network, &weights, entropy).expect("there are none");
    let parties = std::cell::RefCell::new(parties);
    let make = |coins: &mut Stream, is_fixed| -> (Option<Ready>, [u8; INPUTS]) {
        let dealt = parties.borrow_mut().deal(|_, _| ());
        let ready = parties.borrow().prepare(dealt).expect("the dealer deals what is taken");
        (Some(ready), bytes(coins, is_fixed))
    };
    t_of(coins, make, |(ready, pixels)| {
        let ready = ready.take().expect("each input runs once");
        black_box(parties.borrow_mut().run(ready, pixels).expect("nobody disturbs the parties"));
    })
}

fn split(coins: &mut Stream) -> f64 {
    let mut draws = Stream::new(1, "audit/timing/split");
    let mut entropy: sotto_core::entropy::Entropy = Box::new(move |bytes| draws.fill(bytes));
    t_of(coins, bytes::<32>, move |secret| {
        black_box(sums::split(secret, 7, 12, &mut entropy));
    })
}

fn combine(coins: &mut Stream) -> f64 {
    let make = |coins: &mut Stream, is_fixed| [(); 7].map(|()| bytes::<32>(coins, is_fixed));
    t_of(coins, make, |shares| {
        black_box(sums::combine(&[1, 3, 4, 7, 9, 10, 11], shares));
    })
}

fn mask(coins: &mut Stream) -> f64 {
    let mut vector = vec![1; 4096];
    let make = |coins: &mut Stream, is_fixed| StreamKey::new(&bytes(coins, is_fixed));
    t_of(coins, make, |key| {
        sums::mask(key, Width::Bits20, true, &mut vector);
        black_box(&vector);
    })
}
