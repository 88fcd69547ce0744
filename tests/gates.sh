#!/usr/bin/env bash
# gates.sh [GATE...]: everything that judges the files without running the role; all gates run, then the failed ones are named.
# sanity_2.18 is the gate of that ansible-core.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The long ones first, so that none of them is left alone on one core.
gates=(sanity_oldest sanity_newest ansible importer docs shell python yaml changelog workflows)

# A plain clone of what would be committed now, in a folder whose name makes it a collection. Nothing is taken out of it or put into it.
clone_checkout() {
  need git git
  local would_be=(git --git-dir="$WORK/would-be.git" --work-tree="$ROOT" -c user.name=gates -c user.email=gates@localhost)
  git init --quiet --bare "$WORK/would-be.git"
  "${would_be[@]}" add --all
  "${would_be[@]}" commit --quiet --message "What would be committed"
  git clone --quiet "$WORK/would-be.git" "$WORK/ansible_collections/photon/hardening"
  cd "$WORK/ansible_collections/photon/hardening"
  export ANSIBLE_COLLECTIONS_PATH=$WORK ANSIBLE_HOME=$WORK/ansible-home
}

gate_shell() {
  need shellcheck shellcheck
  # A page may show a script; what is one has it in its first line.
  mapfile -t scripts < <(git grep -lIE '^#!.*\b(ba)?sh$' | xargs awk 'FNR == 1 && /^#!/ { print FILENAME }')
  shellcheck --external-sources --source-path=SCRIPTDIR tests/lib.sh "${scripts[@]}"
}

gate_python() { use_venv lint; "$VENV/bin/ruff" check --no-cache .; }

gate_yaml() { use_venv lint; "$VENV/bin/yamllint" --strict .; }

# The benchmark's playbook of a peer needs that peer's module to be judged.
gate_ansible() {
  ANSIBLE_COLLECTIONS_PATH=$WORK:$(bash "$ROOT/tests/collections.sh")
  use_venv lint
  PATH=$VENV/bin:$PATH ansible-lint --offline --profile production
}

# The sources are judged, and every page is made.
gate_docs() {
  use_venv lint
  PATH=$VENV/bin:$PATH antsibull-docs lint-collection-docs --plugin-docs .
  PATH=$VENV/bin:$PATH antsibull-docs collection --use-current --fail-on-error --dest-dir "$WORK" photon.hardening
}

gate_changelog() {
  use_venv lint
  "$VENV/bin/antsibull-changelog" lint
  "$VENV/bin/antsibull-changelog" generate
  git diff --exit-code -- CHANGELOG.md
}

# ansible-test drops pip's environment variables and reads pip's settings only below HOME, where it also keeps its venvs.
sanity_home() {
  mkdir -p "$1/.config/pip" "$1/.ansible/test/cache"
  {
    printf '[global]\n'
    "$VENV/bin/pip" config list | sed -nE "s/^(:env:|global|install)\.([a-z-]+)='(.*)'\$/\2 = \3/p" | awk '!seen[$1]++'
  } >"$1/.config/pip/pip.conf"
  # It would download get-pip.py from a site of its own; the interpreter carries a pip.
  local version
  sed -nE "s/^ +pip='([0-9.]+)'.*/\1/p" "$VENV"/lib/python3*/site-packages/ansible_test/_internal/python_requirements.py |
    while read -r version; do
      printf 'import ensurepip\nensurepip.bootstrap()\n' >"$1/.ansible/test/cache/get_pip_${version//./_}.py"
    done
}

sanity() {
  local home interpreters
  need shellcheck shellcheck
  use_venv "$1"
  home=$CACHE/sanity-$(basename "$VENV")
  sanity_home "$home"
  # Real interpreters first: the launchers that pyenv puts on PATH may lead nowhere.
  interpreters=$(shopt -s nullglob; printf '%s:' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3*/bin)
  HOME=$home PATH=$VENV/bin:$interpreters$PATH flock "$home" ansible-test sanity --color no
}

gate_workflows() {
  local modules
  modules=$(node_modules "$ROOT/tests/workflows")
  NODE_PATH=$modules node tests/workflows/lint.js .github/workflows/*.yml
}

# The check that Galaxy makes on upload.
gate_importer() {
  use_venv lint
  export PATH=$VENV/bin:$PATH
  tools/build.sh "$WORK"
  cd "$WORK"
  python -m galaxy_importer.main photon-hardening-*.tar.gz 2>&1 | tee importer.log
  ! grep -E '^(WARNING|ERROR)' importer.log
}

run_gate() {
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  clone_checkout
  case $1 in
    sanity_*) sanity "${1#sanity_}" ;;
    *) "gate_$1" ;;
  esac
}

# Two at a time; what a gate says is shown in one piece when it is done.
report_gate() {
  local gate=$1 log status=0
  log=$(mktemp)
  # A process of its own, because bash ignores set -e in a function whose status is asked for.
  bash "${BASH_SOURCE[0]}" --run "$gate" >"$log" 2>&1 || status=$?
  exec 8>"$CACHE/gates.lock"
  flock 8
  cat "$log"
  rm "$log"
  printf '%d %s\n' "$status" "$gate" >>"$DONE"
  say "gate $gate: $(outcome "$status") in $SECONDS s"
}

case ${1:-} in
  --run) run_gate "$2" ;;
  --report) report_gate "$2" ;;
  *)
    [ $# -gt 0 ] || set -- "${gates[@]}"
    for gate in "$@"; do
      [[ $gate == sanity_* ]] || declare -F "gate_$gate" >/dev/null || die "there is no gate $gate, only: sanity_CORE ${gates[*]}"
    done
    DONE=$(mktemp)
    export DONE
    trap 'rm "$DONE"' EXIT
    say "$# gates, two at a time; the longest take minutes: $*"
    printf '%s\n' "$@" | xargs -P 2 -I{} bash "${BASH_SOURCE[0]}" --report {}
    while read -r status gate; do count "$status" "$gate"; done <"$DONE"
    tell gates
    [ -z "${COUNTED[skipped]}" ] || exit "$SKIPPED"
    ;;
esac
