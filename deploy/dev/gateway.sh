# Settings, migrations, seed, the gateway's processes, and the description of it all in sandbox.json.

PUBLIC_PORT=$((8443 + OFFSET))
MTLS_PORT=$((8444 + OFFSET))
STAFF_PORT=$((8445 + OFFSET))
OPERATIONS_PORT=$((9464 + OFFSET))       # node N: this + N - 1
DEMO_REDIRECT=https://localhost:$((9443 + OFFSET))/callback
ADDRESS_QUOTA=${ALDGATE_ADDRESS_QUOTA:-6000}   # a minute; everybody on one machine shares one address
CLIENT_QUOTA=${ALDGATE_CLIENT_QUOTA:-1200}
IDLE_SECONDS=${ALDGATE_IDLE_SECONDS:-300}
JWKS_MAX_AGE_SECONDS=${ALDGATE_JWKS_MAX_AGE_SECONDS:-300}
KEY_REFRESH_SECONDS=${ALDGATE_KEY_REFRESH_SECONDS:-5}
KEY_PUBLISH_SECONDS=${ALDGATE_KEY_PUBLISH_SECONDS:-600}
WEBHOOK_RETRY_SECONDS=${ALDGATE_WEBHOOK_RETRY_SECONDS:-5, 60, 300, 1800, 7200, 18000, 36000}

# With one node it listens on the published ports itself; with more they listen 100, 200 … above, behind HAProxy.
settings_file() { if (($1 == 1)); then echo "$RUN/aldgate.toml"; else echo "$RUN/aldgate-$1.toml"; fi; }

addresses() {  # PORT
  printf '"127.0.0.1:%s"' "$1"
  if grep -qs '^00000000000000000000000000000001' /proc/net/if_inet6; then printf ', "[::1]:%s"' "$1"; fi
}

write_settings() {  # NODES on|off
  local nodes=$1 enabled node shift_by
  enabled=$([[ $2 == on ]] && echo true || echo false)
  rm -f "$RUN"/aldgate*.toml
  for ((node = 1; node <= nodes; node++)); do
    shift_by=$((nodes > 1 ? 100 * node : 0))
    sed -e "s|@ISSUER@|https://localhost:$PUBLIC_PORT|" \
      -e "s|@MTLS_BASE@|https://localhost:$MTLS_PORT|" \
      -e "s|@STAFF_BASE@|https://localhost:$STAFF_PORT|" \
      -e "s|@NODE@|node-$node|" \
      -e "s|@PUBLIC_ADDRESSES@|$(addresses $((PUBLIC_PORT + shift_by)))|" \
      -e "s|@MTLS_ADDRESSES@|$(addresses $((MTLS_PORT + shift_by)))|" \
      -e "s|@STAFF_ADDRESSES@|$(addresses $((STAFF_PORT + shift_by)))|" \
      -e "s|@OPERATIONS_PORT@|$((OPERATIONS_PORT + node - 1))|" \
      -e "s|@RUN@|$RUN|g" -e "s|@PG_HOST@|$(pg_host)|" -e "s|@PG_PORT@|$PG_PORT|" \
      -e "s|@REDIS_SOCKET@|$(redis_socket)|" -e "s|@CONSENT_IDLE_SECONDS@|$IDLE_SECONDS|" \
      -e "s|@WEBHOOK_RETRY_SECONDS@|$WEBHOOK_RETRY_SECONDS|" -e "s|@MAX_CONNECTIONS_PER_ADDRESS@|4096|" \
      -e "s|@LIMITS_ENABLED@|$enabled|" -e "s|@ADDRESS_QUOTA@|$ADDRESS_QUOTA|" -e "s|@CLIENT_QUOTA@|$CLIENT_QUOTA|" \
      -e "s|@LEAVE_SECONDS@|$((nodes > 1 ? 2 : 0))|" -e "s|@NODES@|$nodes|" -e "s|@JWKS_MAX_AGE_SECONDS@|$JWKS_MAX_AGE_SECONDS|" \
      -e "s|@KEY_REFRESH_SECONDS@|$KEY_REFRESH_SECONDS|" -e "s|@KEY_PUBLISH_SECONDS@|$KEY_PUBLISH_SECONDS|" \
      "$ROOT/deploy/sandbox.toml.in" >"$(settings_file "$node")"
  done
}

