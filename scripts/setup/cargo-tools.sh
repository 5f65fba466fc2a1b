#!/usr/bin/env bash
# cargo-leptos, and the wasm-bindgen command whose version must equal the crate's in Cargo.lock.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# 0.3.11 wants a newer Rust than rust-toolchain.toml names.
leptos=0.3.10
if [[ $(cargo-leptos --version 2>/dev/null) != *" $leptos"* ]]; then
  say "Installing cargo-leptos $leptos (about five minutes, once)"
  # A debug build: it takes half as long, and the tool only starts other programs.
  # no_downloads: it uses what is installed here and in node_modules, and fetches nothing by itself.
  cargo install cargo-leptos --version "$leptos" --locked --features no_downloads --debug ||
    die "cargo-leptos $leptos did not install: the lines above say why"
fi

bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
[ -n "$bindgen" ] || die "Cargo.lock names no wasm-bindgen"
if [[ $(wasm-bindgen --version 2>/dev/null) != *" $bindgen"* ]]; then
  say "Installing wasm-bindgen $bindgen (about a minute and a half, once)"
  cargo install wasm-bindgen-cli --version "$bindgen" ||
    die "wasm-bindgen-cli $bindgen did not install: the lines above say why"
fi
