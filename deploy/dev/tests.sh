# ./dev test: everything once, the failures' own output, and one closing line of counts.

PASSED=0
FAILED=0

run_tests() {
  local part=${1:-all}
  export ALDGATE_FSYNC=off   # test clusters only: nothing here survives the machine anyway
  case $part in
    all | unit | postgres | journeys | architecture | e2e | asan | tsan) ;;
    *) fail "./dev test takes unit, postgres, journeys, architecture, e2e, asan or tsan" ;;
  esac
  one_at_a_time
  case $part in
    all) install_packages build serve unit browser node balance ;;
    e2e) install_packages build serve browser node balance ;;
    *) install_packages build serve unit ;;
  esac
  if [[ $part == all || $part == e2e ]]; then prepare_end_to_end; fi
  case $part in
    e2e) build release aldgate ;;
    tsan) build tsan all ;;
    all) build release aldgate && build asan all ;;
    unit | architecture | postgres | journeys | asan) build asan all ;;
  esac

  case $part in
    architecture) programs asan 'architecture_tests' ;;
    unit) programs asan '*_tests' -not -name postgres_tests -not -name journeys_tests ;;
    journeys) with_test_servers programs asan 'journeys_tests' ;;
    postgres) with_test_servers programs asan 'postgres_tests' ;;
    asan | tsan) with_test_servers programs "${part}" '*_tests' ;;
    e2e) end_to_end ;;
    all)
      with_test_servers programs asan '*_tests'
      end_to_end
      ;;
  esac
  say "" "$PASSED passed, $FAILED failed"
  ((FAILED == 0))
}

# programs PRESET PATTERN [find's terms]: each gtest program that matches, in name order.
programs() {
  local preset=$1 pattern=$2 program found=0
  shift 2
  while read -r program; do
    found=1
    run_program "$preset" "$program"
  done < <(find "$BUILD/$preset" -maxdepth 1 -type f -executable -name "$pattern" "$@" | sort)
  ((found)) || { say "  no test program matches $pattern"; FAILED=$((FAILED + 1)); }
}

run_program() {  # PRESET PROGRAM
  local name log started=$SECONDS passed failed status=0
  name=$(basename "$2")
  mkdir -p "$RUN/log"
  log=$RUN/log/$name.txt
  printf '  %-42s' "$name"
  (cd "$ROOT" && ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS=halt_on_error=0:exitcode=66 "$2" --gtest_color=no --gtest_brief=0) >"$log" 2>&1 9>&- </dev/null || status=$?
  passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  failed=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) tests\{0,1\}, listed below:.*/\1/p' "$log" | tail -n 1)
  passed=${passed:-0} failed=${failed:-0}
  # A crash, a leak or a program without tests is a failure too, though gtest counted none.
  if ((failed == 0 && (status != 0 || passed == 0))); then failed=1; fi
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  printf '%4s s  %s passed' $((SECONDS - started)) "$passed"
  if ((failed)); then
    printf ', %s failed (exit %s)\n' "$failed" "$status"
    show_failures "$log"
  else
    printf '\n'
  fi
}

# The output of each failed test alone; of a crash, the end.
show_failures() {
  awk '/^\[ RUN      \]/ { text = "" } { text = text $0 "\n" } /^\[  FAILED  \].*\([0-9]+ ms\)/ { printf "%s", text }
       /^\[       OK \]/ { text = "" } END { if (text !~ / ran\. \(/) printf "%s", text }' "$1" | tail -n 200 | sed 's/^/    /'
  # All tests ended, and yet the program failed: a leak or a race.
  if grep -q ' ran\. (' "$1"; then
    grep -A 40 -m 1 -E 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer' "$1" | sed 's/^/    /' || true
  fi
}

# Runs the rest with a PostgreSQL and a Redis of its own under .run/test.
with_test_servers() {
  local test_run=$ROOT/.run/test code=0
  mkdir -p "$test_run/log"
  # The tests make the roles and connect as they please: no passwords, and nothing in it to protect.
  RUN=$test_run PG_ROLES_AUTH=trust step "test PostgreSQL" start_postgres
  RUN=$test_run step "test Redis" start_redis
  ALDGATE_TEST_PG="host=$(RUN=$test_run pg_host) port=$PG_PORT user=$(pg_superuser) dbname=postgres"
  ALDGATE_TEST_REDIS=$(RUN=$test_run redis_socket)
  export ALDGATE_TEST_PG ALDGATE_TEST_REDIS
  "$@" || code=$?
  RUN=$test_run stop_redis
  RUN=$test_run stop_postgres
  return "$code"
}

prepare_end_to_end() {
  install_node
  local folder=$ROOT/tests/end_to_end stamp=$ROOT/tests/end_to_end/node_modules/.installed
  if ! cmp -s "$folder/package-lock.json" "$stamp"; then
    step "npm packages" npm ci --prefix "$folder" --no-audit --no-fund
    cp "$folder/package-lock.json" "$stamp"
  fi
}

end_to_end() {
  local folder=$ROOT/tests/end_to_end log=$RUN/log/end_to_end.tap status=0 passed failed
  say "  end to end"
  mkdir -p "$RUN/log"
  (cd "$folder" && ALDGATE_PREPARED=1 node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$log" \
    $(cd "$folder" && ls -- *_test.js)) 2>&1 9>&- </dev/null | sed 's/^/    /' || status=$?
  passed=$(sed -n 's/^# pass \([0-9]*\)/\1/p' "$log" | tail -n 1)
  failed=$(sed -n 's/^# \(fail\|cancelled\) \([0-9]*\)/\2/p' "$log" | paste -sd+ | { read -r sum; echo $((${sum:-0})); })
  passed=${passed:-0}
  if ((failed == 0 && (status != 0 || passed == 0))); then failed=1; fi
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
}
