//! What a program keeps on disk, each file replaced in one step: an aggregator its room's keys and its run,
//! workers who they are and which updates they have spent.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sotto_core::wire::PeerId;
use sotto_federated::Spent;
use sotto_federated::records::{self, Run};
use sotto_link::{Fingerprint, HostIdentity, RoomSecret, Token};
use sotto_secagg::Identity;
use zeroize::Zeroizing;

use sotto_core::entropy;

/// The longest file of a secret, in bytes.
const SECRET_FILE_MAX: usize = 256;
/// Bytes of an identity's seed.
const SEED_LEN: usize = 32;

/// What a host's invitations are made from, and kept with: who has the secret may come in, who has the identity is
/// the host.
pub(crate) struct RoomKeys {
    pub(crate) secret: RoomSecret,
    pub(crate) identity: HostIdentity,
}

impl RoomKeys {
    /// Those of a new room.
    pub(crate) fn draw() -> Self {
        let secret = RoomSecret::draw(&mut entropy::system());
        Self { secret, identity: HostIdentity::draw(&mut entropy::system()) }
    }

    /// What an invitation carries of them.
    pub(crate) fn room(&self) -> (RoomSecret, Fingerprint) {
        (self.secret.clone(), self.identity.fingerprint())
    }

    /// One on each line.
    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new([self.secret.text().as_str(), self.identity.text().as_str(), ""].join("\n"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secret = RoomSecret::parse(lines.next().unwrap_or_default());
        let secret = secret.map_err(|error| error.to_string())?;
        let identity = lines.next().ok_or(
            "a room's secret of an older version, without the host's identity. Remove the file: a new room is made, with \
             new invitations",
        )?;
        let identity = HostIdentity::parse(identity).map_err(|error| error.to_string())?;
        match lines.next() {
            Some(_) => Err("there is more than a room's keys".to_owned()),
            None => Ok(Self { secret, identity }),
        }
    }
}

/// A folder that one program at a time may use.
pub(crate) struct State {
    folder: PathBuf,
    _lock: File,
}

impl State {
    /// Opens the folder, which is made if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| wrong(folder, &error))?;
        let path = folder.join("lock");
        let lock = private().open(&path).map_err(|error| wrong(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(wrong(folder, &"another program is at work here")),
            Err(TryLockError::Error(error)) => Err(wrong(&path, &error)),
        }
    }

    /// Where the room's keys are, unless they are somewhere else.
    pub(crate) fn secret_file(&self) -> PathBuf {
        self.folder.join("secret")
    }

    /// The run that was kept, if there is one.
    pub(crate) fn read(&self) -> Result<Option<Run>, String> {
        let path = self.run_file();
        let record = match fs::read(&path) {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(&path, &error)),
        };
        let run = records::verify_checksum(&record).and_then(Run::decode);
        run.map(Some).map_err(|error| wrong(&path, &error))
    }

    /// Keeps a run instead of the one before.
    pub(crate) fn write(&self, run: &Run) -> Result<(), String> {
        let path = self.run_file();
        replace(&path, &records::add_checksum(&run.encode())).map_err(|error| wrong(&path, &error))
    }

    /// What a host knows so many workers by, and who they are: as before, and fresh ones where there were fewer.
    pub(crate) fn workers(&self, count: usize) -> Result<(Token, Vec<Identity>), String> {
        let path = self.folder.join("workers");
        let mut kept = match fs::read(&path) {
            Ok(kept) => Zeroizing::new(kept),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => return Err(wrong(&path, &error)),
        };
        let mut token = Token::default();
        let (before, seeds) = (kept.len(), kept.len().saturating_sub(token.len()));
        if before > 0 && (before < token.len() || !seeds.is_multiple_of(SEED_LEN)) {
            return Err(wrong(&path, &"these are no workers"));
        }
        let wanted = token.len() + count * SEED_LEN;
        if before < wanted {
            kept.resize(wanted, 0);
            entropy::system()(&mut kept[before..]);
            replace(&path, &kept).map_err(|error| wrong(&path, &error))?;
        }
        let (first, seeds) = kept.split_at(token.len());
        token.copy_from_slice(first);
        let (seeds, _) = seeds.as_chunks::<SEED_LEN>();
        Ok((token, seeds.iter().take(count).map(Identity::from_seed).collect()))
    }

    /// What a worker had spent; nothing where it has not been in a secure sum.
    pub(crate) fn spent(&self, worker: PeerId) -> Result<Spent, String> {
        let path = self.spent_file(worker);
        let record = match fs::read(&path) {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Spent::default()),
            Err(error) => return Err(wrong(&path, &error)),
        };
        let spent = records::verify_checksum(&record).and_then(|bytes| Ok(Spent::decode(bytes)?));
        spent.map_err(|error| wrong(&path, &error))
    }

    /// Keeps a worker's record of what it has spent instead of the one before. It outlives a crash.
    pub(crate) fn keep_spent(&self, worker: PeerId, record: &[u8]) -> Result<(), String> {
        let path = self.spent_file(worker);
        replace(&path, &records::add_checksum(record)).map_err(|error| wrong(&path, &error))
    }

    fn spent_file(&self, worker: PeerId) -> PathBuf {
        self.folder.join(format!("spent-{worker}"))
    }

    fn run_file(&self) -> PathBuf {
        self.folder.join("run")
    }
}

