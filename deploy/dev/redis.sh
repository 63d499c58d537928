# A private Redis on a unix socket, without persistence: it is speed, never the only memory of anything.

redis_socket() { echo "$(socket_folder redis "$(id -un)")/redis.sock"; }

start_redis() {
  local socket
  socket=$(redis_socket)
  is_ours redis && return
  rm -f "$socket"
  redis-server --port 0 --unixsocket "$socket" --unixsocketperm 700 --save '' --appendonly no --maxmemory 128mb \
    --maxmemory-policy noeviction --dir "$(dirname "$socket")" --daemonize yes --pidfile "$RUN/redis.pid" \
    --logfile "$RUN/log/redis.log" --set-proc-title no
  local attempt
  for attempt in {1..100}; do
    [[ $(redis-cli -s "$socket" ping 2>/dev/null) == PONG ]] && return
    sleep 0.05
  done
  tail -n 5 "$RUN/log/redis.log"
  return 1
}

stop_redis() { end_process redis TERM; }
