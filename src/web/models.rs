//! The library of models in the store: what is told of each, and its weights beside it.

use super::environment::entropy;
use super::store::{self, Change, ObjectStore};
use sotto_federated::records::{ModelMetadata, weight_bytes};
use sotto_network::Weights;

/// The most models in the library.
const MODELS_MAX: usize = 200;
/// The most that the page saves by itself; of more, the oldest goes.
const AUTOSAVED_MAX: usize = 5;

/// A model of the library, or why it cannot be used.
pub(super) struct Entry {
    /// Names it in the store.
    pub(super) id: String,
    pub(super) about: Result<ModelMetadata, String>,
}

fn about_key(id: &str) -> String {
    format!("{id}/about")
}

fn weights_key(id: &str) -> String {
    format!("{id}/weights")
}

/// Adds a model, and returns its id.
pub(super) async fn add(about: &ModelMetadata, weights: &[f32]) -> Result<String, String> {
    let entries = list().await?;
    if entries.len() >= MODELS_MAX {
        return Err(format!("the library is full: it holds {MODELS_MAX} models"));
    }
    let mut random = [0; 8];
    (entropy())(&mut random);
    let id = format!("{:016x}", u64::from_le_bytes(random));
    let mut olds: Vec<(u64, &str)> = Vec::new();
    if about.autosaved {
        let old = |entry: &'_ &Entry| entry.about.as_ref().is_ok_and(|about| about.autosaved);
        let autosaved = entries.iter().filter(old);
        olds = autosaved.map(|e| (e.about.as_ref().map_or(0, |a| a.at), e.id.as_str())).collect();
        olds.sort_unstable();
        olds.truncate((olds.len() + 1).saturating_sub(AUTOSAVED_MAX));
    }
    let (about_bytes, weights_bytes) = (about.encode(), weight_bytes(weights));
    let keys = [about_key(&id), weights_key(&id)];
    let old_keys: Vec<String> =
        olds.iter().flat_map(|(_, id)| [about_key(id), weights_key(id)]).collect();
    let mut changes = vec![
        (ObjectStore::Models, Change::Put(&keys[0], &about_bytes)),
        (ObjectStore::Models, Change::Put(&keys[1], &weights_bytes)),
    ];
    changes.extend(old_keys.iter().map(|key| (ObjectStore::Models, Change::Delete(key))));
    store::change(&changes).await.map_err(|error| error.to_string())?;
    Ok(id)
}

/// All models, the latest first.
pub(super) async fn list() -> Result<Vec<Entry>, String> {
    let keys = store::keys(ObjectStore::Models).await.map_err(|error| error.to_string())?;
    let mut entries = Vec::new();
    for id in keys.iter().filter_map(|key| key.strip_suffix("/about")) {
        let about = about(id).await;
        entries.push(Entry { id: id.to_owned(), about });
    }
    entries
        .sort_by_key(|entry| std::cmp::Reverse(entry.about.as_ref().map_or(0, |about| about.at)));
    Ok(entries)
}

/// What is told of a model.
pub(super) async fn about(id: &str) -> Result<ModelMetadata, String> {
    let bytes =
        store::get(ObjectStore::Models, &about_key(id)).await.map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or("it is no longer in the library")?;
    ModelMetadata::decode(&bytes).map_err(|error| error.to_string())
}

/// A model with its weights.
pub(super) async fn take(id: &str) -> Result<(ModelMetadata, Weights), String> {
    let about = about(id).await?;
    let bytes = store::get(ObjectStore::Models, &weights_key(id))
        .await
        .map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or("its weights are no longer in the library")?;
    let weights = about.weights(&bytes).map_err(|error| error.to_string())?;
    Ok((about, weights))
}

/// Tells something else of a model.
pub(super) async fn amend(id: &str, amend: impl FnOnce(&mut ModelMetadata)) -> Result<(), String> {
    let mut about = about(id).await?;
    amend(&mut about);
    let (key, bytes) = (about_key(id), about.encode());
    store::put(ObjectStore::Models, &key, &bytes).await.map_err(|error| error.to_string())
}

/// Removes a model.
pub(super) async fn delete(id: &str) -> Result<(), String> {
    let keys = [about_key(id), weights_key(id)];
    let changes = keys.each_ref().map(|key| (ObjectStore::Models, Change::Delete(key)));
    store::change(&changes).await.map_err(|error| error.to_string())
}
