//! One classification by one party: every gate prepared before the input is known, then
//! every gate evaluated.

use super::dealing::Masks;
use super::gates::{self, MaxPool, Online};
use super::links::{Links, Message};
use super::model::PartyModel;
use super::plan::{Gate, Plan, Saving};
use super::preparing::{Material, Preparing};
use super::ring::{Masked, NARROW_BITS, Narrow, Share, WIDE_BITS, Wide};
use super::{Error, Party, Role};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// What a party saw on a wire: masked values, uniform whatever the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The layer that they came out of.
    pub layer: String,
    /// Bits of each.
    pub bits: u32,
    /// The values.
    pub values: Vec<u32>,
}

/// A classification that waits for its input. Used once, and erased.
pub(super) struct Prepared {
    /// The dealer's number of the material.
    pub(super) number: u32,
    material: Material,
    input: gates::Input,
    input_mask: Share<Wide>,
    steps: Vec<Step>,
    /// How long it took to prepare.
    pub(super) millis: f64,
}

enum Step {
    Product(gates::Product),
    Truncate(gates::Truncate),
    Lift(gates::Lift, Share<Wide>),
    Relu(gates::Relu, Share<Wide>),
    ReluOnce(gates::ReluOnce, Share<Wide>),
    MaxPool(MaxPool<gates::Max>),
    MaxPoolOnce(MaxPool<gates::MaxOnce>),
    ArgMax(gates::ArgMax),
    /// Nothing to prepare.
    Local,
    /// Sums of masked values keep this party's share of the sums' masks.
    Sum(Share<Wide>),
}

impl Prepared {
    /// Bytes of dealt words in it.
    pub(super) fn dealt_bytes(&self) -> usize {
        4 * self.material.0.len()
    }
}

/// Draws this party's masks and reads the words that it was dealt, gate by gate.
pub(super) fn prepare(
    plan: &Plan,
    model: &PartyModel,
    party: Party,
    masks: Masks,
    number: u32,
    material: Material,
) -> Result<Prepared, Error> {
    let mut preparing = Preparing::new(party, masks, &material.0);
    let (input, input_mask) = gates::Input::prepare(&mut preparing, plan.inputs());
    let mut steps: Vec<Step> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let count = plan.batch() * step.inputs;
        let prepared = match &step.gate {
            Gate::Product(layer) => {
                let (product, layer) = (&plan.products[*layer], &model.layers[*layer]);
                let mask = steps.last().map_or(Some(&input_mask), Step::mask);
                let mask =
                    mask.expect("a product reads wide values, of whose masks there are shares");
                Step::Product(gates::Product::prepare(&mut preparing, &product.shape, layer, mask)?)
            }
            Gate::SumMasked(windows) => {
                let mask = steps.last().map_or(Some(&input_mask), Step::mask);
                let mask = mask.expect("wide values have masks of which there are shares");
                Step::Sum(gates::sum_shares(windows, mask))
            }
            Gate::Truncate(_) => Step::Truncate(gates::Truncate::prepare(&mut preparing, count)),
            Gate::Lift => {
                let (lift, mask) = gates::Lift::prepare(&mut preparing, count)?;
                Step::Lift(lift, mask)
            }
            Gate::Relu(Saving::Bytes) => {
                let (relu, mask) = gates::Relu::prepare(&mut preparing, count)?;
                Step::Relu(relu, mask)
            }
            Gate::Relu(Saving::Rounds) => {
                let (relu, mask) = gates::ReluOnce::prepare(&mut preparing, count)?;
                Step::ReluOnce(relu, mask)
            }
            Gate::MaxPool(windows, Saving::Bytes) => {
                Step::MaxPool(MaxPool::prepare(&mut preparing, windows, plan.batch())?)
            }
            Gate::MaxPool(windows, Saving::Rounds) => {
                Step::MaxPoolOnce(MaxPool::prepare(&mut preparing, windows, plan.batch())?)
            }
            Gate::ArgMax => {
                Step::ArgMax(gates::ArgMax::prepare(&mut preparing, step.inputs, plan.batch())?)
            }
            Gate::SumShares(_) | Gate::Narrow(_) => Step::Local,
        };
        steps.push(prepared);
    }
    preparing.finish()?;
    Ok(Prepared { number, material, input, input_mask, steps, millis: 0.0 })
}

impl Step {
    /// This party's share of the masks of the wide values that leave.
    fn mask(&self) -> Option<&Share<Wide>> {
        match self {
            Self::Lift(_, mask)
            | Self::Relu(_, mask)
            | Self::ReluOnce(_, mask)
            | Self::Sum(mask) => Some(mask),
            _ => None,
        }
    }
}

