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
use super::super::dealing::Dealing;
use super::super::model::{Operand, PartyLayer, Product as Shape};
use super::super::preparing::Preparing;
use super::super::ring::{Masked, Share, Wide};
use crate::kernels::Number;

pub(crate) struct Product {
    constant: Share<Wide>,
}

impl Product {
    /// From the masks of the inputs and of the weights.
    pub(crate) fn deal(dealing: &mut Dealing, shape: &Shape, masks: &[Wide], weights: &Operand) {
        let mut product = vec![Wide::ZERO; masks.len() / shape.inputs() * shape.outputs()];
        shape.add(weights, masks, &mut product);
        dealing.share(&product);
    }

    /// `mask` is this party's share of the inputs' masks.
    pub(crate) fn prepare(
        preparing: &mut Preparing<'_>,
        shape: &Shape,
        layer: &PartyLayer,
        mask: &Share<Wide>,
    ) -> Result<Self, Error> {
        let images = mask.values().len() / shape.inputs();
        let share = preparing.share::<Wide>(images * shape.outputs())?;
        let negative: Vec<Wide> = mask.values().iter().map(|value| -*value).collect();
        let mut constant = share.values().to_vec();
        shape.add(&layer.masked, &negative, &mut constant);
        shape.add_bias(layer.bias.values(), &mut constant);
        Ok(Self { constant: Share::new(constant) })
    }

    pub(crate) fn eval(
        self,
        shape: &Shape,
        layer: &PartyLayer,
        values: &Masked<Wide>,
    ) -> Share<Wide> {
        let mut share = self.constant.values().to_vec();
        shape.add(&layer.online, &values.0, &mut share);
        Share::new(share)
    }
}
