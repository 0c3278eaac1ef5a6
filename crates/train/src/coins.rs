//! What decides the coins of a training: the order of its digits, their variants, the pens.
//!
//! Paths of streams name a worker's slot, not its tab: it does not matter which tab has which slot.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use sotto_core::seeded::Stream;

/// Where the coins of a training come from.
#[derive(Clone)]
pub enum Coins {
    /// A public seed: whoever knows it can toss the same coins.
    Public(u64),
    /// A secret of the one who trains: nobody else can do the training a second time.
    Secret(Zeroizing<[u8; 32]>),
}

impl Coins {
    /// The stream at `path`, another one for every path.
    #[must_use]
    pub fn stream(&self, path: &str) -> Stream {
        match self {
            Self::Public(seed) => Stream::new(*seed, path),
            Self::Secret(secret) => {
                let hash = Sha256::new().chain_update("sotto/coins").chain_update(**secret);
                Stream::keyed(&hash.chain_update(path).finalize().into())
            }
        }
    }
}

impl std::fmt::Debug for Coins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Public(seed) => write!(f, "Coins({seed})"),
            Self::Secret(_) => f.write_str("Coins(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_secret_and_path_decide() {
        let draw = |coins: &Coins, path| coins.stream(path).below(u32::MAX);
        let secret = |byte| Coins::Secret(Zeroizing::new([byte; 32]));
        assert_eq!(draw(&Coins::Public(3), "a"), Stream::new(3, "a").below(u32::MAX));
        assert_eq!(draw(&secret(1), "a"), draw(&secret(1), "a"));
        let mut last = secret(1);
        if let Coins::Secret(bytes) = &mut last {
            bytes[31] ^= 1;
        }
        for (other, path) in [(&secret(2), "a"), (&last, "a"), (&secret(1), "b")] {
            assert_ne!(draw(&secret(1), "a"), draw(other, path));
        }
        assert_eq!(format!("{:?}", secret(1)), "Coins(..)");
    }
}
