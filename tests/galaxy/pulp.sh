#!/usr/bin/env bash
# pulp.sh start FOLDER | stop FOLDER: a Galaxy server (pulp-ansible with PostgreSQL) on loopback with one repository, hardening.
# start prints NAME=VALUE lines with which ansible-galaxy finds it.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

postgres_bin() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1; }

# Its server refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

free_port() { "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

settings() {
  cat <<EOF
SECRET_KEY = "of a server that lives for one test"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "pulp", "USER": "pulp", "HOST": "$folder/db"}}
CACHE_ENABLED = False
DB_ENCRYPTION_KEY = "$folder/key"
DEPLOY_ROOT = "$folder/pulp"
MEDIA_ROOT = "$folder/pulp/media"
WORKING_DIRECTORY = "$folder/pulp/tmp"
FILE_UPLOAD_TEMP_DIR = "$folder/pulp/tmp"
CONTENT_ORIGIN = "http://127.0.0.1:$content_port"
ANSIBLE_API_HOSTNAME = "http://127.0.0.1:$api_port"
ANSIBLE_CONTENT_HOSTNAME = "http://127.0.0.1:$content_port/pulp/content"
EOF
}

# Without a port: only who may enter the folder reaches it, and by a socket. Nothing has to outlive a crash.
start_database() {
  local bin
  bin=$(postgres_bin)
  mkdir -p "$folder/db"
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder/db"; fi
  as_postgres "$bin/initdb" --pgdata "$folder/db/data" --username pulp --auth trust --encoding UTF8 --no-sync >/dev/null
  as_postgres "$bin/pg_ctl" --pgdata "$folder/db/data" --log "$folder/db/log" --wait start \
    --options "-c listen_addresses= -c unix_socket_directories=$folder/db -c fsync=off -c full_page_writes=off" >/dev/null
  as_postgres "$bin/createdb" --host "$folder/db" --username pulp pulp
}

# service NAME COMMAND...: runs until stop; what it says goes to NAME.log.
service() {
  setsid "${@:2}" >"$folder/$1.log" 2>&1 9>&- &
  echo $! >>"$folder/pids"
}

start_services() {
  service api "$VENV/bin/pulpcore-api" --bind "127.0.0.1:$api_port" --workers 1
  service content "$VENV/bin/pulpcore-content" --bind "127.0.0.1:$content_port" --workers 1
  service worker "$VENV/bin/pulpcore-worker"
}

api() { curl --silent --show-error --fail --user "admin:$password" --header 'Content-Type: application/json' "${@:2}" "$api$1"; }

# Up when it sees a worker and a content app beside itself.
await() {
  local tries
  for tries in {1..120}; do
    if api status/ 2>/dev/null | jq -e '(.online_workers | length > 0) and (.online_content_apps | length > 0)' >/dev/null; then return; fi
    sleep 1
  done
  tail "$folder"/*.log >&2
  die "the Galaxy server did not come up in $tries s"
}

make_repository() {
  local repository
  repository=$(api repositories/ansible/ansible/ --data '{"name": "hardening"}' | jq -r .pulp_href)
  api distributions/ansible/ansible/ --data "{\"name\": \"hardening\", \"base_path\": \"hardening\", \"repository\": \"$repository\"}" >/dev/null
}

start() {
  need curl curl
  need jq jq
  [ -n "$(postgres_bin)" ] || need "/usr/lib/postgresql/bin/postgres" postgresql
  use_venv pulp
  mkdir -p "$folder"/pulp/{media,tmp} "$folder/home"
  chmod 711 "$folder"
  api_port=$(free_port) content_port=$(free_port)
  settings >"$folder/settings.py"
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' >"$folder/key"
  password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
  api=http://127.0.0.1:$api_port/pulp/api/v3/
  export PULP_SETTINGS=$folder/settings.py HOME=$folder/home PATH=$VENV/bin:$PATH
  start_database
  say "making the tables of the Galaxy server (2 min)"
  pulpcore-manager migrate --verbosity 0 >&2
  pulpcore-manager reset-admin-password --password "$password" >&2
  start_services
  await
  make_repository
  printf 'ANSIBLE_GALAXY_SERVER_LIST=pulp\nANSIBLE_GALAXY_SERVER_PULP_URL=http://127.0.0.1:%s/pulp_ansible/galaxy/hardening/api/\n' "$api_port"
  printf 'ANSIBLE_GALAXY_SERVER_PULP_USERNAME=admin\nANSIBLE_GALAXY_SERVER_PULP_PASSWORD=%s\n' "$password"
}

# Each service leads a group of its own.
stop() {
  local pid
  while read -r pid; do kill -- "-$pid" 2>/dev/null || true; done < <(cat "$folder/pids" 2>/dev/null)
  if [ -e "$folder/db/data/postmaster.pid" ]; then as_postgres "$(postgres_bin)/pg_ctl" --pgdata "$folder/db/data" --mode immediate stop >&2; fi
}

folder=${2:?a folder}
case $1 in
  start) start ;;
  stop) stop ;;
  *) die "start or stop" ;;
esac
