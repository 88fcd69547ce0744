#!/usr/bin/env bash
# run.sh PART...: runs the parts one after another, all of them even if one fails, and says how long each took. A part of which something was
# skipped has not passed.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A PARTS=(
  [units]=units.sh [kernel]=kernel/run.sh [formats]=formats/run.sh [runner]=runner/run.sh [gates]=gates.sh
  [boot]="boot/run.sh 200" [boot-all]="boot/run.sh 2000"
  [install]=galaxy/run.sh [galaxy]=galaxy/real.sh [mitogen]=mitogen.sh [molecule]=molecule.sh
  [vm]=vm/run.sh [vm-all]="vm/run.sh bullseye bookworm trixie" [vm-guest]="vm/run.sh --vmware"
  [vm-containers]="vm/run.sh --containers bookworm trixie" [vm-uses]="vm/run.sh --uses bookworm trixie"
  [vm-controller]="vm/run.sh --controller trixie"
  [fleet]=fleet/test.sh [browser]=browser/run.sh [upgrade]=upgrade/run.sh [bench]="bench.sh --quick"
)
for core in 2.16 2.17 2.18 2.19 2.20 2.21; do PARTS[core-$core]="core.sh $core"; done

[ $# -gt 0 ] || die "name a part: $(printf '%s\n' "${!PARTS[@]}" | sort | xargs)"
for name in "$@"; do
  [ -n "${PARTS[$name]:-}" ] || die "there is no part $name, only: $(printf '%s\n' "${!PARTS[@]}" | sort | xargs)"
done

for name in "$@"; do
  start=$SECONDS status=0
  say "$name"
  read -ra command <<<"${PARTS[$name]}"
  bash "$ROOT/tests/${command[0]}" "${command[@]:1}" || status=$?
  count "$status" "$name"
  say "$name took $((SECONDS - start)) s"
done
tell parts
