#!/usr/bin/env bash
# etcdctl_test.sh WITH_ETCD ETCDCTL ETCD FAKE_ETCD: tells the story of etcdctl_story.sh to a real
# etcd 3.4 and to the fake, and fails where the two transcripts differ by a byte.
set -uo pipefail

story=$(dirname "$0")/etcdctl_story.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$1" --real "$3" -- "$story" "$2" '{endpoint}' > "$scratch/real" &
"$1" --fake "$4" --flag=--emulate=3.4 -- "$story" "$2" '{endpoint}' > "$scratch/fake"
fake_code=$?
wait $!
real_code=$?

echo "etcd 3.4: exit code $real_code, $(wc -l < "$scratch/real") lines;" \
  "fake-etcd: exit code $fake_code, $(wc -l < "$scratch/fake") lines"
if [ $real_code -ne 0 ]; then
  echo "The story does not even hold on etcd 3.4; its end:"
  tail -n 15 "$scratch/real"
  exit 1
fi
# The context begins with the command that made the difference.
diff -u --label "etcd 3.4" --label "fake-etcd" -F '^\$ ' "$scratch/real" "$scratch/fake" &&
  [ $fake_code -eq 0 ]
