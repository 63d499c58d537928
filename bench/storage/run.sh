#!/usr/bin/env bash
# Is storage flat under load? Days of the authorization server's time, hour by hour: see the head of days_of_load.cpp.
#
# usage: run.sh BIN_DIR [--days 4] [--requests-per-hour 3000] [--print-every 6]
#   BIN_DIR holds days_of_load (target storage_bench). Needs in the environment ALDGATE_RUN_DIR, the folder of a sandbox
#   with its Redis; PGHOST, PGPORT and PGUSER, its PostgreSQL's superuser. It makes a database of its own there.
set -euo pipefail
export ALDGATE_TEST_PG="host=$PGHOST port=$PGPORT user=$PGUSER dbname=postgres"
export ALDGATE_TEST_REDIS=${ALDGATE_TEST_REDIS:-$(sed -n 's/^socket = "\(.*\)"$/\1/p' "$ALDGATE_RUN_DIR/aldgate.toml")}
exec "$1/days_of_load" "${@:2}"
