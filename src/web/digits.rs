//! The digits as static files of this site: the manifest, the test set, a worker's shard.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::environment::{fetch, words};
use super::page;
use sotto_digits::Digits;
use sotto_digits::layout::{ChunkRef, MANIFEST, Manifest};
use sotto_digits::partition::{self, Counts, Shard};
use sotto_federated::{Assignment, Settings};

/// The laid-out digits under a base URL.
pub(super) struct Source {
    base: String,
    manifest: Manifest,
}

impl Source {
    /// Reads the manifest under `base`, which ends with a slash.
    ///
    /// # Errors
    /// In words, with the address.
    pub(super) async fn open(base: &str) -> Result<Self, String> {
        let url = format!("{base}{MANIFEST}");
        let bytes = fetch(&url).await?;
        let manifest = Manifest::parse(&bytes).map_err(|error| format!("{url}: {error}"))?;
        Ok(Self { base: base.to_owned(), manifest })
    }

    /// What the page says of the digits.
    pub(super) fn view(&self) -> page::Source {
        page::Source {
            name: self.manifest.source.clone(),
            train: self.manifest.train_len(),
            test: self.manifest.test,
        }
    }

    /// How many digits of each label every shard has, as everybody can work out; nothing where
    /// the digits cannot be cut so.
    pub(super) fn histograms(&self, settings: &Settings) -> Vec<Counts> {
        let cut = partition::parse(&settings.partition).and_then(|partitioner| {
            let counts = &self.manifest.train;
            partition::cut(partitioner.as_ref(), counts, settings.shards, settings.seed)
        });
        // Whoever is given such a shard is told why it cannot be cut.
        cut.map_or_else(|_| Vec::new(), |shards| shards.iter().map(Shard::histogram).collect())
    }

    /// All test digits.
    ///
    /// # Errors
    /// In words, with the address.
    pub(super) async fn test(&self) -> Result<Digits, String> {
        let mut all = Digits::default();
        for (_, digits) in self.chunks(self.manifest.test_chunks().collect()).await?.0 {
            all.extend(&digits).map_err(|error| error.to_string())?;
        }
        Ok(all)
    }

    /// The digits of an assignment, and the bytes that were downloaded for them.
    ///
    /// # Errors
    /// In words, with the address.
    pub(super) async fn shard(&self, assignment: &Assignment) -> Result<(Digits, u32), String> {
        let shard = assignment.cut(&self.manifest)?;
        let (chunks, bytes) = self.chunks(self.manifest.chunks_of(&shard)).await?;
        let digits = shard.assemble(&self.manifest, &chunks).map_err(|error| error.to_string())?;
        Ok((digits, bytes))
    }

    /// Fetches chunks side by side.
    async fn chunks(
        &self,
        wanted: Vec<ChunkRef>,
    ) -> Result<(Vec<(ChunkRef, Digits)>, u32), String> {
        let promises: Array =
            wanted.iter().map(|chunk| JsValue::from(self.promise(chunk))).collect();
        let files = JsFuture::from(Promise::all(&promises)).await.map_err(|error| words(&error))?;
        let files: Array = files.unchecked_into();
        let mut chunks = Vec::with_capacity(wanted.len());
        let mut total = 0;
        for (chunk, file) in wanted.into_iter().zip(files.iter()) {
            let bytes = Uint8Array::new(&file).to_vec();
            total += u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let digits = chunk
                .decode(&bytes)
                .map_err(|error| format!("{}{}: {error}", self.base, chunk.path))?;
            chunks.push((chunk, digits));
        }
        Ok((chunks, total))
    }

    fn promise(&self, chunk: &ChunkRef) -> Promise {
        let url = format!("{}{}", self.base, chunk.path);
        future_to_promise(async move {
            let bytes = fetch(&url).await.map_err(JsValue::from)?;
            Ok(Uint8Array::from(bytes.as_slice()).into())
        })
    }
}
