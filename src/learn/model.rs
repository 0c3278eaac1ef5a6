//! A network with weights that Candle can differentiate.

use candle_core::{Device, Result as TensorResult, Tensor, Var};
use candle_nn::Module;

use super::ops::{Pooling, Window};
use super::{Error, ops};
use crate::network::{Layer, Network, Weights};

/// A network and its trainable weights.
#[derive(Debug)]
pub struct Model {
    network: Network,
    /// Weight and bias of every layer that has them, in the order of the flat vector.
    vars: Vec<Var>,
}

impl Model {
    /// Builds the network with these weights.
    ///
    /// # Errors
    /// When the weights are not this network's.
    pub fn new(network: &Network, weights: &Weights) -> Result<Self, Error> {
        // Checked again, for the weights may have been made for another network.
        let weights = Weights::new(network, weights.values().to_vec())?;
        let vars = network
            .parameters()
            .into_iter()
            .map(|parameter| {
                let values = &weights.values()[parameter.range()];
                let tensor = Tensor::from_slice(values, parameter.shape, &Device::Cpu)?;
                Var::from_tensor(&tensor)
            })
            .collect::<TensorResult<_>>()?;
        Ok(Self { network: network.clone(), vars })
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The trainable tensors, in the order of the flat vector.
    #[must_use]
    pub fn vars(&self) -> &[Var] {
        &self.vars
    }

    /// The weights as they are now.
    ///
    /// # Errors
    /// When training has left a weight that is not finite.
    pub fn weights(&self) -> Result<Weights, Error> {
        let mut values = Vec::with_capacity(self.network.parameter_count());
        for var in &self.vars {
            values.extend(var.flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(Weights::new(&self.network, values)?)
    }

    /// The weights as constants: a forward pass through them keeps no trace for gradients.
    pub(super) fn frozen(&self) -> Vec<Tensor> {
        self.vars.iter().map(Var::as_detached_tensor).collect()
    }
}

/// Logits `[batch, classes]` of images `[batch, values]` with values in `[0, 1]`.
impl Module for Model {
    fn forward(&self, images: &Tensor) -> TensorResult<Tensor> {
        self.logits_of(&images.t()?.contiguous()?)?.t()
    }
}

impl Model {
    /// Logits `[classes, batch]` of images `[values, batch]`, the batch innermost as the
    /// operations have it.
    pub(super) fn logits_of(&self, images: &Tensor) -> TensorResult<Tensor> {
        let weights: Vec<Tensor> = self.vars.iter().map(|var| var.as_tensor().clone()).collect();
        forward(&self.network, &weights, images)
    }
}

/// Runs the layers on `images [values, batch]`.
pub(super) fn forward(
    network: &Network,
    weights: &[Tensor],
    images: &Tensor,
) -> TensorResult<Tensor> {
    let mut shape = network.input_shape().to_vec();
    shape.push(images.dim(1)?);
    let mut x = images.reshape(shape)?;
    let mut weights = weights.iter();
    let mut next = || weights.next().expect("a model has the weights of its network");
    let mut layers = network.layers().iter().map(|placed| &placed.layer).peekable();
    while let Some(layer) = layers.next() {
        // Operations take a pool and a rectifier that follow with them.
        let pool = match layer {
            Layer::Conv2d(_) => layers.next_if(|next| pooling(next).is_some()),
            _ => Some(layer),
        };
        let mut window = pool.and_then(pooling).unwrap_or(Window::IDENTITY);
        let may_end_in_relu = !matches!(layer, Layer::Flatten | Layer::Relu);
        window.relu =
            may_end_in_relu && layers.next_if(|next| matches!(next, Layer::Relu)).is_some();
        x = match layer {
            Layer::Conv2d(conv) => ops::conv2d_window(&x, next(), next(), conv.margin(), window)?,
            Layer::Linear(_) if window.relu => ops::linear_relu(&x, next(), next())?,
            Layer::Linear(_) => ops::linear(&x, next(), next())?,
            Layer::Relu => ops::relu(&x)?,
            Layer::MaxPool(_) | Layer::AvgPool(_) => ops::pool2d(&x, window)?,
            Layer::Flatten => {
                let batch = x.dim(x.rank() - 1)?;
                x.reshape(((), batch))?
            }
        };
    }
    Ok(x)
}

/// The window of a pooling layer.
fn pooling(layer: &Layer) -> Option<Window> {
    let (size, kind) = match layer {
        Layer::MaxPool(pool) => (pool.size, Pooling::Max),
        Layer::AvgPool(pool) => (pool.size, Pooling::Average),
        _ => return None,
    };
    Some(Window { size, kind, relu: false })
}
