//! Digits that are learnt in a few steps, for whole runs.

use sotto_core::seeded::Stream;
use sotto_digits::Digits;
use sotto_federated::sim::Shards;

/// Bright spots whose place tells the label: learnt in a few steps.
pub(crate) fn spots(count: usize, seed: u64) -> Digits {
    let mut stream = Stream::new(seed, "test/spots");
    let mut pixels = vec![0; count * 784];
    let mut labels = Vec::new();
    for image in pixels.chunks_exact_mut(784) {
        let label = stream.below(10) as u8;
        for _ in 0..40 {
            let place = usize::from(label) * 78 + stream.below(70) as usize;
            image[place] = 255;
        }
        labels.push(label);
    }
    Digits::new(pixels, labels).unwrap()
}

pub(crate) fn shards() -> Shards {
    Box::new(|place| Ok(spots(150 + place.slot as usize, place.seed + u64::from(place.slot))))
}
