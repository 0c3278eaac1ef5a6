//! The model as data: a list of layers that others interpret, training for one.
//!
//! Shapes are those of one example, without the batch: `[channels, height, width]` for
//! images and `[features]` after [`Layer::Flatten`].
//!
//! A network does not compute. An interpreter walks its list and gives each layer a meaning: `train` runs and trains
//! it in `f32`, `mpc::plan` compiles it to gates, and `mpc::train` to steps of training on shares.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod initial;
mod layer;
mod preset;
mod tensors;
mod weights;

pub use initial::Initialiser;
pub use layer::{Conv2d, Layer, Linear, Padding, Pool};
pub use preset::{Preset, by_name as preset, names as preset_names};
pub use tensors::recognise;
pub use weights::{Parameter, WeightHash, Weights};

/// A model: its input's shape and its layers, with shapes that were checked to fit.
///
/// ```
/// let lenet5 = sotto_network::preset("lenet5").unwrap();
/// assert_eq!(lenet5.network.parameter_count(), 44_426);
/// assert_eq!(lenet5.network.output_shape(), [10]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    layers: Vec<NamedLayer>,
    input: Vec<usize>,
}

/// A layer with its name (`conv1`, `pool1`, `fc2`) and the shapes around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLayer {
    /// Unique in the network: the layer's kind and its number among its kind.
    pub name: String,
    /// What it computes.
    pub layer: Layer,
    /// The shape of one example that enters.
    pub input: Vec<usize>,
    /// The shape of one example that leaves.
    pub output: Vec<usize>,
}

/// Why a network or its weights do not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A layer cannot take what the layer before it gives.
    #[error("layer {layer}: {problem} (it was given {input:?})")]
    Shape {
        /// The layer's name.
        layer: String,
        /// What does not fit.
        problem: String,
        /// The shape that reached the layer.
        input: Vec<usize>,
    },
    /// A network without layers, or with more than [`LAYERS_MAX`].
    #[error("a network has 1 to {LAYERS_MAX} layers, this one has {0}")]
    Depth(usize),
    /// More weights than [`PARAMETERS_MAX`].
    #[error("a network has at most {PARAMETERS_MAX} weights, this one has {0}")]
    Parameters(usize),
    /// A flat vector of another length than the network's.
    #[error("the network has {expected} weights, {found} were given")]
    Length {
        /// The network's number of weights.
        expected: usize,
        /// The vector's length.
        found: usize,
    },
    /// A weight that is not a finite number.
    #[error("weight {index} is {value}, not a finite number")]
    NotFinite {
        /// Its index in the flat vector.
        index: usize,
        /// The value found.
        value: String,
    },
    /// A preset that does not exist.
    #[error("there is no network called {0}")]
    Unknown(String),
    /// A safetensors file that cannot be read as this network's weights.
    #[error("weights file: {0}")]
    File(String),
}

/// The deepest network that is accepted.
pub const LAYERS_MAX: usize = 64;
/// The largest network that is accepted, in weights (64 MB).
pub const PARAMETERS_MAX: usize = 1 << 24;

impl Network {
    /// Names the layers and checks every shape, from an `input` shape of one example.
    ///
    /// # Errors
    /// [`Error::Shape`] with the first layer that does not fit, [`Error::Depth`],
    /// [`Error::Parameters`].
    pub fn new(input: &[usize], layers: Vec<Layer>) -> Result<Self, Error> {
        if layers.is_empty() || layers.len() > LAYERS_MAX {
            return Err(Error::Depth(layers.len()));
        }
        let mut named: Vec<NamedLayer> = Vec::with_capacity(layers.len());
        let mut shape = input.to_vec();
        for layer in layers {
            let number =
                1 + named.iter().filter(|before| before.layer.kind() == layer.kind()).count();
            let name = format!("{}{number}", layer.kind());
            let output = layer.output_shape(&shape).map_err(|problem| Error::Shape {
                layer: name.clone(),
                problem,
                input: shape.clone(),
            })?;
            let input = std::mem::replace(&mut shape, output.clone());
            named.push(NamedLayer { name, layer, input, output });
        }
        let network = Self { layers: named, input: input.to_vec() };
        match network.parameter_count() {
            count if count > PARAMETERS_MAX => Err(Error::Parameters(count)),
            _ => Ok(network),
        }
    }

    /// The layers in the order in which they are computed.
    #[must_use]
    pub fn layers(&self) -> &[NamedLayer] {
        &self.layers
    }

    /// The shape of one example.
    #[must_use]
    pub fn input_shape(&self) -> &[usize] {
        &self.input
    }

    /// The shape of what the last layer gives for one example.
    #[must_use]
    pub fn output_shape(&self) -> &[usize] {
        self.layers.last().map_or(&self.input, |last| &last.output)
    }

    /// The named weight tensors, in the order in which a flat vector holds them.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut offset = 0;
        let mut all = Vec::new();
        for NamedLayer { name, layer, .. } in &self.layers {
            for (part, shape) in layer.parameters() {
                let parameter = Parameter { name: format!("{name}.{part}"), offset, shape };
                offset += parameter.len();
                all.push(parameter);
            }
        }
        all
    }

    /// How many weights there are in all.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_layer() {
        let layers =
            vec![Layer::Flatten, Layer::linear(784, 100), Layer::Relu, Layer::linear(99, 10)];
        let error = Network::new(&[1, 28, 28], layers).unwrap_err().to_string();
        assert!(error.contains("fc2") && error.contains("99"), "{error}");
    }

    #[test]
    fn depth_and_size_are_limited() {
        let deep = Network::new(&[4], vec![Layer::Relu; LAYERS_MAX + 1]);
        assert_eq!(deep, Err(Error::Depth(LAYERS_MAX + 1)));
        assert_eq!(Network::new(&[4], Vec::new()), Err(Error::Depth(0)));
        let wide = Network::new(&[5000], vec![Layer::linear(5000, 5000)]);
        assert!(matches!(wide, Err(Error::Parameters(_))));
    }

    #[test]
    fn layers_are_numbered_among_their_kind() {
        let network = preset("lenet5").unwrap().network;
        let names: Vec<&str> = network.layers().iter().map(|l| l.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "conv1", "pool1", "relu1", "conv2", "pool2", "relu2", "flatten1", "fc1", "relu3",
                "fc2", "relu4", "fc3"
            ]
        );
    }
}
