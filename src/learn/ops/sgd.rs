//! The two halves of a step of SGD, in place (Polyak 1964, in PyTorch's form):
//! `v <- m v + (g + d w)`, then `w <- w - lr v`.

use candle_core::{CpuStorage, InplaceOp2, InplaceOp3, Layout, Result, Tensor, bail};

use super::storage::slice;

/// `velocity <- momentum * velocity + (gradient + decay * weight)`.
pub(in crate::learn) fn gather_velocity(
    velocity: &Tensor,
    gradient: &Tensor,
    weight: &Tensor,
    momentum: f32,
    decay: f32,
) -> Result<()> {
    velocity.inplace_op3(gradient, weight, &Gather { momentum, decay })
}

/// `weight <- weight - rate * velocity`.
pub(in crate::learn) fn descend(weight: &Tensor, velocity: &Tensor, rate: f32) -> Result<()> {
    weight.inplace_op2(velocity, &Descend { rate })
}

struct Gather {
    momentum: f32,
    decay: f32,
}

struct Descend {
    rate: f32,
}

fn slice_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => bail!("SGD changes contiguous f32 tensors"),
    }
}

impl InplaceOp3 for Gather {
    fn name(&self) -> &'static str {
        "sgd-velocity"
    }

    fn cpu_fwd(
        &self,
        velocity: &mut CpuStorage,
        velocity_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<()> {
        let gradient = slice::<f32>(gradient, gradient_layout)?;
        let weight = slice::<f32>(weight, weight_layout)?;
        let velocity = slice_mut(velocity, velocity_layout)?;
        for ((v, &g), &w) in velocity.iter_mut().zip(gradient).zip(weight) {
            *v = self.momentum * *v + (g + self.decay * w);
        }
        Ok(())
    }
}

impl InplaceOp2 for Descend {
    fn name(&self) -> &'static str {
        "sgd-step"
    }

    fn cpu_fwd(
        &self,
        weight: &mut CpuStorage,
        weight_layout: &Layout,
        velocity: &CpuStorage,
        velocity_layout: &Layout,
    ) -> Result<()> {
        let velocity = slice::<f32>(velocity, velocity_layout)?;
        for (w, &v) in slice_mut(weight, weight_layout)?.iter_mut().zip(velocity) {
            *w -= self.rate * v;
        }
        Ok(())
    }
}
