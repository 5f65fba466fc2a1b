#!/usr/bin/env bash
# The Rust toolchain that rust-toolchain.toml names, with the WASM target, and a C compiler for SQLite.
# rustup reads that file too, but with automatic installation off it silently leaves a missing target out.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

if ! have cc || ! have perl || ! have make; then
  say "Installing a C compiler, make and perl with the package manager"
  install_packages apt="build-essential perl" dnf="gcc gcc-c++ make perl" apk="build-base perl bash" ||
    die "a C compiler, make and perl are needed: install them (build-essential on Debian) and run this again"
fi

have rustup || die "rustup is needed: install it (a package manager or the Rust web site has it) and run this again"

channel=$(sed -n 's/^channel *= *"\(.*\)".*/\1/p' rust-toolchain.toml)
[ -n "$channel" ] || die "rust-toolchain.toml names no channel"
target=wasm32-unknown-unknown

complete() {
  rustup toolchain list | grep -q "^$channel" || return 1
  local parts
  parts=$(rustup component list --toolchain "$channel" --installed) || return 1
  [[ $parts == *rustfmt* && $parts == *clippy* && $parts == *"rust-std-$target"* ]]
}
if ! complete; then
  say "Installing Rust $channel with rustfmt, clippy and the $target target"
  rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy --target "$target" ||
    die "rustup could not install Rust $channel: check the network and run this again"
fi
