#!/usr/bin/env bash
# collections.sh: prints a folder for ANSIBLE_COLLECTIONS_PATH with what Molecule's driver and playbooks/awx.yml need, and the benchmark
# compares with.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The ansible package carries them all, and this one's serve both ansible-cores.
version=11.13.0
wanted=('ansible_collections/awx/awx/*' 'ansible_collections/ansible/posix/*' 'ansible_collections/community/docker/*'
        'ansible_collections/community/library_inventory_filtering_v1/*')

folder=$CACHE/collections-$version-$(key "${BASH_SOURCE[0]}")
exec 9>"$folder.lock"
flock 9
if [ ! -d "$folder" ]; then
  need unzip unzip
  use_venv oldest
  work=$(mktemp --directory "$folder.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  patiently "downloading the package ansible $version, for the collections of Molecule's driver and of the benchmark, once" \
    "$VENV/bin/pip" download --quiet --no-deps --dest "$work" "ansible==$version" >&2
  unzip -q "$work/ansible-$version-py3-none-any.whl" "${wanted[@]}" -d "$work"
  mkdir "$work/new"
  mv "$work/ansible_collections" "$work/new"
  mv "$work/new" "$folder"
fi
printf '%s\n' "$folder"