/// What a wire carries.
enum Wire {
    Shares(Share<Wide>),
    Wide(Masked<Wide>),
    Narrow(Masked<Narrow>),
    Label(Share<Narrow>),
}

impl Prepared {
    /// This party's share of the answer as bytes, and what it saw on the way.
    #[expect(clippy::too_many_arguments, reason = "a job is all of this, and nothing of it twice")]
    pub(super) async fn run<M: Mailbox<Role = Role>>(
        self,
        plan: &Plan,
        model: &PartyModel,
        party: Party,
        links: &mut Links<M>,
        job: &str,
        share: Share<Wide>,
        early: Option<Message>,
        watched: bool,
    ) -> Result<(Secret<u8>, Vec<Seen>), Error> {
        let Self { number, material, input, input_mask, steps, .. } = self;
        let mut online =
            Online { party, links, job, layer: "input".to_owned(), words: &material.0, early };
        let opened = input.eval(&mut online, number, share, &input_mask).await?;
        let mut wire = Wire::Wide(opened);
        let mut seen = Vec::new();
        let last_mask = steps.last().map_or(Some(&input_mask), Step::mask);
        let last_mask = last_mask.map(|mask| Share::new(mask.values().into()));
        wire.watch("input", watched, &mut seen);
        for (step, prepared) in plan.steps.iter().zip(steps) {
            step.layer.clone_into(&mut online.layer);
            wire = match (&step.gate, prepared, wire) {
                (Gate::Product(layer), Step::Product(product), Wire::Wide(values)) => {
                    let (shape, layer) = (&plan.products[*layer].shape, &model.layers[*layer]);
                    Wire::Shares(product.eval(shape, layer, &values))
                }
                (Gate::SumShares(windows), _, Wire::Shares(share)) => {
                    Wire::Shares(gates::sum_shares(windows, &share))
                }
                (Gate::SumMasked(windows), _, Wire::Wide(values)) => {
                    Wire::Wide(gates::sum_masked(windows, &values))
                }
                (Gate::Truncate(shift), Step::Truncate(truncate), Wire::Shares(share)) => {
                    Wire::Narrow(truncate.eval(&mut online, share, *shift).await?)
                }
                (Gate::Narrow(shift), _, Wire::Wide(values)) => {
                    Wire::Narrow(Masked(gates::narrowed(&values.0, *shift).collect()))
                }
                (Gate::Lift, Step::Lift(lift, mask), Wire::Narrow(values)) => {
                    Wire::Wide(lift.eval(&mut online, &values, &mask).await?)
                }
                (Gate::Relu(_), Step::Relu(relu, mask), Wire::Narrow(values)) => {
                    Wire::Wide(relu.eval(&mut online, &values, &mask).await?)
                }
                (Gate::Relu(_), Step::ReluOnce(relu, mask), Wire::Narrow(values)) => {
                    Wire::Wide(relu.eval(&mut online, &values, &mask).await?)
                }
                (Gate::MaxPool(windows, _), Step::MaxPool(pool), Wire::Narrow(values)) => {
                    Wire::Narrow(pool.eval(&mut online, windows, &values).await?)
                }
                (Gate::MaxPool(windows, _), Step::MaxPoolOnce(pool), Wire::Narrow(values)) => {
                    Wire::Narrow(pool.eval(&mut online, windows, &values).await?)
                }
                (Gate::ArgMax, Step::ArgMax(arg_max), Wire::Narrow(values)) => {
                    Wire::Label(arg_max.eval(&mut online, step.inputs, &values).await?)
                }
                _ => unreachable!("a plan's gates take what the gates before them leave"),
            };
            wire.watch(&step.layer, watched, &mut seen);
        }
        let mut bytes = Vec::new();
        match wire {
            Wire::Shares(share) => share.write(&mut bytes),
            Wire::Label(share) => share.write(&mut bytes),
            Wire::Wide(values) => {
                let mask = last_mask.expect("wide values have masks of which there are shares");
                gates::reveal(party, &values, &mask).write(&mut bytes);
            }
            Wire::Narrow(_) => unreachable!("a plan ends in shares or wide values"),
        }
        Ok((bytes.into(), seen))
    }
}

impl Wire {
    fn watch(&self, layer: &str, watched: bool, seen: &mut Vec<Seen>) {
        let (bits, values) = match self {
            _ if !watched => return,
            Self::Wide(values) => (WIDE_BITS, values.0.iter().map(|value| value.0).collect()),
            Self::Narrow(values) => {
                (NARROW_BITS, values.0.iter().map(|value| value.0.into()).collect())
            }
            Self::Shares(_) | Self::Label(_) => return,
        };
        seen.push(Seen { layer: layer.to_owned(), bits, values });
    }
}
