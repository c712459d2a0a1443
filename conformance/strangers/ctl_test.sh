#!/usr/bin/env bash
# ctl_test.sh WITH_ETCD FAKE_ETCD ETCDCTL ETCDPP_CTL: tells ctl_story.sh with etcdctl and with
# etcdpp-ctl, each to a fake of its own, and fails where the two transcripts differ by a byte.
set -uo pipefail
with_etcd=$1 fake_etcd=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for client in "$3" "$4"; do
  name=$(basename "$client")
  "$with_etcd" --fake "$fake_etcd" --flag=--emulate=3.4 -- "$(dirname "$0")/ctl_story.sh" \
    "$client" '{endpoint}' > "$scratch/$name"
  code=$?
  echo "$name: exit code $code, $(wc -l < "$scratch/$name") lines"
  if [ $code -ne 0 ]; then
    tail -n 15 "$scratch/$name"
    exit 1
  fi
done
# The context begins with the command that made the difference.
diff -u -F '^\$ ' "$scratch/$(basename "$3")" "$scratch/$(basename "$4")"
