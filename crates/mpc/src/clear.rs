//! The oracle: a plan in fixed point, in the clear, with every number in full view.
//!
//! It does what the parties do together, number by number, and so is equal to them bit for
//! bit once it rounds as they do. Products are computed in 64 bits before they are cut to
//! the ring, so that what does not fit is seen.

use std::num::Wrapping;

use super::fixed::{decode, pixel};
use super::gates::Windows;
use super::model::Operand;
use super::plan::{Gate, Output, Plan};
use super::ring::Wide;
use super::{Answer, Error};
use sotto_core::secret::Secret;
use sotto_kernels::Number;
use sotto_network::{Network, Weights};

type Whole = Wrapping<i64>;

/// How truncation rounds.
pub trait Rounding {
    /// `values / 2^shift` for the step with this number in its plan.
    fn truncate(&mut self, step: usize, values: &[i64], shift: u32) -> Vec<i64>;
}

/// Towards minus infinity.
#[derive(Debug, Clone, Copy)]
pub struct Floor;

impl Rounding for Floor {
    fn truncate(&mut self, _: usize, values: &[i64], shift: u32) -> Vec<i64> {
        values.iter().map(|value| value >> shift).collect()
    }
}

/// What the numbers of a step are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They live in `Z_2^32`.
    Wide,
    /// They live in `Z_2^16`.
    Narrow,
    /// Differences of numbers that are compared; they live in `Z_2^16`.
    Difference,
}

/// A plan with a model in the clear.
pub struct Clear<'a> {
    plan: &'a Plan,
    operands: Vec<Operand<Whole>>,
    biases: Vec<Secret<Whole>>,
}

impl<'a> Clear<'a> {
    /// Encodes the model.
    ///
    /// # Errors
    /// [`Error::Weight`].
    pub fn new(plan: &'a Plan, network: &Network, weights: &Weights) -> Result<Self, Error> {
        let encoded = plan.encode(network, weights)?;
        let whole: Vec<Whole> = encoded.iter().map(|value| signed(*value)).collect();
        let (weights, biases) = whole.split_at(plan.weights_len());
        Ok(Self { plan, operands: plan.operands(weights), biases: plan.biases(biases) })
    }

    /// The answers to images of 28x28 pixels, one behind the other, as many as the plan takes.
    pub fn classify(&self, pixels: &[u8], rounding: &mut dyn Rounding) -> Vec<Answer> {
        self.run(pixels, rounding, &mut |_, _, _| ())
    }

    /// As [`Clear::classify`]; `watch` is told every step's numbers before they are cut.
    pub(super) fn run(
        &self,
        pixels: &[u8],
        rounding: &mut dyn Rounding,
        watch: &mut dyn FnMut(usize, Kind, &[i64]),
    ) -> Vec<Answer> {
        let plan = self.plan;
        let mut values: Vec<i64> =
            pixels.iter().map(|value| signed(pixel(*value, plan.fraction())).0).collect();
        for (index, step) in plan.steps.iter().enumerate() {
            values = match &step.gate {
                Gate::Product(layer) => {
                    let values = self.product(*layer, &values);
                    watch(index, Kind::Wide, &values);
                    cut_wide(values)
                }
                Gate::SumShares(windows) | Gate::SumMasked(windows) => {
                    let values = fold(windows, &values, |a, b| a + b);
                    watch(index, Kind::Wide, &values);
                    cut_wide(values)
                }
                Gate::Truncate(shift) | Gate::Narrow(shift) => {
                    let values = rounding.truncate(index, &values, *shift);
                    watch(index, Kind::Narrow, &values);
                    values.into_iter().map(|value| i64::from(value as i16)).collect()
                }
                Gate::Lift => values,
                Gate::Relu(_) => values.into_iter().map(|value| value.max(0)).collect(),
                Gate::MaxPool(windows, _) => fold(windows, &values, |a, b| {
                    watch(index, Kind::Difference, &[a - b]);
                    larger(a, b)
                }),
                Gate::ArgMax => {
                    let images = values.chunks_exact(step.inputs);
                    images
                        .map(|image| {
                            watch(index, Kind::Difference, &[spread(image)]);
                            place_of_largest(image)
                        })
                        .collect()
                }
            };
        }
        let each = values.chunks_exact(values.len() / plan.batch());
        each.map(|values| match plan.output() {
            Output::Label => Answer::Label(values[0] as usize),
            Output::Logits => {
                Answer::Logits(values.iter().map(|value| self.logit(*value)).collect())
            }
        })
        .collect()
    }

    fn logit(&self, value: i64) -> f32 {
        decode(Wrapping(value as u32), self.plan.unit()) as f32
    }

    fn product(&self, layer: usize, values: &[i64]) -> Vec<i64> {
        let shape = &self.plan.products[layer].shape;
        let x: Vec<Whole> = values.iter().copied().map(Wrapping).collect();
        let mut y = vec![Whole::ZERO; x.len() / shape.inputs() * shape.outputs()];
        shape.add_bias(&self.biases[layer], &mut y);
        shape.add(&self.operands[layer], &x, &mut y);
        y.into_iter().map(|value| value.0).collect()
    }
}

fn signed(value: Wide) -> Whole {
    Wrapping(i64::from(value.0 as i32))
}

fn cut_wide(values: Vec<i64>) -> Vec<i64> {
    values.into_iter().map(|value| i64::from(value as i32)).collect()
}

/// As the parties see it: by the sign of a difference in `Z_2^16`.
fn larger(a: i64, b: i64) -> i64 {
    if (a - b) as i16 >= 0 { a } else { b }
}

fn fold(windows: &Windows, values: &[i64], mut join: impl FnMut(i64, i64) -> i64) -> Vec<i64> {
    let split = windows.split(values);
    let mut level: Vec<Vec<i64>> = split.iter().map(|part| part.to_vec()).collect();
    // In the order of a tournament, which matters where differences do not fit.
    while level.len() > 1 {
        let alone = if level.len() % 2 == 1 { level.pop() } else { None };
        let pairs = level.chunks_exact(2);
        let winners =
            pairs.map(|pair| pair[0].iter().zip(&pair[1]).map(|(a, b)| join(*a, *b)).collect());
        level = winners.chain(alone).collect();
    }
    level.pop().unwrap_or_default()
}

/// The largest difference of two values.
fn spread(values: &[i64]) -> i64 {
    let ends = values.iter().min().zip(values.iter().max());
    ends.map_or(0, |(least, most)| most - least)
}

fn place_of_largest(values: &[i64]) -> i64 {
    let mut level: Vec<(i64, i64)> = values.iter().copied().zip(0..).collect();
    while level.len() > 1 {
        let winner = |pair: &[(i64, i64)]| match *pair {
            [a, b] if ((a.0 - b.0) as i16) < 0 => b,
            [a, ..] => a,
            [] => (0, 0),
        };
        level = level.chunks(2).map(winner).collect();
    }
    level.first().map_or(0, |(_, place)| *place)
}
