//! What corrects a worker's gradients, so that workers with different digits do not drift apart.

use candle_core::backprop::GradStore;
use candle_core::{Device, Result as TensorResult, Tensor, Var};

use super::Error;
use sotto_network::{Network, Weights};

/// Adds `mu (w - w_0) + shift` to every gradient: the proximal term of FedProx (Li et al.
/// 2020, equation 2) and the control variates of SCAFFOLD (Karimireddy et al. 2020,
/// algorithm 1, line 9).
pub struct GradientCorrection {
    proximal: f64,
    /// The weights that the round began with, where there is a proximal term.
    anchors: Vec<Tensor>,
    /// What is added whatever the weights are.
    shifts: Vec<Tensor>,
}

impl GradientCorrection {
    /// Draws the weights to `anchor` by `proximal`, and shifts gradients by `shift`, as long as
    /// the network's flat weights or empty for none.
    ///
    /// # Errors
    /// A shift of another length.
    pub fn new(
        network: &Network,
        anchor: &Weights,
        proximal: f32,
        shift: &[f32],
    ) -> Result<Self, Error> {
        let tensors = |values: &[f32]| -> TensorResult<Vec<Tensor>> {
            let parameters = network.parameters().into_iter();
            let one = |p: sotto_network::Parameter| {
                Tensor::from_slice(&values[p.range()], p.shape, &Device::Cpu)
            };
            parameters.map(one).collect()
        };
        let shifts = match shift {
            [] => Vec::new(),
            shift => tensors(Weights::new(network, shift.to_vec())?.values())?,
        };
        let anchors = if proximal > 0.0 { tensors(anchor.values())? } else { Vec::new() };
        Ok(Self { proximal: f64::from(proximal), anchors, shifts })
    }

    /// Corrects the gradients of `vars`.
    pub(super) fn apply(&self, vars: &[Var], gradients: &mut GradStore) -> TensorResult<()> {
        for (index, var) in vars.iter().enumerate() {
            let Some(mut gradient) = gradients.get(var).cloned() else { continue };
            if let Some(anchor) = self.anchors.get(index) {
                let pull = ((var.as_tensor().detach() - anchor)? * self.proximal)?;
                gradient = (gradient + pull)?;
            }
            if let Some(shift) = self.shifts.get(index) {
                gradient = (gradient + shift)?;
            }
            gradients.insert(var, gradient);
        }
        Ok(())
    }
}
