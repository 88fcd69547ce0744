#!/usr/bin/env bash
# Makes .venv: a pinned ansible-core and this collection. Does nothing when both are up to date.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/say.sh
source tools/say.sh

# What Ansible's templates and patterns, the shell that starts the programs in .venv, or Python's venv take for something else in a path.
found=()
for text in '"' '`' '$' ':' '[' "\\\\" '{{' '{%' '{#' $'\n'; do
  if [[ $PWD == *"$text"* ]]; then found+=("${text/$'\n'/a line end}"); fi
done
if printf '%s\n' "$PWD" | LC_ALL=C.UTF-8 grep -qxv '.*'; then found+=("what is not text in UTF-8"); fi
if [ ${#found[@]} -gt 0 ]; then
  printf 'ERROR: %s: Ansible cannot work in a folder with this in its path: %s. Give the folder another name\n' "$PWD" "${found[*]}" >&2
  exit 1
fi

# ansible-core 2.16 manages the oldest hosts and itself runs on Python 3.10 to 3.12, so those come first.
find_python() {
  local python said
  for python in python3.12 python3.11 python3.10 python3.13 python3.14 python3; do
    # Asking it to run also passes over the launchers of version managers that lead nowhere.
    if said=$("$python" -c 'import sys; sys.version_info < (3, 10) and sys.exit("Python " + sys.version.split()[0])' 2>&1); then
      "$python" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  printf 'ERROR: no Python >= 3.10 on PATH runs (of python3: %s). Install one beside it, e.g. dnf install python3.12\n' \
    "${said##*$'\n'}" >&2
  return 1
}

# Debian and Ubuntu keep venv's ensurepip in a package of its own.
need_ensurepip() {
  local python=$1 package install
  "$python" -c 'import ensurepip' 2>/dev/null && return
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  install="apt-get install -y --no-install-recommends $package"
  if ! command -v apt-get >/dev/null; then
    printf 'ERROR: %s has no ensurepip: install the package that brings it\n' "$python" >&2
    return 1
  elif [ "$(id -u)" != 0 ]; then
    printf 'ERROR: %s cannot make a venv yet; run: sudo %s\n' "$python" "$install" >&2
    return 1
  fi
  patiently "downloading and installing $package, because $python cannot make a venv without it" install_ensurepip "$install"
}

install_ensurepip() {
  apt-get update -qq >&2
  $1 >&2
}

# need_to_write FOLDER: whoever works with somebody else's clone may find all that is needed there, but cannot make it.
need_to_write() {
  [ -w "$1" ] && return
  printf 'ERROR: %s: this user cannot write here, and .venv is not ready: use a clone of your own, or have its owner run the same\n' \
    "$PWD" >&2
  return 1
}

install_core() {
  local wanted
  wanted=$(sha256sum requirements/run.txt)
  [ "$(cat .venv/run.sha256 2>/dev/null)" = "$wanted" ] && return
  local python
  need_to_write .
  python=$(find_python)
  need_ensurepip "$python"
  "$python" -m venv --clear .venv
  patiently "downloading ansible-core into .venv ($python), once" \
    .venv/bin/pip install --quiet --disable-pip-version-check -r requirements/run.txt
  printf '%s\n' "$wanted" >.venv/run.sha256
}

# Into the venv's own site-packages, so that .venv/bin/ansible-playbook photon.hardening.harden works from anywhere.
install_collection() {
  local content site
  content=$(find galaxy.yml meta playbooks plugins roles -type f ! -name '*.pyc' -exec sha256sum {} + | sort | sha256sum)
  [ "$(cat .venv/collection.sha256 2>/dev/null)" = "$content" ] && return
  need_to_write .venv
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  patiently "installing this collection into .venv, because it is new or has changed" install_into "$site"
  printf '%s\n' "$content" >.venv/collection.sha256
}

# What ansible-galaxy says is shown where it fails.
install_into() {
  local log
  log=$(ANSIBLE_COLLECTIONS_PATH=$1 .venv/bin/ansible-galaxy collection install . -p "$1" --force 2>&1) || { printf '%s\n' "$log" >&2; return 1; }
}

install_core
install_collection
