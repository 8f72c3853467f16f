#!/usr/bin/env bash
# Builds web/dist when a source of it is newer; the Rust build embeds it.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=dist/.built
want=$(find src public tools index.html vite.config.ts package-lock.json tsconfig.json -type f | LC_ALL=C sort | xargs cat | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  echo "==> building the web app"
  npm run -s build
  echo "$want" > "$stamp"
fi
