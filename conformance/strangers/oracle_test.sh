#!/usr/bin/env bash
# oracle_test.sh WITH_ETCD REAL_ETCD FAKE_ETCD ETCD_CONFORMANCE FLAG... runs conformance cases on a
# fake that asks a real etcd whatever it is asked: it must find no difference where it is of that
# etcd's release, and some, and exit with 1, where it is of another.
set -euo pipefail

if [[ $1 != --inside ]]; then
  with_etcd=$1 real=$2
  shift 2
  other=3.7
  [[ $("$real" --version) != *"Version: 3.7"* ]] || other=3.4
  for expected in none "$other"; do
    "$with_etcd" --real "$real" --flag=--bcrypt-cost=4 -- "$0" --inside "$expected" {endpoint} "$@"
  done
  exit
fi

expected=$2 oracle=$3 fake=$4 conformance=$5
shift 5
fail() { echo "oracle_test: $*" >&2; exit 1; }
# Not those that a cluster's configuration matters to, nor those that race a lease of two seconds.
cases='Range*:Put*:DeleteRange*:Txn*:Watch*:Lease*:Lock*:Election*:Auth*:Alarm*:Compact*:Gateway*-LeaseExpiry*'
if [[ $expected != none ]]; then
  cases='Range.*'
  set -- --emulate="$expected"
fi
dir=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
: >"$dir/out"
"$fake" --listen-client-urls=http://127.0.0.1:0 --oracle="$oracle" "$@" >"$dir/out" 2>"$dir/err" &
pid=$!
until grep -q '^fake-etcd ready: ' "$dir/out"; do
  kill -0 "$pid" 2>/dev/null || fail "the fake has not started: $(cat "$dir/err")"
done
endpoint=$(sed -n 's|^fake-etcd ready: http://||p' "$dir/out")
"$conformance" --endpoint="$endpoint" --filter="$cases" >"$dir/cases" 2>&1 ||
  fail "$(cat "$dir/cases")"
kill "$pid"
code=0
wait "$pid" || code=$?
told=$(tail -n 1 "$dir/out")
echo "$told"
grep 'the oracle answers differently' "$dir/err" | head -n 5 || true
[[ $told =~ ^fake-etcd\ oracle:\ ([0-9]+)\ compared,\ ([0-9]+)\ differences$ ]] || fail "it tells nothing"
((BASH_REMATCH[1] > 100)) || fail "it has compared too little"
if [[ $expected == none ]]; then
  ((BASH_REMATCH[2] == 0 && code == 0)) || fail "they differ, exit code $code"
else
  ((BASH_REMATCH[2] > 0 && code == 1)) || fail "they should differ, exit code $code"
fi
