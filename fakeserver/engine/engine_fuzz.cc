// libFuzzer's way into the engine: the input is a program of transactions, compactions, leases and
// watches. One watch of everything tells what happened; what reads, compares and all other watches
// answer has to agree with that.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/request_checks.h"

namespace fakeetcd {
namespace {

void Require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);  // which nobody catches
}

constexpr std::array<std::string_view, 6> kKeys = {
    "a", std::string_view("a\0", 2), "aa", "b", "c", "\xff"};
constexpr std::array<std::string_view, 6> kEnds = {"",  "",  std::string_view("\0", 1),
                                                   "b", "c", "a"};
constexpr std::array<std::string_view, 3> kValues = {"", "1", "22"};

bool IsIn(std::string_view key, std::string_view from, std::string_view end) {
  if (end.empty()) return key == from;
  return key >= from && (end == std::string_view("\0", 1) || key < end);
}

struct Pair {
  std::string value;
  int64_t create = 0;
  int64_t mod = 0;
  int64_t version = 0;
  int64_t lease = 0;
  bool operator==(const Pair&) const = default;
};
using Pairs = std::map<std::string, Pair>;

Pair PairOf(const Version& version) {
  return {std::string(version.value()), version.create_revision(), version.mod_revision(),
          version.version(), version.lease()};
}

struct Event {
  int64_t revision = 0;
  std::string key;
  bool put = false;
  bool operator==(const Event&) const = default;
};

struct Watched {
  WatchCreateRequest request;
  int64_t start = 0;
  std::vector<Event> told;
};

struct NoSink final : WatchSink {
  void Wake() override {}
};

class Program {
 public:
  Program(FuzzedDataProvider& input, EtcdVersion version)
      : input_(input),
        engine_({.behavior = Behavior::Of(version),
                 .identity = MemberIdentity::Derive("default", {"http://127.0.0.1:2"},
                                                    {"http://127.0.0.1:1"}, "etcd-cluster")},
                clock_),
        all_(engine_.WatchOpen(std::make_shared<NoSink>())) {
    states_[1];
    engine_.WatchCreate(
        *all_,
        {.key = std::string(1, '\0'), .range_end = std::string(1, '\0'), .start_revision = 1});
    for (auto& stream : streams_) stream.open = engine_.WatchOpen(std::make_shared<NoSink>());
  }

  void Run() {
    while (input_.remaining_bytes() > 0) {
      Step();
      Follow();
    }
    for (auto& stream : streams_) Drain(stream, SIZE_MAX);
    for (auto& stream : streams_) {
      for (const auto& [id, watched] : stream.watches) {
        Require(watched.told == Expected(watched), "a watch tells all of what it watches");
      }
      engine_.WatchClose(*stream.open);
    }
    engine_.WatchClose(*all_);
  }

 private:
  struct Stream {
    std::shared_ptr<WatchStream> open;
    std::map<WatchId, Watched> watches = {};
    std::list<Watched> asked = {};  // not answered
  };

  void Step() {
    Stream& stream = streams_[input_.ConsumeBool() ? 1 : 0];
    switch (input_.ConsumeIntegralInRange(0, 11)) {
      case 0:
      case 1:
        return Apply(Put());
      case 2:
        return Apply(Delete());
      case 3:
      case 4:
        return Apply(Txn(2));
      case 5:
        return Read();
      case 6:
        return Compact();
      case 7:
        return Watch(stream);
      case 8:
        return Unwatch(stream);
      case 9:
        engine_.WatchProgress(*stream.open);
        return;
      case 10:
        return Drain(stream, input_.ConsumeIntegralInRange<size_t>(0, 9));
      default:
        return Lease();
    }
  }

  template <size_t N>
  std::string_view Any(const std::array<std::string_view, N>& of) {
    return of[input_.ConsumeIntegralInRange<size_t>(0, N - 1)];
  }
  int64_t Revision() { return engine_.revision() + input_.ConsumeIntegralInRange(-6, 2); }

