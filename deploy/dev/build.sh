# Building with the presets of CMakePresets.json: release is the program, asan and tsan are the tests.

build() {  # PRESET TARGET…
  local preset=$1
  shift
  if [[ ! -f $BUILD/$preset/build.ninja ]]; then
    step "configure $preset" cmake --preset "$preset" -S "$ROOT" -B "$BUILD/$preset"
  fi
  step "build $preset" ninja -C "$BUILD/$preset" "$@"
}

our_sources() {
  git -C "$ROOT" ls-files '*.h' '*.cpp'
}

format_sources() {
  install_packages format
  (cd "$ROOT" && our_sources | xargs clang-format -i)
}

tidy_sources() {
  install_packages build unit tidy
  [[ -f $BUILD/dev/build.ninja ]] || step "configure dev" cmake --preset dev -S "$ROOT" -B "$BUILD/dev"
  (cd "$ROOT" && our_sources | grep '\.cpp$' | xargs -P "$(nproc)" -n 4 clang-tidy -quiet -p "$BUILD/dev")
}

fuzz() {  # NAME [SECONDS]
  local name=${1:-} seconds=${2:-60}
  [[ -n $name && -f $ROOT/tests/fuzz/$name.cpp ]] ||
    fail "./dev fuzz takes one of: $(cd "$ROOT/tests/fuzz" && ls -- *.cpp 2>/dev/null | sed 's/\.cpp$//' | tr '\n' ' ')"
  install_packages build unit fuzz
  if [[ ! -f $BUILD/fuzz/build.ninja ]]; then
    step "configure fuzz" cmake --preset fuzz -S "$ROOT" -B "$BUILD/fuzz"
  fi
  step "build fuzz $name" ninja -C "$BUILD/fuzz" "fuzz_$name"
  mkdir -p "$BUILD/fuzz/corpus/$name"
  "$BUILD/fuzz/fuzz_$name" -max_total_time="$seconds" "$BUILD/fuzz/corpus/$name" \
    $([[ -d $ROOT/tests/fuzz/corpus/$name ]] && echo "$ROOT/tests/fuzz/corpus/$name")
}

bench() {  # [http|oauth|storage] [options of bench/NAME/run.sh]: which measures; it is given the folder of the programs
  local name=${1:-http} code=0
  (($#)) && shift
  [[ -x $ROOT/bench/$name/run.sh ]] || fail "./dev bench takes one of: $(cd "$ROOT/bench" && ls -d -- */ 2>/dev/null | tr -d / | tr '\n' ' ')"
  install_packages build serve bench $([[ $name == storage ]] && echo unit)
  build release aldgate "${name}_bench"
  if [[ $name == oauth ]]; then prepare_bench_peer; fi
  # The product itself in the same rounds, on a sandbox of its own without limits, as new.
  export ALDGATE_RUN_DIR=$ROOT/.run/bench ALDGATE_PORT_OFFSET=4000 ALDGATE_PREPARED=1
  trap '"$ROOT/dev" down' EXIT
  "$ROOT/dev" reset
  "$ROOT/dev" up --detach --limits off
  PGHOST=$(RUN=$ALDGATE_RUN_DIR pg_host) PGPORT=$PG_PORT PGUSER=$(pg_superuser)
  export PGHOST PGPORT PGUSER
  GATEWAY_PID=$(cat "$ALDGATE_RUN_DIR/aldgate-1.pid") GATEWAY_PLAIN=127.0.0.1:$((9464 + 4000))/healthz \
    GATEWAY_TLS=127.0.0.1:$((8443 + 4000))/.well-known/openid-configuration "$ROOT/bench/$name/run.sh" "$BUILD/release" "$@" || code=$?
  return "$code"
}

prepare_bench_peer() {  # npm oidc-provider, which only this measurement needs
  install_node
  local folder=$ROOT/bench/oauth/peer stamp=$ROOT/bench/oauth/peer/node_modules/.installed
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    step "npm packages of the peer" npm ci --prefix "$folder" --no-audit --no-fund
    cp "$folder/package-lock.json" "$stamp"
  fi
}
