#!/usr/bin/env bash
# Measures the release build beside the same SQL run directly against the same databases, and prints a table.
# PostgreSQL waits for the disk here, as it does in production.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export FSYNC=on
exec scripts/with-postgres.sh cargo run --release --no-default-features --features ssr --bin bench -- "$@"