  PutRequest Put() {
    return {.key = Any(kKeys),
            .value = Any(kValues),
            .lease = input_.ConsumeIntegralInRange(0, 3),
            .prev_kv = input_.ConsumeBool(),
            .ignore_value = input_.ConsumeProbability<float>() > 0.9F,
            .ignore_lease = input_.ConsumeProbability<float>() > 0.9F};
  }
  DeleteRangeRequest Delete() {
    return {.key = Any(kKeys), .range_end = Any(kEnds), .prev_kv = input_.ConsumeBool()};
  }
  RangeRequest Range() {
    RangeRequest range{.key = Any(kKeys), .range_end = Any(kEnds)};
    if (input_.ConsumeBool()) range.revision = std::max<int64_t>(Revision(), 0);
    if (input_.ConsumeBool()) return range;
    range.limit = input_.ConsumeIntegralInRange(-1, 4);
    range.sort_order = SortOrder(input_.ConsumeIntegralInRange(0, 3));
    range.sort_target = SortTarget(input_.ConsumeIntegralInRange(0, 5));
    range.keys_only = input_.ConsumeBool();
    range.count_only = input_.ConsumeBool();
    range.min_mod_revision = input_.ConsumeIntegralInRange(0, 5);
    range.max_create_revision = input_.ConsumeIntegralInRange(0, 5);
    return range;
  }
  TxnRequest Txn(int depth) {
    TxnRequest txn;
    for (int n = input_.ConsumeIntegralInRange(0, 2); n > 0; --n) {
      txn.compare.push_back({.result = CompareResult(input_.ConsumeIntegralInRange(0, 3)),
                             .target = CompareTarget(input_.ConsumeIntegralInRange(0, 4)),
                             .key = Any(kKeys),
                             .range_end = Any(kEnds),
                             .number = input_.ConsumeIntegralInRange(0, 4),
                             .value = Any(kValues)});
    }
    for (auto* ops : {&txn.success, &txn.failure}) {
      for (int n = input_.ConsumeIntegralInRange(0, 3); n > 0; --n)
        ops->push_back(Operation(depth));
    }
    return txn;
  }
  RequestOp Operation(int depth) {
    switch (input_.ConsumeIntegralInRange(0, depth > 0 ? 3 : 2)) {
      case 0:
        return {Put()};
      case 1:
        return {Delete()};
      case 2:
        return {Range()};
      default:
        return {Txn(depth - 1)};
    }
  }

  void Apply(const PutRequest& put) {
    if (CheckPut(put).ok()) (void)engine_.Put(put);
  }
  void Apply(const DeleteRangeRequest& request) {
    if (!CheckDeleteRange(request).ok()) return;
    const auto deleted = engine_.DeleteRange(request);
    Require(deleted.ok() && deleted->deleted == Count(Now(), request.key, request.range_end),
            "a delete counts what there was");
  }
  void Apply(const TxnRequest& txn) {
    if (!CheckTxn(txn, engine_.behavior(), 128).ok()) return;
    const bool holds = std::all_of(txn.compare.begin(), txn.compare.end(),
                                   [this](const Compare& compare) { return Holds(compare); });
    const int64_t before = engine_.revision();
    const auto done = engine_.Txn(txn);
    if (done.ok()) Require(done->succeeded == holds, "a transaction takes the right branch");
    if (!done.ok()) Require(engine_.revision() == before, "who fails changes nothing");
  }

  const Pairs& Now() const { return states_.rbegin()->second; }
  static int64_t Count(const Pairs& pairs, std::string_view key, std::string_view end) {
    return std::count_if(pairs.begin(), pairs.end(),
                         [&](const auto& pair) { return IsIn(pair.first, key, end); });
  }

