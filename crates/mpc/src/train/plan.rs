//! A network compiled for training: every layer as a matrix product with the maps around it. All of it is public.
//!
//! Activations are matrices with a row for every image, or for every pixel of every image, and a column for every
//! channel, so that a convolution is the product of its patches with its weights. Activations carry
//! [`ACTIVATION_BITS`] behind the point, weights [`WEIGHT_BITS`], gradients of activations [`GRADIENT_BITS`]; a
//! gradient of weights, summed over the batch, then has the sum of the first and the last.

use std::ops::Range;

use super::super::Error;
use super::bits::{ACTIVATION_BITS, GRADIENT_BITS, WEIGHT_BITS};
use super::engine::{Linear, NOWHERE};
use super::loss::{Loss, Softmax};
use super::pool::Tournament;
use sotto_network::{Layer as NetworkLayer, Network, Weights};

/// The most images in a batch: their gradients are summed in the ring.
const BATCH_MAX: usize = 128;

/// How a model is trained. All of it is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Training {
    /// Images in a step, a power of two.
    pub batch: usize,
    /// The learning rate is two to the power of minus this.
    pub rate: u32,
    /// The momentum is one minus two to the power of minus this, if there is any.
    pub momentum: Option<u32>,
    /// What is made small.
    pub loss: Loss,
}

/// A step, compiled.
#[derive(Debug, Clone)]
pub struct TrainingPlan {
    pub(super) layers: Vec<Layer>,
    pub(super) training: Training,
    /// Where the matrices are among the parameters; biases follow.
    weights: usize,
    parameters: usize,
    inputs: usize,
    outputs: usize,
    /// How the logits become probabilities.
    pub(super) softmax: Softmax,
    /// The sum of what every logit has.
    pub(super) total: Linear,
    /// From each parameter here to its index in a network's weights.
    indices: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(super) enum Layer {
    Product(Box<Product>),
    Relu {
        name: String,
    },
    /// Sums of windows of so many values, two to this power.
    Average {
        sums: Linear,
        back: Linear,
        bits: u32,
    },
    Max(Box<MaxPool>),
}

/// The largest value of every window.
#[derive(Debug, Clone)]
pub(super) struct MaxPool {
    pub(super) name: String,
    /// Of what enters, the candidates: the first values of all windows, then the second ones, and so on.
    pub(super) candidates: Linear,
    /// Candidates to what entered.
    pub(super) back: Linear,
    pub(super) tournament: Tournament,
}

/// `[rows, inner] [inner, columns] + bias`.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) rows: usize,
    pub(super) inner: usize,
    pub(super) columns: usize,
    /// Of what enters, the left matrix.
    pub(super) patches: Linear,
    /// The left matrix, transposed.
    pub(super) patches_transposed: Linear,
    /// The left matrix to what entered; none where nothing before has weights to learn.
    pub(super) back: Option<Linear>,
    pub(super) weights: Range<usize>,
    pub(super) weights_transposed: Linear,
    pub(super) biases: Range<usize>,
    /// The biases, a row of them for every row.
    pub(super) bias_rows: Linear,
    /// The sum of all rows.
    pub(super) row_sums: Linear,
}

impl TrainingPlan {
    /// Compiles a network.
    ///
    /// # Errors
    /// [`Error::Batch`], [`Error::Untrainable`].
    pub fn new(network: &Network, training: Training) -> Result<Self, Error> {
        let Training { batch, rate, momentum, .. } = training;
        if !batch.is_power_of_two() || batch > BATCH_MAX {
            return Err(Error::Batch(batch));
        }
        // What is dropped of a weight's step has to be something, and something has to be left.
        if !(1..=12).contains(&rate) || momentum.is_some_and(|bits| !(1..=8).contains(&bits)) {
            return Err(Error::Untrainable { layer: "the learning rate".to_owned() });
        }
        let mut compiler = Compiler::new(network, batch);
        for layer in network.layers() {
            compiler.layer(&layer.name, &layer.layer)?;
        }
        let Compiler { layers, indices, biases, outputs, .. } = compiler;
        let weights = indices.len();
        let mut plan = Self {
            layers,
            training,
            weights,
            parameters: weights + biases.len(),
            inputs: network.input_shape().iter().product(),
            outputs,
            softmax: Softmax::new(batch, outputs),
            total: Linear::Scatter(vec![0; batch * outputs], 1),
            indices: [indices, biases].concat(),
        };
        for layer in &mut plan.layers {
            if let Layer::Product(product) = layer {
                product.biases.start += weights;
                product.biases.end += weights;
            }
        }
        Ok(plan)
    }

