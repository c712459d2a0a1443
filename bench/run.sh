#!/bin/sh
# Runs the benchmarks of build/ and prints what they found, the medians of 25 short repetitions that
# take turns; with --write puts the table into bench/README.md as well. Further arguments go to
# etcdpp_bench.
set -eu
cd "$(dirname "$0")/.."

write=no
if [ "${1:-}" = --write ]; then
  write=yes
  shift
fi

build/bin/store_bench --benchmark_min_time=0.2
output=$(mktemp)
trap 'rm -f "$output"' EXIT
build/bin/etcdpp_bench --benchmark_color=false --benchmark_repetitions=25 --benchmark_min_time=0.1 \
  --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true "$@" |
  tee "$output"

if [ "$write" = yes ]; then
  {
    sed '/^<!-- table -->$/q' bench/README.md
    printf '\nMeasured on %s, %s processors, load %s before: `make bench ARGS=--write`\n\n' \
      "$(date -u +%Y-%m-%d)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
    grep '^|' "$output"
  } > "$output.md"
  mv "$output.md" bench/README.md
fi