  // As etcd's applyCompare says.
  bool Holds(const Compare& compare) const {
    bool any = false;
    bool all = true;
    for (const auto& [key, pair] : Now()) {
      if (!IsIn(key, compare.key, compare.range_end)) continue;
      any = true;
      all = all && Holds(compare, pair);
    }
    if (any) return all;
    return compare.target != CompareTarget::kValue && Holds(compare, Pair());
  }
  static bool Holds(const Compare& compare, const Pair& pair) {
    const auto sign = [&] {
      switch (compare.target) {
        case CompareTarget::kVersion:
          return pair.version - compare.number;
        case CompareTarget::kCreate:
          return pair.create - compare.number;
        case CompareTarget::kMod:
          return pair.mod - compare.number;
        case CompareTarget::kLease:
          return pair.lease - compare.number;
        default:
          return int64_t{pair.value.compare(compare.value)};
      }
    }();
    switch (compare.result) {
      case CompareResult::kEqual:
        return sign == 0;
      case CompareResult::kGreater:
        return sign > 0;
      case CompareResult::kLess:
        return sign < 0;
      default:
        return sign != 0;
    }
  }

  void Read() {
    const RangeRequest request = Range();
    if (!CheckRange(request, engine_.behavior()).ok()) return;
    const auto range = engine_.Range(request);
    const int64_t now = engine_.revision();
    const bool readable =
        request.revision <= now && (request.revision == 0 || request.revision >= compacted_);
    Require(range.ok() == readable, "what is neither compacted nor to come can be read");
    const bool plain = request.limit == 0 && request.sort_order == SortOrder::kNone &&
                       !request.keys_only && !request.count_only && request.min_mod_revision == 0 &&
                       request.max_create_revision == 0;
    if (!range.ok() || !plain) return;
    const Pairs& then = states_.at(request.revision == 0 ? now : request.revision);
    Pairs wanted;
    for (const auto& [key, pair] : then) {
      if (IsIn(key, request.key, request.range_end)) wanted[key] = pair;
    }
    Pairs got;
    for (const auto& kv : range->kvs) got[std::string(kv->key())] = PairOf(*kv);
    Require(got == wanted, "a read tells what was told of");
    Require(range->count == static_cast<int64_t>(wanted.size()), "a read counts what there is");
  }

  void Compact() {
    const int64_t revision = Revision();
    const bool done = engine_.Compact(revision, input_.ConsumeBool()).ok();
    const bool possible = revision <= engine_.revision() && revision > compacted_;
    Require(done == possible, "what is neither compacted nor to come can be compacted");
    if (done) compacted_ = revision;
  }

  void Watch(Stream& stream) {
    Watched watched;
    watched.request = {
        .key = std::string(Any(kKeys)),
        .range_end = std::string(Any(kEnds)),
        .start_revision = input_.ConsumeBool() ? std::max<int64_t>(Revision(), 0) : 0,
        .progress_notify = input_.ConsumeBool(),
        .filter_put = input_.ConsumeProbability<float>() > 0.9F,
        .filter_delete = input_.ConsumeProbability<float>() > 0.9F,
        .prev_kv = input_.ConsumeBool(),
        .watch_id = input_.ConsumeBool() ? input_.ConsumeIntegralInRange(0, 5) : 0,
        .fragment = input_.ConsumeBool()};
    const int64_t start = watched.request.start_revision;
    watched.start = start > 0 ? start : engine_.revision() + 1;
    stream.asked.push_back(watched);
    engine_.WatchCreate(*stream.open, watched.request);
  }

  void Unwatch(Stream& stream) {
    engine_.WatchCancel(*stream.open, input_.ConsumeIntegralInRange(0, 7));
  }

  void Lease() {
    const int64_t id = input_.ConsumeIntegralInRange(1, 3);
    switch (input_.ConsumeIntegralInRange(0, 3)) {
      case 0:
        (void)engine_.LeaseGrant(id, input_.ConsumeIntegralInRange(1, 20));
        return;
      case 1:
        (void)engine_.LeaseRevoke(id);
        return;
      case 2:
        (void)engine_.LeaseKeepAlive(id);
        return;
      default:
        clock_.MoveTo(clock_.Now() + std::chrono::seconds(input_.ConsumeIntegralInRange(1, 15)));
        return engine_.RunDue();
    }
  }

