#!/usr/bin/env bash
# What one request costs the HTTP server, beside nginx, in one run: processor microseconds per keep-alive GET of a constant
# reply (time on processor of all threads / requests), in alternating rounds, medians.
#
# usage: run.sh BIN_DIR [ROUNDS=7] [REQUESTS=60000]
#   BIN_DIR holds constant_server and replay_load (cmake --build … --target http_bench). Needs nginx and openssl.
# A running gateway is measured in the same rounds when the environment names it:
#   GATEWAY_PID   its process
#   GATEWAY_PLAIN HOST:PORT/PATH answered on the IO thread, plain     (127.0.0.1:9464/healthz)
#   GATEWAY_TLS   HOST:PORT/PATH answered on the IO thread, over TLS  (127.0.0.1:8443/.well-known/openid-configuration)
#   GATEWAY_POOL  HOST:PORT/PATH answered in the pool, over TLS
# Ends with failure when a target is missed: inline <= 2x nginx (plain and TLS), through the pool <= 4x.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${1:?usage: run.sh BIN_DIR [ROUNDS] [REQUESTS]}
rounds=${2:-7}
requests=${3:-60000}
for tool in nginx openssl awk; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing" >&2; exit 2; }
done
[[ -x $bin/constant_server && -x $bin/replay_load ]] || { echo "run.sh: constant_server and replay_load are not in $bin" >&2; exit 2; }

work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout "$work/server.key" -out "$work/server.crt" 2>/dev/null
chmod 755 "$work"

free_port() { # a port nobody listens on
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
nginx_plain=$(free_port)
nginx_tls=$(free_port)
sed -e "s/PLAIN_PORT/$nginx_plain/" -e "s/TLS_PORT/$nginx_tls/" "$here/nginx.conf" >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" &
master=$!
pids+=("$master")
for _ in $(seq 100); do
  worker=$(pgrep -P "$master" || true)
  [[ -n $worker ]] && (exec 3<>"/dev/tcp/127.0.0.1/$nginx_plain") 2>/dev/null && break
  sleep 0.1
done
[[ -n $worker ]] || { echo "run.sh: nginx did not start" >&2; exit 2; }

mkfifo "$work/input"
"$bin/constant_server" "$work/server.crt" "$work/server.key" >"$work/ports" <"$work/input" &
server=$!
pids+=("$server")
exec 4>"$work/input"
for _ in $(seq 100); do
  [[ -s $work/ports ]] && break
  sleep 0.1
done
read -r _ plain _ tls <"$work/ports"

request() { # path file [host]
  local text=$'GET '$1$' HTTP/1.1\r\nHost: '${3:-localhost}$'\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n'
  printf '%s\n%s' "${#text}" "$text" >"$work/$2"
}
request /inline inline
request /pool pool

measure() { # key pid port file options...
  local key=$1 pid=$2 port=$3 file=$4 line
  shift 4
  line=$("$bin/replay_load" -c 32 -r "$requests" -p "$pid" "$@" "127.0.0.1:$port" "$work/$file")
  [[ $line == *"status_200=$requests"* ]] || { echo "run.sh: $key: $line" >&2; exit 2; }
  tr ' ' '\n' <<<"$line" | awk -F= -v key="$key" '$1 == "server_cpu_us" || $1 == "per_second" { print key "\t" $1 "\t" $2 }' >>"$work/results"
}
gateway() { # key HOST:PORT/PATH options...
  local key=$1 url=$2 origin
  shift 2
  [[ -n ${GATEWAY_PID:-} && -n $url ]] || return 0
  origin=${url%%/*}
  request "/${url#*/}" "$key" "localhost:${origin##*:}"
  measure "$key" "$GATEWAY_PID" "${origin##*:}" "$key" "$@"
}
for ((round = 0; round <= rounds; round++)); do
  measure nginx_plain "$worker" "$nginx_plain" inline
  measure inline_plain "$server" "$plain" inline
  measure pool_plain "$server" "$plain" pool
  measure nginx_tls "$worker" "$nginx_tls" inline -t
  measure inline_tls "$server" "$tls" inline -t
  measure pool_tls "$server" "$tls" pool -t
  gateway gateway_plain "${GATEWAY_PLAIN:-}"
  gateway gateway_tls "${GATEWAY_TLS:-}" -t
  gateway gateway_pool "${GATEWAY_POOL:-}" -t
  if ((round == 0)); then : >"$work/results"; fi # the first round warms up
done

awk -F'\t' '
  { values[$1, $2, ++count[$1, $2]] = $3 }
  function median(key, what,   n, i, j, t, list) {
    n = count[key, what]
    for (i = 1; i <= n; i++) list[i] = values[key, what, i]
    for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j] < list[j - 1]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  function row(key, against, target,   cpu, ratio, verdict) {
    if (!((key, "server_cpu_us") in count)) return
    cpu = median(key, "server_cpu_us")
    if (against == "") { printf "%-14s %8.2f us   %8.0f/s\n", key, cpu, median(key, "per_second"); return }
    ratio = cpu / median(against, "server_cpu_us")
    verdict = ratio <= target ? "ok" : "MISSED"
    if (ratio > target) missed = 1
    printf "%-14s %8.2f us   %8.0f/s   %.2f x %s (target %.0f x) %s\n", key, cpu, median(key, "per_second"), ratio, against, target, verdict
  }
  END {
    row("nginx_plain"); row("inline_plain", "nginx_plain", 2); row("pool_plain", "nginx_plain", 4)
    row("nginx_tls"); row("inline_tls", "nginx_tls", 2); row("pool_tls", "nginx_tls", 4)
    row("gateway_plain", "nginx_plain", 2); row("gateway_tls", "nginx_tls", 2); row("gateway_pool", "nginx_tls", 4)
    exit missed
  }' "$work/results"
