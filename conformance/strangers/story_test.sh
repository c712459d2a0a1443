#!/usr/bin/env bash
# story_test.sh STORY VERSION WITH_ETCD CLIENT ETCD FAKE_ETCD: tells the story with that client to a
# real etcd of that version and to the fake emulating it, and fails where the two transcripts differ
# by a byte.
set -uo pipefail

story=$(dirname "$0")/$1 version=$2 with_etcd=$3 client=$4 etcd=$5 fake_etcd=$6
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$with_etcd" --real "$etcd" -- "$story" "$client" '{endpoint}' > "$scratch/real" &
"$with_etcd" --fake "$fake_etcd" --flag=--emulate="$version" -- "$story" "$client" '{endpoint}' \
  > "$scratch/fake"
fake_code=$?
wait $!
real_code=$?

echo "etcd $version: exit code $real_code, $(wc -l < "$scratch/real") lines;" \
  "fake-etcd: exit code $fake_code, $(wc -l < "$scratch/fake") lines"
if [ $real_code -ne 0 ]; then
  echo "The story does not even hold on etcd $version; its end:"
  tail -n 15 "$scratch/real"
  exit 1
fi
# The context begins with the command that made the difference.
diff -u --label "etcd $version" --label "fake-etcd" -F '^\$ ' "$scratch/real" "$scratch/fake" &&
  [ $fake_code -eq 0 ]
