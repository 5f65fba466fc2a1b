#!/usr/bin/env bash
# The browser suite, on the debug build that is there. Arguments go to Playwright.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ -x "${COUNTERSIGN_BIN:-target/debug/countersign}" ] || die "no server to test: run make build-debug"
COUNTERSIGN_CHROMIUM=${COUNTERSIGN_CHROMIUM-$(chromium_path || true)}
export COUNTERSIGN_CHROMIUM
exec scripts/with-postgres.sh playwright test --config end2end/playwright.config.ts "$@"
