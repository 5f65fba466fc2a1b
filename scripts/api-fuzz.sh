#!/usr/bin/env bash
# schemathesis against a running server (scripts/with-server.sh gives address and token): no answer may be a
# server error, and each must be what the published OpenAPI document says.
# EXAMPLES, SECONDS_AT_MOST and SEED bound and repeat a run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
: "${COUNTERSIGN_URL:?start this through scripts/with-server.sh}" "${COUNTERSIGN_TOKEN:?}"

# It keeps what it needs to replay a failure in its working folder.
mkdir -p target/api-fuzz
cd target/api-fuzz

# One worker: with two, Python 3.11's parser, which hypothesis asks for its messages, now and then fails with
# "AST constructor recursion depth mismatch" (CPython issue 106905).
# Each operation gets EXAMPLES generated requests beside the boundary cases. The alarm is for a server that hangs
# on every request (perl, because macOS has no timeout command).
exec perl -e 'alarm shift; exec @ARGV' "${SECONDS_AT_MOST:-240}" \
  "$ROOT/.venv/bin/schemathesis" --config-file "$ROOT/scripts/schemathesis.toml" \
  run "$COUNTERSIGN_URL/api/openapi.json" \
  --header "Authorization: Bearer $COUNTERSIGN_TOKEN" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --max-examples "${EXAMPLES:-20}" --seed "${SEED:-1}" --no-shrink \
  --workers 1 --request-timeout 15 --continue-on-failure --generation-database none --no-color "$@"
