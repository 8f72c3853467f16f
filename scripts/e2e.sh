#!/usr/bin/env bash
# The browser journeys on the real binary.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/zhiyin/target}"
cargo build --locked -q -p zhiyin
export ZHIYIN_BIN="$CARGO_TARGET_DIR/debug/zhiyin"
cd web
exec npx playwright test "$@"
