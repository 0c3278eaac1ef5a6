//! Digits that are learnt in a few steps, for whole runs.

use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_federated::sim::Shards;

/// Bright spots whose position tells the label: learnt in a few steps.
pub(crate) fn spots(count: usize, seed: u64) -> Digits {
    let mut stream = Stream::new(seed, "test/spots");
    let mut pixels = vec![0; count * 784];
    let mut labels = Vec::new();
    for image in pixels.chunks_exact_mut(784) {
        let label = stream.below(10) as u8;
        for _ in 0..40 {
            let position = usize::from(label) * 78 + stream.below(70) as usize;
            image[position] = 255;
        }
        labels.push(label);
    }
    Digits::new(pixels, labels).unwrap()
}

pub(crate) fn shards() -> Shards {
    Box::new(|assignment| {
        Ok(spots(150 + assignment.slot as usize, assignment.seed + u64::from(assignment.slot)))
    })
}
