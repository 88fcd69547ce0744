#!/usr/bin/env bash
# run.sh [PYTEST OPTION...]: the HTML report in a real browser, Debian's Chromium: how large, how fast, how accessible it is, and that
# nothing leaves it. run.sh --screenshots: makes the pictures of docs/images instead.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

need chromium chromium fonts-dejavu-core
need npm npm
need pdfinfo poppler-utils
use_venv browser
PYTHONPATH=$(collection_tree)
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 PATH=$VENV/bin:$PATH

# axe-core judges the pages, ESLint the script; both run in a folder of their own.
npm_folder() {
  local folder
  folder=$CACHE/npm-$(key "$ROOT/tests/browser/package.json")
  (
    flock 9
    [ -e "$folder/.ready" ] && exit
    say "making $folder"
    mkdir -p "$folder"
    cp "$ROOT/tests/browser/package.json" "$folder"
    npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --silent >&2
    touch "$folder/.ready"
  ) 9>"$folder.lock"
  printf '%s\n' "$folder"
}

lint() (
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp "$ROOT/tests/browser/eslint.config.mjs" "$ROOT/plugins/plugin_utils/_formats/web/script.js" "$work"
  ln -s "$1/node_modules" "$work/node_modules"
  cd "$work"
  node_modules/.bin/eslint --max-warnings 0 script.js
)

if [ "${1:-}" = --screenshots ]; then
  need pngquant pngquant
  python "$ROOT/tests/browser/screenshots.py" "$ROOT/docs/images"
  exit
fi
NPM=$(npm_folder)
export NPM
lint "$NPM"
pytest "$ROOT/tests/browser" "$@"
