//! A network as a list of gates, with the ring and the scale of every wire between them.
//!
//! Values carry `f` fractional bits. A product has `2 f`, and is truncated back to `f` when
//! something non-linear follows. The rules of the list:
//!
//! - products take wide values and leave shares, which are summed by an average pool,
//!   truncated to narrow values, or revealed;
//! - comparisons take narrow values; ReLU leaves wide ones, max pooling narrow ones;
//! - an average pool leaves the sum: a division by a power of two is a matter of scale, any
//!   other divisor goes into the weights of the product before or after it.
//!
//! A ReLU, and a level of a max pool, can be had in two ways: a comparison and then a selection, or a comparison with
//! a payload, which is one round less for a key two or three times as long. Which one ([`TradeOff`]) is public, and
//! goes with a model: the page saves rounds once alice and bob are on two machines, bytes otherwise, unless somebody
//! chooses; batches save bytes. Training keeps comparison and selection, because the way back needs the sign's bit.

use super::Error;
use super::gates::{Gate, Max, MaxOnce, Windows, WireFormName, of_plan};
use super::product_layer::{ProductKind, ProductLayer};
use super::ring::{NARROW_BITS, WIDE_BITS};
use sotto_kernels::patches::Geometry;
use sotto_network::{Layer, NamedLayer, Network};

/// The fewest fractional bits.
pub const FRACTION_MIN: u32 = 3;
/// The most fractional bits: a product then has 24, and 7 before the point.
pub const FRACTION_MAX: u32 = 12;
/// The most images that go through one plan together.
pub const BATCH_MAX: usize = 128;

/// What the client learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Output {
    /// Every logit: the answer and how sure the network is.
    Logits,
    /// The index of the largest logit, and nothing else.
    Label,
}

/// What is saved where a gate can be had in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TradeOff {
    /// Dealt words: for parties that answer each other at once.
    #[default]
    Bytes,
    /// Rounds: a ReLU, and a level of a max pool, takes one less, with a key two or three times as long. For parties far
    /// from each other.
    Rounds,
}

/// A network compiled for the parties. All of it is public.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) steps: Vec<PlanStep>,
    pub(super) products: Vec<ProductLayer>,
    fraction: u32,
    batch: usize,
    output: Output,
    inputs: usize,
    outputs: usize,
    /// What a logit of 1 is in the ring.
    unit: f64,
}

/// A gate with the layer that it computes.
#[derive(Debug, Clone)]
pub(super) struct PlanStep {
    /// The layer's name, the step path's second-last part.
    pub(super) layer: String,
    pub(super) gate: Gate,
    /// Values of one image that enter.
    pub(super) inputs: usize,
}

impl Plan {
    /// Compiles `network` with `fraction` fractional bits for activations and weights, for
    /// `batch` images together.
    ///
    /// # Errors
    /// [`Error::Fraction`], [`Error::Batch`], [`Error::Surplus`].
    pub fn new(
        network: &Network,
        fraction: u32,
        batch: usize,
        output: Output,
        trade_off: TradeOff,
    ) -> Result<Self, Error> {
        if !(FRACTION_MIN..=FRACTION_MAX).contains(&fraction) {
            return Err(Error::Fraction(fraction));
        }
        if !(1..=BATCH_MAX).contains(&batch) {
            return Err(Error::Batch(batch));
        }
        let mut compiler = Compiler::new(network, fraction, trade_off);
        for layer in network.layers() {
            compiler.layer(layer);
        }
        compiler.finish(output);
        if let Some(error) = compiler.problem {
            return Err(error);
        }
        let Compiler { steps, products, fraction_here, divisor, .. } = compiler;
        let unit = f64::from(1u32 << fraction_here) * divisor;
        let inputs = network.input_shape().iter().product();
        let outputs = match output {
            Output::Logits => network.output_shape().iter().product(),
            Output::Label => 1,
        };
        Ok(Self { steps, products, fraction, batch, output, inputs, outputs, unit })
    }

    /// Fractional bits of activations and weights.
    #[must_use]
    pub fn fraction(&self) -> u32 {
        self.fraction
    }

    /// Images that go through together.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// What the client learns.
    #[must_use]
    pub fn output(&self) -> Output {
        self.output
    }

    /// Values that the client shares.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.batch * self.inputs
    }

    /// Ring elements that the client is sent.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.batch * self.outputs
    }

    /// Comparisons for one image: what most of the time and of the dealt words goes to.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        self.steps.iter().map(|step| step.gate.comparisons(step.inputs)).sum()
    }

    /// Classes that a label tells apart.
    pub(super) fn classes(&self) -> usize {
        self.steps.last().map_or(0, |step| step.inputs)
    }

    /// What a logit of 1 is in the ring.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }
}

struct Compiler {
    steps: Vec<PlanStep>,
    products: Vec<ProductLayer>,
    fraction: u32,
    trade_off: TradeOff,
    form: WireFormName,
    /// Fractional bits of the wire here.
    fraction_here: u32,
    /// What the wire here still has to be divided by.
    divisor: f64,
    /// Values of one image here.
    values: usize,
    layer: String,
    /// What cannot be compiled.
    problem: Option<Error>,
}

