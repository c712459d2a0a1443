#!/usr/bin/env bash
# etcdctl_story.sh ETCDCTL HOST:PORT: one story told to an empty etcd with etcdctl: keys,
# transactions, watches, leases and compaction.
etcdctl=$1
export ETCDCTL_ENDPOINTS=$2
. "$(dirname "$0")/etcdctl_telling.sh"

chapter "An empty etcd"
run endpoint health
run get "" --prefix -w json
run endpoint hashkv
run compaction 1
refused compaction 1
refused compaction 2

chapter "Put"
run put fruit apple
run put fruit pear --prev-kv
run put fruit plum -w json
run put fruit quince --prev-kv -w json
run put fruit cherry --prev-kv -w fields
run_with "from standard input" put essay
run put empty ""
run put -- -dash -value
run put $'key\twith\nspace' $'value\001\377'
run put fruit --ignore-value
refused put fruit fig --ignore-value
refused put absent --ignore-value
refused put absent x --ignore-lease
refused put "" nothing
refused put fruit fig --lease=7b
run put fruit fig --ignore-lease

chapter "Get"
for name in b/2 a/1 b/1 c a/2 b/3; do run put "$name" "of $name"; done
run put a/1 "again"
run put a/1 "and again"
run get a/1
run get a/1 -w json
run get a/1 -w fields
run get a/1 --hex
run get a/1 --print-value-only
run get a/1 --keys-only
run get a/1 --consistency=s
refused get a/1 --consistency=x
run get nothing
run get nothing -w json
run get nothing -w fields
run get a/ --prefix
run get a/ b/2
run get b/ --from-key
run get "" --from-key --keys-only
run get "" --prefix --keys-only
run get a/ --prefix --limit=1 -w json
run get a/ --prefix --limit=2 -w json
run get a/ --prefix --limit=3 -w json
for target in CREATE KEY MODIFY VALUE VERSION; do
  for order in ASCEND DESCEND; do
    run get a c --order=$order --sort-by=$target
    run get "" --prefix --keys-only --limit=3 --order=$order --sort-by=$target
  done
  run get a c --sort-by=$target --keys-only
done
run get a c --order=DESCEND
run get fruit --rev=2
run get fruit --rev=3 -w json
run get fruit --rev=0
run get a/ --prefix --rev=14 -w json
run get a/ --prefix --rev=9
refused get fruit --rev=1000
refused get a/ b/ --prefix
refused get a/ --prefix --from-key

chapter "Delete"
run del nothing
run del nothing -w json
run del c
run del a/1 --prev-kv
run put a/1 reborn
run get a/1 -w json
run del a/ --prefix --prev-kv -w json
run del b/1 b/3 --prev-kv -w fields
run put x 1
run put y 2
run put z 3
run del x --from-key --prev-kv
run del "" --prefix
run get "" --prefix -w json
refused del ""

chapter "Transactions"
run put left 1
run put right 2
txn 'value("left") = "1"' $'put left 10\nget left\nget right' 'put left wrong'
txn 'value("left") = "1"' 'put left wrong' $'get left\ndel right\nget right'
run put right 20
for compare in 'val("left") > "0"' 'val("left") < "1"' 'ver("left") = "2"' 'version("left") > "1"' \
  'ver("left") < "2"' 'c("left") = "1"' 'create("left") > "3"' 'c("left") < "1000"' \
  'm("left") = "1"' 'mod("left") > "3"' 'm("left") < "1000"' 'val("left") != "10"' \
  'ver("absent") = "0"' 'create("absent") = "0"' 'mod("absent") = "0"' 'value("absent") = ""'; do
  txn "$compare" 'get left' 'get right'
done
txn $'ver("left") > "0"\nmod("right") > "1000"' 'put both yes' 'put both no' -w json
txn '' $'put one 1\nput two 2\ndel right --prev-kv\nget right' '' -w json
txn '' $'put two 3 --prev-kv\nput three 3\nget t --prefix --order=DESCEND\ndel one left' '' \
  -w fields
