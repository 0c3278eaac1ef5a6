//! The dealer takes a step: every value is its mask, and what the gates need is dealt.

use std::num::Wrapping;
use std::ops::Range;

use super::super::Error;
use super::super::dealing::Dealing;
use super::super::gates::{Keep, Multiply, ProductForm, Relu, Rescale, Truncate, narrowed};
use super::super::ring::{Narrow, Wide};
use super::engine::{Engine, Linear};
use sotto_core::secret::Secret;

pub(super) struct Dealt<'a> {
    dealing: &'a mut Dealing,
    /// Is told the mask of all that is rounded, for those who check.
    rounded: &'a mut dyn FnMut(&[Wide]),
}

impl<'a> Dealt<'a> {
    pub(super) fn new(dealing: &'a mut Dealing, rounded: &'a mut dyn FnMut(&[Wide])) -> Self {
        Self { dealing, rounded }
    }
}

impl Engine for Dealt<'_> {
    /// How many.
    type Shares = usize;
    type Wide = Secret<Wide>;
    type Narrow = Secret<Narrow>;
    type Signs = Secret<u32>;

    fn enter(&mut self, _: &str) {}

    async fn open(&mut self, _: &str, x: &usize) -> Result<Secret<Wide>, Error> {
        Ok(self.dealing.mask(*x))
    }

    async fn reveal(&mut self, _: &str, _: &usize) -> Result<(), Error> {
        Ok(())
    }

    async fn truncate(&mut self, x: &usize, shift: u32) -> Result<Secret<Narrow>, Error> {
        let masks = Truncate::deal(self.dealing, *x);
        (self.rounded)(&masks);
        Ok(narrowed(&masks, shift).collect())
    }

    async fn rescale(&mut self, _: &str, x: &usize, shifts: &[u32]) -> Result<Vec<usize>, Error> {
        let masks = Rescale::deal(self.dealing, *x, shifts);
        (self.rounded)(&masks);
        Ok(vec![*x; shifts.len()])
    }

    async fn relu(&mut self, x: &Secret<Narrow>) -> Result<(Secret<Wide>, Secret<u32>), Error> {
        Ok(Relu::deal_signs(self.dealing, x))
    }

    fn multiply(
        &mut self,
        form: ProductForm,
        a: &Secret<Wide>,
        b: &Secret<Wide>,
    ) -> Result<usize, Error> {
        Multiply::deal(self.dealing, form, a, b);
        Ok(form.len())
    }

    fn keep(&mut self, signs: &Secret<u32>, x: &Secret<Wide>) -> Result<usize, Error> {
        Keep::deal(self.dealing, signs, x);
        Ok(x.len())
    }

    fn shares(&self, x: &Secret<Wide>) -> usize {
        x.len()
    }

    fn narrow(&self, x: &Secret<Wide>) -> Secret<Narrow> {
        narrowed(x, 0).collect()
    }

    fn map(&self, _: &usize, map: &Linear) -> usize {
        map.len()
    }

    fn map_wide(&self, x: &Secret<Wide>, map: &Linear) -> Secret<Wide> {
        map.apply_to_secret(x)
    }

    fn add(&self, x: &usize, _: i32, _: &usize) -> usize {
        *x
    }

    fn add_wide(&self, x: &Secret<Wide>, factor: i32, y: &Secret<Wide>) -> Secret<Wide> {
        sum(x, factor, y)
    }

    fn affine(&self, _: i32, x: &usize, _: i32) -> usize {
        *x
    }

    fn plus_wide(&self, x: &Secret<Wide>, _: i32) -> Secret<Wide> {
        x.clone()
    }

    fn part(&self, _: &usize, range: Range<usize>) -> usize {
        range.len()
    }

    fn part_wide(&self, x: &Secret<Wide>, range: Range<usize>) -> Secret<Wide> {
        x[range].into()
    }

    fn join(&self, parts: Vec<usize>) -> usize {
        parts.into_iter().sum()
    }

    fn join_wide(&self, parts: Vec<Secret<Wide>>) -> Secret<Wide> {
        Secret::concat(&parts)
    }
}

/// `x + factor y`.
pub(super) fn sum<C: FromIterator<Wide>>(x: &[Wide], factor: i32, y: &[Wide]) -> C {
    let factor = Wrapping(factor as u32);
    x.iter().zip(y).map(|(x, y)| x + factor * y).collect()
}
