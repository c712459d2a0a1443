#!/usr/bin/env bash
# locks_test.sh ETCDCTL ETCDPP_CTL HOST:PORT: that etcdctl's locks and elections and the client
# library's keep each other out, and follow each other.
set -euo pipefail
etcdctl=$1 ours=$2
export ETCDCTL_ENDPOINTS=$3 ETCDCTL_API=3

expect() {
  [ "$2" = "$3" ] && return
  echo "$1: expected '$2', got '$3'"
  exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A program that prints the exit code of another: shells that others start know no functions.
code=$scratch/code
printf '#!/bin/sh\n"$@" > /dev/null 2>&1\necho $?\n' > "$code"
chmod +x "$code"

expect "inside etcdctl's lock ours is taken" 3 \
  "$("$etcdctl" lock race -- "$code" "$ours" --try lock race true)"
expect "after it, it is free" free "$("$ours" lock race echo free)"
expect "inside ours etcdctl's lock waits" 124 \
  "$("$ours" lock race "$code" timeout 1 "$etcdctl" lock race true)"
expect "after it, etcdctl's is free" free "$("$etcdctl" lock race echo free)"
expect "another name is another lock" 0 \
  "$("$ours" lock race "$code" "$etcdctl" lock other true)"

# One waits for the other, and has the lock when the other lets it go.
fifo=$scratch/fifo
mkfifo "$fifo"
"$ours" lock race cat "$fifo" &
holder=$!
exec 3> "$fifo"  # returns when the holder reads, so inside the lock
"$etcdctl" lock race echo followed > "$fifo.out" 3>&- &
follower=$!
until [ "$("$etcdctl" get race/ --prefix --keys-only | grep -c race/)" = 2 ]; do :; done
expect "it waits" "" "$(cat "$fifo.out")"
exec 3>&-
wait "$holder" "$follower"
expect "etcdctl follows" followed "$(cat "$fifo.out")"

expect "etcdctl sees our leader" us \
  "$("$ours" elect throne us timeout 1 "$etcdctl" elect -l throne | tail -n 1)"
expect "while we lead etcdctl is not elected" "" \
  "$("$ours" elect throne us timeout 1 "$etcdctl" elect throne them || true)"
"$etcdctl" elect throne them > /dev/null &
leader=$!
expect "we see etcdctl's leader" them "$("$ours" elect throne | tail -n 1)"
kill "$leader"
wait "$leader" || true
expect "and follow it" ours "$("$ours" elect throne us echo ours)"
echo "locks and elections agree"
