//! Weights as ring elements, and what each role makes of them.
//!
//! The owner encodes them and gives each party a share. Once a model the parties open
//! `W^ = W + r_W`, which then stays for all classifications with it; from it each prepares
//!
//! ```text
//! V_b = b W^ - [r_W]_b          so that    V_0 + V_1 = W^ - r_W = W
//! ```
//!
//! A model has a number of its own within a session, and so masks of its own.

use super::dealing::Masks;
use super::plan::Plan;
use super::product_layer::Operand;
use super::ring::{Share, Wide};
use super::{Error, Party};
use sotto_core::secret::Secret;
use sotto_kernels::Number;
use sotto_network::{Network, Weights};

impl Plan {
    /// Ring elements of a model: all weights, then all biases.
    pub(super) fn model_len(&self) -> usize {
        self.weights_len() + self.products.iter().map(|p| p.shape.biases()).sum::<usize>()
    }

    pub(super) fn weights_len(&self) -> usize {
        self.products.iter().map(|product| product.shape.weights()).sum()
    }

    /// A model in the ring: all weights, then all biases.
    ///
    /// # Errors
    /// [`Error::Weight`] for the first that does not fit.
    pub(super) fn encode(
        &self,
        network: &Network,
        weights: &Weights,
    ) -> Result<Secret<Wide>, Error> {
        let parameters = network.parameters();
        let (mut all, mut biases) = (Secret::with_capacity(self.model_len()), Secret::default());
        for (product, pair) in self.products.iter().zip(parameters.chunks_exact(2)) {
            let of = |index: usize| &weights.values()[pair[index].range()];
            let (weights, bias) = product.encode(of(0), of(1))?;
            all.extend_from_slice(&weights);
            biases.extend_from_slice(&bias);
        }
        all.extend_from_slice(&biases);
        Ok(all)
    }

    /// For each element of a model, in the order of [`Plan::encode`], its index in the network's weights.
    pub(super) fn indices(&self, network: &Network) -> Vec<u32> {
        let parameters = network.parameters();
        let (mut all, mut biases) = (Vec::with_capacity(self.model_len()), Vec::new());
        for (product, pair) in self.products.iter().zip(parameters.chunks_exact(2)) {
            let [weights, bias] = [0, 1].map(|part| pair[part].range());
            all.extend(product.shape.order().map(|index| (weights.start + index) as u32));
            biases.extend(bias.map(|index| index as u32));
        }
        all.extend(biases);
        all
    }

    /// Stretches of a model: how long each is, what 1 is in the ring there, and whose it is.
    pub(super) fn units(&self) -> impl Iterator<Item = (usize, f64, &str)> {
        let weights =
            self.products.iter().map(|one| (one.shape.weights(), one.weight_unit, &*one.name));
        let biases =
            self.products.iter().map(|one| (one.shape.biases(), one.bias_unit, &*one.name));
        weights.chain(biases)
    }

    /// Cuts all weights into one operand a product.
    pub(super) fn operands<T: Number>(&self, weights: &[T]) -> Vec<Operand<T>> {
        let cut = cut(weights, self.products.iter().map(|product| product.shape.weights()));
        self.products
            .iter()
            .zip(cut)
            .map(|(product, weights)| product.shape.operand(weights))
            .collect()
    }

    /// Cuts all biases into one vector a product.
    pub(super) fn biases<T: Number>(&self, biases: &[T]) -> Vec<Secret<T>> {
        cut(biases, self.products.iter().map(|product| product.shape.biases())).collect()
    }
}

/// Cuts a vector into stretches of these lengths.
fn cut<T: Number>(
    values: &[T],
    lengths: impl Iterator<Item = usize>,
) -> impl Iterator<Item = Secret<T>> {
    let mut rest = values;
    lengths.map(move |length| {
        let (head, tail) = rest.split_at(length);
        rest = tail;
        Secret::from(head)
    })
}

/// The masks of a model's weights: the dealer's view of it.
pub(super) struct ModelMasks {
    pub(super) operands: Vec<Operand>,
}

impl ModelMasks {
    pub(super) fn new(plan: &Plan, mut masks: [Masks; 2]) -> Self {
        let [a, b] = masks.each_mut().map(|masks| masks.elements::<Wide>(plan.weights_len()));
        let sums: Secret<Wide> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        Self { operands: plan.operands(&sums) }
    }
}

/// A model that a party has a share of, before its weights are opened under their masks.
pub(super) struct ModelShare {
    masks: Share<Wide>,
    biases: Vec<Share<Wide>>,
    /// `[W + r_W]_b`.
    masked: Share<Wide>,
}

impl ModelShare {
    /// Takes a share of all weights and biases.
    pub(super) fn new(plan: &Plan, share: &[Wide], masks: &mut Masks) -> Self {
        let (weights, biases) = share.split_at(plan.weights_len());
        let masks = Share::new(masks.elements(plan.weights_len()));
        let masked = Share::new(weights.into()).plus(&masks);
        let biases = plan.biases(biases).into_iter().map(Share::new).collect();
        Self { masks, biases, masked }
    }

    /// What is opened.
    pub(super) fn masked(&self) -> &Share<Wide> {
        &self.masked
    }
}

/// A party's model, ready for classifications.
pub(super) struct PartyModel {
    pub(super) layers: Vec<PartyLayer>,
}

/// One product of it.
pub(super) struct PartyLayer {
    /// `W^`.
    pub(super) masked: Operand,
    /// `V_b`.
    pub(super) online: Operand,
    pub(super) bias: Share<Wide>,
}

impl PartyModel {
    pub(super) fn new(plan: &Plan, party: Party, share: ModelShare, opened: &[Wide]) -> Self {
        let ModelShare { masks, biases, .. } = share;
        let online: Secret<Wide> = match party {
            Party::Alice => masks.values().iter().map(|mask| Wide::ZERO - *mask).collect(),
            Party::Bob => opened.iter().zip(masks.values()).map(|(w, mask)| *w - *mask).collect(),
        };
        let operands = plan.operands(opened).into_iter().zip(plan.operands(&online));
        let layers = operands
            .zip(biases)
            .map(|((masked, online), bias)| PartyLayer { masked, online, bias })
            .collect();
        Self { layers }
    }
}
