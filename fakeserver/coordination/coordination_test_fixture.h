#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeserver/coordination/requester.h"
#include "fakeserver/engine/engine.h"

namespace fakeetcd {

/// Someone whom an engine obeys, or who may do nothing at all.
class EngineRequester final : public Requester {
 public:
  explicit EngineRequester(Engine& engine) : engine_(engine) {}

  void Forbid() { forbidden_ = true; }

  absl::StatusOr<RangeResponse> Range(const RangeRequest& request) override {
    if (forbidden_) return Refusal();
    return engine_.Range(request);
  }
  absl::StatusOr<DeleteRangeResponse> DeleteRange(const DeleteRangeRequest& request) override {
    if (forbidden_) return Refusal();
    return engine_.DeleteRange(request);
  }
  absl::StatusOr<TxnResponse> Txn(const TxnRequest& request) override {
    if (forbidden_) return Refusal();
    return engine_.Txn(request);
  }
  absl::StatusOr<LeaseId> LeaseGrant(int64_t ttl_seconds) override {
    const auto lease = engine_.LeaseGrant(0, ttl_seconds);
    if (!lease.ok()) return lease.status();
    return lease->id;
  }
  void WatchCreate(WatchStream& stream, WatchCreateRequest request) override {
    engine_.WatchCreate(stream, std::move(request));
  }

 private:
  static absl::Status Refusal() { return absl::PermissionDeniedError("not you"); }

  Engine& engine_;
  std::atomic<bool> forbidden_{false};
};

/// An engine at a time that stands still, and one caller.
struct CoordinationFixture {
  explicit CoordinationFixture(EtcdVersion version = {3, 6, 14})
      : engine({.behavior = Behavior::Of(version),
                .identity = MemberIdentity::Derive("default", {"http://127.0.0.1:24902"},
                                                   {"http://127.0.0.1:24901"}, "etcd-cluster")},
               clock),
        caller(std::make_shared<EngineRequester>(engine)),
        nobody(std::make_shared<EngineRequester>(engine)) {}

  ManualClock clock;
  Engine engine;
  std::shared_ptr<EngineRequester> caller;
  std::shared_ptr<EngineRequester> nobody;

  Parties parties() { return {.engine = &engine, .caller = caller, .nobody = nobody}; }

  /// A lease, of which 16 is the first, so that keys are named 10, 11, …
  LeaseId Grant(int64_t ttl_seconds = 600) {
    return engine.LeaseGrant(next_lease_++, ttl_seconds)->id;
  }
  int64_t Put(std::string_view key, std::string_view value) {
    return engine.Put({.key = key, .value = value})->revision;
  }
  int64_t Delete(std::string_view key) { return engine.DeleteRange({.key = key})->revision; }

  /// Every key, in order.
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    const auto range =
        engine.Range({.key = std::string_view("\0", 1), .range_end = std::string_view("\0", 1)});
    for (const VersionPtr& kv : range->kvs) keys.emplace_back(kv->key());
    return keys;
  }
  VersionPtr Get(std::string_view key) {
    const auto range = engine.Range({.key = key});
    return range->kvs.empty() ? VersionPtr() : range->kvs[0];
  }

  /// Moves time on, stopping wherever something falls due.
  void Advance(Duration by) {
    const TimePoint end = clock.Now() + by;
    for (auto due = engine.NextDeadline(); due && *due <= end; due = engine.NextDeadline()) {
      clock.MoveTo(*due);
      engine.RunDue();
    }
    clock.MoveTo(end);
  }

 private:
  LeaseId next_lease_ = 16;
};

}  // namespace fakeetcd
