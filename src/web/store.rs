//! Where this browser keeps things between two visits: records in IndexedDB.
//!
//! Each record has a version and a checksum (SHA-256; [`records`](sotto_federated::records)), and each change is one
//! transaction: after a crash a record is the old one or the new one. A transaction that was
//! said to be done survives the crash of a tab. The browser may delete everything when the
//! disk runs full.
//!
//! Every operation opens the database for itself. A handle that is held can be closed behind
//! our back, when the user clears the site's data.
//!
//! | store | key | what |
//! |---|---|---|
//! | `runs` | room | a [`Run`](sotto_federated::records::Run), written whenever its [`Stamp`](sotto_federated::Stamp) changes (`checkpointer`) |
//! | `models` | id and `about`, id and `weights` | the library (`models`) |
//! | `workers` | room, tab, and `who`, `seen`, `spent` or `work` | a worker's identity, sums, and training (`tab`) |
//! | `handwriting` | room and slot | label and 784 pixels of each digit drawn on a worker's page (`handwriting`) |
//!
//! When nothing can be kept, because the storage is full, blocked or damaged, the page says so once, and training
//! goes on. The exception is a worker that could keep who it is and then cannot keep what it has spent: it sends no
//! masked vector, and says why.

use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Transaction, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::DomException;
use zeroize::Zeroizing;

use super::environment::{complain, sleep, words};
use sotto_federated::records;

const NAME: &str = "sotto";
/// Counts up when an object store is added.
const VERSION: u32 = 1;
/// How long the browser may take to open the database.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a kind of record is kept. Keys are texts, unique in their object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectStore {
    /// The run of each room, by the room's name.
    Runs,
    /// The library of models.
    Models,
    /// What a worker's tab is in the middle of.
    Workers,
    /// Digits that were drawn on a worker's page.
    Handwriting,
}

impl ObjectStore {
    const ALL: [Self; 4] = [Self::Runs, Self::Models, Self::Workers, Self::Handwriting];

    fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Models => "models",
            Self::Workers => "workers",
            Self::Handwriting => "handwriting",
        }
    }
}

/// Why something could not be kept or found, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// There is no storage: it is blocked, or this is a private window.
    #[error("this browser keeps nothing for this page, as in some private windows")]
    Absent,
    /// The site's share of the disk is used up.
    #[error("this browser’s storage is full")]
    Full,
    /// The record is there, and cannot be used.
    #[error(transparent)]
    Unusable(#[from] records::Error),
    /// The browser does not answer.
    #[error("this browser’s storage does not answer")]
    Silent,
    /// Anything else, as the browser says it.
    #[error("this browser’s storage says: {0}")]
    Other(String),
}

/// Reads a record, which may hold a secret.
pub(super) async fn get(
    store: ObjectStore,
    key: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let database = open().await?;
    let found = async {
        let transaction = database.transaction(&[store.name()], TransactionMode::ReadOnly)?;
        transaction.object_store(store.name())?.get(JsValue::from(key))?.await
    };
    let found = found.await;
    database.close();
    let record = found?.map(|value| Zeroizing::new(Uint8Array::new(&value).to_vec()));
    record.map(|record| Ok(Zeroizing::new(records::verify_checksum(&record)?.to_vec()))).transpose()
}

/// The keys of an object store, in their order.
pub(super) async fn keys(store: ObjectStore) -> Result<Vec<String>, Error> {
    let database = open().await?;
    let found = async {
        let transaction = database.transaction(&[store.name()], TransactionMode::ReadOnly)?;
        transaction.object_store(store.name())?.get_all_keys(None, None)?.await
    };
    let found = found.await;
    database.close();
    Ok(found?.iter().filter_map(JsValue::as_string).collect())
}

/// One change of an object store.
pub(super) enum Change<'a> {
    /// Keeps a payload under a key, in place of what was there.
    Put(&'a str, &'a [u8]),
    /// Removes a key.
    Delete(&'a str),
}

