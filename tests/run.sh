#!/usr/bin/env bash
# run.sh PART...: runs the parts one after another, all of them even if one fails, and says how long each took.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

part() {
  case $1 in
    units) bash "$ROOT/tests/units.sh" ;;
    core-*) bash "$ROOT/tests/units.sh" "${1#core-}" && bash "$ROOT/tests/gates.sh" "sanity_${1#core-}" ;;
    boot) bash "$ROOT/tests/boot/run.sh" 200 ;;
    boot-all) bash "$ROOT/tests/boot/run.sh" 2000 ;;
    kernel) bash "$ROOT/tests/kernel/run.sh" ;;
    formats) bash "$ROOT/tests/formats/run.sh" ;;
    runner) bash "$ROOT/tests/runner/run.sh" ;;
    gates) bash "$ROOT/tests/gates.sh" ;;
    install) bash "$ROOT/tests/galaxy/run.sh" ;;
    galaxy) bash "$ROOT/tests/galaxy/real.sh" ;;
    mitogen) bash "$ROOT/tests/mitogen.sh" ;;
    molecule) bash "$ROOT/tests/molecule.sh" ;;
    vm) bash "$ROOT/tests/vm/run.sh" ;;
    vm-all) bash "$ROOT/tests/vm/run.sh" bullseye bookworm trixie ;;
    vm-guest) bash "$ROOT/tests/vm/run.sh" --vmware ;;
    vm-containers) bash "$ROOT/tests/vm/run.sh" --containers bookworm trixie ;;
    vm-uses) bash "$ROOT/tests/vm/run.sh" --uses bookworm trixie ;;
    vm-controller) bash "$ROOT/tests/vm/run.sh" --controller trixie ;;
    fleet) bash "$ROOT/tests/fleet/test.sh" ;;
    browser) bash "$ROOT/tests/browser/run.sh" ;;
    upgrade) bash "$ROOT/tests/upgrade/run.sh" ;;
    bench) bash "$ROOT/tests/bench.sh" --quick ;;
    *) die "there is no part $1" ;;
  esac
}

case ${1:-} in
  --part) part "$2" ;;
  *)
    passed=0 failed=()
    for name in "$@"; do
      start=$SECONDS
      say "$name"
      # A process of its own: bash ignores set -e in a function whose status is asked for.
      if bash "${BASH_SOURCE[0]}" --part "$name"; then passed=$((passed + 1)); else failed+=("$name"); fi
      say "$name took $((SECONDS - start)) s"
    done
    printf 'parts: %d passed, %d failed%s\n' "$passed" "${#failed[@]}" "${failed[*]:+: ${failed[*]}}"
    [ ${#failed[@]} = 0 ]
    ;;
esac
