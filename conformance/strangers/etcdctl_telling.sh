# shellcheck shell=bash
# What the stories told with etcdctl are written with; they source it, with `$etcdctl` set. A story
# prints a transcript: each command, what it printed, and its exit code where that is not 0. It must
# read the same whatever serves it.
set -uo pipefail

export ETCDCTL_DIAL_TIMEOUT=10s ETCDCTL_COMMAND_TIMEOUT=20s
readonly patience=20  # seconds to wait for what a command in the background should print

declare -A names=()  # ids of this run, in hexadecimal, by the names the transcript gives them

mask() {
  local edits=()
  for name in "${!names[@]}"; do
    edits+=(-e "s/${names[$name]}/$name/g")
    edits+=(-e "s/\b$(printf %u "0x${names[$name]}")\b/$name/g")
  done
  sed -E "${edits[@]}" -e '/^\{"level":/d' -e "s/${ETCDCTL_ENDPOINTS//./\\.}/ENDPOINT/g" \
    -e 's/"(cluster_id|member_id|raft_term|raftTerm|leader)":[0-9]+/"\1":N/g' \
    -e 's/^("(ClusterID|MemberID|RaftTerm)") : [0-9]+$/\1 : N/' \
    -e 's/remaining\([0-9]+s\)/remaining(N)/' -e 's/"ttl":[0-9]+/"ttl":N/' \
    -e 's/^"TTL" : [0-9]+$/"TTL" : N/' \
    -e 's/took = .*/took = N/' -e 's/"took":"[^"]*"/"took":"N"/' \
    -e 's,http://127.0.0.1:[0-9]{4\,5}\b,URL,g' -e 's,http://localhost:2380,URL,g' \
    -e 's,/[0-9a-f]{12\,16}\b,/LEASE,g' \
    -e 's/"(dbSize|dbSizeInUse|raftIndex|raftAppliedIndex)":[0-9]+/"\1":N/g' \
    -e 's/^("(DBSize|DBSizeInUse|RaftIndex|RaftAppliedIndex)") : [0-9]+$/\1 : N/' \
    -e 's/(true|false), [0-9]+, [0-9]+, [0-9]+, /\1, N, N, N, /' \
    -e '/^[+|]|^[┌├│└]/{s/-+/-/g;s/(─)+/─/g;s/ +/ /g;s/(true|false) (.) [0-9]+ (.) [0-9]+ (.) [0-9]+ /\1 \2 N \3 N \4 N /}' \
    -e 's/\b[0-9.]+ [kMG]?B\b/SIZE/g' -e 's/\b[0-9]+%/N%/g' \
    -e '/^(Member|Leadership) /s/ +/ /g' -e 's/took [0-9].*/took N/'
}

# says ARGUMENTS...: runs etcdctl with what is on standard input, and prints how that went.
says() {
  { printf '$ etcdctl'; printf ' %q' "$@"; echo; } | mask
  output=$(timeout $patience "$etcdctl" "$@" 2>&1)
  local code=$?
  [ -z "$output" ] || mask <<<"$output"
  [ $code -eq 0 ] || echo "(exit code $code)"
  return $code
}

# run: a command that must work. refused: one that must not. The story ends where that is not so.
run() { says "$@" </dev/null || give_up "this should work"; }
refused() { says "$@" </dev/null && give_up "this should fail"; }
run_with() { says "${@:2}" <<<"$1" || give_up "this should work"; }
refused_with() { says "${@:2}" <<<"$1" && give_up "this should fail"; }

# txn COMPARES SUCCESS FAILURE: each a list of lines.
txn() {
  echo "# if: ${1//$'\n'/; }  then: ${2//$'\n'/; }  else: ${3//$'\n'/; }"
  run_with "$1"$'\n\n'"$2"$'\n\n'"$3"$'\n' txn "${@:4}"
}

grant() {
  says lease grant "$2" </dev/null > "$scratch" || give_up "no lease"
  names[$1]=$(sed -nE 's/^lease ([0-9a-f]{16}) granted.*/\1/p' "$scratch")
  mask < "$scratch"
}

# The revision the store is at, told to nobody.
revision() {
  "$etcdctl" get absent -w json | sed -nE 's/.*"revision":([0-9]+).*/\1/p'
}

give_up() {
  echo "The story ends here: $*"
  exit 1
}

chapter() { printf '\n== %s\n' "$1"; }

# A watch as a process of its own: begin_watch ARGUMENTS..., then see N lines of it, then end_watch.
# What `tell` writes reaches the standard input of one begun with -i.
begin_watch() {
  { printf '$ etcdctl watch'; printf ' %q' "$@"; echo ' &'; } | mask
  coproc watch { exec "$etcdctl" watch "$@" 2>&1; }
  exec {watch_out}<&"${watch[0]}" {watch_in}>&"${watch[1]}"
}

tell() {
  echo "> $1"
  echo "$1" >&"$watch_in"
}

see() {
  local line
  for ((i = 0; i < $1; ++i)); do
    IFS= read -r -t $patience -u "$watch_out" line || give_up "the watch printed $i lines of $1"
    mask <<<"$line"
  done
}

end_watch() {
  local pid=$watch_PID
  kill "$pid" && wait "$pid" 2>/dev/null
  exec {watch_out}<&- {watch_in}>&-
}

# Any command in the background, and many at a time: begin NAME ARGUMENTS..., then see_of NAME N
# lines of it, then end NAME.
declare -A outputs=() processes=()
begin() {
  local pipe=$scratch.$1
  { printf '$ etcdctl'; printf ' %q' "${@:2}"; echo " &  # $1"; } | mask
  mkfifo "$pipe"
  "$etcdctl" "${@:2}" > "$pipe" 2>&1 </dev/null &
  processes[$1]=$!
  exec {outputs[$1]}< "$pipe"
  rm "$pipe"
}

see_of() {
  local line
  for ((i = 0; i < $2; ++i)); do
    IFS= read -r -t $patience -u "${outputs[$1]}" line || give_up "$1 printed $i lines of $2"
    mask <<<"$line"
  done
}

end() {
  echo "# $1 ends"
  kill "${processes[$1]}"
  wait "${processes[$1]}" 2>/dev/null
  exec {outputs[$1]}<&-
}

# settle COUNT ARGUMENTS...: waits until a get prints that many lines.
settle() {
  local deadline=$((SECONDS + patience))
  until [ "$("$etcdctl" get "${@:2}" | wc -l)" -eq "$1" ]; do
    [ $SECONDS -lt $deadline ] || give_up "there are not $1 lines of get ${*:2}"
  done
}

scratch=$(mktemp)
trap 'rm -f "$scratch"; kill $(jobs -p) 2>/dev/null' EXIT
