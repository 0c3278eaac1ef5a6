//! The oracle takes a step: every value is a number, computed in 64 bits before it is cut to the ring, so that
//! what does not fit is seen.

use std::collections::BTreeMap;
use std::num::Wrapping;
use std::ops::Range;

use super::super::Error;
use super::super::gates::{ProductForm, RANGE_BITS};
use super::super::ring::{NARROW_BITS, WIDE_BITS, Wide};
use super::engine::{Engine, Linear};
use sotto_kernels::Number;

type Signed = Wrapping<i64>;

/// Where the masks of what is rounded come from: the dealer's, or any.
pub(super) type Coins<'a> = &'a mut dyn FnMut(usize) -> Vec<Wide>;

pub(super) struct Clear<'a> {
    coins: Coins<'a>,
    layer: String,
    /// By layer and step, the largest number and the least that does not fit.
    pub(super) ranges: BTreeMap<String, (i64, i64)>,
    /// What was revealed on purpose.
    pub(super) revealed: Vec<i64>,
}

impl<'a> Clear<'a> {
    pub(super) fn new(coins: Coins<'a>) -> Self {
        Self { coins, layer: String::new(), ranges: BTreeMap::new(), revealed: Vec::new() }
    }

    fn watch(&mut self, step: &str, bits: u32, x: &[i64]) {
        let largest = x.iter().map(|x| x.abs()).max().unwrap_or(0);
        let name = format!("{}/{step}", self.layer);
        let seen = self.ranges.entry(name).or_insert((0, 1 << bits));
        seen.0 = seen.0.max(largest);
    }

    /// `x / 2^shift`, rounded up where the low bits of the number and of its mask carry.
    fn shift(x: &[i64], masks: &[Wide], shift: u32) -> Vec<i64> {
        let low = (1i64 << shift) - 1;
        let pairs = x.iter().zip(masks);
        pairs
            .map(|(x, mask)| (x >> shift) + i64::from((x & low) + (i64::from(mask.0) & low) > low))
            .collect()
    }
}

impl Engine for Clear<'_> {
    type Shares = Vec<i64>;
    type Wide = Vec<i64>;
    /// Not cut before they are used, so that what does not fit is seen.
    type Narrow = Vec<i64>;
    type Signs = Vec<bool>;

    fn enter(&mut self, layer: &str) {
        layer.clone_into(&mut self.layer);
    }

    async fn open(&mut self, step: &str, x: &Vec<i64>) -> Result<Vec<i64>, Error> {
        self.watch(step, WIDE_BITS - 1, x);
        Ok(cut(x))
    }

    async fn reveal(&mut self, step: &str, x: &Vec<i64>) -> Result<(), Error> {
        self.watch(step, WIDE_BITS - 1, x);
        self.revealed.extend(cut(x));
        Ok(())
    }

    async fn truncate(&mut self, x: &Vec<i64>, shift: u32) -> Result<Vec<i64>, Error> {
        let masks = (self.coins)(x.len());
        Ok(Self::shift(&cut(x), &masks, shift))
    }

    async fn rescale(
        &mut self,
        step: &str,
        x: &Vec<i64>,
        shifts: &[u32],
    ) -> Result<Vec<Vec<i64>>, Error> {
        self.watch(step, RANGE_BITS, x);
        let masks = (self.coins)(x.len());
        Ok(shifts.iter().map(|shift| Self::shift(&cut(x), &masks, *shift)).collect())
    }

    async fn relu(&mut self, x: &Vec<i64>) -> Result<(Vec<i64>, Vec<bool>), Error> {
        self.watch("relu", NARROW_BITS - 1, x);
        let x: Vec<i64> = x.iter().map(|x| i64::from(*x as i16)).collect();
        Ok((x.iter().map(|x| (*x).max(0)).collect(), x.iter().map(|x| *x >= 0).collect()))
    }

    fn multiply(
        &mut self,
        form: ProductForm,
        a: &Vec<i64>,
        b: &Vec<i64>,
    ) -> Result<Vec<i64>, Error> {
        let [a, b] = [a, b].map(|x| x.iter().copied().map(Wrapping).collect::<Vec<Signed>>());
        let mut c = vec![Signed::ZERO; form.len()];
        form.add(&a, &b, &mut c);
        Ok(c.into_iter().map(|c| c.0).collect())
    }

    fn keep(&mut self, signs: &Vec<bool>, x: &Vec<i64>) -> Result<Vec<i64>, Error> {
        Ok(x.iter().zip(signs).map(|(x, kept)| if *kept { *x } else { 0 }).collect())
    }

    fn shares(&self, x: &Vec<i64>) -> Vec<i64> {
        x.clone()
    }

    fn narrow(&self, x: &Vec<i64>) -> Vec<i64> {
        x.clone()
    }

    fn map(&self, x: &Vec<i64>, map: &Linear) -> Vec<i64> {
        let x: Vec<Signed> = x.iter().copied().map(Wrapping).collect();
        map.apply(&x).into_iter().map(|x| x.0).collect()
    }

    fn map_wide(&self, x: &Vec<i64>, map: &Linear) -> Vec<i64> {
        self.map(x, map)
    }

    fn add(&self, x: &Vec<i64>, factor: i32, y: &Vec<i64>) -> Vec<i64> {
        x.iter().zip(y).map(|(x, y)| x + i64::from(factor) * y).collect()
    }

    fn add_wide(&self, x: &Vec<i64>, factor: i32, y: &Vec<i64>) -> Vec<i64> {
        self.add(x, factor, y)
    }

    fn affine(&self, factor: i32, x: &Vec<i64>, constant: i32) -> Vec<i64> {
        x.iter().map(|x| i64::from(factor) * x + i64::from(constant)).collect()
    }

    fn plus_wide(&self, x: &Vec<i64>, constant: i32) -> Vec<i64> {
        self.affine(1, x, constant)
    }

    fn part(&self, x: &Vec<i64>, range: Range<usize>) -> Vec<i64> {
        x[range].to_vec()
    }

    fn part_wide(&self, x: &Vec<i64>, range: Range<usize>) -> Vec<i64> {
        x[range].to_vec()
    }

    fn join(&self, parts: Vec<Vec<i64>>) -> Vec<i64> {
        parts.concat()
    }

    fn join_wide(&self, parts: Vec<Vec<i64>>) -> Vec<i64> {
        parts.concat()
    }
}

/// As the ring has them.
fn cut(x: &[i64]) -> Vec<i64> {
    x.iter().map(|x| i64::from(*x as i32)).collect()
}
