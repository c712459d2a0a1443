// What ten thousand watches and ten thousand leases that are kept alive cost a client: threads and
// memory of this process, the server being another. Fails where that is more than is promised.
//
//   client_footprint [--fake=PATH]

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "bench/targets.h"
#include "etcdpp/client.h"

namespace bench {
namespace {

constexpr int kCount = 10000;
constexpr int kWarmUp = 100;
constexpr double kBytesMax = 4096;
constexpr int64_t kThreadsMore = 8;  // gRPC's own come and go
constexpr std::chrono::seconds kPatience{60};

struct Footprint {
  int64_t bytes = 0;  // resident
  int64_t threads = 0;
};

Footprint Now() {
  malloc_trim(0);
  int64_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  const auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return {pages * sysconf(_SC_PAGESIZE), std::distance(begin(tasks), end(tasks))};
}

/// Things of one kind that a client has any number of.
class Things {
 public:
  virtual ~Things() = default;
  /// Adds some, and waits until the server knows them. Returns whether it does.
  virtual bool Add(int count) = 0;
};

class Watches final : public Things {
 public:
  explicit Watches(etcdpp::Client& client) : client_(client) {}

  bool Add(int count) override {
    for (int i = 0; i < count; ++i) {
      // From "now" on: waits for the server's confirmation.
      watches_.push_back(client_.Watch("watched/" + std::to_string(watches_.size())));
    }
    const auto last = "watched/" + std::to_string(watches_.size() - 1);
    return client_.Put(last, "v").ok() && watches_.back().NextFor(kPatience).ok();
  }

 private:
  etcdpp::Client& client_;
  std::vector<etcdpp::Watch> watches_;
};

class KeptLeases final : public Things {
 public:
  explicit KeptLeases(etcdpp::Client& client) : client_(client) {}

  bool Add(int count) override {
    for (int i = 0; i < count; ++i) {
      const auto lease = client_.GrantLease(std::chrono::seconds(60));
      if (!lease.ok()) return false;
      keepers_.push_back(client_.KeepAlive(lease->id));
    }
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (const etcdpp::LeaseKeeper& keeper : keepers_) {
      // Known from the first answer on.
      while (keeper.SafeUntil() == std::chrono::steady_clock::time_point()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
      }
    }
    return true;
  }

 private:
  etcdpp::Client& client_;
  std::vector<etcdpp::LeaseKeeper> keepers_;
};

bool Measure(const char* name, Things& things) {
  if (!things.Add(kWarmUp)) return false;
  const Footprint before = Now();
  if (!things.Add(kCount)) return false;
  const Footprint after = Now();
  const double each = static_cast<double>(after.bytes - before.bytes) / kCount;
  std::printf("| %d %s | %.0f bytes each | %lld threads before, %lld with them |\n", kCount, name,
              each, static_cast<long long>(before.threads), static_cast<long long>(after.threads));
  return each <= kBytesMax && after.threads <= before.threads + kThreadsMore;
}

int Main(int argc, char** argv) {
  Programs programs;
  programs.fake = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "fake-etcd";
  constexpr std::string_view kFake = "--fake=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kFake)) {
      std::fprintf(stderr, "client_footprint: unknown flag %s\n", argv[i]);
      return 2;
    }
    programs.fake = argument.substr(kFake.size());
  }
  const auto target = StartTarget(programs, "fake");
  if (target == nullptr) {
    std::fprintf(stderr, "client_footprint: %s does not start\n", programs.fake.c_str());
    return 2;
  }
  etcdpp::Client client(target->endpoint());
  Watches watches(client);
  KeptLeases leases(client);
  const bool few = Measure("watches", watches);
  return Measure("leases kept alive", leases) && few ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
