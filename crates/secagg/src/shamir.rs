//! Sharing a secret so that `t` of its holders can open it, and fewer learn nothing
//! (Shamir 1979): points of a random polynomial of degree `t - 1` whose value at 0 it is.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::field::{Element, Secret};
use sotto_core::entropy::Entropy;

/// What is shared: a key or a seed.
pub(super) type Bytes = Zeroizing<[u8; 32]>;

/// One holder's share: the polynomial's value at a point.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Share(pub(super) [u8; 32]);

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Share(..)")
    }
}

/// Where a holder's share is taken; at 0 stands the secret.
pub(super) fn point(position: u32) -> u16 {
    position as u16 + 1
}

/// Shares for the holders at `points`, which are distinct and not 0.
pub(super) fn split(
    secret: &[u8; 32],
    threshold: usize,
    points: impl Iterator<Item = u16>,
    entropy: &mut Entropy,
) -> Vec<Share> {
    let mut coefficients = vec![Secret::from_bytes(secret)];
    for _ in 1..threshold {
        let mut bytes = Bytes::default();
        entropy(&mut *bytes);
        coefficients.push(Secret::from_bytes(&bytes));
    }
    let at = |point| {
        let mut value = Secret::default();
        for coefficient in coefficients.iter().rev() {
            value.scale(Element(point));
            value.add(coefficient);
        }
        Share(value.to_bytes())
    };
    points.map(at).collect()
}

/// Opens a secret from as many shares as its threshold asks for, by the weights of
/// [`weights`] for their points.
pub(super) fn combine<'a>(weights: &[Element], shares: impl Iterator<Item = &'a Share>) -> Bytes {
    let mut secret = Secret::default();
    for (share, &weight) in shares.zip(weights) {
        let mut part = Secret::from_bytes(&share.0);
        part.scale(weight);
        secret.add(&part);
    }
    Zeroizing::new(secret.to_bytes())
}

/// What each share counts for at 0 (Lagrange): the product of `x_j / (x_j - x_i)` over all
/// other points. The points are distinct and not 0.
pub(super) fn weights(points: &[u16]) -> Vec<Element> {
    let all = points.iter().fold(Element(1), |product, &x| product.times(Element(x)));
    let weight = |&point: &u16| {
        let others = points.iter().filter(|&&other| other != point);
        let below =
            others.fold(Element(point), |product, &other| product.times(Element(other ^ point)));
        all.times(below.inverse())
    };
    points.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sotto_core::seeded::Stream;

    fn entropy(seed: u64) -> Entropy {
        let mut stream = Stream::new(seed, "test/shamir");
        Box::new(move |bytes| stream.fill(bytes))
    }

    proptest! {
        #[test]
        fn any_threshold_of_the_holders_opens_it(
            secret: [u8; 32],
            points in proptest::collection::btree_set(1u16.., 2..40),
            skip in 0usize..40,
            threshold in 2usize..40,
            seed: u64,
        ) {
            let mut points: Vec<u16> = points.into_iter().collect();
            let threshold = threshold.min(points.len());
            let shares = split(&secret, threshold, points.iter().copied(), &mut entropy(seed));
            let skip = skip % (points.len() - threshold + 1);
            points.drain(..skip);
            points.truncate(threshold);
            let opened = combine(&weights(&points), shares[skip..].iter());
            prop_assert_eq!(*opened, secret);
        }
    }

    #[test]
    fn fewer_shares_fit_any_secret() {
        // One share of two, and any secret: the other share follows, and both open it.
        let shares = split(&[1; 32], 2, [1, 2].into_iter(), &mut entropy(1));
        let known = Secret::from_bytes(&shares[0].0);
        for claimed in [[0; 32], [7; 32], [255; 32]] {
            // p(2) = s + 2 (p(1) - s).
            let secret = Secret::from_bytes(&claimed);
            let mut slope = known.clone();
            slope.add(&secret);
            slope.scale(Element(2));
            slope.add(&secret);
            let other = Share(slope.to_bytes());
            let opened = combine(&weights(&[1, 2]), [&shares[0], &other].into_iter());
            assert_eq!(*opened, claimed);
        }
    }
}
