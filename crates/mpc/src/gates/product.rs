//! `y = X W + bias`, a matrix product or a convolution, from masked values to shares.
//!
//! With `X = X^ - r_X` and `W = W^ - r_W`:
//!
//! ```text
//! [y]_b = X^ V_b + c_b          V_b = b W^ - [r_W]_b
//!                               c_b = [r_X r_W]_b - [r_X]_b W^ + [bias]_b
//! ```
//!
//! `V_b` belongs to the model, `c_b` to the classification; both are there before the input
//! is. Online is one integer product, and no round. Dealt: `r_X r_W`, 4 bytes to bob.

use super::super::Error;
use super::super::Role;
use super::super::dealing::Dealing;
use super::super::model::PartyLayer;
use super::super::preparing::Preparing;
use super::super::product_layer::{Operand, ProductKind, ProductLayer};
use super::super::ring::WIDE_BITS;
use super::super::ring::{Masked, Share, Wide};
use super::plan_gate::{
    AsShares, AsWide, AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, PlanGate, ValueKind,
    cut_wide,
};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;
use sotto_kernels::Number;
use std::num::Wrapping;

pub(crate) struct Product {
    constant: Share<Wide>,
}

impl Product {
    /// From the masks of the inputs and of the weights.
    pub(crate) fn deal(
        dealing: &mut Dealing,
        shape: &ProductKind,
        masks: &[Wide],
        weights: &Operand,
    ) {
        let mut product = Secret::zeros(masks.len() / shape.inputs() * shape.outputs());
        shape.add(weights, masks, &mut product);
        dealing.share(&product);
    }

    /// `mask` is this party's share of the inputs' masks.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        shape: &ProductKind,
        layer: &PartyLayer,
        mask: &Share<Wide>,
    ) -> Result<Self, Error> {
        let images = mask.values().len() / shape.inputs();
        let share = preparing.share::<Wide>(images * shape.outputs())?;
        let negative: Secret<Wide> = mask.values().iter().map(|value| -*value).collect();
        let mut constant = Secret::from(share.values());
        shape.add(&layer.masked, &negative, &mut constant);
        shape.add_bias(layer.bias.values(), &mut constant);
        Ok(Self { constant: Share::new(constant) })
    }

    pub(crate) fn eval(
        self,
        shape: &ProductKind,
        layer: &PartyLayer,
        values: &Masked<Wide>,
    ) -> Share<Wide> {
        let mut share = Secret::from(self.constant.values());
        shape.add(&layer.online, &values.0, &mut share);
        Share::new(share)
    }
}

/// The product of this number, in a plan.
#[derive(Debug, Clone)]
pub(crate) struct OfPlan(pub(crate) usize);

impl PlanGate for OfPlan {
    type In = AsWide;
    type Out = AsShares;
    type Prepared = Product;

    fn comparisons(&self, _: usize) -> usize {
        0
    }

    fn deal(&self, at: &mut AtDealer<'_>, masks: Secret<Wide>) {
        Product::deal(at.dealing, &at.products[self.0].shape, &masks, &at.weights[self.0]);
    }

    fn prepare(
        &self,
        at: &mut AtPreparing<'_, '_>,
        mask: &Share<Wide>,
    ) -> Result<(Product, ()), Error> {
        let (shape, layer) = (&at.products[self.0].shape, &at.layers[self.0]);
        Ok((Product::prepare(at.preparing, shape, layer, mask)?, ()))
    }

    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: Product,
        at: &mut AtOnline<'_, '_, M>,
        values: Masked<Wide>,
        (): &(),
    ) -> Result<Share<Wide>, Error> {
        Ok(prepared.eval(&at.products[self.0].shape, &at.layers[self.0], &values))
    }

    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
        let shape = &at.products[self.0].shape;
        let x: Vec<Wrapping<i64>> = values.into_iter().map(Wrapping).collect();
        let mut y = vec![Wrapping::<i64>::ZERO; x.len() / shape.inputs() * shape.outputs()];
        shape.add_bias(&at.biases[self.0], &mut y);
        shape.add(&at.operands[self.0], &x, &mut y);
        let values: Vec<i64> = y.into_iter().map(|value| value.0).collect();
        (at.watch)(ValueKind::Wide, &values);
        cut_wide(values)
    }

    fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
        let parameters = at.network.parameters();
        let pair = &parameters[2 * self.0..2 * self.0 + 2];
        let [w, b] = [0, 1].map(|part: usize| &at.weights.values()[pair[part].range()]);
        (at.low, at.high) = bounds(&at.products[self.0], w, b, (at.low, at.high));
        at.magnitude()
    }

    fn limit_bits(&self) -> Option<u32> {
        Some(WIDE_BITS - 1)
    }
}

