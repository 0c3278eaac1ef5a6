#!/usr/bin/env bash
# Sets up what is missing, builds, serves, tests.
#
#   ./build.sh                builds and serves on http://localhost:8080 (PORT overrides)
#   ./build.sh build          builds the static page into dist/
#   ./build.sh check          tests and paths that documents name, which crate uses which, format, lints on both targets, docs,
#                             types, errors that nobody hears of, the page's unit tests
#   ./build.sh test           all tests: native, and the page in real browsers
#   ./build.sh reproduce [name]  runs published experiments again, into docs/reproductions
#   ./build.sh relay          a broker on this machine, by which other machines' pages join (RELAY_HOST=0.0.0.0 to let them)
#   ./build.sh lighthouse     Lighthouse on the built page, into target/lighthouse/
#   ./build.sh audit [case]   looks for branches, addresses and times that depend on secrets (Linux on x86-64)
#   ./build.sh mutants [module [shard]]  mutates the cryptography; its tests have to notice
#   ./build.sh bench [suite]  benchmarks (train, mpc, gates, secagg, accuracy, load, far, firefox), into target/bench/;
#                             BENCH=smoke: in seconds and into target/bench/smoke/, to see that each figure comes out
#   ./build.sh fuzz [target] [seconds]  fuzzing guided by coverage, of one target or all, ten minutes each by default
#   ./build.sh fuzz seeds|keep  writes inputs that real encoders make; keeps a small part of what was found (fuzz/README.md)
#
# MNIST comes from the folder in MNIST_DIR, else from its public mirrors (kept in .cache/),
# else the page uses synthetic digits. Needs Rust (rustup.rs) and Node 20.19 (nodejs.org).
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
invoked_from="$PWD"
cd "$root"

wasm=target/wasm32-unknown-unknown/release/sotto.wasm
# Crates that others can use, and what they stand on.
alone=(core kernels network privacy secagg link mpc)

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

setup_rust() {
    have cargo || [[ ! -f "$HOME/.cargo/env" ]] || . "$HOME/.cargo/env"
    have cargo || fail "Rust is missing: install it from https://rustup.rs, then run this again."
    local pinned libraries
    pinned="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
    if have rustup && ! rustup toolchain list | grep -q "^$pinned"; then
        if rustup toolchain list | grep -q "^stable" && rustc +stable --version | grep -qF "rustc $pinned "; then
            # The same compiler by another name: nothing to download.
            export RUSTUP_TOOLCHAIN=stable
        else
            rustup toolchain install "$pinned" --profile minimal --component rustfmt,clippy --target wasm32-unknown-unknown
        fi
    fi
    libraries="$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown"
    if [[ ! -d "$libraries" ]]; then
        have rustup || fail "Rust's wasm32-unknown-unknown target is missing: install it, or Rust by https://rustup.rs."
        say "Adding Rust's WebAssembly target"
        rustup target add wasm32-unknown-unknown
    fi
}

setup_node() {
    local node_hint="install Node 20.19 or later from https://nodejs.org, then run this again."
    have npm || fail "Node is missing: $node_hint"
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
        fail "Node $(node --version) is too old: $node_hint"
    if [[ ! www/node_modules/.package-lock.json -nt www/package-lock.json ]]; then
        say "Installing npm packages"
        (cd www && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json)
    fi
}

