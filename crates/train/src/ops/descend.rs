//! Steps of the optimisers, in place: weights move by their gradients.

use std::sync::{Mutex, PoisonError};

use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, bail};

use super::storage::slice;
use sotto_kernels::lanes::{Float, Kernel, Lanes, WIDTH};
use sotto_kernels::tile::{load_some, store_some};

/// The parameters of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdConfig {
    /// How far a step goes.
    pub learning_rate: f32,
    /// How much of the last step is kept, in `[0, 1)`.
    pub momentum: f32,
    /// How strongly weights are drawn to zero (L2), per unit of learning rate.
    pub weight_decay: f32,
}

impl SgdConfig {
    /// What `steps` steps multiply a constant gradient by: the learning rate of each, and what
    /// momentum adds to it.
    #[must_use]
    pub fn reach(&self, steps: u32) -> f32 {
        let momentum = f64::from(self.momentum);
        let (mut velocity, mut moved) = (0.0, 0.0);
        for _ in 0..steps.max(1) {
            velocity = momentum * velocity + 1.0;
            moved += velocity;
        }
        (moved * f64::from(self.learning_rate)) as f32
    }
}

/// Moves `weight` by its `gradient`, and its `velocity` with it (Polyak 1964, in PyTorch's
/// form): `v <- m v + (g + d w)`, then `w <- w - lr v`.
pub(crate) fn descend(
    weight: &Tensor,
    gradient: &Tensor,
    velocity: &mut [f32],
    config: SgdConfig,
) -> Result<()> {
    change(weight, gradient, |weight, gradient| {
        if weight.len() != velocity.len() {
            bail!("SGD: {} weights, {} velocities", weight.len(), velocity.len());
        }
        f32::dispatch(DescentStep { weight, gradient, velocity, config });
        Ok(())
    })
}

/// Lets `rule` change the values of `weight`, given as many of `gradient`.
pub(crate) fn change(
    weight: &Tensor,
    gradient: &Tensor,
    rule: impl FnMut(&mut [f32], &[f32]) -> Result<()> + Send,
) -> Result<()> {
    weight.inplace_op2(&gradient.contiguous()?, &Change(Mutex::new(rule)))
}

/// Candle lends an operation to itself for reading only.
struct Change<F>(Mutex<F>);

impl<F: FnMut(&mut [f32], &[f32]) -> Result<()> + Send> InplaceOp2 for Change<F> {
    fn name(&self) -> &'static str {
        "descend"
    }

    fn cpu_fwd(
        &self,
        weight: &mut CpuStorage,
        weight_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<()> {
        let weight = match (weight, weight_layout.contiguous_offsets()) {
            (CpuStorage::F32(values), Some((start, end))) => &mut values[start..end],
            _ => bail!("an optimiser changes contiguous f32 tensors"),
        };
        let gradient = slice::<f32>(gradient, gradient_layout)?;
        if weight.len() != gradient.len() {
            bail!("{} weights, {} gradients", weight.len(), gradient.len());
        }
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(weight, gradient)
    }
}

struct DescentStep<'a> {
    weight: &'a mut [f32],
    gradient: &'a [f32],
    velocity: &'a mut [f32],
    config: SgdConfig,
}

impl Kernel<f32> for DescentStep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Number = f32>>(self) {
        let SgdConfig { learning_rate, momentum, weight_decay } = self.config;
        let (rate, momentum, decay) =
            (L::splat(learning_rate), L::splat(momentum), L::splat(weight_decay));
        let step = |w: L, g: L, v: L| {
            let v = momentum.mul(v).add(g.add(decay.mul(w)));
            (w.sub(rate.mul(v)), v)
        };
        let (w_eights, w_rest) = self.weight.as_chunks_mut::<WIDTH>();
        let (g_eights, g_rest) = self.gradient.as_chunks::<WIDTH>();
        let (v_eights, v_rest) = self.velocity.as_chunks_mut::<WIDTH>();
        for ((w, g), v) in w_eights.iter_mut().zip(g_eights).zip(v_eights) {
            let (new_w, new_v) = step(L::load(w), L::load(g), L::load(v));
            new_w.store(w);
            new_v.store(v);
        }
        let (new_w, new_v) = step(load_some(w_rest), load_some(g_rest), load_some(v_rest));
        store_some(new_w, w_rest);
        store_some(new_v, v_rest);
    }
}
