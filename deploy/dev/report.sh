# Progress: one line a step with its seconds; a failed step shows the end of its own output.

say() { printf '%s\n' "$@"; }

fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# step TITLE COMMAND…: output goes to log/steps.log; on a terminal the last [n/m] of a build is shown while it runs.
step() {
  local title=$1 started=$SECONDS log
  shift
  mkdir -p "$RUN/log"
  log=$RUN/log/step-$(tr -c 'a-zA-Z0-9\n' '-' <<<"$title").txt
  printf '  %-42s' "$title"
  "$@" >"$log" 2>&1 9>&- &
  local job=$! told=0 progress
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.2
    progress=$(tail -c 300 "$log" | grep -oE '\[[0-9]+/[0-9]+\]' | tail -n 1 || true)
    if [[ -t 1 ]]; then
      [[ -n $progress ]] && printf '\r  %-42s%s' "$title" "$progress"
    elif ((SECONDS - started - told >= 30)); then
      told=$((SECONDS - started))
      printf '\n    … %s s %s' "$told" "$progress"
    fi
  done
  if wait "$job"; then
    ((told)) && printf '\n  %-42s' "$title"
    [[ -t 1 ]] && printf '\r  %-42s' "$title"
    printf '%4s s\n' "$((SECONDS - started))"
  else
    printf ' failed\n'
    tail -n 40 "$log" >&2
    fail "$title failed (whole output: $log)"
  fi
}

one_at_a_time() {
  exec 9>"$RUN/lock"
  flock -n 9 || fail "another ./dev is at work on $RUN"
}
