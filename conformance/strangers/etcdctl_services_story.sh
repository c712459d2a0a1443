#!/usr/bin/env bash
# etcdctl_services_story.sh ETCDCTL HOST:PORT: the rest of what etcdctl asks of an empty etcd: locks,
# elections, the cluster and its upkeep, mirrors.
etcdctl=$1
export ETCDCTL_ENDPOINTS=$2
. "$(dirname "$0")/etcdctl_telling.sh"

# Two members come in the order of their ids, which are random.
sorted() {
  "$@" > "$scratch"
  head -n 1 "$scratch"
  tail -n +2 "$scratch" | sort
}

add_learner() {
  says member add "$1" --peer-urls="$2" --learner </dev/null > "$scratch" || give_up "no learner"
  names[LEARNER]=$(sed -nE 's/^Member +([0-9a-f]+) added.*/\1/p' "$scratch")
  mask < "$scratch" | sed -E 's/(CLUSTER=")(.*),(default=[^"]*)/\1\3,\2/'
}

chapter "Who is there"
names[MEMBER]=$("$etcdctl" member list | sed -nE '1s/^([0-9a-f]+),.*/\1/p')
names[CLUSTER]=$(printf %x "$("$etcdctl" member list -w json | sed -nE 's/.*"cluster_id":([0-9]+).*/\1/p')")
run member list
run member list -w json
run member list -w fields
run member list -w table
run endpoint status
run endpoint status -w json
run endpoint status -w fields
run endpoint status -w table
run endpoint status --cluster
run endpoint health
run endpoint health -w json
run endpoint health --cluster
run endpoint hashkv
run endpoint hashkv -w json

chapter "Locks"
run lock race echo one
run lock race -- sh -c 'echo $ETCD_LOCK_KEY $ETCD_LOCK_REV'
refused lock race -- false
begin first lock race
see_of first 1
begin second lock race
settle 2 race/ --prefix --print-value-only
begin third lock race --ttl=30
settle 3 race/ --prefix --print-value-only
end first
see_of second 1
end third
settle 1 race/ --prefix --print-value-only
end second
settle 0 race/ --prefix
run get race/ --prefix -w json
run lock race echo free

chapter "Elections"
begin crowd elect -l throne
begin first elect throne one
see_of first 2
see_of crowd 2
begin second elect throne two
settle 4 throne/ --prefix
end first
see_of second 2
see_of crowd 2
end second
settle 0 throne/ --prefix
end crowd
refused elect throne

chapter "Members"
add_learner learner http://127.0.0.1:1
sorted run member list
refused member add again --peer-urls=http://127.0.0.1:1,http://127.0.0.1:9
refused member add another --peer-urls=http://127.0.0.1:2 --learner
refused member add bad --peer-urls=bad --learner
refused member promote "${names[LEARNER]}"
run member update "${names[LEARNER]}" --peer-urls=http://127.0.0.1:3,http://127.0.0.1:4
sorted run member list -w fields
run member remove "${names[LEARNER]}"
refused member remove "${names[LEARNER]}"
refused member promote "${names[LEARNER]}"
refused member update "${names[LEARNER]}" --peer-urls=http://127.0.0.1:3
refused member remove 12345
refused member promote "${names[MEMBER]}"
run member list

chapter "Upkeep"
run move-leader "${names[MEMBER]}"
refused move-leader 12345
run alarm list
run alarm list -w json
run alarm disarm
run alarm disarm -w json
run defrag
run defrag --cluster
run put upkeep done
run compaction 5
run defrag
run version

chapter "Mirrors"
run put from/1 one
run put from/2 two
begin mirror make-mirror --prefix=from/ --dest-prefix=to/ "$ETCDCTL_ENDPOINTS"
settle 4 to/ --prefix
run put from/3 three
settle 6 to/ --prefix
run put from/1 "one again"
run del from/2
settle 4 to/ --prefix
end mirror
run get to/ --prefix