  // Takes what the watch of everything tells.
  void Follow() {
    while (const auto response = engine_.WatchNext(*all_)) {
      Require(!response->canceled, "a watch in time is not ended by compaction");
      if (!response->events) continue;
      for (const Change& change : *response->events) Learn(change);
    }
    Require(states_.rbegin()->first == engine_.revision(), "every revision is told of at once");
  }

  void Learn(const Change& change) {
    const int64_t last = states_.rbegin()->first;
    const int64_t revision = change.now->mod_revision();
    Require(revision == last || revision == last + 1, "revisions have no gaps");
    Pairs& now = states_.try_emplace(revision, states_.rbegin()->second).first->second;
    const std::string key(change.now->key());
    const auto old = now.find(key);
    log_.push_back({revision, key, !change.now->tombstone()});
    if (change.now->tombstone()) {
      Require(old != now.end(), "what is deleted was there");
      now.erase(old);
      return;
    }
    const Pair pair = PairOf(*change.now);
    const bool is_new = old == now.end();
    Require(pair.version == (is_new ? 1 : old->second.version + 1), "versions are counted");
    Require(pair.create == (is_new ? revision : old->second.create), "a put keeps the creation");
    now[key] = pair;
  }

  void Drain(Stream& stream, size_t responses) {
    for (size_t n = 0; n < responses; ++n) {
      const auto response = engine_.WatchNext(*stream.open);
      if (!response) return;
      if (response->created) {
        Require(!stream.asked.empty(), "who is answered has asked");
        Watched asked = std::move(stream.asked.front());
        stream.asked.pop_front();
        if (response->watch_id < 0 || response->canceled) continue;
        const bool fresh = stream.watches.emplace(response->watch_id, std::move(asked)).second;
        Require(fresh, "an id is given once");
        continue;
      }
      const auto found = stream.watches.find(response->watch_id);
      if (response->canceled) {
        if (found != stream.watches.end()) stream.watches.erase(found);
        continue;
      }
      if (!response->events) continue;
      Require(found != stream.watches.end(), "events come for watches that there are");
      Take(*response->events, &found->second);
    }
  }

  void Take(const std::vector<Change>& changes, Watched* watched) {
    for (const Change& change : changes) {
      const bool put = !change.now->tombstone();
      if (put ? watched->request.filter_put : watched->request.filter_delete) continue;
      watched->told.push_back({change.now->mod_revision(), std::string(change.now->key()), put});
    }
    const auto expected = Expected(*watched);
    Require(watched->told.size() <= expected.size() &&
                std::equal(watched->told.begin(), watched->told.end(), expected.begin()),
            "a watch tells what it watches, in order, and nothing else");
  }

  std::vector<Event> Expected(const Watched& watched) const {
    std::vector<Event> events;
    for (const Event& event : log_) {
      if (event.revision < watched.start) continue;
      if (!IsIn(event.key, watched.request.key, watched.request.range_end)) continue;
      if (event.put ? watched.request.filter_put : watched.request.filter_delete) continue;
      events.push_back(event);
    }
    return events;
  }

  FuzzedDataProvider& input_;
  ManualClock clock_;
  Engine engine_;
  const std::shared_ptr<WatchStream> all_;
  std::array<Stream, 2> streams_;
  int64_t compacted_ = -1;
  std::map<int64_t, Pairs> states_;  // after each revision
  std::vector<Event> log_;
};

}  // namespace
}  // namespace fakeetcd

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<fakeetcd::EtcdVersion, 4> kReleases = {
      {{3, 4, 23}, {3, 5, 33}, {3, 6, 14}, {3, 7, 1}}};
  FuzzedDataProvider input(data, size);
  const auto release = input.ConsumeIntegralInRange<size_t>(0, kReleases.size() - 1);
  fakeetcd::Program(input, kReleases[release]).Run();
  return 0;
}
