#!/usr/bin/env bash
# Unit, property and integration tests on both databases. Arguments go to cargo test.
# The features are spelled as cargo-leptos spells them: with the default feature on, the same crate would be
# compiled a second time.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec scripts/with-postgres.sh cargo test --no-default-features --features ssr --no-fail-fast "$@"
