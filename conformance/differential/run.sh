#!/usr/bin/env bash
# run.sh [OPS [SEED]]: lock-step of every profile with every release, at the fixed seed 34 and at SEED,
# a fresh one by default. Prints the seeds; ends with 1 if there was a difference.
set -euo pipefail
cd "$(dirname "$0")/../.."
ops=${1:-28000}
seed=${2:-$((RANDOM * 32768 + RANDOM))}
code=0
for version in 3.4 3.5 3.6 3.7; do
  conformance/targets/real/build.sh "$version"
  for with in 34 "$seed"; do
    build/bin/etcd-differential --real "build/real/$version/etcd" --fake build/bin/fake-etcd \
      --profile each --ops "$ops" --jobs 3 --seed "$with" || code=1
  done
done
exit "$code"
