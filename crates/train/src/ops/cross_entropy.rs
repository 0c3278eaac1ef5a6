//! The loss: the mean over a batch of `log(sum_j exp(z_j)) - z_label`, in nats.
//!
//! Gradient: `dz = (softmax(z) - onehot(label)) / batch`. The largest logit is taken off
//! before the exponentials, which changes neither and keeps them finite.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, WithDType};

use super::storage::{Real, contiguous, slice, with_real};
use sotto_kernels::Number;
use sotto_kernels::lanes::Float;

/// The mean cross-entropy of `logits [classes, batch]` and `labels [batch]` (`u32`).
///
/// # Errors
/// When the shapes do not fit, a label is no class, or the batch is empty.
pub fn cross_entropy(logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
    contiguous(logits)?.apply_op2(labels, CrossEntropy)
}

/// The probabilities `exp(z_j) / sum_i exp(z_i)` of one example's logits.
#[must_use]
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let mut row = logits.to_vec();
    to_probabilities(&mut row);
    row
}

struct CrossEntropy;

impl CustomOp2 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        labels: &CpuStorage,
        labels_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (classes, batch) = logits_layout.shape().dims2()?;
        let labels = slice::<u32>(labels, labels_layout)?;
        if batch == 0 || labels.len() != batch {
            candle_core::bail!("cross-entropy: {batch} columns of logits, {} labels", labels.len());
        }
        if let Some(label) = labels.iter().find(|&&label| label as usize >= classes) {
            candle_core::bail!("cross-entropy: label {label} of {classes} classes");
        }
        with_real!(logits.dtype(), T => {
            let logits = slice::<T>(logits, logits_layout)?;
            let mut column = vec![T::ZERO; classes];
            let mut sum = T::ZERO;
            for (n, &label) in labels.iter().enumerate() {
                take(logits, batch, n, &mut column);
                let at_label = column[label as usize];
                let (total, largest) = to_exponentials(&mut column);
                sum += total.logarithm() - (at_label - largest);
            }
            sum /= T::of(batch as f64);
            Ok((T::to_cpu_storage_owned(vec![sum]), ().into()))
        })
    }

    fn bwd(
        &self,
        logits: &Tensor,
        labels: &Tensor,
        _loss: &Tensor,
        dloss: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let dz = logits.apply_op3_no_bwd(labels, dloss, &Gradient)?;
        Ok((Some(dz), None))
    }
}

/// The gradient, from logits, labels and the loss's own gradient.
struct Gradient;

impl CustomOp3 for Gradient {
    fn name(&self) -> &'static str {
        "cross-entropy-gradient"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        labels: &CpuStorage,
        labels_layout: &Layout,
        dloss: &CpuStorage,
        dloss_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (classes, batch) = logits_layout.shape().dims2()?;
        let labels = slice::<u32>(labels, labels_layout)?;
        with_real!(logits.dtype(), T => {
            let mut scale = slice::<T>(dloss, dloss_layout)?[0];
            scale /= T::of(batch as f64);
            let logits = slice::<T>(logits, logits_layout)?;
            let mut column = vec![T::ZERO; classes];
            let mut dz = vec![T::ZERO; logits.len()];
            for (n, &label) in labels.iter().enumerate() {
                take(logits, batch, n, &mut column);
                to_probabilities(&mut column);
                column[label as usize] -= T::ONE;
                for (slot, &value) in dz.iter_mut().skip(n).step_by(batch).zip(&column) {
                    *slot = value * scale;
                }
            }
            Ok((T::to_cpu_storage_owned(dz), logits_layout.shape().clone()))
        })
    }
}

/// Copies one example's logits.
fn take<T: Real>(logits: &[T], batch: usize, n: usize, column: &mut [T]) {
    for (slot, &value) in column.iter_mut().zip(logits.iter().skip(n).step_by(batch)) {
        *slot = value;
    }
}

/// Turns `z` into `exp(z - max z)`; their sum, and `max z`.
fn to_exponentials<T: Real>(z: &mut [T]) -> (T, T) {
    let largest = z.iter().fold(z[0], |best, &z| if z > best { z } else { best });
    let mut total = T::ZERO;
    for z in z {
        *z = (*z - largest).exponential();
        total += *z;
    }
    (total, largest)
}

fn to_probabilities<T: Real>(z: &mut [T]) {
    if z.is_empty() {
        return;
    }
    let (total, _) = to_exponentials(z);
    for z in z {
        *z /= total;
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use candle_core::Device;

    fn labels(labels: &[u32]) -> Tensor {
        Tensor::from_slice(labels, labels.len(), &Device::Cpu).unwrap()
    }

    #[test]
    fn gradients_are_the_finite_differences() {
        let labels = labels(&[2, 0, 4]);
        check::gradients(&[&[5, 3]], |t| cross_entropy(&t[0], &labels));
    }

    #[test]
    fn uniform_logits_cost_the_logarithm_of_the_classes() {
        let zeros = Tensor::zeros((10, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let loss = cross_entropy(&zeros, &labels(&[3, 9])).unwrap();
        assert!((loss.to_scalar::<f32>().unwrap() - 10f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn huge_logits_stay_finite() {
        assert_eq!(softmax(&[1e30, -1e30, 0.0]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn labels_out_of_range_are_errors() {
        let zeros = Tensor::zeros((10, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(cross_entropy(&zeros, &labels(&[10])).is_err());
        assert!(cross_entropy(&zeros, &labels(&[1, 1])).is_err());
    }
}
