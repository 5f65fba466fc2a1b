#!/usr/bin/env bash
# Runs a command against a real server on a throw-away data folder, which has one workspace and its owner. The
# command finds COUNTERSIGN_URL and COUNTERSIGN_TOKEN in its environment.
# AS=agent (the default) makes the token an agent's, AS=owner the owner's own; SCOPES overrides its scopes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -gt 0 ] || die "usage: scripts/with-server.sh command [argument…]"
program=${COUNTERSIGN_BIN:-target/debug/countersign}
[ -x "$program" ] || die "$program is missing: build it first (make build-debug)"
python=$(python_path) || die "python3 is missing: run make setup"

home=$(mktemp -d "${TMPDIR:-/tmp}/countersign-data.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Settings of the developer's own server must not reach this one.
unset DATABASE_URL
common=(--data-dir "$home/data")
email=owner@example.com workspace=fuzz
case ${AS:-agent} in
  owner) scopes=actions:submit,approvals:read,approvals:decide,outcomes:report,audit:read,records:read,records:write,teams,agents,events,settings,account ;;
  *) scopes=actions:submit,approvals:read,outcomes:report ;;
esac
scopes=${SCOPES:-$scopes}

"$program" admin create "${common[@]}" --email "$email" --workspace "$workspace" --role owner --password-stdin \
  >"$home/admin.json" <<<"a long passphrase for $workspace"
case ${AS:-agent} in
  agent) who=(--agent "Fuzzing agent") ;;
  owner) who=(--email "$email") ;;
  *) die "AS is agent or owner" ;;
esac
"$program" token create "${common[@]}" --workspace "$workspace" "${who[@]}" --scopes "$scopes" >"$home/token.json"
COUNTERSIGN_TOKEN=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["token"])' "$home/token.json")

port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
COUNTERSIGN_URL=http://127.0.0.1:$port
"$program" serve "${common[@]}" --listen "127.0.0.1:$port" >"$home/server.log" 2>&1 &
server=$!
until_ready() {
  "$python" - "$COUNTERSIGN_URL/readyz" <<'PY'
import sys, time, urllib.request
for _ in range(300):
    try:
        urllib.request.urlopen(sys.argv[1], timeout=2)
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit(1)
PY
}
until_ready || { tail -n 40 "$home/server.log" >&2; die "the server did not become ready"; }

export COUNTERSIGN_URL COUNTERSIGN_TOKEN
status=0
"$@" || status=$?
# A server that died, or that panicked on the way, is a failure even if the command did not notice.
if ! kill -0 "$server" 2>/dev/null || grep -q 'panicked at' "$home/server.log"; then
  tail -n 40 "$home/server.log" >&2
  die "the server died or panicked under this command"
fi
exit "$status"
