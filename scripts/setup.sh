#!/usr/bin/env bash
# Installs what is missing for a purpose and says so: web | browser | postgres | python | bench | test.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${ZHIYIN_CACHE:-$HOME/.cache/zhiyin}"
mkdir -p "$cache"

say() { printf '==> %s\n' "$*"; }

apt_install() { # packages
  if ! command -v apt-get >/dev/null; then
    echo "Please install: $*  (no apt-get on this machine)" >&2
    exit 1
  fi
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  say "installing $* with apt"
  $sudo apt-get -o DPkg::Lock::Timeout=300 update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
}

web() {
  command -v node >/dev/null || { echo "Node.js 20.19 or newer is needed for the web app" >&2; exit 1; }
  local stamp="web/node_modules/.zhiyin-lock"
  if ! cmp -s web/package-lock.json "$stamp"; then
    say "installing npm packages of the web app"
    (cd web && npm ci --no-audit --no-fund --loglevel=error)
    cp web/package-lock.json "$stamp"
  fi
}

# the tests' browser: Chromium without its windows does a fifth less, where there is a package of it
browser() {
  command -v chromium-headless-shell >/dev/null || apt_install chromium-headless-shell || whole_browser
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' || apt_install fontconfig fonts-noto-cjk
  # a server on another day: how a past month is told later
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || apt_install libfaketime
}

# what people have, whose speed is measured
whole_browser() {
  command -v chromium >/dev/null || apt_install chromium
}

postgres() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || apt_install postgresql
}

# the power-cut test clones a disk image at one instant, which XFS can
xfs() {
  command -v mkfs.xfs >/dev/null || apt_install xfsprogs
}

# what questions in SQL make a server open is seen from outside
watcher() {
  command -v strace >/dev/null || apt_install strace
}

packages() { # venv name, requirements file
  local venv="$cache/$1" want
  want=$(sha256sum < "$2" | cut -d' ' -f1)
  if [ "$(cat "$venv/.want" 2>/dev/null)" != "$want" ]; then
    say "preparing Python packages ($2)"
    python3 -m venv "$venv" 2>/dev/null || { apt_install python3-venv; python3 -m venv "$venv"; }
    "$venv/bin/pip" install -q --disable-pip-version-check -r "$2"
    echo "$want" > "$venv/.want"
  fi
}

# marks pages as Chromium's own auditor does; 13 and later want a newer Node
lighthouse() {
  local home="$cache/lighthouse" want=12.8.2
  if [ "$(cat "$home/.want" 2>/dev/null)" != "$want" ]; then
    say "preparing Lighthouse $want"
    npm install --prefix "$home" --no-audit --no-fund --loglevel=error "lighthouse@$want"
    echo "$want" > "$home/.want"
  fi
}

case "${1:-}" in
  web) web ;;
  browser) browser ;;
  postgres) postgres ;;
  python) packages venv tests/independent/requirements.txt ;;
  bench) web; browser; whole_browser; lighthouse; packages bench-venv scripts/bench-requirements.txt ;;
  test) web; browser; postgres; xfs; watcher; packages venv tests/independent/requirements.txt ;;
  *) echo "usage: $0 web|browser|postgres|python|bench|test" >&2; exit 2 ;;
esac
