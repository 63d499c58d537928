#!/usr/bin/env bash
# What the authorization server's requests cost: see the head of run.mjs, which does it. `./dev bench oauth` prepares all.
#
# usage: run.sh BIN_DIR [--rounds 7] [--requests 2000] [--clients 8] [--connections 16] [--no-peer] [--no-open-loop]
#               [--sizes [1000,10000,…]]
#   BIN_DIR holds replay_load, signature_floor and round_trip_floor (target oauth_bench). Needs nginx, node and psql, and in the environment
#   ALDGATE_RUN_DIR, a sandbox that runs without limits; PGHOST, PGPORT and PGUSER, its PostgreSQL's superuser.
set -euo pipefail
for tool in nginx node psql; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing" >&2; exit 2; }
done
exec node "$(dirname "$0")/run.mjs" "$@"
