//! A network with weights that Candle can differentiate.

use candle_core::{Device, Result as TensorResult, Tensor, Var};
use candle_nn::Module;

use super::Error;
use super::stage::Stage;
use sotto_network::{Network, Weights};

/// A network and its trainable weights.
#[derive(Debug)]
pub struct Model {
    network: Network,
    /// Weight and bias of every layer that has them, in the order of the flat vector.
    vars: Vec<Var>,
    stages: Vec<Stage>,
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
        Ok(Self { network: network.clone(), vars, stages: Stage::of(network) })
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
        self.forward_with(&weights, images)
    }

    /// The same with other tensors for the weights.
    pub(super) fn forward_with(&self, weights: &[Tensor], images: &Tensor) -> TensorResult<Tensor> {
        let mut shape = self.network.input_shape().to_vec();
        shape.push(images.dim(1)?);
        let mut weights = weights.iter();
        let images = images.reshape(shape)?;
        self.stages.iter().try_fold(images, |x, stage| stage.apply(&x, &mut weights))
    }
}
