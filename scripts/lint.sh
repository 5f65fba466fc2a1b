#!/usr/bin/env bash
# Formatting, clippy for the server and for the browser, and the types of the browser tests.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# rust-embed wants the folder of the assets to exist, even before the first build.
mkdir -p target/site

cargo fmt --check
cargo clippy --no-default-features --features ssr --all-targets -- -D warnings
# cargo-leptos builds the browser's half in target/front; checking it there shares its macros and build scripts.
cargo clippy --no-default-features --features hydrate --lib --target wasm32-unknown-unknown \
  --target-dir target/front -- -D warnings
tsc --noEmit --project end2end
