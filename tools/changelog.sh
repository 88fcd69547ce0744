#!/usr/bin/env bash
# Turns changelogs/fragments into the release that galaxy.yml names, in changelogs/changelog.yaml and CHANGELOG.md.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tests/lib.sh"
use_venv lint
cd "$ROOT"
PATH=$VENV/bin:$PATH antsibull-changelog release
