//! `bindings <module.wasm> <folder>`: the JavaScript and TypeScript bindings of a module.
//!
//! The library behind the wasm-bindgen command, so that Cargo alone installs it and its
//! version cannot differ from the crate's.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("usage: bindings <module.wasm> <folder>");
        return ExitCode::FAILURE;
    };
    let mut bindgen = Bindgen::new();
    let generated = bindgen
        .input_path(module)
        .out_name("sotto")
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    let outcome = match generated {
        Ok(()) => declared_once(Path::new(folder)),
        Err(error) => Err(format!("{error:#}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindings of {module}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// TypeScript makes one type of two interfaces of a name, which then asks for the fields of both.
fn declared_once(folder: &Path) -> Result<(), String> {
    let path = folder.join("sotto.d.ts");
    let types = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut seen = BTreeSet::new();
    let names = types.lines().filter_map(|line| line.strip_prefix("export interface "));
    let twice: Vec<&str> = names
        .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
        .filter(|name| !seen.insert(*name))
        .collect();
    match twice.as_slice() {
        [] => Ok(()),
        twice => Err(format!("declared twice: {}", twice.join(", "))),
    }
}
