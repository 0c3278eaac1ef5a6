//! What a worker's tab keeps over a reload: who it is, which updates it has spent, and the training
//! that it is in the middle of.
//!
//! A tab is known by a name in its session storage, and so are the workers inside of a page. What a tab has left is
//! deleted when it has not come back for a week. A training is kept once a second. The record of what is spent is
//! written before the masked vector leaves: a browser says that it is done when the system has it, which survives a
//! crash of the tab or the browser, but perhaps not a power cut.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;
use zeroize::Zeroizing;

use super::broadcast::subject;
use super::environment::{complain, entropy, epoch_ms, now, words};
use super::locks;
use super::store::{self, Change, Error, ObjectStore};
use sotto_core::wire::{self, Address, Reader, Writer};
use sotto_federated::records;
use sotto_federated::{Spent, UnfinishedWork};
use sotto_secagg::Identity;

/// How long a tab is remembered that does not come back.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3600);
/// How often a training is kept.
const EVERY_MS: f64 = 1000.0;

/// A worker's tab, in one room.
pub(super) struct Tab {
    /// Names it in the store.
    key: String,
    /// When the training was kept last, on the worker's clock.
    kept_at: Cell<f64>,
    /// Something is being written.
    is_writing: Rc<Cell<bool>>,
    /// Something may be there to delete.
    has_work: Cell<bool>,
    /// The store has failed; nothing more is tried.
    is_off: Rc<Cell<bool>>,
    /// Whether the identity outlives the page; what it has spent does then, too.
    is_kept: bool,
    records: Rc<Records>,
}

/// Records of what is spent, one written after the other: a later one is never replaced by an earlier.
#[derive(Default)]
struct Records {
    /// The newest that waits to be written.
    next: RefCell<Option<(u64, Vec<u8>)>>,
    is_writing: Cell<bool>,
}

/// A tab that was opened.
pub(super) struct Opened {
    pub(super) tab: Tab,
    pub(super) identity: Identity,
    /// The updates that it has given to secure sums.
    pub(super) spent: Spent,
    /// A training that another page of this tab was in the middle of.
    pub(super) unfinished: Option<UnfinishedWork>,
    /// Why what was kept of one cannot be used.
    pub(super) lost: Option<Error>,
    /// The name that the tab must go by from now on, if it cannot keep the one it gave.
    pub(super) renamed: Option<String>,
    /// Why nothing can be kept.
    pub(super) trouble: Option<Error>,
}

fn who(key: &str) -> String {
    format!("{key}/who")
}

/// When it was there last.
fn seen(key: &str) -> String {
    format!("{key}/seen")
}

fn work(key: &str) -> String {
    format!("{key}/work")
}

fn spent(key: &str) -> String {
    format!("{key}/spent")
}

