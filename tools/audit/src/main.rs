//! Looks for branches, addresses and times that depend on secrets.
//!
//! ```text
//! valgrind -q --suppressions=tools/audit/public.supp audit memcheck [case]
//! audit timing [case]
//! ```
//!
//! `memcheck` marks every key, mask, share and drawing undefined and runs the roles: valgrind reports each
//! conditional jump and each address that depends on one (see [`memcheck`]). `timing` compares how long
//! fixed and random secrets take (see [`timing`]). Both begin with controls: code that does what must not be
//! done, which has to be found. It is the machine code of this machine that is looked at; see docs/security.md.
#![deny(unsafe_code)]

mod controls;
mod memcheck;
mod mpc;
mod secagg;
mod timing;

use std::process::ExitCode;

use sotto_core::entropy::Entropy;
use sotto_core::seeded::Stream;

/// A case: its name, and what it runs. It gives the bytes that still depended on a secret where they came out:
/// none would mean that nothing was followed.
type Case = (&'static str, fn() -> usize);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.get(1).map_or("", String::as_str);
    let is_clean = match arguments.first().map(String::as_str) {
        Some("memcheck") if memcheck::is_running() => follow(wanted),
        Some("memcheck") => {
            eprintln!("memcheck is valgrind's: run this by ./build.sh audit, on Linux on x86-64");
            false
        }
        Some("timing") => timing::run(wanted),
        _ => {
            eprintln!("usage: audit memcheck|timing [case]");
            false
        }
    };
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the cases under memcheck. Says whether the controls were found, and nothing else.
fn follow(wanted: &str) -> bool {
    let mut is_clean = true;
    println!("{:<58}{:>9}{:>14}", "secrets followed by memcheck", "reports", "secret bytes");
    let all = mpc::CASES.iter().chain(secagg::CASES).map(|case| (case, false));
    let controls = controls::CASES.iter().map(|case| (case, true));
    for ((name, case), is_control) in controls.chain(all) {
        if !name.contains(wanted) {
            continue;
        }
        let before = memcheck::reports();
        let secret = case();
        let mut found = memcheck::reports() - before;
        if found > 0 {
            // The compiler may look at what is not there before it looks whether it is there. That is reported
            // without any secret, too, and does not count.
            let before = memcheck::reports();
            memcheck::in_the_clear(case);
            found = found.saturating_sub(memcheck::reports() - before);
        }
        let verdict = match (is_control, found, secret) {
            (true, 1.., _) => "found, as it must be",
            (true, ..) => "NOT FOUND: this check sees nothing",
            (false, 0, 1..) => "",
            (false, 0, 0) => "NOTHING SECRET CAME OUT: nothing was followed",
            (false, ..) => "DEPENDS ON A SECRET",
        };
        is_clean &= matches!(verdict, "" | "found, as it must be");
        println!("{name:<58}{found:>9}{secret:>14}  {verdict}");
    }
    is_clean
}

/// Bytes that no branch and no address may depend on. They are the same in every run, which memcheck does not
/// look at.
fn secret_entropy(name: &str) -> Entropy {
    let mut stream = Stream::new(1, &format!("audit/{name}"));
    Box::new(move |bytes| {
        stream.fill(bytes);
        memcheck::hide(bytes);
    })
}

fn secret_array<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    secret_entropy(name)(&mut bytes);
    bytes
}
