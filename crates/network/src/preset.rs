//! The networks that the literature compares, by name.
//!
//! Pooling stands before the activation: for max pooling the function is the same, no
//! ties arise at zero, and on secret shares a 2x2 window costs 4 comparisons, not 7.

use super::{Layer, Network};

/// A network with a name and a reason.
#[derive(Debug, Clone)]
pub struct Preset {
    /// What the URL and the files call it.
    pub name: &'static str,
    /// Where it comes from.
    pub origin: &'static str,
    /// The layers.
    pub network: Network,
}

/// Name, origin, and the layers after a `[1, 28, 28]` image.
type Entry = (&'static str, &'static str, fn() -> Vec<Layer>);

const PRESETS: [Entry; 8] = [
    ("linear", "multinomial logistic regression", linear),
    ("lenet5", "LeCun et al. 1998, with max pooling and ReLU", lenet5),
    ("mlp", "one hidden layer of 500", mlp),
    ("network1", "SecureML (Mohassel and Zhang 2017)", network1),
    ("tutorial", "PySyft's tutorial 12 bis, training on shares", tutorial),
    ("network2", "MiniONN (Liu et al. 2017), AriaNN (Ryffel et al. 2022)", network2),
    ("lenet", "Caffe's LeNet, the usual network of MPC benchmarks", lenet),
    ("mcmahan", "FedAvg (McMahan et al. 2017)", mcmahan),
];

/// The preset called `name`.
///
/// # Panics
/// Never: every preset's shapes are tested to fit.
#[must_use]
pub fn by_name(name: &str) -> Option<Preset> {
    let (name, origin, layers) = PRESETS.iter().find(|preset| preset.0 == name)?;
    let network =
        Network::new(&[1, 28, 28], layers()).expect("every preset's shapes are tested to fit");
    Some(Preset { name, origin, network })
}

/// The names of all presets.
#[must_use]
pub fn names() -> Vec<&'static str> {
    PRESETS.iter().map(|preset| preset.0).collect()
}

fn linear() -> Vec<Layer> {
    vec![Layer::Flatten, Layer::linear(784, 10)]
}

fn lenet5() -> Vec<Layer> {
    let mut layers = features(Layer::conv(1, 6, 5), Layer::conv(6, 16, 5));
    layers.extend(dense(&[256, 120, 84, 10]));
    layers
}

fn mlp() -> Vec<Layer> {
    let mut layers = vec![Layer::Flatten];
    layers.extend(dense(&[784, 500, 10]));
    layers
}

fn network1() -> Vec<Layer> {
    let mut layers = vec![Layer::Flatten];
    layers.extend(dense(&[784, 128, 128, 10]));
    layers
}

fn tutorial() -> Vec<Layer> {
    let mut layers = vec![Layer::Flatten];
    layers.extend(dense(&[784, 128, 64, 10]));
    layers
}

fn network2() -> Vec<Layer> {
    let mut layers = features(Layer::conv(1, 16, 5), Layer::conv(16, 16, 5));
    layers.extend(dense(&[256, 100, 10]));
    layers
}

fn lenet() -> Vec<Layer> {
    let mut layers = features(Layer::conv(1, 20, 5), Layer::conv(20, 50, 5));
    layers.extend(dense(&[800, 500, 10]));
    layers
}

fn mcmahan() -> Vec<Layer> {
    let mut layers = features(Layer::conv_same(1, 32, 5), Layer::conv_same(32, 64, 5));
    layers.extend(dense(&[3136, 512, 10]));
    layers
}

/// Two convolutions, each pooled 2x2 and activated, and a flat vector at the end.
fn features(first: Layer, second: Layer) -> Vec<Layer> {
    vec![
        first,
        Layer::max_pool(2),
        Layer::Relu,
        second,
        Layer::max_pool(2),
        Layer::Relu,
        Layer::Flatten,
    ]
}

/// Fully connected layers of these widths, with activations between them.
fn dense(widths: &[usize]) -> Vec<Layer> {
    let mut layers = Vec::new();
    for pair in widths.windows(2) {
        if !layers.is_empty() {
            layers.push(Layer::Relu);
        }
        layers.push(Layer::linear(pair[0], pair[1]));
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_their_published_sizes() {
        let sizes = [
            ("linear", 7_850),
            ("lenet5", 44_426),
            ("mlp", 397_510),
            ("network1", 118_282),
            ("tutorial", 109_386),
            ("network2", 33_542),
            ("lenet", 431_080),
            ("mcmahan", 1_663_370),
        ];
        assert_eq!(names().len(), sizes.len());
        for (name, size) in sizes {
            let preset = by_name(name).unwrap();
            assert_eq!(preset.network.parameter_count(), size, "{name}");
            assert_eq!(preset.network.output_shape(), [10], "{name}");
        }
        assert!(by_name("lenet6").is_none());
    }
}
