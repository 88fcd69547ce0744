#!/usr/bin/env bash
# venv.sh NAME: prints the path of a ready venv with requirements/NAME.txt. 2.16 and 2.21 are the oldest and the newest ansible-core.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# Which Pythons may carry a venv, best first. target is the Python of the oldest hosts, CentOS 8.
versions_for() {
  case $1 in
    oldest | 2.16 | runner) echo 3.11 3.12 3.10 ;;
    newest) echo 3.14 3.13 3.12 3.11 3.10 ;;
    lint | mutants | formats | browser | mitogen) echo 3.13 3.12 3.14 ;;
    2.17) echo 3.12 3.11 3.10 ;;
    2.18 | 2.19) echo 3.13 3.12 3.11 ;;
    2.20 | 2.21) echo 3.14 3.13 3.12 ;;
    pulp) echo 3.12 3.13 3.11 ;;
    target) echo 3.6 ;;
    *) die "there is no venv $1" ;;
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
wanted=$(versions_for "$name")
read -ra versions <<<"$wanted"
case $name in
  2.16) name=oldest ;;
  2.21) name=newest ;;
esac
requirements=$ROOT/requirements/$name.txt
mapfile -t files < <(with_included "$requirements")
python=$(first_python "${versions[@]}") || skip "the venv $1 needs one of these Pythons, and there is none here: ${versions[*]}"
venv=$CACHE/venv-$name-$("$python" -c 'import platform; print(platform.python_version())')-$(key "${files[@]}")

exec 9>"$venv.lock"
flock 9
[ -e "$venv/.ready" ] || make_venv "$python" "$venv" "$requirements"
printf '%s\n' "$venv"
