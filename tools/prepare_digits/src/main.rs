//! Writes the static files of digits that the page's tabs download.
//!
//! ```text
//! prepare_digits <out-dir> --mnist <folder of the four MNIST files>
//! prepare_digits <out-dir> --synthetic <training digits> <test digits> <seed>
//! ```
//!
//! Beside them stands a small model that was trained on the training digits. What is there already
//! is left alone; files of an earlier layout are removed.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test's way to fail"))]

mod starter;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sotto_digits::Digits;
use sotto_digits::layout::{Layout, MANIFEST};
use sotto_digits::mnist::Mnist;
use sotto_digits::synthetic;

const USAGE: &str =
    "usage: prepare_digits <out-dir> (--mnist <dir> | --synthetic <train> <test> <seed>)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("prepare_digits: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (out, train, test, source) = match arguments[..] {
        [out, "--mnist", folder] => {
            let Mnist { train, test } =
                Mnist::read(Path::new(folder)).map_err(|error| error.to_string())?;
            (out, train, test, "mnist")
        }
        [out, "--synthetic", train, test, seed] => {
            let seed: u64 = number(seed)?;
            // Other seeds, else the test set would be the beginning of the training set.
            (out, drawn(number(train)?, seed)?, drawn(number(test)?, !seed)?, "synthetic")
        }
        _ => return Err(USAGE.to_owned()),
    };
    let layout = Layout::new(&train, &test, source).map_err(|error| error.to_string())?;
    let out = Path::new(out);
    let manifest = layout.manifest();
    let what = format!(
        "{} training and {} test digits ({}) in {}",
        manifest.train_len(),
        manifest.test,
        manifest.source,
        out.display()
    );
    let done = if is_there(out, &layout) {
        "up to date".to_owned()
    } else {
        let (files, bytes) = write(out, &layout)?;
        format!("wrote {files} files, {bytes} bytes")
    };
    let model = starter::write(out, &manifest.to_bytes(), &train, &test)?;
    Ok(format!("{what}: {done}; {model}"))
}

fn drawn(count: u32, seed: u64) -> Result<Digits, String> {
    synthetic::digits(count, seed).map_err(|error| error.to_string())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    let parsed = text.parse();
    parsed.map_err(|_| format!("{text} is not a number that fits here; {USAGE}"))
}

/// Whether `out` has this layout. The manifest is written last and holds the content's hash,
/// so it vouches for its chunks, unless somebody removed one.
fn is_there(out: &Path, layout: &Layout) -> bool {
    let manifest = layout.manifest();
    fs::read(out.join(MANIFEST)).is_ok_and(|bytes| bytes == manifest.to_bytes())
        && manifest
            .train_chunks()
            .chain(manifest.test_chunks())
            .all(|chunk| out.join(chunk.path).is_file())
}

/// Writes all files and removes the chunks of an earlier layout; returns how many files it
/// wrote, and their bytes.
fn write(out: &Path, layout: &Layout) -> Result<(usize, usize), String> {
    let manifest = out.join(MANIFEST);
    if manifest.exists() {
        fs::remove_file(&manifest).map_err(|error| failed(&manifest, &error))?;
    }
    let mut stale = chunks_in(out)?;
    let (mut files, mut total) = (0, 0);
    for (path, bytes) in layout.files() {
        let path = out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        fs::write(&path, &bytes).map_err(|error| failed(&path, &error))?;
        stale.remove(&path);
        files += 1;
        total += bytes.len();
    }
    for path in stale {
        fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
    }
    Ok((files, total))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The chunks below `out`. Nothing else is ever removed, should `out` be a wrong folder.
fn chunks_in(out: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let labels = (0..10).map(|label| out.join("train").join(label.to_string()));
    let mut chunks = BTreeSet::new();
    for folder in labels.chain([out.join("test")]).filter(|folder| folder.exists()) {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, &error))? {
            let path = entry.map_err(|error| failed(&folder, &error))?.path();
            if path.extension().is_some_and(|ending| ending == "bin") {
                chunks.insert(path);
            }
        }
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepare(arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        run(&arguments)
    }

    #[test]
    fn a_second_run_writes_nothing_and_another_layout_replaces_the_first() {
        let out = std::env::temp_dir().join(format!("sotto-digits-{}", std::process::id()));
        let folder = out.to_str().unwrap();
        let large = [folder, "--synthetic", "1010", "20", "1"];
        // Each label has 101 digits: two chunks.
        assert!(prepare(&large).unwrap().contains("wrote 22 files"));
        assert!(prepare(&large).unwrap().contains("up to date"));

        fs::remove_file(out.join("test/00.bin")).unwrap();
        assert!(prepare(&large).unwrap().contains("wrote 22 files"));

        fs::write(out.join("train/notes.txt"), "mine").unwrap();
        let small = [folder, "--synthetic", "1000", "20", "1"];
        assert!(prepare(&small).unwrap().contains("wrote 12 files"));
        assert!(!out.join("train/0/001.bin").exists());
        assert!(out.join("train/notes.txt").exists());
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_not_an_empty_one() {
        let out = std::env::temp_dir().join(format!("sotto-unread-{}", std::process::id()));
        fs::create_dir_all(&out).unwrap();
        assert_eq!(chunks_in(&out), Ok(BTreeSet::new()));
        fs::write(out.join("test"), "no folder").unwrap();
        assert!(chunks_in(&out).unwrap_err().contains("test"));
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn wrong_arguments_say_how_to_use_it() {
        for arguments in [&[][..], &["out"], &["out", "--synthetic", "1", "-2", "3"]] {
            assert!(prepare(arguments).unwrap_err().contains("usage"));
        }
        let missing = prepare(&["out", "--mnist", "no-such-folder"]).unwrap_err();
        assert!(missing.contains("train-images-idx3-ubyte"), "{missing}");
    }
}
