#!/usr/bin/env bash
# snapshot_test.sh BIN_DIR FAKE_ETCD VERSION REAL_DIR ETCDCTL RESTORER: snapshots between the fake and
# a real etcd of VERSION, both ways, after ten thousand mixed operations. Whoever starts from a
# snapshot must hold, to the byte, what the one that it was taken from held: keys at several
# revisions, leases and their keys, and every HashKV. BIN_DIR has with-etcd and mixed-store, REAL_DIR
# the real etcd; ETCDCTL saves, RESTORER is what restores and tells the status, etcdctl or etcdutl.
set -euo pipefail

bin=$1 fake=$2 version=$3 real=$4/etcd etcdctl=$5 restorer=$6
export ETCDCTL_API=3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() { echo "snapshot_test: $*" >&2; exit 1; }
on_fake() { "$bin/with-etcd" --fake "$fake" --flag=--emulate="$version" "$@"; }
on_real() { "$bin/with-etcd" --real "$real" "$@"; }

# save FILE: the script that, run on a server, writes its dump beside a snapshot of it.
save() {
  echo "set -e; '$bin/mixed-store' dump {endpoint} > '$1.dump';" \
    "'$etcdctl' --endpoints={endpoint} snapshot save '$1' 2>&1 | grep -v '^{'"
}
dump() { echo "'$bin/mixed-store' dump {endpoint} > '$1'"; }

# alike WHAT FILE FILE
alike() {
  diff -u "$2" "$3" | head -n 40
  cmp -s "$2" "$3" || fail "$1"
  echo "$1: $(wc -l < "$2") lines alike"
}

# status FILE: what the tool says of a snapshot must fit what the server said.
status() {
  local told size revision
  told=$("$restorer" snapshot status "$1" -w json)
  size=$(($(stat -c %s "$1") - 32))
  revision=$(sed -n 's/^revision \([0-9]*\),.*/\1/p' "$1.dump")
  [[ $told == *"\"revision\":$revision,"* ]] || fail "status of another revision: $told"
  [[ $told == *"\"totalSize\":$size"* ]] || fail "status of another size: $told"
  if [[ $restorer == *etcdutl && $version != 3.5 ]]; then  # that one counts all versions of keys
    local keys
    keys=$(sed -n "s/^at revision $revision: \([0-9]*\) keys/\1/p" "$1.dump")
    [[ $told == *"\"totalKey\":$keys,"* ]] || fail "status of other keys: $told"
    [[ $told == *"\"version\":\"$version.0\""* ]] || fail "status of another version: $told"
  fi
  echo "status: $told"
}

echo "== A snapshot of the fake in real etcd $version"
on_fake -- bash -c "'$bin/mixed-store' fill {endpoint} && $(save "$dir/fake")"
status "$dir/fake"
"$restorer" snapshot restore "$dir/fake" --data-dir "$dir/restored" 2>&1 | grep -v '^{\|^20' || true
on_real --flag=--data-dir="$dir/restored" -- bash -c \
  "$(dump "$dir/restored.dump") && '$bin/mixed-store' fill --operations=200 --seed=2 {endpoint}"
alike "what etcd restored" "$dir/fake.dump" "$dir/restored.dump"

echo "== A snapshot of real etcd $version in the fake"
on_real --flag=--data-dir="$dir/data" -- bash -c \
  "'$bin/mixed-store' fill --seed=3 {endpoint} && $(save "$dir/real")"
on_fake --flag=--load-snapshot="$dir/real" -- bash -c "$(save "$dir/again")"
alike "what the fake loaded" "$dir/real.dump" "$dir/again.dump"
status "$dir/again"
on_fake --flag=--load-snapshot="$dir/data/member/snap/db" -- bash -c "$(dump "$dir/raw.dump")"
alike "what the fake loaded from a data directory" "$dir/real.dump" "$dir/raw.dump"

if [[ $restorer == *etcdutl ]]; then
  echo "== One restored with a higher revision"
  "$restorer" snapshot restore "$dir/real" --data-dir "$dir/bumped" --bump-revision=1000000 \
    --mark-compacted > "$dir/log" 2>&1
  on_real --flag=--data-dir="$dir/bumped" -- bash -c "$(dump "$dir/bumped.dump")"
  on_fake --flag=--load-snapshot="$dir/bumped/member/snap/db" -- bash -c "$(dump "$dir/loaded.dump")"
  alike "what the fake loaded at a higher revision" "$dir/bumped.dump" "$dir/loaded.dump"
fi

# Users, roles and whether they count. Both servers of a pair must say the same of them.
guard='
  etcdctl() { "$ETCDCTL" --endpoints={endpoint} "$@" 2>&1 | grep -v "^{"; }
  etcdctl user add root:secret
  etcdctl user add mary:lamb
  etcdctl role add shepherd
  etcdctl role grant-permission shepherd readwrite sheep/ --prefix
  etcdctl user grant-role mary shepherd
  etcdctl put sheep/1 white
  etcdctl put wolf grey
  etcdctl user grant-role root root
  etcdctl auth enable
  etcdctl --user=root:secret snapshot save "$SNAPSHOT"'
ask='
  etcdctl() { echo "> $*"; "$ETCDCTL" --endpoints={endpoint} "$@" 2>&1 | grep -v "^{"; }
  etcdctl --user=mary:lamb get sheep/ --prefix
  etcdctl --user=mary:lamb put sheep/2 black
  etcdctl --user=mary:lamb get wolf
  etcdctl --user=mary:goat get sheep/1
  etcdctl get sheep/1
  etcdctl --user=root:secret get wolf
  etcdctl --user=root:secret user list
  etcdctl --user=root:secret user get mary
  etcdctl --user=root:secret role get shepherd'
export ETCDCTL=$etcdctl SNAPSHOT=$dir/guarded
echo "== Users and roles, of the fake and then of real etcd"
on_fake -- bash -c "$guard; ($ask) > $dir/guarded.says"
"$restorer" snapshot restore "$SNAPSHOT" --data-dir "$dir/guarded.data" > "$dir/log" 2>&1
on_real --flag=--data-dir="$dir/guarded.data" -- bash -c "($ask) > $dir/restored.says"
alike "what may be done where etcd restored" "$dir/guarded.says" "$dir/restored.says"
rm "$SNAPSHOT"
on_real -- bash -c "$guard; ($ask) > $dir/guarded.says"
on_fake --flag=--load-snapshot="$SNAPSHOT" -- bash -c "($ask) > $dir/loaded.says"
alike "what may be done where the fake loaded" "$dir/guarded.says" "$dir/loaded.says"

echo "== A damaged one"
head -c 100000 "$dir/real" > "$dir/damaged"
if told=$("$fake" --load-snapshot="$dir/damaged" --listen-client-urls=http://127.0.0.1:0 2>&1); then
  fail "the fake started from a damaged file"
fi
[[ $told == *"cannot load the snapshot $dir/damaged"* ]] || fail "no word of what is wrong: $told"
echo "All of it is alike."
