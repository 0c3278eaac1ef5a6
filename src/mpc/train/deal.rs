//! The dealer takes a step: every value is its mask, and what the gates need is dealt.

use std::num::Wrapping;
use std::ops::Range;

use super::super::Error;
use super::super::dealing::Dealing;
use super::super::gates::{Form, Keep, Multiply, Relu, Rescale, Truncate, narrowed};
use super::super::ring::{Narrow, Wide};
use super::engine::{Engine, Linear};

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
    type Wide = Vec<Wide>;
    type Narrow = Vec<Narrow>;
    type Signs = Vec<u32>;

    fn enter(&mut self, _: &str) {}

    async fn open(&mut self, _: &str, x: &usize) -> Result<Vec<Wide>, Error> {
        Ok(self.dealing.mask(*x))
    }

    async fn reveal(&mut self, _: &str, _: &usize) -> Result<(), Error> {
        Ok(())
    }

    async fn truncate(&mut self, x: &usize, shift: u32) -> Result<Vec<Narrow>, Error> {
        let masks = Truncate::deal(self.dealing, *x);
        (self.rounded)(&masks);
        Ok(narrowed(&masks, shift))
    }

    async fn rescale(&mut self, _: &str, x: &usize, shifts: &[u32]) -> Result<Vec<usize>, Error> {
        let masks = Rescale::deal(self.dealing, *x, shifts);
        (self.rounded)(&masks);
        Ok(vec![*x; shifts.len()])
    }

    async fn relu(&mut self, x: &Vec<Narrow>) -> Result<(Vec<Wide>, Vec<u32>), Error> {
        Ok(Relu::deal_signs(self.dealing, x))
    }

    fn multiply(&mut self, form: Form, a: &Vec<Wide>, b: &Vec<Wide>) -> Result<usize, Error> {
        Multiply::deal(self.dealing, form, a, b);
        Ok(form.len())
    }

    fn keep(&mut self, signs: &Vec<u32>, x: &Vec<Wide>) -> Result<usize, Error> {
        Keep::deal(self.dealing, signs, x);
        Ok(x.len())
    }

    fn shares(&self, x: &Vec<Wide>) -> usize {
        x.len()
    }

    fn narrow(&self, x: &Vec<Wide>) -> Vec<Narrow> {
        narrowed(x, 0)
    }

    fn map(&self, _: &usize, map: &Linear) -> usize {
        match map {
            Linear::Gather(from) => from.len(),
            Linear::Scatter(_, length) => *length,
        }
    }

    fn map_wide(&self, x: &Vec<Wide>, map: &Linear) -> Vec<Wide> {
        map.apply(x)
    }

    fn add(&self, x: &usize, _: i32, _: &usize) -> usize {
        *x
    }

    fn add_wide(&self, x: &Vec<Wide>, factor: i32, y: &Vec<Wide>) -> Vec<Wide> {
        sum(x, factor, y)
    }

    fn affine(&self, _: i32, x: &usize, _: i32) -> usize {
        *x
    }

    fn plus_wide(&self, x: &Vec<Wide>, _: i32) -> Vec<Wide> {
        x.clone()
    }

    fn part(&self, _: &usize, range: Range<usize>) -> usize {
        range.len()
    }

    fn part_wide(&self, x: &Vec<Wide>, range: Range<usize>) -> Vec<Wide> {
        x[range].to_vec()
    }

    fn join(&self, parts: Vec<usize>) -> usize {
        parts.into_iter().sum()
    }

    fn join_wide(&self, parts: Vec<Vec<Wide>>) -> Vec<Wide> {
        parts.concat()
    }
}

/// `x + factor y`.
pub(super) fn sum(x: &[Wide], factor: i32, y: &[Wide]) -> Vec<Wide> {
    let factor = Wrapping(factor as u32);
    x.iter().zip(y).map(|(x, y)| x + factor * y).collect()
}