impl Compiler {
    fn new(network: &Network, fraction: u32, trade_off: TradeOff) -> Self {
        Self {
            steps: Vec::new(),
            products: Vec::new(),
            fraction,
            trade_off,
            form: WireFormName::Wide,
            fraction_here: fraction,
            divisor: 1.0,
            values: network.input_shape().iter().product(),
            layer: String::new(),
            problem: None,
        }
    }

    fn layer(&mut self, named: &NamedLayer) {
        self.layer.clone_from(&named.name);
        match &named.layer {
            Layer::Conv2d(conv) => {
                let &[inputs, height, width] = named.input.as_slice() else { return };
                let (outputs, kernel, margin) = (conv.outputs, conv.kernel, conv.margin());
                let geometry = Geometry { inputs, outputs, height, width, kernel, margin };
                self.product(ProductKind::Conv(geometry));
            }
            Layer::Linear(linear) => {
                self.product(ProductKind::Linear {
                    inputs: linear.inputs,
                    outputs: linear.outputs,
                });
            }
            Layer::Relu => {
                self.narrow();
                match self.trade_off {
                    TradeOff::Bytes => self.push(of_plan::Relu, self.values),
                    TradeOff::Rounds => self.push(of_plan::ReluOnce, self.values),
                }
            }
            Layer::MaxPool(pool) => {
                let windows = Windows::new(&named.input, pool.size);
                self.narrow();
                let count = windows.count();
                match self.trade_off {
                    TradeOff::Bytes => self.push(of_plan::MaxPool::<Max>::new(windows), count),
                    TradeOff::Rounds => self.push(of_plan::MaxPool::<MaxOnce>::new(windows), count),
                }
            }
            Layer::AvgPool(pool) => self.average(Windows::new(&named.input, pool.size)),
            Layer::Flatten => {}
        }
    }

    fn product(&mut self, shape: ProductKind) {
        self.widen();
        let weight = f64::from(1u32 << self.fraction);
        self.fraction_here += self.fraction;
        self.products.push(ProductLayer {
            name: self.layer.clone(),
            shape,
            weight_unit: weight / self.divisor,
            bias_unit: f64::from(1u32 << self.fraction_here),
        });
        self.divisor = 1.0;
        self.push(of_plan::Product(self.products.len() - 1), shape.outputs());
    }

    /// The sum is the mean times the window's size: powers of two move the point, an odd
    /// divisor goes into the weights of the product before, or waits for the next one.
    fn average(&mut self, windows: Windows) {
        if self.form == WireFormName::Narrow {
            self.widen();
        }
        let size = windows.len() as u32;
        let odd = f64::from(size >> size.trailing_zeros());
        let gate: Gate = match self.form {
            WireFormName::Shares => {
                // Shares come from a product alone.
                if let Some(product) = self.products.last_mut() {
                    product.weight_unit /= odd;
                    product.bias_unit /= odd;
                }
                of_plan::SumShares(windows).into()
            }
            _ => {
                self.divisor *= odd;
                of_plan::SumMasked(windows).into()
            }
        };
        self.fraction_here += size.trailing_zeros();
        self.push(gate, windows.count());
    }

    fn narrow(&mut self) {
        let surplus = self.fraction_here - self.fraction;
        if surplus > WIDE_BITS - NARROW_BITS && self.form != WireFormName::Narrow {
            // Fewer than K bits would be left, and the masks' wrap would be lost.
            let layer = self.layer.clone();
            self.problem.get_or_insert(Error::Surplus { layer, bits: surplus });
        }
        match self.form {
            WireFormName::Narrow => return,
            WireFormName::Shares => {
                // It belongs to what made the shares.
                let layer = self.steps.last().map_or(String::new(), |step| step.layer.clone());
                let here = std::mem::replace(&mut self.layer, layer);
                self.push(of_plan::Truncate(surplus), self.values);
                self.layer = here;
            }
            WireFormName::Wide | WireFormName::Label => {
                self.push(of_plan::Narrow(surplus), self.values);
            }
        }
        self.fraction_here = self.fraction;
    }

    fn widen(&mut self) {
        match self.form {
            WireFormName::Wide => return,
            WireFormName::Shares => self.narrow(),
            WireFormName::Narrow | WireFormName::Label => {}
        }
        self.push(of_plan::Lift, self.values);
    }

    fn finish(&mut self, output: Output) {
        match (output, self.form) {
            (Output::Label, _) => {
                self.narrow();
                "answer".clone_into(&mut self.layer);
                self.push(of_plan::ArgMax, 1);
            }
            (Output::Logits, WireFormName::Narrow) => self.widen(),
            (Output::Logits, _) => {}
        }
    }

    /// A gate that leaves so many values.
    fn push(&mut self, gate: impl Into<Gate>, outputs: usize) {
        let (layer, gate) = (self.layer.clone(), gate.into());
        let [takes, leaves] = gate.forms();
        assert_eq!(takes, self.form, "{layer}: a gate takes what the gate before it leaves");
        self.steps.push(PlanStep { layer, gate, inputs: self.values });
        (self.values, self.form) = (outputs, leaves);
    }
}
