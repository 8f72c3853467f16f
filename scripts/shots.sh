#!/usr/bin/env bash
# Makes the screenshots of the README from the real product.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/zhiyin/target}"
export ZHIYIN_BIN="$CARGO_TARGET_DIR/debug/zhiyin"
cd web
exec npm run -s shots
