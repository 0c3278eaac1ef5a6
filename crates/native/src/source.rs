//! Where the digits are: a folder that `prepare_digits` wrote, or one with the files of MNIST.

use std::path::{Path, PathBuf};

use sotto_digits::Digits;
use sotto_digits::layout::{ChunkRef, Layout, MANIFEST, Manifest};
use sotto_digits::mnist::Mnist;
use sotto_federated::Assignment;

/// Where a folder is looked for when none is named.
const USUAL: [&str; 2] = ["dist/data", ".cache/mnist"];

/// Training digits by chunk, and the test digits.
pub struct Source {
    manifest: Manifest,
    chunks: Chunks,
}

enum Chunks {
    Folder(PathBuf),
    Layout(Box<Layout>),
}

impl Source {
    /// Reads `folder`, or the one that `MNIST_DIR` names, or a usual one.
    ///
    /// # Errors
    /// When there is none, or it has no digits.
    pub fn open(folder: Option<&Path>) -> Result<Self, String> {
        let named = folder.map(Path::to_owned);
        let named = named.or_else(|| std::env::var_os("MNIST_DIR").map(PathBuf::from));
        let found = named.or_else(|| USUAL.map(PathBuf::from).into_iter().find(|p| p.is_dir()));
        let folder = found.ok_or(
            "where are the digits? Name a folder with --data or MNIST_DIR, or let ./build.sh build fetch them",
        )?;
        let path = folder.join(MANIFEST);
        if path.exists() {
            let manifest = Manifest::parse(&bytes(&path)?).map_err(|error| error.to_string())?;
            return Ok(Self { manifest, chunks: Chunks::Folder(folder) });
        }
        let read = Mnist::read(&folder).and_then(|m| Layout::new(&m.train, &m.test, "mnist"));
        read.map(Self::of).map_err(|error| format!("{}: {error}", folder.display()))
    }

    /// Digits that are in memory.
    #[must_use]
    pub fn of(layout: Layout) -> Self {
        Self { manifest: layout.manifest().clone(), chunks: Chunks::Layout(Box::new(layout)) }
    }

    /// All test digits.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn test(&self) -> Result<Digits, String> {
        let mut all = Digits::default();
        for chunk in self.manifest.test_chunks() {
            all.extend(&self.chunk(&chunk)?).map_err(|error| error.to_string())?;
        }
        Ok(all)
    }

    /// The digits of an assignment.
    ///
    /// # Errors
    /// When a file cannot be read, or the assignment names none.
    pub fn shard(&self, assignment: &Assignment) -> Result<Digits, String> {
        let shard = assignment.cut(&self.manifest)?;
        let chunks = self.manifest.chunks_of(&shard).into_iter();
        let chunks: Vec<(ChunkRef, Digits)> = chunks
            .map(|chunk| self.chunk(&chunk).map(|digits| (chunk, digits)))
            .collect::<Result<_, _>>()?;
        shard.assemble(&self.manifest, &chunks).map_err(|error| error.to_string())
    }

    fn chunk(&self, chunk: &ChunkRef) -> Result<Digits, String> {
        match &self.chunks {
            Chunks::Folder(folder) => {
                let path = folder.join(&chunk.path);
                let digits = chunk.decode(&bytes(&path)?);
                digits.map_err(|error| format!("{}: {error}", path.display()))
            }
            Chunks::Layout(layout) => {
                layout.chunk(chunk).cloned().ok_or_else(|| format!("there is no {}", chunk.path))
            }
        }
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
