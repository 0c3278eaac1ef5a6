//! Whether a model's numbers fit the rings. What does not fit is not noticed by the parties:
//! its sign flips in silence. So the owner looks at every model that it shares.

use super::Error;
use super::clear::{Clear, Floor, Kind};
use super::plan::{Gate, Output, Plan, ProductLayer, Saving};
use super::ring::{NARROW_BITS, WIDE_BITS};
use sotto_network::{Network, Weights};

/// Whether a layer's numbers fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Whatever the input is.
    Always,
    /// On all inputs that were tried; others could leave the range.
    OnSample,
    /// Not even on the inputs that were tried: answers are wrong.
    Never,
}

/// How large the numbers of one layer get.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRange {
    /// The layer's name.
    pub layer: String,
    /// Bits that the ring leaves for the magnitude.
    pub limit_bits: u32,
    /// Bits of the largest magnitude on the sample.
    pub seen_bits: f64,
    /// Bits that no input can exceed.
    pub worst_bits: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// The ranges of all layers with weights, and of what is compared after them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranges(pub Vec<LayerRange>);

impl Ranges {
    /// Measures a model with `fraction` fractional bits on a `sample` of images, 784 pixels
    /// each, and bounds it for all images.
    ///
    /// # Errors
    /// [`Error::Fraction`], [`Error::Weight`].
    pub fn measure(
        network: &Network,
        weights: &Weights,
        fraction: u32,
        sample: &[u8],
    ) -> Result<Self, Error> {
        let plan = Plan::new(network, fraction, 1, Output::Label, Saving::Bytes)?;
        let clear = Clear::new(&plan, network, weights)?;
        let mut seen = vec![[0i64; 2]; plan.steps.len()];
        for image in sample.chunks_exact(plan.inputs()) {
            clear.run(image, &mut Floor, &mut |step, kind, values| {
                let largest = values.iter().map(|value| value.abs()).max().unwrap_or(0);
                let place = &mut seen[step][usize::from(kind == Kind::Difference)];
                *place = largest.max(*place);
            });
        }
        Ok(Self(layers(&plan, &bounds(&plan, network, weights), &seen)))
    }

    /// The worst verdict of all layers.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.0.iter().map(|layer| layer.verdict).max().unwrap_or(Verdict::Always)
    }
}

/// One line a step whose numbers can leave their ring.
fn layers(plan: &Plan, worst: &[f64], seen: &[[i64; 2]]) -> Vec<LayerRange> {
    let steps = plan.steps.iter().zip(worst).zip(seen);
    let lines = steps.filter_map(|((step, worst), seen)| {
        let limit_bits = match step.gate {
            Gate::Product(_) | Gate::SumShares(_) | Gate::SumMasked(_) => WIDE_BITS - 1,
            Gate::Truncate(_) | Gate::Narrow(_) | Gate::MaxPool(..) | Gate::ArgMax => {
                NARROW_BITS - 1
            }
            Gate::Lift | Gate::Relu(_) => return None,
        };
        let bits = |magnitude: f64| libm::log2(magnitude + 1.0);
        let seen_bits = bits(seen[0].max(seen[1]) as f64);
        let worst_bits = bits(*worst).max(seen_bits);
        let fits = |bits: f64| bits <= f64::from(limit_bits);
        let verdict = match (fits(worst_bits), fits(seen_bits)) {
            (true, _) => Verdict::Always,
            (false, true) => Verdict::OnSample,
            (false, false) => Verdict::Never,
        };
        Some(LayerRange { layer: step.layer.clone(), limit_bits, seen_bits, worst_bits, verdict })
    });
    // Of a layer's steps the one that comes closest to its limit.
    let mut layers: Vec<LayerRange> = Vec::new();
    for line in lines {
        let room = |line: &LayerRange| f64::from(line.limit_bits) - line.worst_bits;
        match layers.last_mut().filter(|last| last.layer == line.layer) {
            Some(last) if room(&line) < room(last) => *last = line,
            Some(_) => {}
            None => layers.push(line),
        }
    }
    layers
}

/// For each step the largest magnitude that any image can lead to, in the ring's units:
/// intervals, propagated with one bound a layer.
fn bounds(plan: &Plan, network: &Network, weights: &Weights) -> Vec<f64> {
    let parameters = network.parameters();
    let (mut low, mut high) = (0.0f64, f64::from(1u32 << plan.fraction()));
    plan.steps
        .iter()
        .map(|step| {
            match &step.gate {
                Gate::Product(layer) => {
                    let pair = &parameters[2 * layer..2 * layer + 2];
                    let [w, b] = [0, 1].map(|part: usize| &weights.values()[pair[part].range()]);
                    (low, high) = product_bounds(&plan.products[*layer], w, b, (low, high));
                }
                Gate::SumShares(windows) | Gate::SumMasked(windows) => {
                    let count = windows.len() as f64;
                    (low, high) = (low * count, high * count);
                }
                Gate::Truncate(shift) | Gate::Narrow(shift) => {
                    let unit = f64::from(1u32 << shift);
                    (low, high) = (libm::floor(low / unit), libm::floor(high / unit) + 1.0);
                }
                Gate::Relu(_) => (low, high) = (0.0, high.max(0.0)),
                // What is compared is a difference.
                Gate::MaxPool(..) | Gate::ArgMax => return high - low,
                Gate::Lift => {}
            }
            high.max(-low)
        })
        .collect()
}

fn product_bounds(
    product: &ProductLayer,
    weights: &[f32],
    biases: &[f32],
    (low, high): (f64, f64),
) -> (f64, f64) {
    let rows = weights.chunks_exact(weights.len() / biases.len());
    let (mut least, mut most) = (0.0f64, 0.0f64);
    for (row, bias) in rows.zip(biases) {
        let bias = f64::from(*bias) * product.bias_unit;
        let (mut up, mut down) = (0.0, 0.0);
        for weight in row {
            let weight = libm::rint(f64::from(*weight) * product.weight_unit);
            up += weight.max(0.0);
            down += weight.min(0.0);
        }
        // A margin of zeros may stand in for any input.
        let (low, high) = (low.min(0.0), high.max(0.0));
        most = most.max(up * high + down * low + bias);
        least = least.min(up * low + down * high + bias);
    }
    (least, most)
}