    /// Images in a step.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.training.batch
    }

    /// Values of an image.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Classes.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Weights and biases.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Weights alone; they stand before the biases.
    pub(super) fn weights(&self) -> usize {
        self.weights
    }

    /// For each parameter, its index in a network's weights.
    pub(super) fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Of every matrix its index among the parameters, and how large a uniform draw of half He's variance gets.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (Range<usize>, i64)> {
        let unit = f64::from(1u32 << WEIGHT_BITS);
        self.layers.iter().filter_map(move |layer| match layer {
            Layer::Product(product) => {
                let bound = libm::sqrt(3.0 / product.inner as f64);
                Some((product.weights.clone(), (bound * unit) as i64))
            }
            _ => None,
        })
    }

    /// By how much a summed gradient is shifted to become a step of the weights.
    pub(super) fn step_shift(&self) -> u32 {
        let Training { batch, rate, .. } = self.training;
        ACTIVATION_BITS + GRADIENT_BITS + batch.ilog2() + rate - WEIGHT_BITS
    }

    /// A network's weights as whole numbers, in the order of the parameters here.
    #[must_use]
    pub fn encode(&self, weights: &Weights) -> Vec<i32> {
        let unit = f64::from(1u32 << WEIGHT_BITS);
        let value =
            |index: &u32| libm::rint(f64::from(weights.values()[*index as usize]) * unit) as i32;
        self.indices.iter().map(value).collect()
    }

    /// The network's weights that parameters stand for.
    ///
    /// # Errors
    /// None for as many parameters as there are.
    pub fn decode(
        &self,
        network: &Network,
        parameters: &[i32],
    ) -> Result<Weights, sotto_network::Error> {
        let unit = (1u32 << WEIGHT_BITS) as f32;
        let mut values = vec![0.0; parameters.len()];
        for (parameter, index) in parameters.iter().zip(&self.indices) {
            values[*index as usize] = *parameter as f32 / unit;
        }
        Weights::new(network, values)
    }
}

struct Compiler {
    batch: usize,
    layers: Vec<Layer>,
    /// Where each weight, and each bias, is in a network's weights.
    indices: Vec<u32>,
    biases: Vec<u32>,
    parameters: Vec<sotto_network::Parameter>,
    /// Channels, height and width of one image here.
    shape: [usize; 3],
    outputs: usize,
}

impl Compiler {
    fn new(network: &Network, batch: usize) -> Self {
        let shape = match *network.input_shape() {
            [channels, height, width] => [channels, height, width],
            ref other => [other.iter().product(), 1, 1],
        };
        let (layers, indices, biases) = (Vec::new(), Vec::new(), Vec::new());
        Self { batch, layers, indices, biases, parameters: network.parameters(), shape, outputs: 0 }
    }

    fn layer(&mut self, name: &str, layer: &NetworkLayer) -> Result<(), Error> {
        match layer {
            NetworkLayer::Linear(linear) => {
                let [channels, height, width] = self.shape;
                // Behind a convolution the channels stand first in what is flattened.
                let value = |row: usize, column: usize| {
                    let (channel, pixel) = (column / (height * width), column % (height * width));
                    (row * height * width + pixel) * channels + channel
                };
                let inner = linear.inputs;
                let patches = (0..self.batch)
                    .flat_map(|row| (0..inner).map(move |column| value(row, column) as u32));
                let patches = Linear::Gather(patches.collect());
                self.product(name, self.batch, inner, linear.outputs, patches);
                self.shape = [linear.outputs, 1, 1];
            }
            NetworkLayer::Conv2d(conv) => {
                let [channels, height, width] = self.shape;
                let (kernel, margin) = (conv.kernel, conv.margin());
                let (rows, columns) =
                    (height + 2 * margin + 1 - kernel, width + 2 * margin + 1 - kernel);
                let mut patches =
                    Vec::with_capacity(self.batch * rows * columns * channels * kernel * kernel);
                for (image, y, x) in coordinates([self.batch, rows, columns]) {
                    for (channel, dy, dx) in coordinates([channels, kernel, kernel]) {
                        let at = |at: usize, d: usize, limit: usize| {
                            (at + d).checked_sub(margin).filter(|at| *at < limit)
                        };
                        let pixel = at(y, dy, height).zip(at(x, dx, width));
                        patches.push(pixel.map_or(NOWHERE, |(y, x)| {
                            (((image * height + y) * width + x) * channels + channel) as u32
                        }));
                    }
                }
                let inner = channels * kernel * kernel;
                let rows_in_all = self.batch * rows * columns;
                self.product(name, rows_in_all, inner, conv.outputs, Linear::Gather(patches));
                self.shape = [conv.outputs, rows, columns];
            }
            NetworkLayer::Relu => self.layers.push(Layer::Relu { name: name.to_owned() }),
            NetworkLayer::AvgPool(pool) if pool.size.is_power_of_two() => self.average(pool.size),
            NetworkLayer::MaxPool(pool) => self.max(name, pool.size),
            NetworkLayer::Flatten => {}
            NetworkLayer::AvgPool(_) => {
                return Err(Error::Untrainable { layer: name.to_owned() });
            }
        }
        Ok(())
    }

