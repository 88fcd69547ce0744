#!/usr/bin/env bash
# venv.sh NAME: prints the path of a ready venv with requirements/NAME.txt.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# Which Pythons may carry a venv, best first. target is the Python of the oldest hosts, CentOS 8.
versions_for() {
  case $1 in
    oldest | runner) printf '%s\n' 3.11 3.12 3.10 ;;
    newest) printf '%s\n' 3.14 3.13 3.12 3.11 3.10 ;;
    lint | mutants | formats | browser | mitogen) printf '%s\n' 3.13 3.12 3.14 ;;
    2.17) printf '%s\n' 3.12 3.11 3.10 ;;
    2.18 | 2.19) printf '%s\n' 3.13 3.12 3.11 ;;
    2.20) printf '%s\n' 3.14 3.13 3.12 ;;
    pulp) printf '%s\n' 3.12 3.13 3.11 ;;
    target) printf '%s\n' 3.6 ;;
    *) die "no such venv: $1" ;;
  esac
}

# Prints the real interpreter of a version: what pyenv puts on PATH are launchers that may lead nowhere.
find_python() {
  local candidate
  for candidate in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/"python$1" "$(command -v "python$1")"; do
    "$candidate" -c 'import ensurepip, sys; print(sys.executable)' 2>/dev/null && return
  done
  return 1
}

first_python() {
  local version
  for version in "$@"; do
    find_python "$version" && return
  done
  return 1
}

# with_included FILE: it, and what it takes in by -r.
with_included() {
  local included
  printf '%s\n' "$1"
  sed -n 's/^-r //p' "$1" | while read -r included; do with_included "$(dirname "$1")/$included"; done
}

make_venv() {
  local python=$1 venv=$2 requirements=$3
  "$python" -m venv --clear "$venv" >&2
  patiently "downloading what requirements/$name.txt names into $venv, once" "$venv/bin/pip" install --quiet -r "$requirements" >&2
  touch "$venv/.ready"
}

name=${1:?a name of requirements/NAME.txt}
mapfile -t versions < <(versions_for "$name")
requirements=$ROOT/requirements/$name.txt
mapfile -t files < <(with_included "$requirements")
python=$(first_python "${versions[@]}") || { printf 'no Python of: %s\n' "${versions[*]}" >&2; exit 77; }
venv=$CACHE/venv-$name-$("$python" -c 'import platform; print(platform.python_version())')-$(key "${files[@]}")

exec 9>"$venv.lock"
flock 9
[ -e "$venv/.ready" ] || make_venv "$python" "$venv" "$requirements"
printf '%s\n' "$venv"
