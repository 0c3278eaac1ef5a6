//! Every operation, and a short training, against what PyTorch computed
//! (`vectors/make_torch.py`).
#![allow(clippy::unwrap_used, missing_docs)]

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{Module, Optimizer};
use sotto_network::{Layer, Network, Weights};
use sotto_train::{Model, Sgd, SgdConfig, ops};
use std::collections::HashMap;

fn vectors() -> HashMap<String, Tensor> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/torch.safetensors");
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

fn difference(a: &Tensor, b: &Tensor) -> f64 {
    assert_eq!(a.dims(), b.dims());
    let (a, b) = (a.to_dtype(DType::F64).unwrap(), b.to_dtype(DType::F64).unwrap());
    let gap = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
    gap.max(0).unwrap().to_scalar().unwrap()
}

/// Compares the output and all gradients, in both types that the kernels know.
fn agrees(name: &str, op: impl Fn(&[Tensor]) -> Result<Tensor>) {
    // Our operations have the batch last.
    let batch_last = |tensor: &Tensor| {
        let mut order: Vec<usize> = (0..tensor.rank()).collect();
        order.rotate_left(1);
        tensor.permute(order).unwrap().contiguous().unwrap()
    };
    let vectors = vectors();
    for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 2e-5)] {
        let get = |part: &str| vectors[&format!("{name}/{part}")].to_dtype(dtype).unwrap();
        let count = (0..).take_while(|i| vectors.contains_key(&format!("{name}/x{i}"))).count();
        assert!(count > 0, "there are no vectors for {name}");
        // The first argument is a batch, others are weights.
        let input = |i: usize| {
            let values = get(&format!("x{i}"));
            if i == 0 { batch_last(&values) } else { values }
        };
        let inputs: Vec<Var> = (0..count).map(|i| Var::from_tensor(&input(i)).unwrap()).collect();
        let tensors: Vec<Tensor> = inputs.iter().map(|v| v.as_tensor().clone()).collect();
        let y = op(&tensors).unwrap();
        let (expected, dy) = match y.rank() {
            0 => (get("y"), get("dy")),
            _ => (batch_last(&get("y")), batch_last(&get("dy"))),
        };
        assert!(difference(&y, &expected) < tolerance, "{name} {dtype:?}: output");
        let grads = (y * dy).unwrap().sum_all().unwrap().backward().unwrap();
        for (i, input) in inputs.iter().enumerate() {
            let expected = get(&format!("dx{i}"));
            let expected = if i == 0 { batch_last(&expected) } else { expected };
            let gap = difference(grads.get(input).unwrap(), &expected);
            assert!(gap < tolerance, "{name} {dtype:?}: gradient {i} is {gap} off");
        }
    }
}

#[test]
fn operations_agree() {
    agrees("conv", |t| ops::conv2d(&t[0], &t[1], &t[2], 0));
    agrees("conv-same", |t| ops::conv2d(&t[0], &t[1], &t[2], 2));
    agrees("linear", |t| ops::linear(&t[0], &t[1], &t[2]));
    agrees("relu", |t| ops::relu(&t[0]));
    agrees("max-pool", |t| ops::max_pool2d(&t[0], 2));
    agrees("avg-pool", |t| ops::avg_pool2d(&t[0], 2));
    let labels = vectors()["cross-entropy/labels"].to_dtype(DType::U32).unwrap();
    agrees("cross-entropy", |t| ops::cross_entropy(&t[0], &labels));
}

#[test]
fn three_steps_of_sgd_agree() {
    let vectors = vectors();
    let layers = vec![
        Layer::conv(1, 2, 5),
        Layer::max_pool(2),
        Layer::Relu,
        Layer::conv(2, 3, 5),
        Layer::max_pool(2),
        Layer::Relu,
        Layer::Flatten,
        Layer::linear(48, 10),
    ];
    let network = Network::new(&[1, 28, 28], layers).unwrap();
    let flat = |name: &str| vectors[name].to_dtype(DType::F32).unwrap();
    let before = Weights::new(&network, flat("train/before").to_vec1().unwrap()).unwrap();
    let model = Model::new(&network, &before).unwrap();
    let config = SgdConfig { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.01 };
    let mut sgd = Sgd::new(model.vars().to_vec(), config).unwrap();
    let images = (vectors["train/images"].to_dtype(DType::F32).unwrap() / 255.0).unwrap();
    let labels = vectors["train/labels"].to_dtype(DType::U32).unwrap();
    let losses: Vec<f64> = vectors["train/losses"].to_vec1().unwrap();
    for (step, expected) in losses.into_iter().enumerate() {
        let logits = model.forward(&images.narrow(0, 4 * step, 4).unwrap()).unwrap();
        let logits = logits.t().unwrap();
        let loss = ops::cross_entropy(&logits, &labels.narrow(0, 4 * step, 4).unwrap()).unwrap();
        sgd.backward_step(&loss).unwrap();
        let loss = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!((loss - expected).abs() < 1e-5, "step {step}: {loss} is not {expected}");
    }
    let after = model.weights().unwrap();
    let after = Tensor::from_slice(after.values(), after.values().len(), &Device::Cpu).unwrap();
    assert!(difference(&after, &vectors["train/after"]) < 1e-5);
}
