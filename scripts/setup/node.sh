#!/usr/bin/env bash
# Node.js and the packages of package-lock.json: Tailwind and wasm-opt for the build, Playwright for the tests.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

new_enough() { have npm && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; }
if ! new_enough; then
  say "Installing Node.js with the package manager"
  install_packages apt="nodejs npm" dnf="nodejs npm" apk="nodejs npm" brew=node || true
  new_enough || die "Node.js 20 or newer with npm is needed: install it and run this again"
fi

# npm ci starts from nothing each time, so a copy of the lock file remembers what is there.
stamp=node_modules/.installed-lock.json
if ! cmp -s package-lock.json "$stamp"; then
  say "Installing the npm packages of package-lock.json"
  npm ci --ignore-scripts --no-progress || die "npm could not install the packages: the lines above say why"
  cp package-lock.json "$stamp"
fi
