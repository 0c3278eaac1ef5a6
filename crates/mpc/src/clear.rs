//! The oracle: a plan in fixed point, in the clear, with every number in full view.
//!
//! It does what the parties do together, number by number, and so is equal to them bit for
//! bit once it rounds as they do. Products are computed in 64 bits before they are cut to
//! the ring, so that what does not fit is seen.

use std::num::Wrapping;

use super::fixed::{decode, pixel};
use super::gates::{AtOracle, Size, ValueKind};
use super::plan::{Output, Plan};
use super::product_layer::Operand;
use super::ring::Wide;
use super::{Answer, Error};
use sotto_core::secret::Secret;
use sotto_network::{Network, Weights};

type Signed = Wrapping<i64>;

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

/// A plan with a model in the clear.
pub struct Clear<'a> {
    plan: &'a Plan,
    operands: Vec<Operand<Signed>>,
    biases: Vec<Secret<Signed>>,
}

impl<'a> Clear<'a> {
    /// Encodes the model.
    ///
    /// # Errors
    /// [`Error::Weight`].
    pub fn new(plan: &'a Plan, network: &Network, weights: &Weights) -> Result<Self, Error> {
        let encoded = plan.encode(network, weights)?;
        let whole: Vec<Signed> = encoded.iter().map(|value| signed(*value)).collect();
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
        watch: &mut dyn FnMut(usize, ValueKind, &[i64]),
    ) -> Vec<Answer> {
        let plan = self.plan;
        let mut values: Vec<i64> =
            pixels.iter().map(|value| signed(pixel(*value, plan.fraction())).0).collect();
        for (index, step) in plan.steps.iter().enumerate() {
            let mut at = AtOracle {
                products: &plan.products,
                operands: &self.operands,
                biases: &self.biases,
                size: Size { images: plan.batch(), each: step.inputs },
                round: &mut |values, shift| rounding.truncate(index, values, shift),
                watch: &mut |kind, values| watch(index, kind, values),
            };
            values = step.gate.clear(&mut at, values);
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
}

fn signed(value: Wide) -> Signed {
    Wrapping(i64::from(value.0 as i32))
}
