//! A party takes a step: every value is masked, and it holds a share of the mask.

use std::num::Wrapping;
use std::ops::Range;

use super::super::gates::{
    Keep, Multiply, Online, ProductForm, Relu, Rescale, Signs, Truncate, narrowed, reveal,
};
use super::super::preparing::Preparing;
use super::super::ring::{Element, Masked, Narrow, Share, Wide};
use super::super::{Error, Party, Role};
use super::deal::sum;
use super::engine::{Engine, Linear};
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

/// A value that both parties know under its mask.
pub(super) struct Known {
    value: Masked<Wide>,
    mask: Share<Wide>,
}

pub(super) struct Computing<'a, 'b, M> {
    online: &'a mut Online<'b, M>,
    preparing: Preparing<'b>,
    /// What was revealed on purpose.
    pub(super) revealed: Vec<Wide>,
}

impl<'a, 'b, M: Mailbox<Role = Role>> Computing<'a, 'b, M> {
    pub(super) fn new(online: &'a mut Online<'b, M>, preparing: Preparing<'b>) -> Self {
        Self { online, preparing, revealed: Vec::new() }
    }

    /// Ends the step: all that was dealt has been used.
    pub(super) fn finish(self) -> Result<Vec<Wide>, Error> {
        self.preparing.finish()?;
        Ok(self.revealed)
    }

    fn is_bob(&self) -> bool {
        self.online.party == Party::Bob
    }
}

impl<M: Mailbox<Role = Role>> Engine for Computing<'_, '_, M> {
    type Shares = Share<Wide>;
    type Wide = Known;
    type Narrow = Masked<Narrow>;
    type Signs = Signs;

    fn enter(&mut self, layer: &str) {
        layer.clone_into(&mut self.online.layer);
    }

    async fn open(&mut self, step: &str, x: &Share<Wide>) -> Result<Known, Error> {
        let mask = self.preparing.mask(x.values().len());
        let value = self.online.open(step, &copy(x).plus(&mask)).await?;
        Ok(Known { value, mask })
    }

    async fn reveal(&mut self, step: &str, x: &Share<Wide>) -> Result<(), Error> {
        let Masked(values) = self.online.open(step, x).await?;
        self.revealed.extend(values);
        Ok(())
    }

    async fn truncate(&mut self, x: &Share<Wide>, shift: u32) -> Result<Masked<Narrow>, Error> {
        let truncate = Truncate::prepare(&mut self.preparing, x.values().len());
        truncate.eval(self.online, copy(x), shift).await
    }

    async fn rescale(
        &mut self,
        step: &str,
        x: &Share<Wide>,
        shifts: &[u32],
    ) -> Result<Vec<Share<Wide>>, Error> {
        let rescale = Rescale::prepare(&mut self.preparing, x.values().len(), shifts)?;
        rescale.eval(self.online, step, copy(x), shifts).await
    }

    async fn relu(&mut self, x: &Masked<Narrow>) -> Result<(Known, Signs), Error> {
        let (relu, mask) = Relu::prepare(&mut self.preparing, x.0.len())?;
        let (value, signs) = relu.eval_signs(self.online, x, &mask).await?;
        Ok((Known { value, mask }, signs))
    }

    fn multiply(&mut self, form: ProductForm, a: &Known, b: &Known) -> Result<Share<Wide>, Error> {
        let multiply = Multiply::prepare(&mut self.preparing, form)?;
        Ok(multiply.eval(self.online.party, (&a.value, &a.mask), (&b.value, &b.mask)))
    }

    fn keep(&mut self, signs: &Signs, x: &Known) -> Result<Share<Wide>, Error> {
        let keep = Keep::prepare(&mut self.preparing, x.value.0.len())?;
        Ok(keep.eval(self.online.party, signs, &x.value))
    }

    fn shares(&self, x: &Known) -> Share<Wide> {
        reveal(self.online.party, &x.value, &x.mask)
    }

    fn narrow(&self, x: &Known) -> Masked<Narrow> {
        Masked(narrowed(&x.value.0, 0).collect())
    }

    fn map(&self, x: &Share<Wide>, map: &Linear) -> Share<Wide> {
        Share::new(map.apply_to_secret(x.values()))
    }

    fn map_wide(&self, x: &Known, map: &Linear) -> Known {
        Known { value: Masked(map.apply(&x.value.0)), mask: self.map(&x.mask, map) }
    }

    fn add(&self, x: &Share<Wide>, factor: i32, y: &Share<Wide>) -> Share<Wide> {
        Share::new(sum(x.values(), factor, y.values()))
    }

    fn add_wide(&self, x: &Known, factor: i32, y: &Known) -> Known {
        let value = Masked(sum(&x.value.0, factor, &y.value.0));
        Known { value, mask: self.add(&x.mask, factor, &y.mask) }
    }

    fn affine(&self, factor: i32, x: &Share<Wide>, constant: i32) -> Share<Wide> {
        let constant = if self.is_bob() { Wrapping(constant as u32) } else { Wrapping(0) };
        let factor = Wrapping(factor as u32);
        Share::new(x.values().iter().map(|x| factor * x + constant).collect())
    }

    fn plus_wide(&self, x: &Known, constant: i32) -> Known {
        let constant = Wrapping(constant as u32);
        let value = Masked(x.value.0.iter().map(|x| x + constant).collect());
        Known { value, mask: copy(&x.mask) }
    }

    fn part(&self, x: &Share<Wide>, range: Range<usize>) -> Share<Wide> {
        Share::new(x.values()[range].into())
    }

    fn part_wide(&self, x: &Known, range: Range<usize>) -> Known {
        Known { value: Masked(x.value.0[range.clone()].to_vec()), mask: self.part(&x.mask, range) }
    }

    fn join(&self, parts: Vec<Share<Wide>>) -> Share<Wide> {
        let parts: Vec<&[Wide]> = parts.iter().map(Share::values).collect();
        Share::new(Secret::concat(&parts))
    }

    fn join_wide(&self, parts: Vec<Known>) -> Known {
        let (values, masks): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|part| (part.value.0, part.mask)).unzip();
        Known { value: Masked(values.concat()), mask: self.join(masks) }
    }
}

/// Shares do not copy themselves.
fn copy<T: Element>(share: &Share<T>) -> Share<T> {
    Share::new(share.values().into())
}
