#!/usr/bin/env bash
# images.sh default|centos8|photon: prints the image and the instance name to export for this Molecule scenario.
# The real image where a registry answers, else a look-alike built here: it has the distribution's Python, files and
# paths on Debian's userland, and nothing else of it (no package manager, no SELinux, not its systemd).
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$ROOT/tests/engine

present() { docker image inspect "$1" >/dev/null 2>&1; }

# pull IMAGE...: the first that a registry has becomes $image.
pull() {
  for image in "$@"; do
    patiently "downloading the image $image for Molecule" timeout 15 docker pull --quiet "$image" >/dev/null && return
  done
  say "no registry gives us $*: this will be a look-alike"
  return 1
}

# debian SUITE PACKAGE...: a plain Debian without the official image's doing becomes $image.
debian() {
  local suite=$1 work
  image=photon-hardening-lookalike/$suite:$(key "$here/images.sh")
  if present "$image"; then return; fi
  need mmdebstrap mmdebstrap
  # In memory it takes a fifth of the time: dpkg syncs every file.
  [ "$(df --output=avail /dev/shm | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
  work=$(mktemp --directory)
  patiently "downloading and building a Debian $suite as $image, because no registry gives one, once" \
    mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${*:2}")" --dpkgopt=force-unsafe-io \
    --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' "$suite" "$work/base.tar" >&2
  docker import "$work/base.tar" "$image" >/dev/null
  rm -r "$work"
}

# lookalike NAME PYTHON: NAME/Dockerfile with pyenv's CPython, which is linked with Debian 12's libraries, becomes $image.
lookalike() {
  local name=$1 python=$2 prefix base
  prefix=$(printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}/versions/$python".* | sort -V | tail -n 1)
  [ -d "$prefix" ] || skip "the $name look-alike needs CPython $python of pyenv, and there is none"
  debian bookworm systemd systemd-sysv python3
  base=$image
  image=photon-hardening-lookalike/$name:$(key "$here/images.sh" "$here/$name/Dockerfile" <(basename "$prefix"))
  if present "$image"; then return; fi
  tar --create --exclude=__pycache__ --exclude=test --exclude=tests --exclude='config-*' --exclude='site-packages/*' \
    --directory "$here/$name" Dockerfile \
    --directory "$prefix" "bin/python$python" "lib/libpython${python}m.so.1.0" "lib/python$python" |
    patiently "building $image with CPython $python, because no registry gives one, once" \
    docker build --quiet --build-arg BASE="$base" --tag "$image" - >/dev/null
}

scenario=${1:-}
name=photon-hardening-$scenario
case $scenario in
  default) pull debian:13 || { debian trixie python3; name+=-lookalike; } ;;
  centos8) pull quay.io/centos/centos:stream8 centos:8 || { lookalike centos8 3.6; name+=-lookalike; } ;;
  photon) pull photon:3.0 || { lookalike photon 3.7; name+=-lookalike; } ;;
  *) die "usage: $0 default|centos8|photon" ;;
esac
printf 'export MOLECULE_%s_IMAGE=%s MOLECULE_%s_NAME=%s\n' "${scenario^^}" "$image" "${scenario^^}" "$name"
