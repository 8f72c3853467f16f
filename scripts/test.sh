#!/usr/bin/env bash
# Every check and test, quick ones first. Stops at the first step that fails and says which; says at the end where the time went.
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
spent="$(mktemp)" # of each step that passed: its seconds, its title
said="$(mktemp)"
beside=""
# on every way out: what still runs beside is ended with what it started, and no folder stays
leave() {
  if [ -n "$beside" ]; then kill -- "-$beside" 2>/dev/null || kill "$beside" 2>/dev/null || :; fi
  rm -f "$ZHIYIN_UNPROVEN" "$spent" "$said"
  if [ -n "$room" ]; then rm -rf "$room"; fi
}
trap leave EXIT

ended() { # failed
  printf '%s passed, %s failed\n' "$(wc -l <"$spent")" "$1"
}

step() { # title, command …
  local title=$1 from=$SECONDS
  shift
  printf '\n==> %s\n' "$title"
  if ! "$@"; then
    printf '\n!!! failed: %s\n' "$title"
    [ -n "${aside:-}" ] || ended 1
    exit 1
  fi
  printf '%6d%s %s\n' "$((SECONDS - from))" "${aside:- }" "$title" >>"$spent"
  printf '    %s: %s s\n' "$title" "$((SECONDS - from))"
}

# steps that run beside the next ones, on the processor these leave idle; what they say is shown by `together`
aside() { # function
  set -m # a group of its own, to be ended as one
  (aside="|"; "$1") >"$said" 2>&1 &
  beside=$!
  set +m
}
together() {
  local heard=0
  wait "$beside" || heard=$?
  beside=""
  cat "$said"
  [ "$heard" = 0 ] || { ended 1; exit 1; }
}

step "tools this needs" scripts/setup.sh test
step "house rules (xtask tidy)" cargo run --locked -q -p xtask -- tidy
step "web app: build" scripts/build-web.sh
web_app() {
  step "web app: what a page load carries" npm --prefix web run -s size
  step "web app: types" npm --prefix web run -s check
  step "web app: unit tests" npm --prefix web run -s test
}
aside web_app
# One command for the whole workspace: a smaller selection would unify features differently and compile the engine again.
step "build everything" cargo test --locked -q --workspace --no-run
together
if [ -n "$room" ]; then export TMPDIR="$room"; fi
# what Python proves takes one processor and runs beside the crates' tests
from_outside() {
  step "independent SQL and real DuckDB" "$cache/venv/bin/python" -m pytest -q tests/independent
  step "the API keeps its description: schemathesis, all checks, three roles" "$cache/venv/bin/python" tests/contract/contract.py "$CARGO_TARGET_DIR/debug/zhiyin"
}
aside from_outside
step "every crate: laws, both databases, HTTP, kernel, command line, crash loops" cargo test --locked -q --workspace
together
step "browser, Chinese and English, desktop and phone" scripts/e2e.sh

if [ -s "$ZHIYIN_UNPROVEN" ]; then
  printf '\nNOT PROVEN on this machine (CI=true or ZHIYIN_REQUIRE_DATA=1 would have failed):\n'
  sed 's/^/  /' "$ZHIYIN_UNPROVEN"
fi
printf '\nseconds of each step, | beside the next:\n'
cat "$spent"
printf '%6d  all of it\n' "$SECONDS"
ended 0
