//! Reading a digit out of an update: why updates must not be seen one by one.
//!
//! Where a network begins with a linear layer `z = W x + b`, a step on one digit moves row `i` of
//! `W` by `g_i x` and `b_i` by `g_i`: any row over its bias is the digit itself (Phong et al.
//! 2018, "Privacy-preserving deep learning via additively homomorphic encryption", section 3;
//! Geiping et al. 2020, "Inverting gradients", proposition 3.1). A batch of several digits gives
//! a weighted mixture of them. The bias of the last layer tells the label: its gradient
//! `p - y` is negative at the digit's class alone (Zhao et al. 2020, "iDLG").

use sotto_digits::PIXELS;
use sotto_network::{Layer, Network};

/// What an update gives away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// 28x28 pixels, row by row, 0 to 255.
    pub pixels: Vec<u8>,
    /// The label.
    pub label: u8,
}

/// Whether an update of this network can be read so: the first layer that computes is linear.
#[must_use]
pub fn applies(network: &Network) -> bool {
    let mut computing = network
        .layers()
        .iter()
        .map(|named| &named.layer)
        .filter(|layer| !matches!(layer, Layer::Flatten));
    matches!(computing.next(), Some(Layer::Linear(linear)) if linear.inputs == PIXELS)
}

/// Reads the digit of an update `n_k (w_k - w)` that one step made; `None` where the network does
/// not [apply](applies), or nothing moved.
#[must_use]
pub fn recover(network: &Network, update: &[f32]) -> Option<Recovered> {
    if !applies(network) || update.len() != network.parameter_count() {
        return None;
    }
    let parameters = network.parameters();
    let [weight, bias] = parameters.first_chunk::<2>()?;
    let (rows, biases) = (&update[weight.range()], &update[bias.range()]);
    let pairs = rows.chunks_exact(PIXELS).zip(biases);
    let (row, scale) = pairs.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    if *scale == 0.0 {
        return None;
    }
    let pixel = |value: &f32| (255.0 * value / scale).round().clamp(0.0, 255.0) as u8;
    // The step goes against the gradient: the digit's class is the one that rose.
    let last = &update[parameters.last()?.range()];
    let label = (0u8..).zip(last).max_by(|a, b| a.1.total_cmp(b.1))?.0;
    Some(Recovered { pixels: row.iter().map(pixel).collect(), label })
}
