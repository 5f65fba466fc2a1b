#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL, whose address it finds in COUNTERSIGN_TEST_POSTGRES. The server
# listens on a Unix socket only and is gone afterwards. Where that variable is already set, that server is used.
# It does not wait for the disk (FSYNC=on makes it: for crash tests and honest measurements).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -gt 0 ] || die "usage: scripts/with-postgres.sh command [argument…]"
[ -z "${COUNTERSIGN_TEST_POSTGRES:-}" ] || exec "$@"

bin=$(postgres_bin) || die "PostgreSQL is missing: run make setup"
# A short path: the socket's name has to fit in 107 bytes.
home=$(mktemp -d /tmp/countersign-pg.XXXXXX)

# initdb refuses root, so root runs PostgreSQL as nobody.
server() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd "$home" && setpriv --reuid=65534 --regid=65534 --clear-groups "$@")
  else
    "$@"
  fi
}

stop() {
  if [ -f "$home/data/postmaster.pid" ]; then
    server "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
  fi
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$(id -u)" -eq 0 ]; then
  have setpriv || die "setpriv is missing (package util-linux): needed to start PostgreSQL as root"
  chown 65534:65534 "$home"
  if ! server test -x "$bin/postgres"; then
    # Programs under root's home, say: nobody gets a copy that it can read.
    cp -R "$bin/.." "$home/programs"
    chmod -R a+rX "$home/programs"
    bin=$home/programs/bin
  fi
fi

server "$bin/initdb" -D "$home/data" -U countersign -A trust -E UTF8 --locale=C --no-sync >"$home/initdb.log" 2>&1 ||
  { cat "$home/initdb.log" >&2; die "initdb failed"; }
cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
max_connections = 200
shared_buffers = 64MB
fsync = ${FSYNC:-off}
synchronous_commit = ${FSYNC:-off}
full_page_writes = ${FSYNC:-off}
CONF
server "$bin/pg_ctl" -D "$home/data" -l "$home/data/server.log" -w -t 60 start >/dev/null ||
  { cat "$home/data/server.log" >&2; die "PostgreSQL did not start"; }

export COUNTERSIGN_TEST_POSTGRES="postgres://countersign@localhost/postgres?host=$home"
"$@"