aldgate() {  # SUBCOMMAND…: the program with node 1's settings
  [[ -x $BUILD/release/aldgate && -f $RUN/aldgate.toml ]] || fail "nothing is set up: run ./dev up first"
  "$BUILD/release/aldgate" "$@" --config "$RUN/aldgate.toml"
}

seed() {
  aldgate sandbox seed
  registered demo-dpop || aldgate partner add "Demo Budget App" --client-id demo-dpop --jwks "$RUN/tpp/demo-dpop/jwks.json" \
    --redirect-uri "$DEMO_REDIRECT" --auth private_key_jwt --binding dpop --profile fapi2
  registered demo-mtls || aldgate partner add "Demo Pay" --client-id demo-mtls --cert "$RUN/tpp/demo-mtls/cert.pem" \
    --jwks "$RUN/tpp/demo-mtls/jwks.json" --redirect-uri "$DEMO_REDIRECT" --auth tls_client_auth --binding mtls --profile fapi2
}

registered() { aldgate partner show "$1"; }

is_ours() {  # NAME: its pid file names a live process that was started for this run folder
  local pid
  pid=$(cat "$RUN/$1.pid" 2>/dev/null) && [[ -n $pid ]] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$RUN/"
}

is_alive() {  # PID: a zombie is not
  local state
  state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) && [[ -n $state && $state != Z ]]
}

end_process() {  # NAME SIGNAL: and waits until it is gone
  local pid attempt
  if is_ours "$1"; then
    pid=$(cat "$RUN/$1.pid")
    kill "-$2" "$pid"
    for ((attempt = 0; attempt < 300; attempt++)); do
      is_alive "$pid" || break
      sleep 0.05
    done
    ((attempt < 300)) || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$RUN/$1.pid"
}

start_node() {  # N
  is_ours "aldgate-$1" && return
  (cd "$RUN" && exec setsid "$BUILD/release/aldgate" serve --config "$(settings_file "$1")" \
    >>"$RUN/log/aldgate-$1.log" 2>&1 </dev/null 9>&-) &
  echo $! >"$RUN/aldgate-$1.pid"
  disown
}

wait_until_ready() {  # N
  local attempt pid
  pid=$(cat "$RUN/aldgate-$1.pid")
  for ((attempt = 0; attempt < 600; attempt++)); do
    curl -fsS -o /dev/null "http://127.0.0.1:$((OPERATIONS_PORT + $1 - 1))/readyz" 2>/dev/null && is_ours "aldgate-$1" && return
    is_alive "$pid" || break  # not is_ours: until its exec the child still bears this shell's name
    sleep 0.1
  done
  tail -n 20 "$RUN/log/aldgate-$1.log"
  return 1
}

start_gateway() {  # NODES
  local node
  for ((node = 1; node <= $1; node++)); do
    start_node "$node"
    step "gateway, node $node" wait_until_ready "$node"
  done
  (($1 == 1)) || step "load balancer" start_balancer "$1"
}

start_balancer() {  # NODES: TLS passes through; a node leaves when its /readyz fails
  local file=$RUN/haproxy.cfg name port node
  {
    printf 'global\n  maxconn 4000\ndefaults\n  mode tcp\n  balance roundrobin\n  option redispatch\n  retries 3\n'
    printf '  timeout connect 2s\n  timeout client 70s\n  timeout server 70s\n'
    for name in public mtls staff; do
      case $name in public) port=$PUBLIC_PORT ;; mtls) port=$MTLS_PORT ;; staff) port=$STAFF_PORT ;; esac
      printf 'listen %s\n' "$name"
      addresses "$port" | tr -d '"[]' | sed 's/^/  bind /; s/, /,/; $a\\'
      printf '  option httpchk GET /readyz\n'
      for ((node = 1; node <= $1; node++)); do
        printf '  server node-%s 127.0.0.1:%s check port %s inter 200ms fall 1 rise 1\n' \
          "$node" $((port + 100 * node)) $((OPERATIONS_PORT + node - 1))
      done
    done
  } >"$file"
  haproxy -f "$file" -D -p "$RUN/haproxy.pid"
}

