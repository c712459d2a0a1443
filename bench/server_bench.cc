// What the fake costs over gRPC with nothing behind it, and what it gains over real etcd: each a
// process of its own, under the same client, in one run.
//
//   etcdpp_bench [--real=PATH] [--floor=PATH] [--fake=PATH] [Google Benchmark's flags]

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "absl/status/status.h"

#include "bench/calls.h"
#include "bench/fan_out.h"
#include "bench/load_client.h"
#include "bench/table.h"
#include "bench/targets.h"
#include "fakeetcd/server.h"

namespace bench {
namespace {

struct Scenario {
  const char* name;
  Calls (*calls)(int keys);
  std::vector<int> in_flight;
  int64_t batch_factor;  // calls of an iteration, for each in flight
};

const Scenario kScenarios[] = {
    {"put", &Puts, {1, 64, 512}, 50},
    {"get", &Gets, {1, 64, 512}, 50},
    {"txn", &Txns, {64}, 50},
    {"range of 1000", &RangesOf1000, {1, 64}, 4},
};

// How a call's time depends on how much is stored.
const int kSizes[] = {1000, 1'000'000};
const Scenario kSizeScenarios[] = {
    {"put", &Puts, {64}, 50},
    {"get", &Gets, {64}, 50},
    {"txn", &Txns, {64}, 50},
    {"range of 100", &RangesOf100, {64}, 20},
};

constexpr int kKeys = 10'000;

/// A server under load, and the client that loads it.
struct Measured {
  std::unique_ptr<Target> target;
  std::unique_ptr<LoadClient> client;  // goes first
  int keys = 0;

  /// What the server has used so far.
  std::chrono::nanoseconds cpu_time() const { return target->cpu_time(); }
};

/// The servers, each started when it is first measured and kept: one that is idle costs the others
/// nothing, so repetitions can take turns.
class Servers {
 public:
  explicit Servers(const Programs& programs) : programs_(programs) {}

  /// Null when it cannot be started or filled. Stores `keys` keys before it is first measured.
  Measured* Use(const std::string& name, int keys) {
    const auto [found, is_new] = servers_.try_emplace({name, keys});
    Measured& server = found->second;
    if (is_new) {
      server.target = StartTarget(programs_, name);
      server.keys = keys;
      if (server.target == nullptr) return nullptr;
      server.client = std::make_unique<LoadClient>(server.target->endpoint());
      const Calls fill = Fill(keys);
      const auto calls = static_cast<int64_t>(fill.requests.size());
      if (!server.client->Run(fill, calls, 16).ok()) server.target.reset();
    }
    return server.target == nullptr ? nullptr : &server;
  }

