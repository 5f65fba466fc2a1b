# The commands of the project. Each installs what it needs first; what is there already is left alone.
SHELL := /usr/bin/env bash
export PATH := $(CURDIR)/node_modules/.bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
# Arguments for the program behind a target: make run ARGS="--listen 127.0.0.1:8080", make e2e ARGS="--grep axe".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup setup-build build build-debug dev demo fmt lint test unit e2e api-fuzz bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build the app and serve it on http://127.0.0.1:3000
	exec target/release/countersign serve $(ARGS)

demo: build ## Build the app and serve an example workspace from a throw-away folder
	exec target/release/countersign demo $(ARGS)

setup: ## Install everything that building and testing need
	@scripts/setup.sh test

setup-build:
	@scripts/setup.sh build

# cargo-leptos empties target/site and fills it before it builds the server, which embeds what is there. --split
# puts the code of the late pages (src/ui/pages/late.rs) into a file of its own; without it the page finds no loader.
build: setup-build ## Build the release binary, target/release/countersign
	cargo leptos build --release -P --split

build-debug: setup-build ## Build what the tests run: target/debug/countersign and target/site
	@scripts/build-debug.sh

dev: setup-build ## Serve, and build again on every change
	cargo leptos watch --split $(if $(ARGS),-- $(ARGS))

fmt: setup-build ## Format the code
	cargo fmt

lint: setup-build ## Check format, clippy on both targets, and the types of the browser tests
	@scripts/lint.sh

test: setup ## Run everything: lint, unit, both databases, browser, API fuzzing
	@scripts/test.sh

unit: setup ## Run unit and integration tests on both databases
	@scripts/unit.sh $(ARGS)

e2e: setup build-debug ## Run the browser tests
	@scripts/e2e.sh $(ARGS)

api-fuzz: setup build-debug ## Fuzz the API of a running server with schemathesis
	@scripts/with-server.sh scripts/api-fuzz.sh $(ARGS)

bench: setup build ## Measure the release build against direct SQL
	@scripts/bench.sh $(ARGS)

clean: ## Remove what was built and installed inside this folder
	rm -rf target node_modules .venv end2end/test-results end2end/report
