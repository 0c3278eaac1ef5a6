//! Steps of a secure sum by themselves, for the audit of what their branches, addresses and times depend on
//! (`tools/audit`).

use zeroize::Zeroizing;

use super::mask::{self, Sign};
use super::ring::Width;
use super::shamir::{self, Share};
use sotto_core::entropy::Entropy;
use sotto_core::prg::StreamKey;

/// Shares of a secret for so many `holders`, any `threshold` of whom open it.
#[must_use]
pub fn split(
    secret: &[u8; 32],
    threshold: usize,
    holders: u32,
    entropy: &mut Entropy,
) -> Vec<[u8; 32]> {
    let points = (0..holders).map(shamir::point);
    shamir::split(secret, threshold, points, entropy).iter().map(|share| share.0).collect()
}

/// Opens a secret from the shares of these holders, counted from 0.
#[must_use]
pub fn combine(holders: &[u32], shares: &[[u8; 32]]) -> Zeroizing<[u8; 32]> {
    let points: Vec<u16> = holders.iter().copied().map(shamir::point).collect();
    let shares: Vec<Share> = shares.iter().copied().map(Share).collect();
    shamir::combine(&shamir::weights(&points), shares.iter())
}

/// Adds the mask of a key to a vector, or takes it away.
pub fn mask(key: &StreamKey, width: Width, is_added: bool, vector: &mut [u32]) {
    mask::apply(key, width, if is_added { Sign::Plus } else { Sign::Minus }, vector);
}
