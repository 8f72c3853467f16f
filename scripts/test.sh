#!/usr/bin/env bash
# Every check and test, quick ones first. Stops at the first step that fails and says which.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/zhiyin/target}"
cache="${ZHIYIN_CACHE:-$HOME/.cache/zhiyin}"
# what a machine without ../shared, root or XFS cannot prove is written down here and said at the end
ZHIYIN_UNPROVEN="$(mktemp)"
export ZHIYIN_UNPROVEN
# Tests wait for the disk far more than they count: their folders lie in memory where there is enough of it, and more of them run at once.
room=""
if [ -z "${TMPDIR:-}" ] && [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt 8000000 ] 2>/dev/null && [ "$(awk '/MemAvailable/{print $2}' /proc/meminfo)" -gt 12000000 ]; then
  room="$(mktemp -d /dev/shm/zhiyin-test-XXXXXX)"
  chmod 755 "$room"
fi
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) * 5 / 2))}"
beside="$(mktemp)"
outside=""
# on every way out: what still runs beside is ended with what it started, and no folder stays
leave() {
  if [ -n "$outside" ]; then kill -- "-$outside" 2>/dev/null || kill "$outside" 2>/dev/null || :; fi
  rm -f "$ZHIYIN_UNPROVEN" "$beside"
  if [ -n "$room" ]; then rm -rf "$room"; fi
}
trap leave EXIT
begun=$SECONDS
steps=0

step() { # title, command …
  local title=$1 from=$SECONDS
  shift
  printf '\n==> %s\n' "$title"
  if ! "$@"; then
    printf '\n!!! failed: %s\n' "$title"
    printf '%s passed, 1 failed\n' "$steps"
    exit 1
  fi
  steps=$((steps + 1))
  printf '    %s: %s s\n' "$title" "$((SECONDS - from))"
}

step "tools this needs" scripts/setup.sh test
step "house rules (xtask tidy)" cargo run --locked -q -p xtask -- tidy
step "web app: types" npm --prefix web run -s check
step "web app: unit tests" npm --prefix web run -s test
step "web app: build" scripts/build-web.sh
step "web app: what a page load carries" npm --prefix web run -s size
# One command for the whole workspace: a smaller selection would unify features differently and compile the engine again.
step "build everything" cargo test --locked -q --workspace --no-run
if [ -n "$room" ]; then export TMPDIR="$room"; fi
# what Python proves takes one processor and runs beside the crates' tests; what it says is shown when both are done
from_outside() {
  (step "independent SQL and real DuckDB" "$cache/venv/bin/python" -m pytest -q tests/independent) &&
    (step "the API keeps its description: schemathesis, all checks, three roles" "$cache/venv/bin/python" tests/contract/contract.py "$CARGO_TARGET_DIR/debug/zhiyin")
}
set -m # a group of its own, to be ended as one
from_outside >"$beside" 2>&1 &
outside=$!
set +m
step "every crate: laws, both databases, HTTP, kernel, command line, crash loops" cargo test --locked -q --workspace
wait "$outside" && heard=0 || heard=$?
outside=""
cat "$beside"
[ "$heard" = 0 ] || exit 1
steps=$((steps + 2))
step "browser, Chinese and English, desktop and phone" scripts/e2e.sh

if [ -s "$ZHIYIN_UNPROVEN" ]; then
  printf '\nNOT PROVEN on this machine (CI=true or ZHIYIN_REQUIRE_DATA=1 would have failed):\n'
  sed 's/^/  /' "$ZHIYIN_UNPROVEN"
fi
printf '\nall of it in %s s\n%s passed, 0 failed\n' "$((SECONDS - begun))" "$steps"
