#!/usr/bin/env bash
# release.sh: builds what is published, of committed files only, with a bill of materials beside it. Needs ansible-galaxy and python on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -z "$(git status --porcelain)" ] || { echo "ERROR: a release is built of committed files: commit or stash what git status shows" >&2; exit 1; }
version=$(sed -n 's/^version: *//p' galaxy.yml)
git tag --points-at HEAD | grep -qxF "$version" ||
  echo "NOTE: this commit has no tag $version. Before it is published: git tag --annotate $version --message 'Release $version'" >&2
tools/build.sh dist
name=photon-hardening-$version
python tools/sbom.py "dist/$name.tar.gz" >"dist/$name.cdx.json"
printf 'bill of materials: dist/%s.cdx.json\n' "$name"