impl Tab {
    /// Takes up the identity of the tab called `name`, and holds its lock as the sign that it
    /// lives. A tab that was duplicated has its name from another one, which holds that lock:
    /// it becomes a tab of its own. So does one whose record of what it has spent cannot be read, for
    /// who does not know that must not go on as the same worker.
    ///
    /// # Errors
    /// When the browser has no locks.
    pub(super) async fn open(room: &str, name: &str) -> Result<Opened, String> {
        let mut trouble = clear_out().await.err();
        let mut key = format!("{room}/{name}");
        let mut renamed = None;
        let known = match store::get(ObjectStore::Workers, &who(&key)).await {
            Ok(None) => None,
            Ok(Some(record)) => match seed_of(&record) {
                Ok(seed) => Some(seed),
                Err(error) => {
                    complain("the tab's identity is drawn anew", &error.to_string().into());
                    None
                }
            },
            Err(error) => {
                trouble = Some(error);
                None
            }
        };
        let known = known.map(|seed| Identity::from_seed(&seed));
        if let Some(identity) = known {
            if hold(room, &identity).await? {
                // Read once the page before is gone for good, which may have been writing.
                match read_spent(&key).await {
                    Ok(spent) => {
                        let (unfinished, lost) = match find_work(&key).await {
                            Ok(unfinished) => (unfinished, None),
                            Err(error) => (None, Some(error)),
                        };
                        trouble = trouble.or(see(&key).await.err());
                        // What cannot be used is deleted with the next training.
                        let tab = Self::new(key, unfinished.is_some() || lost.is_some(), true);
                        return Ok(Opened {
                            tab,
                            identity,
                            spent,
                            unfinished,
                            lost,
                            renamed,
                            trouble,
                        });
                    }
                    Err(error) => trouble = Some(error),
                }
            } else {
                let mut random = [0; 8];
                (entropy())(&mut random);
                let name = format!("{:016x}", u64::from_le_bytes(random));
                key = format!("{room}/{name}");
                renamed = Some(name);
            }
        }
        let identity = Identity::draw(&mut entropy());
        hold(room, &identity).await?;
        let mut w = Writer::new();
        w.u64(epoch_ms()).raw(&*identity.seed());
        let record = Zeroizing::new(w.finish());
        // Another worker's records do not become this one's.
        let (who, work, spent, seen) = (who(&key), work(&key), spent(&key), seen(&key));
        let changes = [
            (ObjectStore::Workers, Change::Put(&who, &record)),
            (ObjectStore::Workers, Change::Delete(&seen)),
            (ObjectStore::Workers, Change::Delete(&work)),
            (ObjectStore::Workers, Change::Delete(&spent)),
        ];
        let kept = store::change(&changes).await;
        let is_kept = kept.is_ok();
        if let Err(error) = kept {
            trouble = Some(error);
        }
        let tab = Self::new(key, false, is_kept);
        let spent = Spent::default();
        Ok(Opened { tab, identity, spent, unfinished: None, lost: None, renamed, trouble })
    }

    fn new(key: String, has_work: bool, is_kept: bool) -> Self {
        Self {
            key,
            kept_at: Cell::new(now()),
            is_writing: Rc::default(),
            has_work: Cell::new(has_work),
            is_off: Rc::default(),
            is_kept,
            records: Rc::default(),
        }
    }

    /// Keeps a record of what is spent, and says so once it would survive a crash; with its number,
    /// for it stands for all before it. Where the browser keeps not even who this worker is, the
    /// record lasts as long as that does: as the page.
    pub(super) fn record(
        &self,
        number: u64,
        record: Vec<u8>,
        done: impl Fn(u64, Result<(), String>) + 'static,
    ) {
        let (is_kept, tab, records) = (self.is_kept, self.key.clone(), Rc::clone(&self.records));
        *records.next.borrow_mut() = Some((number, record));
        if records.is_writing.replace(true) {
            return;
        }
        spawn_local(async move {
            loop {
                let next = records.next.take();
                let Some((number, record)) = next else { break };
                let outcome = match is_kept {
                    true => store::put(ObjectStore::Workers, &spent(&tab), &record).await,
                    false => Ok(()),
                };
                done(number, outcome.map_err(|error| error.to_string()));
                // Before the next look for records: one that comes meanwhile is written, too.
                if is_kept && let Err(error) = see(&tab).await {
                    complain("a tab that is there may be forgotten", &error.to_string().into());
                }
            }
            records.is_writing.set(false);
        });
    }

    /// Keeps a training now and then. `failed` is told in words when that fails for the first time.
    pub(super) fn keep(
        &self,
        save: impl FnOnce() -> Result<Option<UnfinishedWork>, String>,
        failed: impl FnOnce(String) + 'static,
    ) {
        let is_due = now() - self.kept_at.get() > EVERY_MS;
        if !is_due || self.is_writing.get() || self.is_off.get() {
            return;
        }
        self.kept_at.set(now());
        let unfinished = match save() {
            Ok(Some(unfinished)) => unfinished,
            Ok(None) => return,
            Err(reason) => {
                self.is_off.set(true);
                return failed(reason);
            }
        };
        self.has_work.set(true);
        self.is_writing.set(true);
        let (is_writing, is_off) = (Rc::clone(&self.is_writing), Rc::clone(&self.is_off));
        let key = work(&self.key);
        spawn_local(async move {
            let record = Zeroizing::new(unfinished.encode());
            let outcome = store::put(ObjectStore::Workers, &key, &record).await;
            is_writing.set(false);
            if let Err(error) = outcome {
                is_off.set(true);
                failed(error.to_string());
            }
        });
    }