stop_gateway() {
  local file name
  for file in "$RUN"/haproxy.pid "$RUN"/aldgate-*.pid; do
    [[ -f $file ]] || continue
    name=$(basename "$file" .pid)
    end_process "$name" TERM
  done
}

follow_gateway() { tail -n 0 -F "$RUN"/log/aldgate-*.log & wait $!; }

write_description() {  # on|off: sandbox.json, the promise to programs
  local issuer=https://localhost:$PUBLIC_PORT mtls=https://localhost:$MTLS_PORT tpp=$RUN/tpp ca=$RUN/ca.pem limits
  if [[ $RUN == "$ROOT/.run" ]]; then tpp=.run/tpp ca=.run/ca.pem; fi
  if [[ $1 == on ]]; then
    limits=$(printf '{"enabled": true, "address": {"quota": %s, "window_seconds": 60}, "client": {"quota": %s, "window_seconds": 60}}' \
      "$ADDRESS_QUOTA" "$CLIENT_QUOTA")
  else
    limits='{"enabled": false}'
  fi
  cat >"$RUN/sandbox.json.new" <<JSON
{"issuer": "$issuer", "mtls_base": "$mtls", "staff_base": "https://localhost:$STAFF_PORT",
 "operations_base": "http://127.0.0.1:$OPERATIONS_PORT", "obie_base": "$issuer/open-banking/v4.0",
 "obie_mtls_base": "$mtls/open-banking/v4.0", "ca_file": "$ca",
 "clients": [{"client_id": "demo-dpop", "name": "Demo Budget App", "auth_method": "private_key_jwt", "binding": "dpop", "profile": "fapi2",
              "jwk_file": "$tpp/demo-dpop/key.jwk", "redirect_uris": ["$DEMO_REDIRECT"]},
             {"client_id": "demo-mtls", "name": "Demo Pay", "auth_method": "tls_client_auth", "binding": "mtls", "profile": "fapi2",
              "jwk_file": "$tpp/demo-mtls/key.jwk", "cert_file": "$tpp/demo-mtls/cert.pem",
              "key_file": "$tpp/demo-mtls/key.pem", "redirect_uris": ["$DEMO_REDIRECT"]}],
 "psus": $(aldgate sandbox personas),
 "staff": [],
 "limits": $limits,
 "webhooks": {"base": "$issuer/webhooks/v1", "scope": "webhooks", "event_types": ["consent.authorised", "consent.revoked"],
              "loopback_receivers": true, "retry_seconds": [$WEBHOOK_RETRY_SECONDS]}}
JSON
  chmod 644 "$RUN/sandbox.json.new" && mv "$RUN/sandbox.json.new" "$RUN/sandbox.json"
}

show_what_next() {
  local issuer=https://localhost:$PUBLIC_PORT
  cat <<TEXT

  Aldgate serves.
    issuer, partner API, customer pages   $issuer
    with client certificates              https://localhost:$MTLS_PORT
    health and metrics                    http://127.0.0.1:$OPERATIONS_PORT/readyz  /metrics
    everything a program needs            ${RUN#"$ROOT/"}/sandbox.json
  Try next:
    curl --cacert ${RUN#"$ROOT/"}/ca.pem $issuer/.well-known/openid-configuration
    $issuer/consents                      a customer's dashboard: alice, password alice, one-time code 123456
    ./dev test                            the whole flow as tests
TEXT
}
