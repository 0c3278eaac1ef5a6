//! Bits behind the point in training.

/// Of activations and pixels.
pub(super) const ACTIVATION_BITS: u32 = 8;
/// Of weights and biases. With 15 the `tutorial` network ends at 94.8 % of MNIST's test digits, with 14 at 94.4, in floats
/// at 94.7 (means of three starts; 6,000 digits, ten epochs, cross-entropy, rate 2^-4, momentum 7/8). One bit more here
/// gains nothing, and logits reach half of what fits; with one more in gradients those of `lenet5` reach 0.9 of it.
pub(super) const WEIGHT_BITS: u32 = 15;
/// Of the gradients of activations.
pub(super) const GRADIENT_BITS: u32 = 12;
