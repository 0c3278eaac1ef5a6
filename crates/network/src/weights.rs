//! A network's weights as one flat vector, the form in which they are sent and averaged.
//!
//! They are in the order of the layers, each layer's weight before its bias. A model's identity is the SHA-256 of its
//! little-endian `f32` weights.

use sha2::{Digest, Sha256};

use super::{Error, Network};
use sotto_core::hex;

/// A named tensor's range in the flat vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Layer and part, such as `conv1.weight`.
    pub name: String,
    /// Where its first value stands.
    pub offset: usize,
    /// Its shape; values are stored row by row.
    pub shape: Vec<usize>,
}

impl Parameter {
    /// How many values it has.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no tensor of a network is empty")]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Its range in the flat vector.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// The SHA-256 of the little-endian `f32` weights: which model this is, exactly.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeightHash(pub [u8; 32]);

impl WeightHash {
    /// The hash of a flat vector, whether or not it fits a network.
    #[must_use]
    pub fn of(values: &[f32]) -> Self {
        let mut hash = Sha256::new();
        for value in values {
            hash.update(value.to_le_bytes());
        }
        Self(hash.finalize().into())
    }
}

hex::shown_in_hex!(WeightHash);

/// Weights that fit a network: the right number of them, all finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    values: Vec<f32>,
}

impl Weights {
    /// Takes a flat vector for `network`.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::NotFinite`].
    pub fn new(network: &Network, values: Vec<f32>) -> Result<Self, Error> {
        let expected = network.parameter_count();
        if values.len() != expected {
            return Err(Error::Length { expected, found: values.len() });
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite { index, value: values[index].to_string() });
        }
        Ok(Self { values })
    }

    /// The flat vector.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Gives the flat vector back.
    #[must_use]
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// How far each weight has moved from where it was.
    #[must_use]
    pub fn moved_from(&self, before: &Self) -> Vec<f32> {
        self.values.iter().zip(&before.values).map(|(after, before)| after - before).collect()
    }

    /// Which weights these are, exactly.
    #[must_use]
    pub fn hash(&self) -> WeightHash {
        WeightHash::of(&self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::preset;
    use super::*;

    #[test]
    fn parameters_fill_the_vector_without_gaps() {
        let network = preset("lenet5").unwrap().network;
        let parameters = network.parameters();
        assert_eq!(parameters[0].name, "conv1.weight");
        assert_eq!(parameters[0].shape, [6, 1, 5, 5]);
        assert_eq!(parameters.last().unwrap().name, "fc3.bias");
        let mut end = 0;
        for parameter in &parameters {
            assert_eq!(parameter.offset, end);
            end = parameter.range().end;
        }
        assert_eq!(end, 44_426);
    }

    #[test]
    fn only_whole_finite_vectors_are_weights() {
        let network = preset("linear").unwrap().network;
        let zeros = vec![0.0; 7_850];
        assert!(Weights::new(&network, zeros.clone()).is_ok());
        assert_eq!(
            Weights::new(&network, zeros[1..].to_vec()),
            Err(Error::Length { expected: 7_850, found: 7_849 })
        );
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = zeros.clone();
            values[77] = bad;
            let error = Weights::new(&network, values).unwrap_err();
            assert!(matches!(error, Error::NotFinite { index: 77, .. }));
        }
    }

    #[test]
    fn the_hash_sees_every_bit() {
        let network = preset("linear").unwrap().network;
        let zeros = Weights::new(&network, vec![0.0; 7_850]).unwrap();
        let mut values = vec![0.0; 7_850];
        values[7_849] = -0.0;
        let negative_zero = Weights::new(&network, values).unwrap();
        assert_ne!(zeros.hash(), negative_zero.hash());
        assert_eq!(zeros.hash().to_string().len(), 64);
    }
}
