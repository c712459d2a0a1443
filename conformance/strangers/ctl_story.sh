#!/usr/bin/env bash
# ctl_story.sh ETCDCTL HOST:PORT: what etcdpp-ctl knows of etcdctl, told to an empty etcd. It must
# read the same told with either.
etcdctl=$1
export ETCDCTL_ENDPOINTS=$2 ETCDCTL_API=3
. "$(dirname "$0")/etcdctl_telling.sh"

chapter "Put, get, delete"
run put fruit apple
run put fruit pear --prev-kv
run_with "from standard input" put essay
run put empty ""
run put -- -dash -value
run put $'key\twith\nspace' $'value\001\377'
run put fruit --ignore-value
refused put fruit fig --ignore-value
refused put absent --ignore-value
refused put "" nothing
refused put fruit fig --lease=7b
refused put fruit fig --lease=zz
for name in b/2 a/1 b/1 c a/2 b/3; do run put "$name" "of $name"; done
run put a/1 again
run get a/1
run get a/1 --hex
run get a/1 --print-value-only
run get a/1 --keys-only
run get a/1 --consistency=s
refused get a/1 --consistency=x
run get nothing
run get a/ --prefix
run get a/ b/2
run get b/ --from-key
run get "" --prefix --keys-only
run get "" --from-key --limit 2
for target in CREATE KEY MODIFY VALUE VERSION; do
  for order in ASCEND DESCEND; do
    run get a c --order=$order --sort-by=$target
    run get "" --prefix --keys-only --limit=3 --order=$order --sort-by=$target
  done
  run get a c --sort-by=$target --keys-only
done
refused get a --order=SIDEWAYS
refused get a --sort-by=COLOUR
run get fruit --rev=2
refused get fruit --rev=1000
refused get a/ b/ --prefix
refused get a/ --prefix --from-key
run del nothing
run del a/1 --prev-kv
run del b/1 b/3 --prev-kv
run del a/ --prefix
refused del ""
refused del

chapter "Transactions"
run put left 1
run put right 2
txn 'value("left") = "1"' $'put left 10\nget left\nget right' 'put left wrong'
txn 'value("left") = "1"' 'put left wrong' $'get left\ndel right\nget right'
for compare in 'val("left") > "0"' 'ver("left") = "2"' 'version("left") != "1"' 'c("left") < "1000"' \
  'create("absent") = "0"' 'm("left") = "1"' 'mod("left") > "3"' 'value("absent") = ""'; do
  txn "$compare" 'get left' 'get right'
done
txn $'ver("left") > "0"\nmod("right") > "1000"' 'put both yes' 'put both no'
txn '' $'put "two words" \'and more\' --prev-kv\nget "two words"\ndel left right --prev-kv' ''
txn '' '' ''
run_with $'mod("both") > "0"\n\nput both 6\nget both\n\nput both 7\n' txn --interactive
refused_with $'\nput two 4\nput two 5\n\n\n' txn
refused_with $'size("left") = "1"\n\n\n\n' txn
refused_with $'left = 1\n\n\n\n' txn
refused_with $'ver("left") = "one"\n\n\n\n' txn

chapter "Watches and compaction"
begin_watch fruit --rev=2 --prev-kv
see 8
end_watch
begin_watch a b --rev=2
see 9
end_watch
run compaction 20
refused compaction 20
refused compaction 100000
refused compaction
refused get fruit --rev=19
refused watch fruit --rev=3

run endpoint hashkv  # not later: the hash covers lease ids

chapter "Leases"
grant LEASE_A 600
run put leased/1 a --lease="${names[LEASE_A]}"
run put leased/2 b --lease="${names[LEASE_A]}"
run put leased/2 c --ignore-lease
run lease list
run lease timetolive "${names[LEASE_A]}"
run lease timetolive "${names[LEASE_A]}" --keys
run lease keep-alive --once "${names[LEASE_A]}"
run lease revoke "${names[LEASE_A]}"
run lease list
run lease timetolive "${names[LEASE_A]}"
refused lease revoke "${names[LEASE_A]}"
refused lease keep-alive --once "${names[LEASE_A]}"
refused lease grant 9000000001
refused lease revoke nothing
refused lease revoke

chapter "Members and endpoints"
run member list
says member add another --peer-urls=http://127.0.0.1:12345 < /dev/null > "$scratch" ||
  give_up "no member"
names[MEMBER]=$(sed -nE 's/^Member +([0-9a-f]+) added.*/\1/p' "$scratch")
# Members are told by their ids, which are made of the time.
mask < "$scratch" | sed 's/"default=URL,another=URL"/"another=URL,default=URL"/'
run member update "${names[MEMBER]}" --peer-urls=http://127.0.0.1:12346
run member remove "${names[MEMBER]}"
refused member remove "${names[MEMBER]}"
refused member promote "${names[MEMBER]}"
refused member remove nobody
refused member add another
run endpoint health
run endpoint status
refused endpoint hashkv --rev=100000
run defrag
run alarm list
run alarm disarm
refused move-leader 1

chapter "Roles and users"
run role list
run role add reader
run role add writer
refused role add reader
refused role add ""
run role list
run role grant-permission reader read public
run role grant-permission reader read jobs/ --prefix
run role grant-permission writer write jobs/1 jobs/9
run role grant-permission writer readwrite z --from-key
refused role grant-permission reader maybe public
refused role grant-permission nobody read public
run role get reader
run role get writer
refused role get nobody
run role revoke-permission reader public
run role revoke-permission writer jobs/1 jobs/9
run role revoke-permission writer z --from-key
refused role revoke-permission writer z
run user add root:toor
run user add alice --new-user-password=wonder
run user add carol --no-password
refused user add alice:again
refused user add :empty
run user list
run user grant-role alice reader
run user grant-role alice writer
refused user grant-role alice nobody
run user get alice
run user get alice --detail
refused user get nobody
run user revoke-role alice writer
refused user revoke-role alice writer
run_with wonderland user passwd alice --interactive=false
run role delete writer
run put public 1
run auth enable
refused get public
refused --user=alice:wonder get public
run --user=alice:wonderland get jobs/ --prefix
refused --user=alice:wonderland put jobs/1 x
refused --user alice --password wonderland user list
run --user=root:toor role list
run --user=root:toor user delete alice
run --user=root:toor auth disable
run user list
