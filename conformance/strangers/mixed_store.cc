// mixed-store: fills a server with the outcome of many mixed operations, the same for the same
// seed, and writes down all that a server holds, so that two servers can be compared.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "conformance/support/requests.h"
#include "conformance/support/wire.h"

namespace conformance {
namespace {

constexpr int kKeys = 500;
constexpr int64_t kTtl = 3600;  // none runs out on the way

/// Sends one operation after the other, each chosen by chance.
class Mixer {
 public:
  Mixer(const Wire& wire, uint32_t seed)
      : wire_(wire), random_(seed), next_lease_(100000 * int64_t{seed}) {
    const auto hash = wire_.Call(HashKv(0));
    revision_ = hash->header().revision();
    compacted_ = std::max<int64_t>(hash->compact_revision(), 0);
  }

  void Step() {
    const int kind = Below(100);
    if (kind < 55) {
      Note(wire_.Call(RandomPut())->header());
    } else if (kind < 70) {
      Note(wire_.Call(Delete(Key()))->header());
    } else if (kind < 75) {
      const std::string key = Key();
      Note(wire_.Call(Delete(key, {.range_end = key + "~"}))->header());
    } else if (kind < 90) {
      MixedTxn();
    } else if (kind < 94) {
      leases_.push_back(next_lease_++);
      Note(wire_.Call(LeaseGrant(kTtl + Below(1000), leases_.back()))->header());
    } else if (kind < 96 && leases_.size() > 5) {
      const auto chosen = leases_.begin() + Below(static_cast<int>(leases_.size()));
      Note(wire_.Call(LeaseRevoke(*chosen))->header());
      leases_.erase(chosen);
    } else if (kind == 99 && Below(10) == 0 && revision_ - Below(300) > compacted_) {
      compacted_ = std::max(compacted_ + 1, revision_ - Below(300));
      Note(wire_.Call(Compact(compacted_, true))->header());
    }
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<uint32_t>(end)); }
  std::string Key() { return "key/" + std::to_string(Below(kKeys)); }
  int64_t Lease() {
    return leases_.empty() || Below(3) != 0
               ? 0
               : leases_[static_cast<size_t>(Below(static_cast<int>(leases_.size())))];
  }
  // Mostly small, sometimes larger than a page.
  pb::PutRequest RandomPut() {
    const int size = Below(100) == 0 ? 20000 : Below(200);
    return Put(Key(), std::string(static_cast<size_t>(size), static_cast<char>('a' + Below(26))),
               {.lease = Lease()});
  }

  // Several writes in one revision, none of them to a key of another.
  void MixedTxn() {
    std::vector<Op> ops;
    const std::string prefix = "txn/" + std::to_string(Below(50)) + "/";
    for (int i = Below(6); i >= 0; --i) {
      const std::string key = prefix + std::to_string(i);
      if (Below(4) == 0) {
        ops.emplace_back(Delete(key));
      } else {
        ops.emplace_back(Put(key, std::to_string(random_()), {.lease = Lease()}));
      }
    }
    Note(wire_
             .Call(Txn({If(prefix + "0", kVersion, kGreater, Below(3))}, ops,
                       {Put(prefix + "0", "else")}))
             ->header());
  }

  void Note(const pb::ResponseHeader& header) { revision_ = header.revision(); }

  const Wire& wire_;
  std::mt19937 random_;
  std::vector<int64_t> leases_;
  int64_t next_lease_;  // of other seeds are other leases
  int64_t revision_ = 0;
  int64_t compacted_ = 0;
};

void DumpKeys(const Wire& wire, int64_t revision) {
  const auto range = wire.Call(Range(kZeroByte, {.range_end = kZeroByte, .revision = revision}));
  std::cout << "at revision " << revision << ": " << range->count() << " keys\n";
  for (const mvccpb::KeyValue& kv : range->kvs()) std::cout << kv.ShortDebugString() << "\n";
}

void DumpLeases(const Wire& wire) {
  std::vector<int64_t> ids;
  const auto leases = wire.Call(pb::LeaseLeasesRequest());
  for (const auto& lease : leases->leases()) ids.push_back(lease.id());
  std::sort(ids.begin(), ids.end());
  for (const int64_t id : ids) {
    const auto lease = wire.Call(TimeToLive(id, true));
    std::vector<std::string> keys(lease->keys().begin(), lease->keys().end());
    std::sort(keys.begin(), keys.end());
    std::cout << "lease " << id << " of " << lease->grantedttl() << " s:";
    for (const std::string& key : keys) std::cout << " " << key;
    std::cout << "\n";
  }
}

void Dump(const Wire& wire) {
  const auto hash = *wire.Call(HashKv(0));
  const int64_t now = hash.header().revision();
  const int64_t first = std::max<int64_t>(hash.compact_revision(), 1);
  std::cout << "revision " << now << ", compacted at " << hash.compact_revision() << "\n";
  for (int64_t at = first + 1; at <= now; at += std::max<int64_t>((now - first) / 10, 1)) {
    std::cout << "hash at revision " << at << ": " << wire.Call(HashKv(at))->hash() << "\n";
  }
  std::cout << "hash: " << hash.hash() << "\n";
  DumpKeys(wire, first);
  DumpKeys(wire, (first + now) / 2);
  DumpKeys(wire, now);
  DumpLeases(wire);
}

int Main(int argc, char** argv) {
  std::string endpoint;
  int operations = 10000;
  uint32_t seed = 1;
  CLI::App app{"Fills a server with a mixed history, or writes down what it holds.", "mixed-store"};
  app.require_subcommand(1);
  auto* const fill = app.add_subcommand("fill", "Send operations, the same for the same seed");
  fill->add_option("--operations", operations, "How many")->capture_default_str();
  fill->add_option("--seed", seed, "Of the chances taken")->capture_default_str();
  fill->add_option("endpoint", endpoint, "HOST:PORT")->required();
  auto* const dump = app.add_subcommand("dump", "Write down revisions, hashes, keys and leases");
  dump->add_option("endpoint", endpoint, "HOST:PORT")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const Wire wire(endpoint);
    if (*dump) {
      Dump(wire);
      return 0;
    }
    Mixer mixer(wire, seed);
    for (int i = 0; i < operations; ++i) mixer.Step();
  } catch (const std::exception& error) {
    std::cerr << "mixed-store: " << error.what() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