# The first of some programs that is there, as a path.
first_of() {
    local candidate
    for candidate in "$@"; do
        if [[ -n "$candidate" ]] && have "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Installs the first of some packages that Debian or a relative of it has.
install_package() {
    local package as_root=()
    [[ "$(id -u)" == 0 ]] || as_root=(sudo)
    if have apt-get && { [[ "$(id -u)" == 0 ]] || have sudo; }; then
        say "Installing $1"
        "${as_root[@]}" apt-get update -q
        for package in "$@"; do
            ! "${as_root[@]}" apt-get install -y -q "$package" || return 0
        done
    fi
}

# The browser for the tests: CHROMIUM, or what is installed, or Debian's package.
setup_chromium() {
    local names=("${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable)
    first_of "${names[@]}" >/dev/null || install_package chromium chromium-browser
    CHROMIUM="$(first_of "${names[@]}")" ||
        fail "Chromium is missing: install it, or name it in CHROMIUM, then run this again."
    export CHROMIUM
}

# The browser for the smoke run: FIREFOX, or what is installed, or Debian's package. With geckodriver,
# by which it is driven: GECKODRIVER, or what is installed, or from crates.io, as Debian has none.
setup_firefox() {
    local names=("${FIREFOX:-}" firefox-esr firefox)
    first_of "${names[@]}" >/dev/null || install_package firefox-esr firefox
    FIREFOX="$(first_of "${names[@]}")" ||
        fail "Firefox is missing: install it, or name it in FIREFOX, then run this again."
    local drivers=("${GECKODRIVER:-}" geckodriver "$root/.cache/tools/bin/geckodriver")
    if ! first_of "${drivers[@]}" >/dev/null; then
        setup_rust
        say "Building geckodriver"
        cargo install geckodriver --locked --version 0.37.1 --root .cache/tools
    fi
    GECKODRIVER="$(first_of "${drivers[@]}")" ||
        fail "geckodriver is missing: install it, or name it in GECKODRIVER, then run this again."
    export FIREFOX GECKODRIVER
}

# The broker that joins machines: NATS_SERVER, or what is installed, or Debian's package.
setup_nats() {
    # Debian's place for it is not on everybody's path.
    local names=("${NATS_SERVER:-}" nats-server /usr/sbin/nats-server)
    first_of "${names[@]}" >/dev/null || install_package nats-server
    NATS_SERVER="$(first_of "${names[@]}")" ||
        fail "nats-server is missing: install it (nats.io), or name it in NATS_SERVER, then run this again."
    export NATS_SERVER
}

# A path as it was meant where the script was called.
from_caller() { case "$1" in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$invoked_from" "$1" ;; esac; }

# Finds MNIST: sets MNIST_DIR to a folder with it, or fails.
find_mnist() {
    [[ -z "${MNIST_DIR:-}" ]] || return 0
    node www/scripts/fetch-mnist.mjs .cache/mnist || return 1
    export MNIST_DIR="$root/.cache/mnist"
}

# Lays the digits out in www/public/data, which the page's build copies.
lay_out_digits() {
    local prepare=(cargo run -q --bin prepare_digits -- www/public/data)
    if ! find_mnist; then
        say "MNIST cannot be reached: the page will use synthetic digits"
        "${prepare[@]}" --synthetic 20000 2000 1
    elif ! "${prepare[@]}" --mnist "$MNIST_DIR"; then
        # What was downloaded before may be broken; another folder is its owner's business.
        [[ "$MNIST_DIR" == "$root/.cache/mnist" ]] || return 1
        rm -rf .cache/mnist
        node www/scripts/fetch-mnist.mjs .cache/mnist
        "${prepare[@]}" --mnist "$MNIST_DIR"
    fi
}

build_wasm() {
    cargo build --release --lib -p sotto --target wasm32-unknown-unknown
    if [[ "$wasm" -nt www/wasm/sotto_bg.wasm ]]; then
        cargo run -q -p bindings -- "$wasm" www/wasm
    fi
}

build() {
    setup_rust
    setup_node
    say "Building the WebAssembly module"
    build_wasm
    say "Laying out the digits"
    lay_out_digits
    say "Building the page"
    (cd www && npm run --silent build)
}

serve() {
    local port="${PORT:-8080}"
    (cd www && exec npx sirv ../dist --gzip --brotli --host localhost --port "$port" --quiet) &
    local server=$!
    # It may have ended before, by itself.
    trap 'kill "$server" 2>/dev/null || true' EXIT
    until node -e "fetch('http://localhost:$port/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; do
        # Whether it lives is all that is asked.
        kill -0 "$server" 2>/dev/null || fail "Port $port cannot be used; name another one: PORT=8081 ./build.sh"
        sleep 0.2
    done
    say "Sotto is ready on http://localhost:$port"
    wait "$server"
}

check() {
    setup_rust
    setup_node
    node tools/promises.mjs
    node tools/paths.mjs
    node tools/floors.mjs
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo clippy --lib -p sotto --target wasm32-unknown-unknown -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib --quiet
    # The crates that stand alone can be packed as they are, without a question to a registry.
    cargo package --no-verify --allow-dirty --offline --quiet "${alone[@]/#/--package=sotto-}" 2>&1 | { grep -v -e "^warning: manifest has no" -e "^  |" -e "^  = note" -e '^$' || true; }
    node tools/silence/silence.mjs
    build_wasm
    (cd www && npm run --silent check)
    node tools/performance/performance.mjs check
}

relay() {
    setup_nats
    export RELAY_HOST="${RELAY_HOST:-127.0.0.1}" RELAY_PORT="${RELAY_PORT:-4222}" RELAY_WS_PORT="${RELAY_WS_PORT:-9222}"
    say "A broker for pages: ws://$RELAY_HOST:$RELAY_WS_PORT, for programs: nats://$RELAY_HOST:$RELAY_PORT"
    exec "$NATS_SERVER" -c tools/relay/nats.conf
}

run_tests() {
    setup_node
    # The page's state and texts: seconds, before what takes minutes.
    (cd www && npm run --silent unit)
    setup_chromium
    setup_nats
    [[ $# -gt 0 ]] || setup_firefox
    build
    [[ -n "${MNIST_DIR:-}" ]] || fail "The tests need MNIST: name a folder with its four files in MNIST_DIR."
    cargo build --bins
    cargo test --workspace
    cargo run --bin simulate -- faults --seeds 2000
    cargo run --bin simulate -- sum --workers 1000 --values 100
    (cd www && npx playwright test "$@")
    # What was asked for by name is in Chromium.
    [[ $# -eq 0 ]] || return 0
    (cd www && npm run --silent firefox)
    smoke
}

all_suites=(train mpc gates secagg accuracy load far firefox)

bench() {
    case "${BENCH:-}" in "" | smoke) ;; *) fail "BENCH is smoke, or not set." ;; esac
    setup_rust
    setup_chromium
    build
    local suites=("$@")
    [[ ${#suites[@]} -gt 0 ]] || suites=("${all_suites[@]}")
    find_mnist || fail "The benchmarks need MNIST: name a folder with its four files in MNIST_DIR."
    local suite
    for suite in "${suites[@]}"; do
        case "$suite" in
            far) setup_nats ;;
            firefox) setup_firefox ;;
        esac
    done
    if [[ "${BENCH:-}" == smoke && $# -eq 0 ]]; then smoke; else measure "${suites[@]}"; fi
}

# Runs suites on what is built.
measure() {
    # One profile for figures, another for the tests, which have its programs already.
    local profile=(--release)
    [[ "${BENCH:-}" != smoke ]] || profile=(--profile dev)
    cargo build "${profile[@]}" --bin bench --bin simulate
    (cd www && npm run --silent bench:build)
    local suite started="$SECONDS" begun failed=()
    for suite in "$@"; do
        say "Measuring $suite"
        begun="$SECONDS"
        # What one suite cannot do keeps no other from measuring.
        measure_one "$suite" "${profile[@]}" || failed+=("$suite")
        say "$suite took $((SECONDS - begun)) s"
    done
    say "All took $((SECONDS - started)) s"
    [[ ${#failed[@]} -eq 0 ]] || fail "These suites failed: ${failed[*]}"
}

# One suite, natively and in a browser. Its steps are joined, as the caller goes on after a failure.
measure_one() {
    local suite="$1" profile=("${@:2}")
    node tools/performance/performance.mjs begin "$suite" || return 1
    case "$suite" in
        # One thread natively, as in a worker; Candle would take all for sums of tensors.
        train | mpc | gates | secagg) RAYON_NUM_THREADS=1 cargo run -q "${profile[@]}" --bin bench -- "$suite" || return 1 ;;
        accuracy) node tools/performance/accuracy.mjs || return 1 ;;
    esac
    case "$suite" in
        gates | accuracy) ;;
        *) (cd www && npm run --silent bench -- "/$suite.bench.ts") ;;
    esac
}

# Every figure of docs/performance.md comes out; how fast is not asked.
smoke() {
    export BENCH=smoke
    rm -rf target/bench/smoke
    measure "${all_suites[@]}"
    (cd www && npm run --silent bench -- /failing.bench.ts)
    node tools/performance/performance.mjs smoke
}

# cargo fuzz, with a nightly compiler where there is one.
setup_fuzz() {
    setup_rust
    local version=0.13.2
    if ! have cargo-fuzz && [[ ! -x .cache/tools/bin/cargo-fuzz ]]; then
        say "Building cargo-fuzz"
        cargo install cargo-fuzz --locked --version "$version" --root .cache/tools
    fi
    export PATH="$PATH:$root/.cache/tools/bin"
    cargo_fuzz=(cargo fuzz)
    if have rustup && rustup toolchain list | grep -q '^nightly'; then
        cargo_fuzz=(cargo +nightly fuzz)
    else
        # A stable compiler has the same instrumentation, behind a switch that keeps it from products. This is none.
        export RUSTC_BOOTSTRAP=1
    fi
    # libFuzzer is C++.
    first_of "${CXX:-}" c++ g++ clang++ >/dev/null || install_package g++
    mapfile -t fuzz_targets < <("${cargo_fuzz[@]}" list)
}

# What is found goes to target/fuzz; fuzz/corpus is what it begins with, and is replayed by the tests.
fuzz() {
    local target="${1:-all}" seconds="${2:-600}" limits=(-rss_limit_mb=2048 -malloc_limit_mb=256 -timeout=10)
    if [[ "$target" == seeds ]]; then
        setup_rust
        cargo test --lib -p sotto-fuzzing -- --ignored tests::write_seeds
        return
    fi
    setup_fuzz
    local targets=("${fuzz_targets[@]}")
    [[ "$target" == all || "$target" == keep ]] || targets=("$target")
    for target in "${targets[@]}"; do
        local found="$root/target/fuzz/$target" kept="$root/fuzz/corpus/$target"
        mkdir -p "$found"
        if [[ "${1:-}" == keep ]]; then
            keep_inputs
        else
            say "Fuzzing $target for $seconds seconds"
            # Values that are compared guide it to what readers look for. Where there is cryptography they are noise, which
            # libFuzzer spends nearly all its time on keeping; so it does on telling rare features from others.
            local values=0
            case "$target" in messages | files | text) values=1 ;; esac
            "${cargo_fuzz[@]}" run "$target" "$found" "$kept" -- "${limits[@]}" -max_total_time="$seconds" \
                -max_len=4096 -use_value_profile="$values" -entropic=0 -print_final_stats=1
        fi
    done
}

# A small set of inputs that reaches all that was reached: at most 30, and 64 kB.
keep_inputs() {
    local merged="$root/target/fuzz/merged-$target" count=0 size=0 file bytes
    rm -rf "$merged"
    mkdir -p "$merged"
    "${cargo_fuzz[@]}" run "$target" "$merged" "$kept" "$found" -- -set_cover_merge=1 -use_counters=0 "${limits[@]}"
    rm -rf "$kept"
    mkdir -p "$kept"
    # Those that do the most were written first.
    while read -r _ bytes file; do
        ((count < 30 && size + bytes <= 65536)) || continue
        cp "$file" "$kept/"
        count=$((count + 1)) size=$((size + bytes))
    done < <(find "$merged" -type f -printf '%T@ %s %p\n' | sort -n)
    say "$target: $count inputs, $size bytes"
}

lighthouse() {
    setup_chromium
    build
    node tools/performance/performance.mjs begin lighthouse
    (cd www && node scripts/lighthouse.mjs ../dist ../target/lighthouse ../target/bench/lighthouse.json)
}

# Secrets followed through the machine code by valgrind, and times compared.
audit() {
    setup_rust
    have valgrind || install_package valgrind
    have valgrind || fail "valgrind is missing: install it (valgrind.org), then run this again."
    say "Building the audit"
    cargo build -p audit --profile audit
    local log=target/audit.log
    if ! valgrind -q --suppressions=tools/audit/public.supp --num-callers=30 --log-file="$log" \
        target/audit/audit memcheck "$@"; then
        cat "$log" >&2
        fail "A branch or an address depends on a secret, or memcheck does not see: $log has it."
    fi
    target/audit/audit timing "$@"
}

mutants() {
    setup_rust
    setup_node
    if [[ ! -x .cache/tools/bin/cargo-mutants ]]; then
        say "Building cargo-mutants"
        cargo install cargo-mutants --locked --version 27.1.0 --root .cache/tools
    fi
    node tools/mutants/mutants.mjs "$@"
}

reproduce() {
    setup_rust
    setup_node
    find_mnist || fail "The experiments need MNIST: name a folder with its four files in MNIST_DIR."
    cargo build --release --bin simulate
    node tools/reproduce/reproduce.mjs "$@"
}

command="${1:-serve}"
[[ $# -eq 0 ]] || shift
if [[ -n "${MNIST_DIR:-}" ]]; then
    MNIST_DIR="$(from_caller "$MNIST_DIR")"
    export MNIST_DIR
fi
case "$command" in
    serve) build && serve ;;
    build) build ;;
    check) check ;;
    test) run_tests "$@" ;;
    reproduce) reproduce "$@" ;;
    audit) audit "$@" ;;
    mutants) mutants "$@" ;;
    relay) relay ;;
    lighthouse) lighthouse ;;
    bench) bench "$@" ;;
    fuzz) fuzz "$@" ;;
    *) fail "usage: ./build.sh [build|check|test|reproduce [name]|audit [case]|mutants [module [shard]]|relay|lighthouse|bench [suite]|fuzz [target] [seconds]]" ;;
esac
