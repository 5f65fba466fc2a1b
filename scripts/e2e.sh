#!/usr/bin/env bash
# The browser suite, on the debug build that is there. Arguments go to Playwright.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ -x "${COUNTERSIGN_BIN:-target/debug/countersign}" ] || die "no server to test: run make build-debug"
COUNTERSIGN_CHROMIUM=${COUNTERSIGN_CHROMIUM-$(headless_path || true)}
COUNTERSIGN_CHROMIUM_WHOLE=${COUNTERSIGN_CHROMIUM_WHOLE-$(chromium_path || true)}
export COUNTERSIGN_CHROMIUM COUNTERSIGN_CHROMIUM_WHOLE
# Time limits are for an idle machine of one's own; CI's may be busy. What is expected stays the same.
if [ -n "${CI:-}" ]; then export COUNTERSIGN_E2E_PATIENCE=${COUNTERSIGN_E2E_PATIENCE:-3}; fi
exec scripts/with-postgres.sh playwright test --config end2end/playwright.config.ts "$@"
