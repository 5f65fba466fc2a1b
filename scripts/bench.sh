#!/usr/bin/env bash
# Measures the release build beside the same SQL run directly against the same databases, and prints a table; then, in
# a browser, how quickly the queue answers a reviewer. PostgreSQL waits for the disk here, as it does in production.
# ONLY=server or ONLY=browser measures one of the two.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export FSYNC=on
if [ "${ONLY:-server}" = server ]; then
  scripts/with-postgres.sh cargo run --release --no-default-features --features ssr --bin bench -- "$@"
fi
if [ "${ONLY:-browser}" = browser ]; then
  COUNTERSIGN_CHROMIUM=${COUNTERSIGN_CHROMIUM-$(chromium_path || true)}
  export COUNTERSIGN_CHROMIUM COUNTERSIGN_BIN=target/release/countersign
  playwright test --config end2end/bench/playwright.config.ts
fi
