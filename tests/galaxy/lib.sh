# Sourced by the tests that install from a Galaxy server.
# shellcheck shell=bash

need_sandbox() {
  [ "$(id -u)" = 0 ] || skip "a throw-away host to install on needs root"
  need unshare util-linux
}

# newcomer VENV NAME=VALUE...: client.sh in a throw-away host with the ansible-core of VENV; the variables name the server.
newcomer() {
  local start=$SECONDS
  use_venv "$1"
  say "a newcomer installs with $("$VENV/bin/ansible" --version | sed -n 1p)"
  # By its text: nothing of the checkout is used.
  env -i PATH="$VENV/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 "${@:2}" \
    bash "$ROOT/tests/sandbox" bash -c "$(<"$ROOT/tests/galaxy/client.sh")"
  say "the newcomer took $((SECONDS - start)) s"
}