 private:
  const Programs programs_;
  std::map<std::pair<std::string, int>, Measured> servers_;
};

// Tells, beside the rate, the server's processor time for each item: that hardly depends on what
// else the machine does.
void Tell(benchmark::State& state, int64_t items, std::chrono::nanoseconds cpu) {
  state.SetItemsProcessed(items);
  const std::chrono::duration<double, std::micro> microseconds = cpu;
  state.counters["server_us"] = microseconds.count() / static_cast<double>(items);
}

void MeasureCalls(benchmark::State& state, Measured* server, const Scenario& scenario,
                  int in_flight) {
  if (server == nullptr) return state.SkipWithError("cannot be started or filled");
  const Calls calls = scenario.calls(server->keys);
  const int64_t batch = in_flight * scenario.batch_factor;
  const auto cpu_before = server->cpu_time();
  for (auto _ : state) {
    const absl::Status status = server->client->Run(calls, batch, in_flight);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  Tell(state, state.iterations() * batch, server->cpu_time() - cpu_before);
}

void MeasureFanOut(benchmark::State& state, Measured* server, int watchers) {
  if (server == nullptr) return state.SkipWithError("cannot be started");
  FanOut fan_out(server->target->endpoint(), watchers);
  absl::Status status = fan_out.Begin();
  if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  const auto cpu_before = server->cpu_time();
  for (auto _ : state) {
    status = fan_out.PutAndAwait();
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  Tell(state, state.iterations() * watchers, server->cpu_time() - cpu_before);
}

// From the start of the process to the answer of the first call.
void MeasureStart(benchmark::State& state, const Programs& programs, const std::string& name) {
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    const auto target = StartTarget(programs, name);
    if (target == nullptr) return state.SkipWithError("cannot be started");
    const bool answered = LoadClient(target->endpoint(), 1).Run(Status(), 1, 1).ok();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (!answered) return state.SkipWithError("does not answer");
    state.SetIterationTime(took.count());
  }
}

void MeasureEmbeddedStart(benchmark::State& state) {
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    const auto server = fakeetcd::Server::Start();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(took.count());
  }
}

void RegisterAll(const Programs& programs, Servers& servers) {
  std::vector<std::string> targets = {"floor", "fake"};
  if (!programs.real.empty()) targets.emplace_back("real");
  for (const std::string& target : targets) {
    for (const Scenario& scenario : kScenarios) {
      for (const int in_flight : scenario.in_flight) {
        const std::string name = std::string(scenario.name) + "/" + target + "/" +
                                 std::to_string(in_flight) + " in flight";
        benchmark::RegisterBenchmark(name.c_str(), [&, target, in_flight](benchmark::State& s) {
          MeasureCalls(s, servers.Use(target, kKeys), scenario, in_flight);
        })->UseRealTime();
      }
    }
    if (target == "floor") continue;
    for (const int watchers : {10, 100, 1000}) {
      const std::string name = "watch events/" + target + "/1 put to " + std::to_string(watchers);
      benchmark::RegisterBenchmark(name.c_str(), [&, target, watchers](benchmark::State& s) {
        MeasureFanOut(s, servers.Use(target, kKeys), watchers);
      })->UseRealTime();
    }
    benchmark::RegisterBenchmark(
        ("start/" + target + "/exec to first answer").c_str(),
        [&, target](benchmark::State& s) { MeasureStart(s, programs, target); })
        ->UseManualTime()
        ->Iterations(10)
        ->Unit(benchmark::kMillisecond);
  }
  for (const int keys : kSizes) {
    for (const Scenario& scenario : kSizeScenarios) {
      const std::string name =
          std::string(scenario.name) + "/fake/of " + std::to_string(keys) + " keys";
      benchmark::RegisterBenchmark(name.c_str(), [&, keys](benchmark::State& s) {
        MeasureCalls(s, servers.Use("fake", keys), scenario, 64);
      })->UseRealTime();
    }
  }
  benchmark::RegisterBenchmark("start/fake/Server::Start()", &MeasureEmbeddedStart)
      ->UseManualTime()
      ->Iterations(100)
      ->Unit(benchmark::kMillisecond);
}

// Takes "--NAME=" out of the arguments; returns its value, or `otherwise`.
std::string TakeFlag(const std::string& name, const std::string& otherwise, int& argc,
                     char** argv) {
  std::string value = otherwise;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string prefix = "--" + name + "=";
    if (argument.starts_with(prefix)) {
      value = argument.substr(prefix.size());
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return value;
}

int Main(int argc, char** argv) {
  const std::filesystem::path here = std::filesystem::canonical("/proc/self/exe").parent_path();
  const std::string default_real = here.parent_path() / "real/3.4/etcd";
  const Programs programs{
      .floor = TakeFlag("floor", here / "grpc-floor", argc, argv),
      .fake = TakeFlag("fake", here / "fake-etcd", argc, argv),
      .real =
          TakeFlag("real", std::filesystem::exists(default_real) ? default_real : "", argc, argv)};
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Servers servers(programs);
  RegisterAll(programs, servers);
  TableReporter reporter;
  const size_t run = benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("\n%s", reporter.Table().c_str());
  return run == 0 ? 1 : 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
