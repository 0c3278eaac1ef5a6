//! Filters as 36 numbers each, and their gradients back.

use super::super::Problem;
use sotto_kernels::Number;
use sotto_kernels::lanes::{Lanes, WIDTH};
use sotto_kernels::scratch::Scratch;
use sotto_kernels::tile::{load_some, store_some};
use sotto_kernels::winograd::{self, INPUTS, PRODUCTS, TAPS};

/// `G g G^T` of every filter, `[position][out * in]`.
#[inline(always)]
pub(super) fn filters<L: Lanes>(problem: &Problem, weight: &[L::Number]) -> Scratch<L::Number> {
    let count = problem.geometry.inputs * problem.geometry.outputs;
    let mut spectrum = Scratch::new(PRODUCTS * count);
    for first in (0..count).step_by(WIDTH) {
        let width = WIDTH.min(count - first);
        let mut square = [[L::zero(); TAPS]; TAPS];
        for (i, row) in square.iter_mut().enumerate() {
            for (j, lanes) in row.iter_mut().enumerate() {
                let mut eight = [L::Number::ZERO; WIDTH];
                for (n, slot) in eight.iter_mut().enumerate().take(width) {
                    *slot = weight[((first + n) * TAPS + i) * TAPS + j];
                }
                *lanes = L::load(&eight);
            }
        }
        for (position, &lanes) in winograd::filter::<L>(&square).iter().flatten().enumerate() {
            store_some(lanes, &mut spectrum[position * count + first..][..width]);
        }
    }
    spectrum
}

/// `G^T u G` of every filter.
#[inline(always)]
pub(super) fn filter_gradients<L: Lanes>(
    spectrum: &[L::Number],
    count: usize,
    dw: &mut [L::Number],
) {
    for first in (0..count).step_by(WIDTH) {
        let width = WIDTH.min(count - first);
        let mut square = [[L::zero(); INPUTS]; INPUTS];
        for (position, lanes) in square.as_flattened_mut().iter_mut().enumerate() {
            *lanes = load_some(&spectrum[position * count + first..][..width]);
        }
        let taps = winograd::filter_transposed(&square);
        for (position, lanes) in taps.iter().flatten().enumerate() {
            let mut eight = [L::Number::ZERO; WIDTH];
            lanes.store(&mut eight);
            for (n, &value) in eight.iter().enumerate().take(width) {
                dw[(first + n) * TAPS * TAPS + position] = value;
            }
        }
    }
}
