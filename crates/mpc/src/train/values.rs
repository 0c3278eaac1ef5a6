//! Numbers on their way through a step.

use super::super::Error;
use super::super::ring::{NARROW_BITS, WIDE_BITS};
use super::engine::{Engine, Linear};

pub(super) type Outcome<T> = Result<T, Error>;

/// Numbers on their way, with so many bits behind the point.
pub(super) enum Values<E: Engine> {
    Shares(E::Shares, u32),
    Wide(E::Wide, u32),
}

impl<E: Engine> Values<E> {
    /// A map of them that leaves so many more bits behind the point.
    pub(super) fn mapped(self, engine: &E, map: &Linear, bits: u32) -> Self {
        match self {
            Self::Shares(shares, here) => Self::Shares(engine.map(&shares, map), here + bits),
            Self::Wide(wide, here) => Self::Wide(engine.map_wide(&wide, map), here + bits),
        }
    }

    /// Shares with `bits` behind the point.
    pub(super) async fn shares_at(self, engine: &mut E, bits: u32) -> Outcome<E::Shares> {
        let (shares, here) = match self {
            Self::Shares(shares, here) => (shares, here),
            Self::Wide(wide, here) => (engine.shares(&wide), here),
        };
        if here == bits {
            return Ok(shares);
        }
        if here < bits {
            return Ok(engine.affine(1 << (bits - here), &shares, 0));
        }
        rescaled(engine, "rescale", &shares, here - bits).await
    }

    /// Narrow, with `bits` behind the point, of which there are more now or as many.
    pub(super) async fn narrow_at(self, engine: &mut E, bits: u32) -> Outcome<E::Narrow> {
        let here = match self {
            Self::Wide(wide, here) if here == bits => return Ok(engine.narrow(&wide)),
            Self::Shares(_, here) | Self::Wide(_, here) => here,
        };
        // If more were dropped at once, fewer than a narrow value has would be left.
        let here = here.min(bits + WIDE_BITS - NARROW_BITS);
        let shares = self.shares_at(engine, here).await?;
        engine.truncate(&shares, here - bits).await
    }

    /// Under a mask, with `bits` behind the point.
    pub(super) async fn wide_at(self, engine: &mut E, bits: u32) -> Outcome<E::Wide> {
        match self {
            Self::Wide(wide, here) if here == bits => Ok(wide),
            other => {
                let shares = other.shares_at(engine, bits).await?;
                engine.open("open", &shares).await
            }
        }
    }
}

/// Shares with so many bits fewer behind the point.
pub(super) async fn rescaled<E: Engine>(
    engine: &mut E,
    step: &str,
    x: &E::Shares,
    shift: u32,
) -> Outcome<E::Shares> {
    let shifted = engine.rescale(step, x, &[shift]).await?;
    Ok(shifted.into_iter().next().expect("there is a result for every shift"))
}
