# Sourced by every test script: where things are, and what happens when a means is missing.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Results that are slow to make (venvs, images, disks) live outside the checkout, keyed by what made them.
CACHE=${PHOTON_HARDENING_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/photon-hardening}
mkdir -p "$CACHE"
export ROOT CACHE

# shellcheck source=tools/say.sh
source "$ROOT/tools/say.sh"

die() { printf 'ERROR: %s\n' "$*" >&2; exit 1; }

# A means that cannot be had is a printed reason on a developer's machine, and a failure in CI. What ran nothing has not passed either: its
# status says so to all that have called it.
SKIPPED=77
skip() {
  [ "${CI:-}" = true ] && die "$* (CI=true: a skip is a failure)"
  printf 'SKIP: %s\n' "$*" >&2
  exit "$SKIPPED"
}

# attempt COMMAND...: a skip of it does not keep what follows from being run. end_of_attempts tells of it.
attempt() {
  local status
  # Of a command whose status is asked for, bash ignores set -e.
  set +e
  (set -e; "$@")
  status=$?
  set -e
  [ "$status" != "$SKIPPED" ] || ANY_SKIPPED=yes
  [ "$status" = "$SKIPPED" ] || return "$status"
}
# count STATUS NAME: what it says of NAME. tell WHAT: how many passed, and where nothing did, nothing is well.
declare -A COUNTED=([passed]="" [skipped]="" [failed]="")
outcome() {
  case $1 in
    0) echo passed ;;
    "$SKIPPED") echo skipped ;;
    *) echo failed ;;
  esac
}
count() { COUNTED[$(outcome "$1")]+=" $2"; }
number() { wc -w <<<"$1"; }
tell() {
  local skipped=${COUNTED[skipped]} failed=${COUNTED[failed]}
  printf '%s: %d passed, %d skipped%s, %d failed%s\n' "$1" "$(number "${COUNTED[passed]}")" "$(number "$skipped")" "${skipped:+:$skipped}" \
    "$(number "$failed")" "${failed:+:$failed}"
  [ -z "$failed" ] || exit 1
  [ -n "${COUNTED[passed]}" ] || exit "$SKIPPED"
}
end_of_attempts() { [ -z "${ANY_SKIPPED:-}" ] || exit "$SKIPPED"; }

# need COMMAND PACKAGE...: install the Debian packages when the command is missing and we may.
need() {
  local command=$1; shift
  command -v "$command" >/dev/null && return 0
  command -v apt-get >/dev/null || skip "$command is missing and this is no Debian or Ubuntu: install it by hand"
  [ "$(id -u)" = 0 ] || skip "$command is missing; run: sudo apt-get install -y --no-install-recommends $*"
  # The parts that run side by side must not meet in apt's own lock, which fails at once.
  (
    flock 9
    patiently "downloading and installing $*, because this machine has no $command" install_packages "$@"
  ) 9>"$CACHE/apt.lock"
}

install_packages() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# collection_tree: prints a folder for ANSIBLE_COLLECTIONS_PATH in which this checkout is photon.hardening.
collection_tree() {
  local tree
  tree=$CACHE/tree-$(printf %s "$ROOT" | sha256sum | cut -c1-12)
  mkdir -p "$tree/ansible_collections/photon"
  ln -sfn "$ROOT" "$tree/ansible_collections/photon/hardening"
  printf '%s\n' "$tree"
}

# key FILE...: a short hash of the files' content, for names in the cache.
key() { cat "$@" | sha256sum | cut -c1-12; }

# use_venv NAME: sets VENV to the ready venv of requirements/NAME.txt; a Python that is not installed is a skip.
use_venv() {
  VENV=$(bash "$ROOT/tests/venv.sh" "$1")
  export VENV
}

# node_modules FOLDER: prints a folder for NODE_PATH with what FOLDER/package.json names.
node_modules() (
  need node nodejs
  need npm npm
  made=$CACHE/node-$(basename "$1")-$(key "$1/package.json")
  exec 9>"$made.lock"
  flock 9
  if [ ! -e "$made/.ready" ]; then
    mkdir -p "$made"
    cp "$1/package.json" "$made/"
    patiently "downloading the programs that read our reports into $made, once" \
      npm install --prefix "$made" --silent --no-audit --no-fund --ignore-scripts >&2
    touch "$made/.ready"
  fi
  printf '%s\n' "$made/node_modules"
)
