// What the store costs as it grows: no call but a full range may take more than twice as long with
// a million keys as with a thousand. Keys are of 20 bytes and values of 80.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "fakeserver/base/emulation.h"
#include "fakeserver/base/key_range.h"
#include "fakeserver/mvcc/hash.h"
#include "fakeserver/mvcc/store.h"

namespace {

using fakeetcd::Behavior;
using fakeetcd::KeyRange;
using fakeetcd::Store;

const std::string kValue(80, 'v');

std::string Key(int64_t number) {
  char text[24];
  std::snprintf(text, sizeof(text), "bench/key/%010lld", static_cast<long long>(number));
  return text;
}

int64_t BytesInUse() {
  const auto use = mallinfo2();
  return static_cast<int64_t>(use.uordblks + use.hblkhd);
}

/// A store of so many keys, one version each, and keys to ask it for in a mixed order.
struct Filled {
  explicit Filled(int64_t count) {
    for (int64_t i = 0; i < count; ++i) asked.push_back(Key(i * 7919 % count));
    const int64_t before = BytesInUse();
    for (const std::string& key : asked) {
      store.Put(key, kValue, 0);
      store.Commit();
    }
    bytes_per_key = static_cast<double>(BytesInUse() - before) / static_cast<double>(count);
  }

  const std::string& Next() {
    at = at + 1 < asked.size() ? at + 1 : 0;
    return asked[at];
  }

  const Behavior behavior = *Behavior::Parse("3.6");
  Store store{behavior};
  std::vector<std::string> asked;
  size_t at = 0;
  double bytes_per_key = 0;
};

// Filling a million takes a while: once for all benchmarks of a size.
Filled& Of(int64_t count) {
  static std::vector<std::pair<int64_t, std::unique_ptr<Filled>>> all;
  for (const auto& entry : all) {
    if (entry.first == count) return *entry.second;
  }
  all.emplace_back(count, std::make_unique<Filled>(count));
  return *all.back().second;
}

// Of a memory that is not to grow: history is dropped now and then, outside the measurement.
void DropHistory(benchmark::State& state, Store& store) {
  constexpr size_t kHistoryMax = 2'000'000;
  if (store.log().size() < kHistoryMax) return;
  state.PauseTiming();
  store.Compact(store.revision());
  state.ResumeTiming();
}

void Get(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(filled.store.Get(filled.Next()));
}
BENCHMARK(Get)->Arg(1000)->Arg(1'000'000);

void Put(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  for (auto _ : state) {
    filled.store.Put(filled.Next(), kValue, 0);
    benchmark::DoNotOptimize(filled.store.Commit());
    DropHistory(state, filled.store);
  }
}
BENCHMARK(Put)->Arg(1000)->Arg(1'000'000);

void RangeOf100(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  const std::string end = Key(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(filled.store.Range(KeyRange(filled.Next(), end), std::nullopt, 100));
  }
}
BENCHMARK(RangeOf100)->Arg(1000)->Arg(1'000'000);

// Three keys written and one read, as one revision.
void Txn(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  for (auto _ : state) {
    for (int i = 0; i < 3; ++i) filled.store.Put(filled.Next(), kValue, 0);
    benchmark::DoNotOptimize(filled.store.Get(filled.Next()));
    benchmark::DoNotOptimize(filled.store.Commit());
    DropHistory(state, filled.store);
  }
}
BENCHMARK(Txn)->Arg(1000)->Arg(1'000'000);

void DeleteAndPut(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  for (auto _ : state) {
    const std::string& key = filled.Next();
    filled.store.DeleteRange(KeyRange(key, ""));
    filled.store.Commit();
    filled.store.Put(key, kValue, 0);
    benchmark::DoNotOptimize(filled.store.Commit());
    DropHistory(state, filled.store);
  }
}
BENCHMARK(DeleteAndPut)->Arg(1000)->Arg(1'000'000);

void HashKvOfAll(benchmark::State& state) {
  Filled& filled = Of(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(HashKv(filled.store.InputOfHashKv(0), filled.behavior));
  }
}
BENCHMARK(HashKvOfAll)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// Not a time: what a key of one version takes beyond its 20 bytes and its value's 80.
void MemoryPerKey(benchmark::State& state) {
  for (auto _ : state) {
    const Filled filled(state.range(0));
    state.counters["bytes beyond key and value"] = filled.bytes_per_key - 100;
  }
}
BENCHMARK(MemoryPerKey)->Arg(1000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