    fn product(&mut self, name: &str, rows: usize, inner: usize, columns: usize, patches: Linear) {
        let products =
            self.layers.iter().filter(|layer| matches!(layer, Layer::Product(_))).count();
        let of = |index: usize| self.parameters[2 * products + index].range();
        let (weights, biases) = (of(0), of(1));
        // A network keeps a row of weights for every output.
        let transposed = (0..inner)
            .flat_map(|row| (0..columns).map(move |column| (column * inner + row) as u32));
        let (first, first_bias) = (self.indices.len(), self.biases.len());
        self.indices.extend(transposed.map(|index| weights.start as u32 + index));
        self.biases.extend(biases.clone().map(|index| index as u32));
        let inputs = self.batch * self.shape.iter().product::<usize>();
        let bias_rows = Linear::repeat(columns, rows);
        self.layers.push(Layer::Product(Box::new(Product {
            name: name.to_owned(),
            rows,
            inner,
            columns,
            patches_transposed: Linear::transpose(rows, inner),
            back: (products > 0).then(|| patches.back(inputs)),
            patches,
            weights: first..first + inner * columns,
            weights_transposed: Linear::transpose(inner, columns),
            biases: first_bias..first_bias + columns,
            row_sums: bias_rows.back(columns),
            bias_rows,
        })));
        self.outputs = columns;
    }

    fn average(&mut self, size: usize) {
        let [channels, height, width] = self.shape;
        let (rows, columns) = (height / size, width / size);
        let mut to = Vec::with_capacity(self.batch * height * width * channels);
        for (image, y, x) in coordinates([self.batch, height, width]) {
            let (row, column) = (y / size, x / size);
            let window = (image * rows + row) * columns + column;
            let inside = row < rows && column < columns;
            to.extend((0..channels).map(|channel| {
                if inside { (window * channels + channel) as u32 } else { NOWHERE }
            }));
        }
        let inputs = to.len();
        let sums = Linear::Scatter(to, self.batch * rows * columns * channels);
        self.layers.push(Layer::Average { back: sums.back(inputs), sums, bits: 2 * size.ilog2() });
        self.shape = [channels, rows, columns];
    }

    fn max(&mut self, name: &str, size: usize) {
        let [channels, height, width] = self.shape;
        let (rows, columns) = (height / size, width / size);
        let mut from = Vec::with_capacity(self.batch * height * width * channels);
        for (dy, dx, image) in coordinates([size, size, self.batch]) {
            for (row, column, channel) in coordinates([rows, columns, channels]) {
                let (y, x) = (row * size + dy, column * size + dx);
                from.push((((image * height + y) * width + x) * channels + channel) as u32);
            }
        }
        let tournament =
            Tournament { rows: self.batch * rows * columns * channels, candidates: size * size };
        let candidates = Linear::Gather(from);
        self.layers.push(Layer::Max(Box::new(MaxPool {
            name: name.to_owned(),
            back: candidates.back(self.batch * height * width * channels),
            candidates,
            tournament,
        })));
        self.shape = [channels, rows, columns];
    }
}

/// All values of three nested counters.
fn coordinates([a, b, c]: [usize; 3]) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
}