/// Makes all changes, or none.
pub(super) async fn change(changes: &[(ObjectStore, Change<'_>)]) -> Result<(), Error> {
    let stores: Vec<&str> = changes.iter().map(|(store, _)| store.name()).collect();
    write(&stores, |transaction| {
        for (store, change) in changes {
            let objects = transaction.object_store(store.name())?;
            match change {
                Change::Put(key, payload) => {
                    let checked = Zeroizing::new(records::add_checksum(payload));
                    let record = Uint8Array::from(checked.as_slice());
                    objects.put(&record, Some(&JsValue::from(*key)))?;
                }
                Change::Delete(key) => {
                    objects.delete(JsValue::from(*key))?;
                }
            }
        }
        Ok(())
    })
    .await
}

/// Keeps a payload under a key, in place of what was there.
pub(super) async fn put(store: ObjectStore, key: &str, payload: &[u8]) -> Result<(), Error> {
    change(&[(store, Change::Put(key, payload))]).await
}

/// Removes a key.
pub(super) async fn delete(store: ObjectStore, key: &str) -> Result<(), Error> {
    change(&[(store, Change::Delete(key))]).await
}

/// Removes everything.
pub(super) async fn clear() -> Result<(), Error> {
    let stores = ObjectStore::ALL.map(ObjectStore::name);
    write(&stores, |transaction| {
        for store in stores {
            transaction.object_store(store)?.clear()?;
        }
        Ok(())
    })
    .await
}

async fn write(
    stores: &[&str],
    requests: impl FnOnce(&Transaction) -> Result<(), idb::Error>,
) -> Result<(), Error> {
    let database = open().await?;
    let mut transaction = database.transaction(stores, TransactionMode::ReadWrite)?;
    // One of both comes, and it comes last: the listeners stay alive until then, and so do those they tell.
    let (done, outcome) = oneshot::channel();
    let (abort, aborted) = oneshot::channel();
    transaction.on_complete(move |_| done.send(()).unwrap_or(()));
    transaction.on_abort(move |_| abort.send(()).unwrap_or(()));
    let asked = requests(&transaction);
    let failed = asked.is_err();
    if failed {
        // What was asked before the failure shall not be done either.
        transaction = transaction.abort()?;
    }
    let is_done = matches!(select(outcome, aborted).await, Either::Left((Ok(()), _)));
    database.close();
    match (asked, is_done) {
        (Err(error), _) => Err(error.into()),
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => Err(transaction.error().map_or_else(
            || Error::Other("the change was called off".to_owned()),
            |exception| named(&exception),
        )),
    }
}

/// Opens the database, and waits no longer than [`OPEN_TIMEOUT`].
async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // An object store that was not created fails every use of it, which is told then.
        if let Err(error) = event.database().and_then(|database| create_stores(&database)) {
            complain(
                "creating the object stores of this browser's storage",
                &error.to_string().into(),
            );
        }
    });
    let (told, answer) = oneshot::channel();
    // A task of its own: the request's listeners must outlive our patience.
    spawn_local(async move {
        if let Err(Ok(late)) = told.send(request.await) {
            late.close();
        }
    });
    match select(answer, Box::pin(sleep(OPEN_TIMEOUT))).await {
        Either::Left((Ok(opened), _)) => Ok(opened?),
        _ => Err(Error::Silent),
    }
}

/// Creates the object stores that are not there yet.
fn create_stores(database: &Database) -> Result<(), idb::Error> {
    let there = database.store_names();
    for store in ObjectStore::ALL.map(ObjectStore::name) {
        if !there.iter().any(|name| name == store) {
            database.create_object_store(store, ObjectStoreParams::new())?;
        }
    }
    Ok(())
}

impl From<idb::Error> for Error {
    fn from(error: idb::Error) -> Self {
        use idb::Error as E;
        match error {
            E::IndexedDbNotFound(_) => Self::Absent,
            E::DomException(exception) => named(&exception),
            E::IndexedDbOpenFailed(value)
            | E::TransactionOpenFailed(value)
            | E::ObjectStoreNotFound(value)
            | E::UpdateFailed(value)
            | E::DeleteFailed(value)
            | E::GetFailed(value) => match value.dyn_ref::<DomException>() {
                Some(exception) => named(exception),
                None => Self::Other(words(&value)),
            },
            other => Self::Other(other.to_string()),
        }
    }
}

/// What the browser's exception is to us (Indexed Database API 3.0, section 3).
fn named(exception: &DomException) -> Error {
    match exception.name().as_str() {
        "QuotaExceededError" => Error::Full,
        "InvalidStateError" | "SecurityError" | "NotAllowedError" => Error::Absent,
        _ => Error::Other(exception.message()),
    }
}