    /// Forgets the training, which is done. To be waited for: an update that may be in a sum
    /// shall not be made a second time.
    ///
    /// # Errors
    /// When it is still there: a reload may take it up.
    pub(super) fn forget(&self) -> impl Future<Output = Result<(), Error>> + use<> {
        let key = self.has_work.take().then(|| work(&self.key));
        self.kept_at.set(now());
        async move {
            match key {
                Some(key) => store::delete(ObjectStore::Workers, &key).await,
                None => Ok(()),
            }
        }
    }
}

async fn hold(room: &str, identity: &Identity) -> Result<bool, String> {
    let lock = subject(room, Address::Worker(identity.id()));
    locks::hold(&lock).await.map_err(|error| words(&error))
}

fn seed_of(record: &[u8]) -> Result<Zeroizing<[u8; 32]>, wire::Error> {
    let mut r = Reader::new(record);
    r.u64("time")?;
    r.array("seed").map(Zeroizing::new)
}

/// The training that the tab was in the middle of.
async fn find_work(key: &str) -> Result<Option<UnfinishedWork>, Error> {
    let record = store::get(ObjectStore::Workers, &work(key)).await?;
    let read =
        |record: Zeroizing<Vec<u8>>| UnfinishedWork::decode(&record).map_err(records::Error::from);
    Ok(record.map(read).transpose()?)
}

/// What a tab has spent; nothing where it has not been in a secure sum.
async fn read_spent(key: &str) -> Result<Spent, Error> {
    match store::get(ObjectStore::Workers, &spent(key)).await? {
        None => Ok(Spent::default()),
        Some(record) => Spent::decode(&record).map_err(|error| Error::Unusable(error.into())),
    }
}

/// Notes that a tab is there.
async fn see(key: &str) -> Result<(), Error> {
    let mut w = Writer::new();
    w.u64(epoch_ms());
    store::put(ObjectStore::Workers, &seen(key), &w.finish()).await
}

/// Deletes what tabs have left that did not come back.
async fn clear_out() -> Result<(), Error> {
    let oldest = epoch_ms().saturating_sub(REMEMBERED.as_millis() as u64);
    let keys = store::keys(ObjectStore::Workers).await?;
    let tabs = keys.iter().filter_map(|key| key.rsplit_once('/').map(|(tab, _)| tab));
    let mut gone = Vec::new();
    for tab in tabs.collect::<BTreeSet<_>>() {
        let drawn = time_in(&who(tab)).await?;
        let latest = drawn.max(time_in(&seen(tab)).await?);
        // Without an identity that can be read the rest is nobody's.
        if drawn.is_none() || latest.is_none_or(|at| at < oldest) {
            gone.extend([who(tab), seen(tab), work(tab), spent(tab)]);
        }
    }
    let changes: Vec<_> =
        gone.iter().map(|key| (ObjectStore::Workers, Change::Delete(key))).collect();
    if changes.is_empty() { Ok(()) } else { store::change(&changes).await }
}

/// The time with which a record begins; nothing where there is none, or it is damaged.
async fn time_in(key: &str) -> Result<Option<u64>, Error> {
    match store::get(ObjectStore::Workers, key).await {
        Err(Error::Unusable(_)) => Ok(None),
        // One that is too short for a time is damaged, too.
        record => Ok(record?.and_then(|record| Reader::new(&record).u64("time").ok())),
    }
}
