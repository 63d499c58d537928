# A private PostgreSQL cluster on a unix socket. initdb refuses root: run as root, the cluster belongs to the system user
# postgres and lies where that user can reach it.

pg_bin() { printf "%s\n" /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }   # asked late: the packages may have come in this very run
PG_PORT=5432   # only names the socket file

as_postgres() {
  if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

pg_superuser() {
  if ((EUID == 0)); then echo postgres; else id -un; fi
}

run_hash() { printf '%s' "$RUN" | sha256sum | cut -c1-12; }

# A folder whose path leaves room for a socket's name (sun_path holds 107 bytes), on this run's own.
socket_folder() {  # NAME OWNER
  local folder=$RUN/$1
  if ((${#folder} > 85)); then folder=/tmp/aldgate-$EUID-$(run_hash)/$1; fi
  mkdir -p -m 755 "$folder"
  [[ -O $folder || $(stat -c %U "$folder") == "$2" ]] || fail "$folder belongs to somebody else"
  chown "$2" "$folder"
  echo "$folder"
}

# $RUN/pg, or a link to a place that the user postgres can reach.
pg_folder() {
  local folder=$RUN/pg owner outside
  owner=$(pg_superuser)
  if [[ ! -e $folder ]]; then
    install -d -m 755 -o "$owner" "$folder"
    if ! as_postgres test -w "$folder" 2>/dev/null; then
      rmdir "$folder"
      outside=/var/lib/aldgate-dev/$(run_hash)
      discard_cluster "$outside"
      install -d -m 755 /var/lib/aldgate-dev
      install -d -m 755 -o "$owner" "$outside"
      ln -s "$outside" "$folder"
    fi
  fi
  realpath "$folder"
}

# Left by a run folder of this path that was deleted without ./dev reset: the keys that open its rows went with it.
discard_cluster() {  # FOLDER
  [[ -d $1 ]] || return 0
  if postgres_runs "$1/data"; then
    (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null) || true
  fi
  rm -rf "$1"
}

pg_host() {  # the socket's folder
  local folder
  folder=$(pg_folder)
  if ((${#folder} > 85)); then socket_folder pg-socket "$(pg_superuser)"; else echo "$folder"; fi
}

postgres_runs() {  # DATA
  local pid
  pid=$(as_postgres head -n 1 "$1/postmaster.pid" 2>/dev/null) && is_alive "$pid" && grep -qz "$1" "/proc/$pid/cmdline"
}

start_postgres() {
  local folder data host
  folder=$(pg_folder)
  data=$folder/data
  host=$(pg_host)
  if [[ ! -f $data/PG_VERSION ]]; then
    (cd / && as_postgres "$(pg_bin)/initdb" -D "$data" -U "$(pg_superuser)" -E UTF8 --locale=C.UTF-8 \
      --auth-local=peer --auth-host=reject)
    as_postgres tee "$data/pg_hba.conf" <<HBA
local all $(pg_superuser) peer map=sandbox
local all all ${PG_ROLES_AUTH:-scram-sha-256}
HBA
    as_postgres tee "$data/pg_ident.conf" <<IDENT
sandbox $(pg_superuser) $(pg_superuser)
sandbox $(id -un) $(pg_superuser)
IDENT
  fi
  # Neither statements nor DETAIL lines reach the log: they could hold what a log must not.
  as_postgres tee "$data/postgresql.auto.conf" <<CONF
listen_addresses = ''
port = $PG_PORT
unix_socket_directories = '$host'
max_connections = 120
fsync = ${ALDGATE_FSYNC:-on}
log_error_verbosity = terse
log_min_error_statement = panic
CONF
  if ! postgres_runs "$data"; then
    as_postgres touch "$folder/postgresql.log"
    # After a kill -9 the old backends may hold the shared memory for a moment longer.
    local attempt
    for attempt in 1 2 3 4 5; do
      (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$data" -l "$folder/postgresql.log" -w -t 60 start) && break
      ((attempt < 5)) || { tail -n 20 "$folder/postgresql.log"; return 1; }
      sleep 1
    done
    ln -sfn "$folder/postgresql.log" "$RUN/log/postgresql.log"
  fi
  make_roles
}

superuser_sql() { (cd / && as_postgres psql -X -q -v ON_ERROR_STOP=1 -h "$(pg_host)" -p "$PG_PORT" -U "$(pg_superuser)" "$@"); }

# aldgate_owner owns the schemas; aldgate_service has only what migrations grant it.
make_roles() {
  [[ -f $RUN/secrets/aldgate_owner.password ]] || return 0
  superuser_sql -d postgres <<SQL
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['aldgate_owner', 'aldgate_service']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE aldgate_owner PASSWORD '$(cat "$RUN/secrets/aldgate_owner.password")';
ALTER ROLE aldgate_service PASSWORD '$(cat "$RUN/secrets/aldgate_service.password")';
SELECT 'CREATE DATABASE aldgate OWNER aldgate_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'aldgate') \gexec
REVOKE ALL ON DATABASE aldgate FROM PUBLIC;
GRANT CONNECT ON DATABASE aldgate TO aldgate_service;
SQL
}

stop_postgres() {
  [[ -f $RUN/pg/data/postmaster.pid ]] || return 0
  (cd / && as_postgres "$(pg_bin)/pg_ctl" -D "$(pg_folder)/data" -m fast -w stop >/dev/null) || true
}

# The postmaster and its children at once, as when the machine's power goes; returns when they are gone.
kill_postgres() {
  local pid processes attempt
  pid=$(as_postgres head -n 1 "$(pg_folder)/data/postmaster.pid")
  grep -qz "$(pg_folder)/data" "/proc/$pid/cmdline" || fail "process $pid is not this sandbox's PostgreSQL"
  read -ra processes <<<"$pid $(cat "/proc/$pid/task/$pid/children")"
  kill -KILL "${processes[@]}"
  for pid in "${processes[@]}"; do
    for ((attempt = 0; attempt < 500; attempt++)); do
      [[ -d /proc/$pid ]] || break   # not even a zombie: the lock file's check would take it for alive
      sleep 0.02
    done
  done
}

remove_cluster() {
  local folder
  [[ -e $RUN/pg ]] || return 0
  folder=$(realpath "$RUN/pg")
  [[ $folder == /var/lib/aldgate-dev/* ]] && rm -rf "$folder"
  rm -rf "/tmp/aldgate-$EUID-$(run_hash)"
}
