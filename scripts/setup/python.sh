#!/usr/bin/env bash
# schemathesis, in a virtual environment of its own, for the API fuzzing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

stamp=.venv/installed.txt
if cmp -s scripts/requirements.txt "$stamp" && .venv/bin/schemathesis --version >/dev/null 2>&1; then exit 0; fi

usable() { local python; python=$(python_path) && "$python" -c 'import venv, ensurepip' 2>/dev/null; }
if ! usable; then
  say "Installing Python with the package manager"
  install_packages apt="python3 python3-venv" dnf=python3 apk=python3 brew=python3 || true
  usable || die "Python 3.10 or newer with venv is needed: install it (python3-venv on Debian) and run this again"
fi

say "Installing schemathesis into .venv"
"$(python_path)" -m venv --clear .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt ||
  die "pip could not install schemathesis: the lines above say why"
cp scripts/requirements.txt "$stamp"