/// The keys in a file; where there is no file, fresh ones, which are written there.
pub(crate) fn room_keys(path: &Path) -> Result<RoomKeys, String> {
    match fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) if text.len() <= SECRET_FILE_MAX => {
            RoomKeys::parse(&text).map_err(|error| wrong(path, &error))
        }
        Ok(_) => Err(wrong(path, &"this is too long for a room's keys")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let keys = RoomKeys::draw();
            replace(path, keys.text().as_bytes()).map_err(|error| wrong(path, &error))?;
            Ok(keys)
        }
        Err(error) => Err(wrong(path, &error)),
    }
}

/// Replaces a file that only its owner may read: after a crash there is the one before or the new one, whole.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let next = path.with_extension("next");
    // One that a crash left may have been made by somebody else.
    match fs::remove_file(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&next, path)?;
    sync_folder(path)
}

/// To open a file that is made for its owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes sure that a new name in a folder outlives a crash.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    match cfg!(unix) {
        true => File::open(folder.unwrap_or(Path::new(".")))?.sync_all(),
        false => Ok(()),
    }
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_federated::{Aggregator, Settings};

    /// A folder of a test's own.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("sotto-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_kept_is_found_and_its_owners_alone() {
        let folder = Folder::new("kept");
        let state = State::open(&folder.0).unwrap();
        assert_eq!(state.read(), Ok(None));
        let settings = Settings::from_query("model=linear").unwrap();
        let machine = Aggregator::new(settings, entropy::system()).unwrap();
        for origin in [None, Some("again".to_owned())] {
            let run = Run { checkpoint: machine.checkpoint(), history: Vec::new(), origin };
            state.write(&run).unwrap();
            assert_eq!(state.read(), Ok(Some(run)));
        }
        let drawn = room_keys(&state.secret_file()).unwrap().room();
        assert_eq!(room_keys(&state.secret_file()).map(|keys| keys.room()), Ok(drawn));
        #[cfg(unix)]
        for name in ["secret", "run", "lock"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.0.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn damaged_files_are_errors() {
        let folder = Folder::new("damaged");
        let state = State::open(&folder.0).unwrap();
        fs::write(folder.0.join("run"), b"no run").unwrap();
        assert!(state.read().is_err());
        let file = state.secret_file();
        let refused = |text: &str| {
            fs::write(&file, text).unwrap();
            room_keys(&file).err().unwrap()
        };
        let (secret, identity) = ("01".repeat(16), "23".repeat(32));
        for text in ["0123", &"0".repeat(SECRET_FILE_MAX + 1)] {
            refused(text);
        }
        for text in [format!("{secret}\n0123"), format!("{secret}\n{identity}\n{secret}")] {
            refused(&text);
        }
        // As older versions wrote it.
        let told = refused(&secret);
        assert!(told.contains("older version") && !told.contains("0101"), "{told}");
        fs::write(&file, format!("{secret}\n{identity}\n")).unwrap();
        assert!(room_keys(&file).is_ok());
    }

    #[test]
    fn workers_are_who_they_were() {
        let folder = Folder::new("workers");
        let state = State::open(&folder.0).unwrap();
        let ids = |identities: &[Identity]| identities.iter().map(Identity::id).collect::<Vec<_>>();
        let (token, two) = state.workers(2).unwrap();
        let (same, three) = state.workers(3).unwrap();
        assert_eq!((token, ids(&two)), (same, ids(&three[..2])));
        assert_eq!(ids(&state.workers(1).unwrap().1), ids(&two[..1]));
        assert_eq!(ids(&state.workers(3).unwrap().1), ids(&three));
        fs::write(folder.0.join("workers"), [0; 40]).unwrap();
        assert!(state.workers(1).is_err());
    }

    #[test]
    fn what_is_spent_is_found_or_an_error() {
        let folder = Folder::new("spent");
        let state = State::open(&folder.0).unwrap();
        let [worker, other] = [PeerId([1; 16]), PeerId([2; 16])];
        assert_eq!(state.spent(worker), Ok(Spent::default()));
        let mut record = sotto_core::wire::Writer::new();
        record.u8(1).length(1).u64(7).u32(3).u32(1).raw(&[9; 32]);
        let record = record.finish();
        state.keep_spent(worker, &record).unwrap();
        assert_eq!(state.spent(worker).unwrap().encode(), record);
        assert_eq!(state.spent(other), Ok(Spent::default()));
        for damaged in
            [b"none".to_vec(), records::add_checksum(&[9]), records::add_checksum(&record[1..])]
        {
            fs::write(state.spent_file(worker), damaged).unwrap();
            assert!(state.spent(worker).is_err(), "a worker must not take it for nothing spent");
        }
    }

    #[test]
    fn a_folder_serves_one_at_a_time() {
        let folder = Folder::new("lock");
        let first = State::open(&folder.0).unwrap();
        let refused = State::open(&folder.0).err().unwrap();
        assert!(refused.contains("another program"), "{refused}");
        drop(first);
        assert!(State::open(&folder.0).is_ok());
    }
}
