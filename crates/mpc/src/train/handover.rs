//! What training leaves, as a model that classifications are computed with: its shares, rounded to a model's bits. Nobody
//! sees it on the way.

use std::ops::Range;

use super::super::Error;
use super::super::plan::Plan;
use super::bits::WEIGHT_BITS;
use super::engine::{Engine, Linear};
use super::plan::TrainingPlan;
use super::values::{Outcome, rescaled};
use sotto_network::Network;

/// From a training's parameters to a model's.
pub(crate) struct Handover {
    /// Parameters, in the order of the model.
    order: Linear,
    /// Stretches of them, and two to which power their scale changes by.
    scales: Vec<(Range<usize>, i32)>,
}

impl Handover {
    /// # Errors
    /// [`Error::Untrainable`] where the model's scale differs by more than a power of two.
    pub(crate) fn new(network: &Network, from: &TrainingPlan, to: &Plan) -> Result<Self, Error> {
        let mut here = vec![0; from.parameters()];
        for (parameter, index) in from.indices().iter().enumerate() {
            here[*index as usize] = parameter as u32;
        }
        let order = to.indices(network).into_iter().map(|index| here[index as usize]).collect();
        let mut scales: Vec<(Range<usize>, i32)> = Vec::new();
        let mut end = 0;
        for (length, unit, layer) in to.units() {
            let scale = unit.log2() - f64::from(WEIGHT_BITS);
            if libm::rint(scale).to_bits() != scale.to_bits() {
                return Err(Error::Untrainable { layer: layer.to_owned() });
            }
            let stretch = end..end + length;
            end = stretch.end;
            match scales.last_mut() {
                Some((last, same)) if *same == scale as i32 => last.end = end,
                _ => scales.push((stretch, scale as i32)),
            }
        }
        Ok(Self { order: Linear::Gather(order), scales })
    }
}

/// Rounds what is finer than the model's bits, without bias.
pub(super) async fn hand_over<E: Engine>(
    engine: &mut E,
    handover: &Handover,
    parameters: &E::Shares,
) -> Outcome<E::Shares> {
    engine.enter("handover");
    let ordered = engine.map(parameters, &handover.order);
    let mut parts = Vec::with_capacity(handover.scales.len());
    for (index, (stretch, scale)) in handover.scales.iter().enumerate() {
        let part = engine.part(&ordered, stretch.clone());
        parts.push(match u32::try_from(*scale) {
            Ok(scale) => engine.affine(1 << scale, &part, 0),
            // A negative scale: bits are to be dropped.
            Err(_) => {
                let step = format!("{index}/rescale");
                rescaled(engine, &step, &part, scale.unsigned_abs()).await?
            }
        });
    }
    Ok(engine.join(parts))
}
