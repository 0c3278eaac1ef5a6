//! Whether a model's numbers fit the rings. What does not fit is not noticed by the parties:
//! its sign flips in silence. So the owner looks at every model that it shares.

use super::Error;
use super::clear::{Clear, Floor};
use super::gates::{AtBounds, ValueKind};
use super::plan::{Output, Plan, TradeOff};
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
        let plan = Plan::new(network, fraction, 1, Output::Label, TradeOff::Bytes)?;
        let clear = Clear::new(&plan, network, weights)?;
        let mut seen = vec![[0i64; 2]; plan.steps.len()];
        for image in sample.chunks_exact(plan.inputs()) {
            clear.run(image, &mut Floor, &mut |step, kind, values| {
                let largest = values.iter().map(|value| value.abs()).max().unwrap_or(0);
                let slot = &mut seen[step][usize::from(kind == ValueKind::Difference)];
                *slot = largest.max(*slot);
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
        let limit_bits = step.gate.limit_bits()?;
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
    let (low, high) = (0.0, f64::from(1u32 << plan.fraction()));
    let mut at = AtBounds { products: &plan.products, network, weights, low, high };
    plan.steps.iter().map(|step| step.gate.bound(&mut at)).collect()
}