fn bounds(
    product: &ProductLayer,
    weights: &[f32],
    biases: &[f32],
    (low, high): (f64, f64),
) -> (f64, f64) {
    let rows = weights.chunks_exact(weights.len() / biases.len());
    let (mut least, mut most) = (0.0f64, 0.0f64);
    for (row, bias) in rows.zip(biases) {
        let bias = f64::from(*bias) * product.bias_unit;
        let (mut up, mut down) = (0.0, 0.0);
        for weight in row {
            let weight = libm::rint(f64::from(*weight) * product.weight_unit);
            up += weight.max(0.0);
            down += weight.min(0.0);
        }
        // A margin of zeros may stand in for any input.
        let (low, high) = (low.min(0.0), high.max(0.0));
        most = most.max(up * high + down * low + bias);
        least = least.min(up * low + down * high + bias);
    }
    (least, most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    use super::super::super::dealing::{Masks, Scope};
    use sotto_core::prg::StreamKey;
    use sotto_kernels::Number;
    use sotto_kernels::patches::Geometry;

    /// `x W + bias` on shares, for weights that are open but for their masks.
    fn product(
        shape: &ProductKind,
        x: &[Wide],
        weights: &[Wide],
        bias: &[Wide],
        seed: u64,
    ) -> Vec<Wide> {
        let masks = check::wide_masks(weights.len(), seed ^ 1);
        let masked: Vec<Wide> = weights.iter().zip(&masks).map(|(w, mask)| w + mask).collect();
        // The dealer's sum of both parties' streams is replaced by one mask that alice holds.
        let layer = |is_bob: bool| {
            let online = match is_bob {
                true => masked.clone(),
                false => masks.iter().map(|mask| -*mask).collect(),
            };
            let bias = if is_bob { bias.to_vec() } else { vec![Wide::ZERO; bias.len()] };
            PartyLayer {
                masked: shape.operand(masked.clone().into()),
                online: shape.operand(online.into()),
                bias: Share::new(bias.into()),
            }
        };
        let layers = [layer(false), layer(true)];
        let index = |party| usize::from(party == super::super::super::Party::Bob);
        let weight_masks = shape.operand(masks.clone().into());
        let (input_masks, shares) = check::run(
            seed,
            |dealing| {
                let masks = dealing.mask::<Wide>(x.len());
                Product::deal(dealing, shape, &masks, &weight_masks);
                masks
            },
            |preparing| {
                let mask = preparing.mask::<Wide>(x.len());
                Product::prepare(preparing, shape, &layers[index(preparing.party)], &mask)
            },
            async |product, online| {
                // Both parties' streams give the mask that the dealer knows.
                let key = |byte: u64| {
                    let mut stream = sotto_core::seeded::Stream::new(byte, "test/gates/keys");
                    [(); 2].map(|()| {
                        let mut bytes = [0; StreamKey::LEN];
                        stream.fill(&mut bytes);
                        StreamKey::new(&bytes)
                    })
                };
                let mut masked = x.to_vec();
                for key in key(seed) {
                    let mask = Masks::new(&key, Scope::Classification, 1).elements::<Wide>(x.len());
                    masked.iter_mut().zip(&mask).for_each(|(value, mask)| *value += *mask);
                }
                Ok(product.eval(shape, &layers[index(online.party)], &Masked(masked)))
            },
        );
        assert_eq!(input_masks.len(), x.len());
        check::joined(shares)
    }

    proptest! {
        #[test]
        fn linear_layers_multiply(inputs in 1usize..20, outputs in 1usize..9, images in 1usize..6, seed: u64) {
            let shape = ProductKind::Linear { inputs, outputs };
            let (x, w) = (check::wide_masks(images * inputs, seed), check::wide_masks(inputs * outputs, seed ^ 2));
            let bias = check::wide_masks(outputs, seed ^ 3);
            let expected: Vec<Wide> = x
                .chunks(inputs)
                .flat_map(|x| (0..outputs).map(|o| {
                    x.iter().enumerate().map(|(i, x)| x * w[i * outputs + o]).sum::<Wide>() + bias[o]
                }).collect::<Vec<_>>())
                .collect();
            prop_assert_eq!(product(&shape, &x, &w, &bias, seed), expected);
        }

        #[test]
        fn convolutions_multiply(
            inputs in 1usize..3, outputs in 1usize..6, kernel in 1usize..4, margin in 0usize..2, images in 1usize..3, seed: u64,
        ) {
            let (height, width) = (5, 4);
            let shape = ProductKind::Conv(Geometry { inputs, outputs, height, width, kernel, margin });
            let x = check::wide_masks(images * inputs * height * width, seed);
            let w = check::wide_masks(outputs * inputs * kernel * kernel, seed ^ 2);
            let bias = check::wide_masks(outputs, seed ^ 3);
            let (tall, broad) = (height + 2 * margin + 1 - kernel, width + 2 * margin + 1 - kernel);
            let mut expected = Vec::new();
            for image in x.chunks(inputs * height * width) {
                // Nothing beyond the edge.
                let at = |c: usize, y: usize, x: usize| {
                    let (y, x) = (y.checked_sub(margin)?, x.checked_sub(margin)?);
                    (y < height && x < width).then(|| image[(c * height + y) * width + x])
                };
                for (o, bias) in bias.iter().enumerate() {
                    for (y, x) in (0..tall).flat_map(|y| (0..broad).map(move |x| (y, x))) {
                        let mut sum = *bias;
                        for c in 0..inputs {
                            for (dy, dx) in (0..kernel).flat_map(|dy| (0..kernel).map(move |dx| (dy, dx))) {
                                let weight = w[((o * inputs + c) * kernel + dy) * kernel + dx];
                                sum += at(c, y + dy, x + dx).unwrap_or(Wide::ZERO) * weight;
                            }
                        }
                        expected.push(sum);
                    }
                }
            }
            prop_assert_eq!(product(&shape, &x, &w, &bias, seed), expected);
        }
    }
}
