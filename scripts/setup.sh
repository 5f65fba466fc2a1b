#!/usr/bin/env bash
# Installs what this machine lacks: "build" for building and running, "test" for the tests as well.
# A second run finds everything and changes nothing.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")/setup
case ${1:-build} in
  build) parts=(rust node cargo-tools) ;;
  test) parts=(rust node cargo-tools chromium postgres python) ;;
  *) echo "usage: scripts/setup.sh [build|test]" >&2; exit 2 ;;
esac
for part in "${parts[@]}"; do "$here/$part.sh"; done
