# Zhiyin. `make demo` builds and runs the product with sample data; `make test` proves it. Each installs what it lacks.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(HOME)/.cache/zhiyin/target
export CARGO_TERM_COLOR ?= auto
BIN := $(CARGO_TARGET_DIR)/debug/zhiyin
PORT ?= 8080

.PHONY: help demo test bench dev codegen check web build shots clean-demo

help:
	@echo "make demo     build, fill with a sample business of 10,000 customers, open http://127.0.0.1:$(PORT)"
	@echo "make test     every check and test (installs Chromium, PostgreSQL, fonts, npm and Python packages if missing)"
	@echo "make bench    our figures and the peers', on the same data, into docs/benchmarks.md"
	@echo "make dev      API server and Vite with hot reload"
	@echo "make codegen  refresh generated files (OpenAPI, TypeScript types, reference docs)"
	@echo "make check    the quick half of the tests: house rules, type checks, pure crates"

web:
	@scripts/setup.sh web
	@scripts/build-web.sh

build: web
	@echo "==> building zhiyin (the first time compiles the engine: about 12 minutes on two cores)"
	cargo build --locked -p zhiyin

demo: build
	@exec $(BIN) demo --port $(PORT)

test:
	@scripts/test.sh

check:
	cargo run --locked -q -p xtask -- tidy
	CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)-check cargo test --locked -q -p domain -p models -p sources -p xtask
	cd web && npm run -s check && npm run -s test

bench: web
	@scripts/setup.sh bench
	@echo "==> building the release (the first time compiles the engine again, optimised: about 20 minutes on two cores)"
	cargo build --locked --release -p zhiyin
	cargo build --locked --release -p xtask
	CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)-check cargo build --locked --release -p models --example kmeans
	$(HOME)/.cache/zhiyin/bench-venv/bin/python scripts/bench.py

dev: web
	cargo build --locked -p zhiyin
	@trap 'kill 0' EXIT; $(BIN) demo --port 8787 & cd web && npm run dev

codegen:
	UPDATE_GENERATED=1 INSTA_UPDATE=always cargo test --locked -q --workspace --test it -- openapi reference
	cd web && npm run gen:api

shots: build
	@scripts/setup.sh browser
	@scripts/shots.sh
