//! The larger of two narrow values in one round.
//!
//! `max(a, b) = b + d z` with `z = a - b` and `d = [z >= 0]`. As in `relu_once`, with `z^ = (zh, zl)`,
//! `r_z = (rh, rl)` and `c = [zl < rl]`, the sign is a sum of known terms and of one that a comparison
//! with a payload gives, here in `Z_2^K`. With the payload `(s, s r_z)` of `c`, where `s = 1 - 2 rh`:
//!
//! ```text
//! zh = 0:    d = 1 - rh - s c      d z = z^ (1 - rh - s c) - r_z (1 - rh) + s r_z c
//! zh = 1:    d = rh + s c          d z = z^ (rh + s c)     - r_z rh       - s r_z c
//! ```
//!
//! One round, 2 bytes each way. Dealt: a comparison with a payload, and 4 bytes to bob. The case of
//! `zh = 0` is taken from the parties' streams and decides `r_y`.

use std::num::Wrapping;

use super::super::dcf::Halves;
use super::super::dealing::Dealing;
use super::super::preparing::{Payloads, Preparing};
use super::super::ring::{Masked, NARROW_BITS, Narrow, Share};
use super::super::{Error, Party, Role};
use super::Online;
use super::max::{Larger, differences};
use super::sign::{LOW, top_mask};
use crate::wire::Mailbox;

pub(crate) struct MaxOnce {
    payloads: Payloads<Halves, 1>,
    /// Shares of `rh`.
    top: Share<Narrow>,
    /// Shares of what is left when `zh` is 0, and when it is 1.
    cases: [Share<Narrow>; 2],
}

impl Larger for MaxOnce {
    fn deal(dealing: &mut Dealing, a: &[Narrow], b: &[Narrow]) -> Vec<Narrow> {
        let masks = differences(a, b);
        let low: Vec<u16> = masks.iter().map(|mask| mask.0 & LOW).collect();
        // The top bit is spread over a word: as a number it is 0 or -1.
        let tops: Vec<u16> = masks.iter().map(|mask| top_mask(*mask) as u16).collect();
        let payloads: Vec<u32> = (masks.iter().zip(&tops))
            .map(|(mask, top)| {
                let signed = (mask.0 ^ top).wrapping_sub(*top);
                u32::from(top | 1) | u32::from(signed) << NARROW_BITS
            })
            .collect();
        dealing.compare_with::<Halves, 1>(&low, [&payloads]);
        dealing.share(&tops.iter().map(|top| Wrapping(top & 1)).collect::<Vec<Narrow>>());
        let clear: Vec<Narrow> = dealing.mask(masks.len());
        let parts = || masks.iter().zip(&tops).zip(b).zip(&clear);
        let result: Vec<Narrow> =
            parts().map(|(((mask, top), b), clear)| clear + b + Wrapping(mask.0 & !top)).collect();
        let set: Vec<Narrow> = parts()
            .zip(&result)
            .map(|((((mask, top), b), _), result)| result - b - Wrapping(mask.0 & top))
            .collect();
        dealing.share(&set);
        result
    }

    fn prepare(preparing: &mut Preparing<'_>, count: usize) -> Result<Self, Error> {
        let payloads = preparing.compare_with(count)?;
        let top = preparing.share(count)?;
        Ok(Self { payloads, top, cases: [preparing.mask(count), preparing.share(count)?] })
    }

    async fn eval<M: Mailbox<Role = Role>>(
        self,
        online: &mut Online<'_, M>,
        level: usize,
        a: &[Narrow],
        b: &[Narrow],
    ) -> Result<Masked<Narrow>, Error> {
        let values = differences(a, b);
        let points: Vec<u16> = values.iter().map(|value| value.0 & LOW).collect();
        let [found] = self.payloads.eval(online.party, &points, online.words);
        let bob = u16::from(online.party == Party::Bob).wrapping_neg();
        let [clear, set] = self.cases.each_ref().map(Share::values);
        let dealt = self.top.values().iter().zip(clear).zip(set);
        let share = values.iter().zip(b).zip(found.iter()).zip(dealt);
        let share = share.map(|(((value, b), found), ((rh, clear), set))| {
            // The top bits of masked values are public.
            let high = top_mask(*value) as u16;
            let [sign, signed] = [*found as u16, (*found >> NARROW_BITS) as u16].map(Wrapping);
            let negate = |value: Narrow| Wrapping(value.0 ^ high) - Wrapping(high);
            let case = Wrapping((clear.0 & !high) | (set.0 & high));
            let public = Wrapping(b.0 & bob) + Wrapping(value.0 & bob & !high);
            public + negate(signed - *value * (rh + sign)) + case
        });
        let share = Share::new(share.collect());
        online.open(&format!("{level}/max"), &share).await
    }
}
