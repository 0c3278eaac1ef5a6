//! One classification by one party: every gate prepared before the input is known, then
//! every gate evaluated.

use super::dealing::Masks;
use super::gates::{self, AtOnline, AtPreparing, Carried, MaskShare, Online, Size, Wire};
use super::links::{Links, Message};
use super::model::PartyModel;
use super::path::Job;
use super::plan::Plan;
use super::preparing::{Material, Preparing};
use super::ring::{NARROW_BITS, Share, WIDE_BITS, Wide};
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
    steps: Vec<gates::Prepared>,
    /// This party's shares of the masks of every wire, the input's first.
    masks: Vec<MaskShare>,
    /// How long it took to prepare.
    pub(super) millis: f64,
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
    let mut mask = Wire::Wide(input_mask);
    let (mut steps, mut masks) = (Vec::with_capacity(plan.steps.len()), Vec::new());
    for step in &plan.steps {
        let size = Size { images: plan.batch(), each: step.inputs };
        let (products, layers) = (plan.products.as_slice(), model.layers.as_slice());
        let mut at = AtPreparing { preparing: &mut preparing, products, layers, size };
        let (prepared, left) = step.gate.prepare(&mut at, &mask)?;
        steps.push(prepared);
        masks.push(std::mem::replace(&mut mask, left));
    }
    masks.push(mask);
    preparing.finish()?;
    Ok(Prepared { number, material, input, steps, masks, millis: 0.0 })
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
        job: Job,
        share: Share<Wide>,
        early: Option<Message>,
        watched: bool,
    ) -> Result<(Secret<u8>, Vec<Seen>), Error> {
        let Self { number, material, input, steps, masks, .. } = self;
        let mut masks = masks.iter();
        let mut mask = masks.next().expect("the input has a mask");
        let mut online =
            Online { party, links, job, layer: "input".to_owned(), words: &material.0, early };
        let Wire::Wide(input_mask) = mask else { unreachable!("an input is wide") };
        let opened = input.eval(&mut online, number, share, input_mask).await?;
        let mut wire = Wire::Wide(opened);
        let mut seen = Vec::new();
        watch(&wire, "input", watched, &mut seen);
        for ((step, prepared), left) in plan.steps.iter().zip(steps).zip(masks) {
            step.layer.clone_into(&mut online.layer);
            let size = Size { images: plan.batch(), each: step.inputs };
            let (products, layers) = (plan.products.as_slice(), model.layers.as_slice());
            let mut at = AtOnline { online: &mut online, products, layers, size };
            wire = prepared.eval(&mut at, wire, left).await?;
            watch(&wire, &step.layer, watched, &mut seen);
            mask = left;
        }
        let mut bytes = Vec::new();
        match (wire, mask) {
            (Wire::Shares(share), _) => share.write(&mut bytes),
            (Wire::Label(share), _) => share.write(&mut bytes),
            (Wire::Wide(values), Wire::Wide(mask)) => {
                gates::reveal(party, &values, mask).write(&mut bytes);
            }
            (Wire::Wide(_) | Wire::Narrow(_), _) => {
                unreachable!(
                    "a plan ends in shares, or in wide values of whose masks there are shares"
                )
            }
        }
        Ok((bytes.into(), seen))
    }
}

fn watch(wire: &Carried, layer: &str, watched: bool, seen: &mut Vec<Seen>) {
    let (bits, values) = match wire {
        _ if !watched => return,
        Wire::Wide(values) => (WIDE_BITS, values.0.iter().map(|value| value.0).collect()),
        Wire::Narrow(values) => {
            (NARROW_BITS, values.0.iter().map(|value| value.0.into()).collect())
        }
        Wire::Shares(_) | Wire::Label(_) => return,
    };
    seen.push(Seen { layer: layer.to_owned(), bits, values });
}
