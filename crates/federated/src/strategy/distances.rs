//! What robust strategies measure. Each worker counts once, whatever number of digits it
//! claims: that number is the attacker's to choose.

use super::Contribution;

/// Every worker's step `w_k - w`.
pub(super) fn steps(updates: &[Contribution<'_>]) -> Vec<Vec<f64>> {
    let step = |update: &Contribution<'_>| {
        let count = f64::from(update.digits.max(1));
        update.values.iter().map(|&value| f64::from(value) / count).collect()
    };
    updates.iter().map(step).collect()
}

/// The Euclidean length.
pub(super) fn norm(step: &[f64]) -> f64 {
    libm::sqrt(step.iter().map(|value| value * value).sum())
}

/// The square of the Euclidean distance.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The mean of steps.
pub(super) fn mean<'a>(steps: impl IntoIterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let mut steps = steps.into_iter();
    let mut sum = steps.next().cloned().unwrap_or_default();
    let mut count = 1.0;
    for step in steps {
        count += 1.0;
        for (sum, value) in sum.iter_mut().zip(step) {
            *sum += value;
        }
    }
    sum.iter_mut().for_each(|value| *value /= count);
    sum
}

/// Makes one step coordinate by coordinate, out of the workers' values of each.
pub(super) fn by_coordinate(
    updates: &[Contribution<'_>],
    rule: impl Fn(&mut [f64]) -> f64,
) -> Vec<f64> {
    let steps = steps(updates);
    let mut column = vec![0.0; steps.len()];
    let len = steps.first().map_or(0, Vec::len);
    (0..len)
        .map(|coordinate| {
            for (value, step) in column.iter_mut().zip(&steps) {
                *value = step[coordinate];
            }
            rule(&mut column)
        })
        .collect()
}
