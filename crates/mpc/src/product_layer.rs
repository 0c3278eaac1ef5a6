//! Layers with weights, as products of what enters with them.

use super::Error;
use super::fixed::encode;
use super::ring::Wide;
use sotto_core::secret::Secret;
use sotto_kernels::Number;
use sotto_kernels::gemm::{Matrix, Packed, add_product, add_row_product};
use sotto_kernels::patches::{Geometry, Patches};

/// The kinds of products.
#[derive(Debug, Clone, Copy)]
pub(super) enum ProductKind {
    Linear { inputs: usize, outputs: usize },
    Conv(Geometry),
}

/// A layer with weights.
#[derive(Debug, Clone)]
pub(super) struct ProductLayer {
    pub(super) name: String,
    pub(super) shape: ProductKind,
    /// What a weight of 1 is in the ring.
    pub(super) weight_unit: f64,
    /// What a bias of 1 is in the ring.
    pub(super) bias_unit: f64,
}

/// The weights of one product, laid out for it.
pub(super) enum Operand<T: Number = Wide> {
    /// `[inputs, outputs]`, row by row.
    Linear(Secret<T>),
    /// `[outputs, patch]`, packed.
    Conv(Packed<T>),
}

/// Images from which packing the inputs pays.
const PACKING_MIN: usize = 4;

impl ProductKind {
    /// Values that enter, of one image.
    pub(super) fn inputs(&self) -> usize {
        match self {
            Self::Linear { inputs, .. } => *inputs,
            Self::Conv(geometry) => geometry.image(),
        }
    }

    /// Values that leave, of one image.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Conv(geometry) => geometry.outputs * geometry.pixels(),
        }
    }

    pub(super) fn weights(&self) -> usize {
        match self {
            Self::Linear { inputs, outputs } => inputs * outputs,
            Self::Conv(geometry) => geometry.outputs * geometry.patch(),
        }
    }

    /// For each weight of an [`Operand`], its index among a network's.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        let (rows, columns) = match *self {
            Self::Linear { inputs, outputs } => (inputs, outputs),
            Self::Conv(_) => (1, self.weights()),
        };
        (0..rows).flat_map(move |row| (0..columns).map(move |column| column * rows + row))
    }

    pub(super) fn biases(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Conv(geometry) => geometry.outputs,
        }
    }

    pub(super) fn operand<T: Number>(&self, weights: Secret<T>) -> Operand<T> {
        match self {
            Self::Linear { .. } => Operand::Linear(weights),
            Self::Conv(geometry) => Operand::Conv(Packed::new(Matrix::new(
                &weights,
                geometry.outputs,
                geometry.patch(),
            ))),
        }
    }

    /// `y += x W` for every image in `x`.
    pub(super) fn add<T: Number>(&self, operand: &Operand<T>, x: &[T], y: &mut [T]) {
        let images = x.len() / self.inputs();
        match (self, operand) {
            (Self::Linear { inputs, outputs }, Operand::Linear(weights)) => {
                if images < PACKING_MIN {
                    for (x, y) in x.chunks_exact(*inputs).zip(y.chunks_exact_mut(*outputs)) {
                        add_row_product(x, weights, y);
                    }
                } else {
                    let weights = Matrix::new(weights, *inputs, *outputs);
                    add_product(Matrix::new(x, images, *inputs), &weights, *outputs, y);
                }
            }
            (Self::Conv(geometry), Operand::Conv(weights)) => {
                let mut padded = geometry.padded_image();
                let pairs = x.chunks_exact(self.inputs()).zip(y.chunks_exact_mut(self.outputs()));
                for (x, y) in pairs {
                    geometry.pad(x, &mut padded);
                    let patches = Patches { image: &padded, geometry: *geometry };
                    weights.add_product(&patches, geometry.pixels(), y);
                }
                T::erase(&mut padded);
            }
            _ => unreachable!("an operand is made by the product that it belongs to"),
        }
    }

    /// Adds each output's bias to every image in `y`.
    pub(super) fn add_bias<T: Number>(&self, bias: &[T], y: &mut [T]) {
        let stretch = self.outputs() / self.biases();
        for (y, bias) in y.chunks_exact_mut(stretch).zip(bias.iter().cycle()) {
            y.iter_mut().for_each(|y| *y += *bias);
        }
    }
}

impl ProductLayer {
    /// The layer's weights and biases in the ring, in the order of [`Operand`].
    pub(super) fn encode(
        &self,
        weights: &[f32],
        bias: &[f32],
    ) -> Result<(Secret<Wide>, Secret<Wide>), Error> {
        let all = |values: &mut dyn Iterator<Item = f32>, unit| {
            values
                .map(|value| encode(value.into(), unit).ok_or_else(|| self.too_large(value)))
                .collect::<Result<Secret<Wide>, Error>>()
        };
        let ordered = self.shape.order().map(|index| weights[index]);
        let weights = all(&mut { ordered }, self.weight_unit)?;
        Ok((weights, all(&mut bias.iter().copied(), self.bias_unit)?))
    }

    fn too_large(&self, value: f32) -> Error {
        Error::Weight { layer: self.name.clone(), value: value.to_string() }
    }
}
