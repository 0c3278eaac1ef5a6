//! A network's layers as the operations that compute them: a pool and a rectifier go with
//! the layer before them.

use std::slice::Iter;

use candle_core::{Result, Tensor};

use super::ops::{self, Pooling, Window};
use sotto_network::{Layer, Network};

/// One operation of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// Convolution, then the window.
    Conv { margin: usize, window: Window },
    /// A fully connected layer, then perhaps the rectifier.
    Linear { relu: bool },
    /// A window by itself.
    Pool(Window),
    /// The rectifier by itself.
    Relu,
    /// The shape of a vector.
    Flatten,
}

impl Stage {
    /// The stages of a network, in order.
    pub(super) fn of(network: &Network) -> Vec<Self> {
        let mut layers = network.layers().iter().map(|placed| &placed.layer).peekable();
        let mut stages = Vec::new();
        while let Some(layer) = layers.next() {
            let mut window = match layer {
                Layer::Conv2d(_) => layers.next_if(|next| pooling(next).is_some()),
                _ => Some(layer),
            }
            .and_then(pooling)
            .unwrap_or(Window::IDENTITY);
            let may_end_in_relu = !matches!(layer, Layer::Flatten | Layer::Relu);
            window.relu = may_end_in_relu && layers.next_if_eq(&&Layer::Relu).is_some();
            stages.push(match layer {
                Layer::Conv2d(conv) => Self::Conv { margin: conv.margin(), window },
                Layer::Linear(_) => Self::Linear { relu: window.relu },
                Layer::MaxPool(_) | Layer::AvgPool(_) => Self::Pool(window),
                Layer::Relu => Self::Relu,
                Layer::Flatten => Self::Flatten,
            });
        }
        stages
    }

    /// Computes the stage on a batch; takes the weights it has from `weights`.
    pub(super) fn apply(&self, x: &Tensor, weights: &mut Iter<'_, Tensor>) -> Result<Tensor> {
        let mut next = || weights.next().expect("a model has the weights of its network");
        match *self {
            Self::Conv { margin, window } => ops::conv2d_window(x, next(), next(), margin, window),
            Self::Linear { relu: true } => ops::linear_relu(x, next(), next()),
            Self::Linear { relu: false } => ops::linear(x, next(), next()),
            Self::Pool(window) => ops::pool2d(x, window),
            Self::Relu => ops::relu(x),
            Self::Flatten => {
                let batch = x.dim(candle_core::D::Minus1)?;
                x.reshape(((), batch))
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_and_rectifiers_go_with_the_layer_before_them() {
        let layers = vec![
            Layer::conv(1, 2, 5),
            Layer::max_pool(2),
            Layer::Relu,
            Layer::conv(2, 3, 5),
            Layer::Relu,
            Layer::avg_pool(2),
            Layer::Flatten,
            Layer::linear(48, 10),
            Layer::Relu,
            Layer::Relu,
            Layer::linear(10, 10),
        ];
        let network = Network::new(&[1, 28, 28], layers).unwrap();
        let window = |size, kind, relu| Window { size, kind, relu };
        let expected = [
            Stage::Conv { margin: 0, window: window(2, Pooling::Max, true) },
            Stage::Conv { margin: 0, window: window(1, Pooling::Max, true) },
            Stage::Pool(window(2, Pooling::Average, false)),
            Stage::Flatten,
            Stage::Linear { relu: true },
            Stage::Relu,
            Stage::Linear { relu: false },
        ];
        assert_eq!(Stage::of(&network), expected);
    }
}
