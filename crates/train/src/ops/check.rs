//! The oracle of the gradients: central finite differences in `f64`; and of those in `f32`,
//! which training uses, the gradients in `f64`.

use candle_core::{DType, Device, Result, Tensor, Var};

use sotto_core::seeded::Stream;

/// A tensor of normal values, in `f64`.
pub(super) fn values(shape: &[usize], seed: u64) -> Tensor {
    let mut stream = Stream::new(seed, "test/values");
    let count = shape.iter().product();
    let values: Vec<f64> = (0..count).map(|_| stream.normal()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// Compares every partial derivative of a random projection of `f` with its difference
/// quotient, for inputs of these shapes, in `f64` to one part in a million and in `f32` to one
/// in ten thousand.
pub(super) fn gradients(shapes: &[&[usize]], f: impl Fn(&[Tensor]) -> Result<Tensor>) {
    let inputs: Vec<Tensor> = shapes.iter().zip(1..).map(|(s, seed)| values(s, seed)).collect();
    let direction = values(f(&inputs).unwrap().dims(), 99);
    let project = |output: Tensor| {
        let direction = direction.to_dtype(output.dtype()).unwrap();
        (output * direction).unwrap().sum_all().unwrap()
    };
    let derivatives = |dtype: DType| -> Vec<Vec<f64>> {
        let vars: Vec<Var> =
            inputs.iter().map(|t| Var::from_tensor(&t.to_dtype(dtype).unwrap()).unwrap()).collect();
        let tracked: Vec<Tensor> = vars.iter().map(|v| v.as_tensor().clone()).collect();
        let grads = project(f(&tracked).unwrap()).backward().unwrap();
        let of = |var: &Var| {
            let found = grads.get(var).expect("every input has a gradient");
            found.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
        };
        vars.iter().map(of).collect()
    };
    let (exact, single) = (derivatives(DType::F64), derivatives(DType::F32));
    for (argument, (exact, single)) in exact.iter().zip(&single).enumerate() {
        for (index, (exact, single)) in exact.iter().zip(single).enumerate() {
            assert!(
                (exact - single).abs() <= 1e-4 * (1.0 + exact.abs()),
                "argument {argument}, index {index}: {single} in f32 is not {exact}"
            );
        }
    }

    const STEP: f64 = 1e-5;
    for (argument, found) in exact.into_iter().enumerate() {
        for (index, found) in found.into_iter().enumerate() {
            let at = |offset: f64| {
                let mut moved = inputs.clone();
                let shape = inputs[argument].dims();
                let mut values: Vec<f64> =
                    inputs[argument].flatten_all().unwrap().to_vec1().unwrap();
                values[index] += offset;
                moved[argument] = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
                project(f(&moved).unwrap()).to_scalar::<f64>().unwrap()
            };
            let expected = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!(
                (found - expected).abs() <= 1e-6 * (1.0 + expected.abs()),
                "argument {argument}, index {index}: {found} is not {expected}"
            );
        }
    }
}
