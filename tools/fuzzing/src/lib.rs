//! What a fuzzer runs: a function a target, which takes any bytes and panics where a promise is broken.
//!
//! `fuzz/` calls these functions with inputs that it makes up, guided by coverage; the test at the end calls them with what
//! `fuzz/corpus` holds, so that a compiler without a fuzzer runs them too. Built for those two alone.
//!
//! | target | what its bytes are |
//! |---|---|
//! | `messages` | the number of a decoder, and a message for it |
//! | `files` | the number of a reader, and a file or a kept record |
//! | `text` | the number of a reader, and a text: an invitation, a query, a credential |
//! | `aggregator`, `worker` | what goes wrong in a room, on the way to the one or to the others |
//! | `sealed` | what a broker does with frames, and what somebody with the room's secret says |
//! | `mpc` | what goes wrong between the roles of a session on shares |
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::let_underscore_must_use,
        clippy::unwrap_used,
        missing_docs
    )
)]

mod files;
mod messages;
mod room;
mod session;
mod text;

/// A target: its name, what it does with an input, and inputs to begin with.
pub struct Target {
    /// As `./build.sh fuzz` calls it.
    pub name: &'static str,
    /// Takes any bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
    /// Inputs that real encoders made.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 7] = [
    Target { name: "messages", run: messages::run, seeds: messages::seeds },
    Target { name: "files", run: files::run, seeds: files::seeds },
    Target { name: "text", run: text::run, seeds: text::seeds },
    Target { name: "aggregator", run: room::aggregator, seeds: room::seeds },
    Target { name: "worker", run: room::worker, seeds: room::seeds },
    Target { name: "sealed", run: sotto_link::fuzzed::run, seeds: sotto_link::fuzzed::seeds },
    Target { name: "mpc", run: session::run, seeds: session::seeds },
];

/// Runs the target called `name`.
///
/// # Panics
/// Where a promise is broken, and where there is no such target.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("fuzz/ names targets that there are").run)(bytes);
}

/// What reads bytes: its name, and what it does with them.
type Reader = (&'static str, fn(&[u8]));

/// Reads bytes by the number of a reader, which comes first.
fn choose(readers: &[Reader], bytes: &[u8]) {
    if let Some((first, rest)) = bytes.split_first()
        && let Some((_, read)) = readers.get(usize::from(*first))
    {
        read(rest);
    }
}

/// Inputs for the readers of these names.
fn inputs<T: AsRef<[u8]>>(readers: &[Reader], found: Vec<(&str, T)>) -> Vec<Vec<u8>> {
    let index = |name: &str| readers.iter().position(|(known, _)| *known == name);
    let input = |(name, bytes): (&str, T)| {
        let index = index(name).expect("seeds are for readers that there are");
        [&[index as u8], bytes.as_ref()].concat()
    };
    found.into_iter().map(input).collect()
}

/// What is read is written again as the same bytes.
fn comes_back<T, E>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, E>,
    write: impl Fn(&T) -> Vec<u8>,
) {
    if let Ok(value) = read(bytes) {
        assert!(write(&value) == bytes, "what was read is written otherwise");
    }
}

/// What is read may be written otherwise, where a value has several forms or is cut to its limit; that is read as the same.
fn settles<T, E>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, E>,
    write: impl Fn(&T) -> Vec<u8>,
) {
    if let Ok(value) = read(bytes) {
        let once = write(&value);
        let again = read(&once).map(|value| write(&value));
        assert!(again.is_ok_and(|again| again == once), "what was written is read otherwise");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// The workspace.
    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
    }

    fn corpus(target: &Target) -> PathBuf {
        root().join("fuzz/corpus").join(target.name)
    }

    /// What fuzzing has found worth keeping breaks nothing, on a compiler without a fuzzer too.
    #[test]
    fn corpora_break_no_promise() {
        for target in &TARGETS {
            let files: Vec<_> =
                fs::read_dir(corpus(target)).unwrap().map(|f| f.unwrap().path()).collect();
            assert!(files.len() > 3, "{}: {} inputs", target.name, files.len());
            for file in files {
                println!("{}", file.display());
                (target.run)(&fs::read(&file).unwrap());
            }
        }
    }

    #[test]
    fn seeds_break_no_promise() {
        for target in &TARGETS {
            for seed in (target.seeds)() {
                println!("{} {seed:?}", target.name);
                (target.run)(&seed);
            }
        }
    }

    /// Functions that read bytes or texts, by how they are called.
    const NAMES: [&str; 12] = [
        "decode",
        "decode_chunk",
        "from_json",
        "from_query",
        "from_safetensors",
        "from_str",
        "from_text",
        "gunzip",
        "handwriting_of",
        "images",
        "parse",
        "unpack",
    ];

    /// Whether somebody else's bytes or text come in here.
    fn reads(source: &str) -> bool {
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        source.split("fn ").skip(1).any(|function| {
            let head = function.split('{').next().unwrap_or_default();
            let name = head.split(['(', '<']).next().unwrap_or_default();
            let reads =
                ["&[u8]", "&'a [u8]", "&[u32]", "&str"].iter().any(|kind| head.contains(kind));
            NAMES.contains(&name) && reads || head.contains("&mut Reader<")
        })
    }

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if fs::read_to_string(&path).is_ok_and(|source| reads(&source)) {
                found.push(path);
            }
        }
    }

    #[test]
    fn whatever_reads_bytes_has_a_target() {
        let root = root();
        let mut found = Vec::new();
        sources(&root.join("crates"), &mut found);
        let name = |path: PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        let is_fuzzed = |path: &String| {
            !["cli", "native"].iter().any(|name| path.starts_with(&format!("crates/{name}/")))
                && !path.ends_with("/fuzzed.rs")
        };
        let mut found: Vec<String> = found.into_iter().map(name).filter(is_fuzzed).collect();
        found.sort();
        let listed = fs::read_to_string(root.join("fuzz/README.md")).unwrap();
        let listed = listed.lines().filter_map(|line| line.strip_prefix("| `crates/"));
        let listed: Vec<(String, &str)> = listed
            .map(|line| line.split_once("` | ").unwrap())
            .map(|(path, targets)| (format!("crates/{path}"), targets))
            .collect();
        let paths: Vec<&String> = listed.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, found.iter().collect::<Vec<_>>());
        let known = |name: &str| TARGETS.iter().any(|target| target.name == name);
        for (path, targets) in &listed {
            let names = targets.trim_end_matches(" |").split(", ");
            assert!(names.map(|name| name.trim_matches('`')).all(known), "{path}: {targets}");
        }
    }

    /// `./build.sh fuzz seeds`: real encoders' inputs, beside what is there.
    #[test]
    #[ignore = "writes files"]
    fn write_seeds() {
        for target in &TARGETS {
            fs::create_dir_all(corpus(target)).unwrap();
            for (number, seed) in (target.seeds)().into_iter().enumerate() {
                fs::write(corpus(target).join(format!("seed-{number}")), seed).unwrap();
            }
        }
    }
}
