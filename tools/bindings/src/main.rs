//! `bindings <module.wasm> <folder>`: the JavaScript and TypeScript bindings of a module.
//!
//! The library behind the wasm-bindgen command, so that Cargo alone installs it and its
//! version cannot differ from the crate's.

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
    match generated {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindings of {module}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