txn '' '' ''
txn '' $'get two --rev=2\nget two --keys-only' 'get never'
run get "" --prefix -w json
refused_with $'\nput two 4\nput two 5\n\n\n' txn
refused_with $'\nput two 4\ndel t --prefix\n\n\n' txn
refused_with $'\nput nine 9\nget two --rev=1000\n\n\n' txn
refused_with $'size("left") = "1"\n\n\n\n' txn
run get two -w json
{
  echo
  for ((i = 0; i < 129; ++i)); do echo "put many/$i x"; done
  echo
  echo
} > "$scratch"
says txn < "$scratch" && give_up "129 operations are one too many"
sed -i '/many\/128 /d' "$scratch"
says txn < "$scratch" || give_up "128 operations are allowed"
run get many/ --prefix --keys-only --limit=2 -w json
run del many/ --prefix
run_with $'mod("two") > "0"\n\nput two 6\nget two\n\nput two 7\n' txn --interactive

chapter "Watch what was and what comes"
first=$(($(revision) + 1))
run put song la
run put song li
run put songs all
run del song
run put song lu
begin_watch song --rev=$first
see 11
run put song le
see 3
end_watch
begin_watch song --prefix --prev-kv --rev=$first
see 23
end_watch
begin_watch song --rev=$first -w json
see 1
end_watch
begin_watch song song0 --rev=$((first + 2)) --prev-kv -w fields
see 20
end_watch
begin_watch -i
tell "watch choir --prefix --prev-kv"
tell "progress"
see 1
run put choir/alto 3
see 3
run put choir/alto 4
see 5
run_with $'\nput choir/bass 1\nput choir/tenor 2\ndel choir/alto\n\n\n' txn
see 11
tell "watch choir/alto choir/tenor --rev=$((first + 6))"
see 12
tell "progress"
see 1
end_watch
begin_watch later --rev=$(($(revision) + 2))
run put later 1
run put later 2
see 3
end_watch

run endpoint hashkv  # not later: the hash covers lease ids

chapter "Leases"
grant LEASE_A 600
grant LEASE_B 900
run put leased/1 a --lease="${names[LEASE_A]}"
run put leased/2 b --lease="${names[LEASE_A]}"
run put leased/3 c --lease="${names[LEASE_B]}"
run get leased/1 -w json
run put leased/1 d --ignore-lease
run get leased/1 -w fields
run put leased/2 moved --lease="${names[LEASE_B]}"
run put leased/3 freed
run lease list
run lease list -w json
run lease timetolive "${names[LEASE_A]}"
run lease timetolive "${names[LEASE_A]}" --keys
run lease timetolive "${names[LEASE_B]}" --keys -w json
run lease timetolive "${names[LEASE_B]}" --keys -w fields
run lease keep-alive --once "${names[LEASE_A]}"
run lease keep-alive --once "${names[LEASE_A]}" -w json
begin_watch leased --prefix --prev-kv --rev=$(($(revision) + 1))
run lease revoke "${names[LEASE_A]}"
see 5
end_watch
refused lease revoke "${names[LEASE_A]}"
run lease timetolive "${names[LEASE_A]}" --keys
run lease timetolive "${names[LEASE_A]}" -w json
refused lease keep-alive --once "${names[LEASE_A]}"
refused put leased/1 late --lease="${names[LEASE_A]}"
run lease revoke "${names[LEASE_B]}" -w json
run get leased --prefix -w json
refused lease grant 9000000001
refused lease grant soon
run put brief candle
grant LEASE_C 1
run put brief candle --lease="${names[LEASE_C]}"
begin_watch brief --rev=$(revision) --prev-kv
see 9
end_watch
run get brief -w json
run lease list

chapter "Compaction"
run compaction 20
refused compaction 20
refused compaction 19
refused compaction 100000
refused get fruit --rev=19
run get fruit --rev=20
run compaction 60 --physical
run get song --rev=60 -w json
refused watch song --rev=30
run endpoint hashkv
run get "" --prefix --keys-only
run get "" --prefix -w json
