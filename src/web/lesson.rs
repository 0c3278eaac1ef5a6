//! The lessons' role: arithmetic on single numbers, all of it shown.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::environment::{EventSink, entropy};
use super::page::{
    CalculationView, LessonCommand as Command, LessonEvent as Shown, LessonFixedView, PairView,
    Place, TripleView,
};
use sotto_core::entropy::Entropy;
use sotto_lesson::{Modulus, Operation, Pair};

/// The most shares that are drawn at once.
const SHARES_MAX: u32 = 100_000;
/// The most parts of a clock that shares are counted in.
const BINS_MAX: u32 = 256;
/// The most numbers whose shares are compared.
const VALUES_MAX: usize = 8;

/// The lessons' role in its dedicated worker.
#[wasm_bindgen]
pub struct Lesson {
    show: EventSink,
    entropy: RefCell<Entropy>,
}

#[wasm_bindgen]
impl Lesson {
    /// The role; `show` is called with every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(show: Function) -> Self {
        Self { show: EventSink(show), entropy: RefCell::new(entropy()) }
    }

    /// Handles one command of the page.
    ///
    /// # Errors
    /// When the value is not a command.
    pub fn command(&self, value: JsValue) -> Result<(), JsValue> {
        let command: Command = serde_wasm_bindgen::from_value(value)?;
        let name = name(&command);
        let shown = answer(command, &mut self.entropy.borrow_mut());
        self.show.event(&shown.unwrap_or_else(|reason| Shown::Declined { lesson: name, reason }));
        Ok(())
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Clock { .. } => "clock",
        Command::Split { .. } => "split",
        Command::Drag { .. } => "drag",
        Command::Calculate { .. } => "calculate",
        Command::Fix { .. } => "fix",
        Command::Alone { .. } => "alone",
    }
}

fn answer(command: Command, entropy: &mut Entropy) -> Result<Shown, String> {
    match command {
        Command::Clock { a, b, hours } => {
            let (left, turns) =
                sotto_lesson::clock(a, b, hours).ok_or("a clock has at least two hours")?;
            Ok(Shown::Clock { left, turns })
        }
        Command::Split { value, modulus } => {
            let clock = clock(&modulus)?;
            let value = clock.residue(value.into());
            let pair = sotto_lesson::split(value, clock, entropy);
            Ok(split(modulus, clock, value, pair))
        }
        Command::Drag { value, modulus, turn } => {
            let clock = clock(&modulus)?;
            let value = clock.residue(value.into());
            let alice = (turn.clamp(0.0, 1.0) * clock.size() as f64) as u64 % clock.size();
            let bob = sotto_lesson::other_share(value, alice, clock);
            Ok(split(modulus, clock, value, Pair { alice, bob }))
        }
        Command::Calculate { x, y, operation, modulus } => {
            let clock = clock(&modulus)?;
            let chosen = Operation::by_name(&operation)
                .ok_or("numbers are added, subtracted or multiplied")?;
            let [x, y] = [x, y].map(|value| clock.residue(value.into()));
            let done = sotto_lesson::calculate(x, y, chosen, clock, entropy);
            let view = |pair| pair_view(pair, clock);
            Ok(Shown::Calculated(Box::new(CalculationView {
                operation,
                modulus,
                x: view(done.x),
                y: view(done.y),
                triple: done.triple.map(|triple| TripleView {
                    a: view(triple.a),
                    b: view(triple.b),
                    c: view(triple.c),
                    d: view(triple.d),
                    e: view(triple.e),
                }),
                z: view(done.z),
                result: clock.read(done.z.opened(clock)).to_string(),
            })))
        }
        Command::Fix { value, base, digits, modulus } => {
            let clock = clock(&modulus)?;
            let fixed =
                sotto_lesson::fix(value, base, digits, clock).map_err(|error| error.to_string())?;
            Ok(Shown::Fixed(LessonFixedView {
                whole: format!("{:.0}", fixed.whole),
                place: place(fixed.residue, clock),
                read: fixed.read,
                overflows: fixed.overflows,
                most: clock.most() as f64 / f64::from(base).powi(digits as i32),
            }))
        }
        Command::Alone { values, count, bins, modulus } => {
            let clock = clock(&modulus)?;
            if count > SHARES_MAX || bins > BINS_MAX || values.len() > VALUES_MAX {
                return Err("those are too many shares to count at once".to_owned());
            }
            let counts = |&value: &i32| {
                sotto_lesson::histogram(clock.residue(value.into()), count, bins, clock, entropy)
            };
            let counts = values.iter().map(counts).collect();
            Ok(Shown::Alone { values, counts })
        }
    }
}

fn clock(name: &str) -> Result<Modulus, String> {
    Modulus::by_name(name).ok_or_else(|| format!("there is no clock called {name}"))
}

fn split(modulus: String, clock: Modulus, value: u64, pair: Pair) -> Shown {
    let PairView { alice, bob, .. } = pair_view(pair, clock);
    Shown::Split { modulus, value: place(value, clock), alice, bob }
}

fn pair_view(pair: Pair, clock: Modulus) -> PairView {
    PairView {
        alice: place(pair.alice, clock),
        bob: place(pair.bob, clock),
        opened: place(pair.opened(clock), clock),
    }
}

fn place(residue: u64, clock: Modulus) -> Place {
    Place { text: residue.to_string(), turn: residue as f64 / clock.size() as f64 }
}
