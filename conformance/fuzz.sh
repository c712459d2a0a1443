#!/usr/bin/env bash
# fuzz.sh [SECONDS [NAME...]]: what libFuzzer drives, each for that long (60), from the inputs in
# conformance/corpora on. Stops at the first that finds something, which then lies in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
names=("$@")
[ ${#names[@]} -gt 0 ] || for fuzzer in build/fuzz/bin/*_fuzz; do names+=("$(basename "$fuzzer")"); done
for name in "${names[@]}"; do
  corpus=build/fuzz/corpora/$name
  mkdir -p "$corpus"
  cp -n conformance/corpora/"$name"/* "$corpus"/ 2>/dev/null || true
  size=4096
  [ "$name" != bbolt_reader_fuzz ] || size=40960
  echo "== $name, $seconds s"
  build/fuzz/bin/"$name" -max_total_time="$seconds" -max_len="$size" -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$name-" "$corpus" > "build/fuzz/$name.log" 2>&1 ||
    { tail -n 60 "build/fuzz/$name.log"; exit 1; }
  grep -a '^stat::number_of_executed_units' "build/fuzz/$name.log"
done
