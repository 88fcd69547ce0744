#!/usr/bin/env bash
# build.sh [FOLDER]: packs into FOLDER (dist) what tools/tarball.txt lists and git tracks, with its checksum. Needs ansible-galaxy on PATH.
set -euo pipefail
output=$(realpath -m "${1:-dist}")
cd "$(dirname "$0")/.."
git rev-parse --git-dir >/dev/null 2>&1 || { echo "ERROR: make build packs what git tracks, and this is not a git clone: clone the repository" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree" "$work/built"
mapfile -t listed < <(grep -v '^#' tools/tarball.txt)
# --error-unmatch: a name in the list that git does not track is an error.
git ls-files -z --error-unmatch -- "${listed[@]}" >"$work/files"
tar --create --null --files-from="$work/files" | tar --extract --directory="$work/tree"
# The pages and pictures of docs/ are not packed: in the packed README.md the links lead to them as they are in the repository at this version.
repository=$(sed -n 's/^repository: *//p' galaxy.yml)
version=$(sed -n 's/^version: *//p' galaxy.yml)
sed -i -E -e "s#\]\((docs/images/)#](${repository:?}/raw/${version:?}/\1#g" -e "s#\]\((docs/|CONTRIBUTING\.md)#]($repository/blob/$version/\1#g" \
  "$work/tree/README.md"
ansible-galaxy collection build --output-path "$work/built" "$work/tree" >/dev/null

tarball=$(basename "$work"/built/*.tar.gz)
mkdir -p "$output"
mv "$work/built/$tarball" "$output/"
cd "$output"
sha256sum "$tarball" >"$tarball.sha256"
printf '%s: %s bytes, sha256 %s\n' "$output/$tarball" "$(stat -c %s "$tarball")" "$(cut -d' ' -f1 "$tarball.sha256")"
