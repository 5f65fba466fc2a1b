#!/usr/bin/env bash
# Everything that must hold, in one run on a build that is made once: lint, unit and integration tests on both
# databases, the browser suite, API fuzzing. Goes on after a failed part, so that one run shows all of them, and
# closes with each runner's own result.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

logs=target/test-logs
mkdir -p "$logs"
rows=() faults=() failed=0

# part NAME COMMAND…: runs it, shows its output, remembers how it ended.
part() {
  local name=$1 log="$logs/$1.log" began=$SECONDS status=ok
  shift
  say "$name"
  if ! "$@" 2>&1 | tee "$log"; then
    status=FAILED failed=1
    faults+=("$(fault_lines "$name" "$log")")
  fi
  rows+=("$(printf '%-14s %-7s %5d s  %s' "$name" "$status" "$((SECONDS - began))" "$(result "$name" "$log")")")
  [ "$status" = ok ]
}

# What the runner itself counted. Colours are taken out first.
result() {
  case $1 in
    unit)
      awk '/^test result:/ { passed += $4; failed += $6; ignored += $8 }
           END { printf "%d passed, %d failed, %d ignored", passed, failed, ignored }' "$2" ;;
    browser)
      sed 's/\x1b\[[0-9;]*m//g' "$2" | grep -E '^ +[0-9]+ (passed|failed|flaky|skipped|did not run)' | xargs ;;
    api-fuzz*) grep -A 1 '^Test cases:' "$2" | tail -n 1 | xargs ;;
  esac || true
}

# What went wrong, short: where a log is cut, its end is what is kept.
fault_lines() {
  sed 's/\x1b\[[0-9;]*m//g' "$2" | case $1 in
    unit) grep -A 3 -E '^---- .* stdout ----' ;;
    browser) grep -E '^ +[0-9]+\) \[|^ +(Error|Locator|Expected.*|Received.*|Timeout|Test timeout.*):? |^ +> *[0-9]+ \|' ;;
    *) tail -n 8 ;;
  esac | sed -E 's/ [─]+$//; s/ +/ /g' | cut -c 1-160 | head -n 12 || true
}

close() {
  echo
  say "Result"
  printf '%s\n' "${rows[@]}" ${faults[@]+"${faults[@]}"}
  if [ "$failed" -ne 0 ]; then die "make test failed: the parts are in $logs"; fi
}
trap close EXIT

part lint scripts/lint.sh || true
# Without a build there is nothing to test.
part build scripts/build-debug.sh || exit 1
part unit scripts/unit.sh || true
part browser scripts/e2e.sh || true
# As an agent, and as an owner, whom every route lets in.
part api-fuzz scripts/with-server.sh scripts/api-fuzz.sh || true
part api-fuzz-owner env AS=owner scripts/with-server.sh scripts/api-fuzz.sh || true
exit "$failed"
