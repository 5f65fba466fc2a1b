#!/usr/bin/env bash
# A Chromium for the browser tests: the machine's own, else the distribution's, else Playwright's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

playwright_has_one() {
  node -e 'process.exit(require("fs").existsSync(require("@playwright/test").chromium.executablePath()) ? 0 : 1)' 2>/dev/null
}
works() { local path; path=$(chromium_path) && "$path" --version >/dev/null 2>&1; }

# Its package only points to a snap, which does not run in containers; and it has none of the headless shell.
is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }

if works || playwright_has_one; then
  # Only a quicker one is missing: on a machine that is there for tests it is worth a package, and no password.
  if works && ! have chromium-headless-shell && [ "$(id -u)" -eq 0 ] && have apt-get && ! is_ubuntu; then
    say "Installing Chromium's headless shell"
    install_packages apt=chromium-headless-shell || true
  fi
  exit 0
fi

if ! is_ubuntu; then
  say "Installing Chromium with the package manager"
  install_packages apt="chromium fonts-dejavu-core" dnf="chromium dejavu-sans-fonts" apk="chromium font-dejavu" || true
fi
if ! works; then
  say "Installing Playwright's own Chromium"
  if can_be_root; then playwright install --with-deps chromium; else playwright install chromium; fi ||
    die "no Chromium for the browser tests: install chromium or google-chrome and run this again"
fi
