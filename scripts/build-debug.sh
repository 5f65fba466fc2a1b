#!/usr/bin/env bash
# What the tests run: target/site, target/debug/countersign and the test programs. Server and tests are built by
# one command, because Cargo gives shared dependencies other features when tests are left out and would compile
# a second copy of them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# A browser loads the optimised WASM in half the time, which saves the browser tests more than compiling it costs.
CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=false cargo leptos build --frontend-only --split
cargo build --no-default-features --features ssr --bin countersign --tests
