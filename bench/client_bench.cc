// What etcdpp::client costs over the stub that gRPC generates: the same calls on the same kind of
// connection to the same server, which does nothing, in turns.
//
//   client_bench [--floor=PATH] [Google Benchmark's flags]
//
// Besides the time of a call, `client_us` is the processor time this side takes for it.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <time.h>

#include "absl/synchronization/blocking_counter.h"

#include "bench/targets.h"
#include "etcdpp/client.h"
#include "etcdpp_proto/kv.grpc.pb.h"

namespace bench {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

constexpr char kKey[] = "a key of twenty bytes";
constexpr std::chrono::seconds kDeadline{5};  // the client's default; a stub's user sets one too
constexpr int64_t kCallsPerSlot = 50;

const std::string& Value() {
  static const std::string value(100, 'v');
  return value;
}

/// One way to make a call: blocking, and so that many are under way.
class Caller {
 public:
  virtual ~Caller() = default;
  virtual bool Put() = 0;
  virtual void StartPut(std::function<void(bool ok)> done) = 0;
};

class StubCaller final : public Caller {
 public:
  explicit StubCaller(const std::string& endpoint)
      : stub_(pb::KV::NewStub(grpc::CreateChannel(endpoint, grpc::InsecureChannelCredentials()))) {}

  bool Put() override {
    Call call;
    return stub_->Put(&call.context, call.request, &call.response).ok();
  }
  void StartPut(std::function<void(bool ok)> done) override {
    auto call = std::make_shared<Call>();
    stub_->async()->Put(&call->context, &call->request, &call->response,
                        [call, done = std::move(done)](const grpc::Status& s) { done(s.ok()); });
  }

 private:
  struct Call {
    Call() {
      context.set_deadline(std::chrono::system_clock::now() + kDeadline);
      request.set_key(kKey);
      request.set_value(Value());
    }
    grpc::ClientContext context;
    pb::PutRequest request;
    pb::PutResponse response;
  };

  std::unique_ptr<pb::KV::Stub> stub_;
};

class ClientCaller final : public Caller {
 public:
  explicit ClientCaller(const std::string& endpoint) : client_(endpoint) {}

  bool Put() override { return client_.Put(kKey, Value()).ok(); }
  void StartPut(std::function<void(bool ok)> done) override {
    etcdpp::PutParams params;
    params.request.key = kKey;
    params.request.value = Value();
    client_.connection()->AsyncPut(
        std::move(params), [done = std::move(done)](const auto& result) { done(result.ok()); });
  }

 private:
  etcdpp::Client client_;
};

/// Calls that follow each other until there were enough.
class Slot {
 public:
  Slot(Caller& caller, absl::BlockingCounter& running) : caller_(caller), running_(running) {}

  void Next() {
    if (left_-- == 0) {
      running_.DecrementCount();
      return;
    }
    caller_.StartPut([this](bool ok) {
      failed_ = failed_ || !ok;
      Next();
    });
  }
  bool failed() const { return failed_; }

 private:
  Caller& caller_;
  absl::BlockingCounter& running_;
  int64_t left_ = kCallsPerSlot;
  bool failed_ = false;
};

bool PutManyAtOnce(Caller& caller, int in_flight) {
  absl::BlockingCounter running(in_flight);
  std::vector<Slot> slots(static_cast<size_t>(in_flight), Slot(caller, running));
  for (Slot& slot : slots) slot.Next();
  running.Wait();
  for (const Slot& slot : slots) {
    if (slot.failed()) return false;
  }
  return true;
}

double ProcessorMicroseconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

void Measure(benchmark::State& state, Caller& caller, int in_flight) {
  int64_t calls = 0;
  const double before = ProcessorMicroseconds();
  for (auto _ : state) {
    const bool ok = in_flight == 1 ? caller.Put() : PutManyAtOnce(caller, in_flight);
    if (!ok) return state.SkipWithError("a call failed");
    calls += in_flight == 1 ? 1 : in_flight * kCallsPerSlot;
  }
  state.SetItemsProcessed(calls);
  state.counters["client_us"] = (ProcessorMicroseconds() - before) / static_cast<double>(calls);
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Programs programs;
  programs.floor = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "grpc-floor");
  constexpr std::string_view kFloor = "--floor=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kFloor)) {
      std::fprintf(stderr, "client_bench: unknown flag %s\n", argv[i]);
      return 2;
    }
    programs.floor = argument.substr(kFloor.size());
  }
  const auto target = StartTarget(programs, "floor");
  if (target == nullptr) {
    std::fprintf(stderr, "client_bench: %s does not start\n", programs.floor.c_str());
    return 1;
  }
  StubCaller stub(target->endpoint());
  ClientCaller client(target->endpoint());
  for (const int in_flight : {1, 64}) {
    for (const auto& [name, caller] : {std::pair<const char*, Caller*>{"stub", &stub},
                                       std::pair<const char*, Caller*>{"client", &client}}) {
      const std::string title =
          "put/" + std::string(name) + "/" + std::to_string(in_flight) + " in flight";
      benchmark::RegisterBenchmark(title.c_str(), [caller = caller,
                                                   in_flight](benchmark::State& s) {
        Measure(s, *caller, in_flight);
      })->UseRealTime();
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
