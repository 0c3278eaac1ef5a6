//! From a shard to the chunks that hold it, and back.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChunkRef, Manifest};
use crate::partition::{LabelRange, Shard};
use crate::{Digits, Error};

impl Manifest {
    /// The chunks that hold `shard`'s digits, by label and index, none twice.
    ///
    /// Each label's range begins and ends within a chunk at most once, so fewer than
    /// `2 * chunk` digits a label are fetched in vain.
    #[must_use]
    pub fn chunks_of(&self, shard: &Shard) -> Vec<ChunkRef> {
        let mut chunks = Vec::new();
        for (label, range, count) in self.lists(shard) {
            let indices: BTreeSet<u32> =
                range.indices(count).map(|index| index / self.chunk).collect();
            chunks.extend(indices.into_iter().map(|index| self.train_chunk(label, index)));
        }
        chunks
    }

    /// Each label with its range in `shard` and its number of digits.
    fn lists(&self, shard: &Shard) -> impl Iterator<Item = (u8, LabelRange, u32)> {
        (0u8..)
            .zip(shard.ranges)
            .zip(self.train)
            .map(|((label, range), count)| (label, range, count))
    }
}

impl Shard {
    /// Picks the shard's digits from the chunks that [`Manifest::chunks_of`] names, in any
    /// order. The result is ordered by label, then by index in the label's list.
    ///
    /// # Errors
    /// [`Error::Shard`] for a shard of other digits than the manifest's,
    /// [`Error::MissingChunk`] when a chunk is missing or shorter than it should be.
    pub fn assemble(
        &self,
        manifest: &Manifest,
        fetched: &[(ChunkRef, Digits)],
    ) -> Result<Digits, Error> {
        let chunks: BTreeMap<(Option<u8>, u32), &Digits> =
            fetched.iter().map(|(chunk, digits)| ((chunk.label, chunk.index), digits)).collect();
        let mut assembled = Digits::default();
        for (label, range, count) in manifest.lists(self) {
            if range.len > count {
                return Err(Error::Shard {
                    label: label.into(),
                    wanted: range.len,
                    present: count,
                });
            }
            for position in range.indices(count) {
                let (index, inside) = (position / manifest.chunk, position % manifest.chunk);
                let digits = chunks
                    .get(&(Some(label), index))
                    .filter(|digits| digits.len() > inside as usize)
                    .ok_or_else(|| Error::MissingChunk(manifest.train_chunk(label, index).path))?;
                assembled.extend(&digits.select([inside as usize]))?;
            }
        }
        Ok(assembled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PIXELS;
    use crate::layout::Layout;
    use crate::partition;
    use proptest::prelude::*;

    /// A layout of `counts` digits whose first two pixels are their number.
    fn layout(counts: [u32; 10]) -> Layout {
        let labels: Vec<u8> =
            (0u8..10).flat_map(|label| vec![label; counts[usize::from(label)] as usize]).collect();
        let mut pixels = vec![0; labels.len() * PIXELS];
        for (index, image) in pixels.chunks_mut(PIXELS).enumerate() {
            image[..2].copy_from_slice(&(index as u16).to_le_bytes());
        }
        let train = Digits::new(pixels, labels).unwrap();
        Layout::new(&train, &Digits::default(), "test").unwrap()
    }

    fn fetch(layout: &Layout, shard: &Shard) -> Vec<(ChunkRef, Digits)> {
        let files: BTreeMap<String, Vec<u8>> = layout.files().collect();
        let chunks = layout.manifest().chunks_of(shard).into_iter();
        chunks
            .map(|chunk| {
                let digits = chunk.decode(&files[&chunk.path]).unwrap();
                (chunk, digits)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn shards_come_back_from_their_chunks(
            counts in prop::array::uniform10(0u32..450),
            shards in 1u32..12,
            seed: u64,
        ) {
            let layout = layout(counts);
            let manifest = layout.manifest();
            let mut seen = BTreeSet::new();
            for text in partition::examples() {
                let partitioner = partition::parse(text).unwrap();
                let cut = partition::cut(partitioner.as_ref(), &manifest.train, shards, seed);
                let Ok(cut) = cut else { continue };
                for shard in &cut {
                    let mut fetched = fetch(&layout, shard);
                    let downloaded: usize = fetched.iter().map(|(_, digits)| digits.len()).sum();
                    prop_assert!(downloaded <= shard.len() + 2 * 100 * 10);
                    let digits = shard.assemble(manifest, &fetched).unwrap();
                    prop_assert_eq!(digits.histogram(), shard.histogram());
                    fetched.reverse();
                    prop_assert_eq!(&digits, &shard.assemble(manifest, &fetched).unwrap());
                    for index in 0..digits.len() {
                        prop_assert!(seen.insert((text, digits.image(index)[..2].to_vec())));
                    }
                }
            }
        }
    }

    #[test]
    fn a_shard_that_does_not_fit_is_an_error() {
        let layout = layout([150; 10]);
        let manifest = layout.manifest();
        let whole = partition::cut(&partition::Iid, &manifest.train, 1, 1).unwrap().remove(0);
        let mut fetched = fetch(&layout, &whole);
        fetched.remove(3);
        assert_eq!(
            whole.assemble(manifest, &fetched),
            Err(Error::MissingChunk("train/1/001.bin".to_owned()))
        );

        let mut larger = whole;
        larger.ranges[0].len = u32::MAX;
        assert_eq!(manifest.chunks_of(&larger).len(), 20);
        assert!(matches!(larger.assemble(manifest, &[]), Err(Error::Shard { present: 150, .. })));
    }
}
