//! The weights that a run starts from. Biases start at zero.

use super::{Error, Network, Weights};
use sotto_core::seeded::Stream;

/// How the weights before the first round are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialiser {
    /// All zero; only a network of one layer can leave it.
    Zeros,
    /// Normal with a standard deviation of 0.05.
    Normal,
    /// Uniform with variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010, eq. 16).
    Xavier,
    /// Normal with variance `2 / fan_in`, made for ReLU (He et al. 2015, eq. 10).
    #[default]
    He,
}

impl Initialiser {
    /// Every initialiser with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("zeros", Self::Zeros),
        ("normal", Self::Normal),
        ("xavier", Self::Xavier),
        ("he", Self::He),
    ];

    /// The initialiser called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// What the URL calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Draws weights for `network`; a seed gives the same weights on every machine.
    ///
    /// # Errors
    /// None for a network whose fans are sane: [`Weights::new`] checks what was drawn.
    pub fn weights(self, network: &Network, seed: u64) -> Result<Weights, Error> {
        let mut values = vec![0.0; network.parameter_count()];
        for parameter in network.parameters() {
            if parameter.shape.len() < 2 {
                continue;
            }
            let field: usize = parameter.shape[2..].iter().product();
            let fan_out = (parameter.shape[0] * field) as f64;
            let fan_in = (parameter.shape[1] * field) as f64;
            let mut stream = Stream::new(seed, &format!("initial/{}", parameter.name));
            for value in &mut values[parameter.range()] {
                *value = match self {
                    Self::Zeros => 0.0,
                    Self::Normal => 0.05 * stream.normal(),
                    Self::Xavier => {
                        let bound = libm::sqrt(6.0 / (fan_in + fan_out));
                        stream.between(-bound, bound)
                    }
                    Self::He => libm::sqrt(2.0 / fan_in) * stream.normal(),
                } as f32;
            }
        }
        Weights::new(network, values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::preset;
    use super::*;

    #[test]
    fn variances_are_the_papers() {
        let network = preset("lenet").unwrap().network;
        let fc1 = network.parameters().into_iter().find(|p| p.name == "fc1.weight").unwrap();
        let variance = |initialiser: Initialiser| {
            let weights = initialiser.weights(&network, 5).unwrap();
            let values = &weights.values()[fc1.range()];
            values.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>() / values.len() as f64
        };
        assert_eq!(variance(Initialiser::Zeros), 0.0);
        for (initialiser, expected) in [
            (Initialiser::Normal, 0.0025),
            (Initialiser::Xavier, 2.0 / 1300.0),
            (Initialiser::He, 2.0 / 800.0),
        ] {
            let ratio = variance(initialiser) / expected;
            assert!((ratio - 1.0).abs() < 0.02, "{initialiser:?}: {ratio}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_weights() {
        let network = preset("lenet5").unwrap().network;
        let hash = |seed| Initialiser::He.weights(&network, seed).unwrap().hash();
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
    }

    #[test]
    fn names_lead_back() {
        for (name, initialiser) in Initialiser::ALL {
            assert_eq!(Initialiser::by_name(name), Some(initialiser));
            assert_eq!(initialiser.name(), name);
        }
        assert_eq!(Initialiser::by_name("ones"), None);
    }
}
