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

use super::super::dcf::NarrowPair;
use super::super::dealing::Dealing;
use super::super::preparing::{Payloads, Preparing};
use super::super::ring::{Comparable, Masked, Narrow, Share};
use super::super::{Error, Party, Role};
use super::Online;
use super::max::{Larger, differences};
use super::table::select;
use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;

pub(crate) struct MaxOnce<N: Comparable = Narrow> {
    payloads: Payloads<NarrowPair, 1>,
    /// Shares of `rh`.
    top: Share<N>,
    /// Shares of what is left when `zh` is 0, and when it is 1.
    cases: [Share<N>; 2],
}

impl<N: Comparable> Larger<N> for MaxOnce<N> {
    fn deal(dealing: &mut Dealing, a: &[N], b: &[N]) -> Secret<N> {
        let masks = differences(a, b);
        let low: Secret<u16> = masks.iter().map(|mask| mask.low()).collect();
        // The top bit is spread over a word: as a number it is 0 or -1.
        let tops: Secret<u32> = masks.iter().map(|mask| mask.top_mask()).collect();
        let payloads: Secret<u32> = (masks.iter().zip(&tops))
            .map(|(mask, top)| N::cut(top | 1).lift() | mask.negate(*top).lift() << u16::BITS)
            .collect();
        dealing.compare_with::<NarrowPair, 1>(&low, [&payloads]);
        dealing.share(&tops.iter().map(|top| N::cut(top & 1)).collect::<Secret<N>>());
        let clear: Secret<N> = dealing.mask(masks.len());
        let parts = || masks.iter().zip(&tops).zip(b).zip(&clear);
        let result: Secret<N> =
            parts().map(|(((mask, top), b), clear)| *clear + *b + mask.and(!top)).collect();
        let set: Secret<N> = parts()
            .zip(&result)
            .map(|((((mask, top), b), _), result)| *result - *b - mask.and(*top))
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
        a: &[N],
        b: &[N],
    ) -> Result<Masked<N>, Error> {
        let values = differences(a, b);
        let points: Vec<u16> = values.iter().map(|value| value.low()).collect();
        let [found] = self.payloads.eval(online.party, &points, online.words);
        let bob = u32::from(online.party == Party::Bob).wrapping_neg();
        let [clear, set] = self.cases.each_ref().map(Share::values);
        let dealt = self.top.values().iter().zip(clear).zip(set);
        let share = values.iter().zip(b).zip(found.iter()).zip(dealt);
        let share = share.map(|(((value, b), found), ((rh, clear), set))| {
            // The top bits of masked values are public.
            let high = value.top_mask();
            let [sign, signed] = [*found, *found >> u16::BITS].map(N::cut);
            let case = N::cut(select(clear.lift(), set.lift(), high));
            let public = b.and(bob) + value.and(bob & !high);
            public + (signed - value.times(*rh + sign)).negate(high) + case
        });
        let share = Share::new(share.collect());
        online.open(&format!("{level}/max"), &share).await
    }
}
