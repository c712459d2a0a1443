#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/status.h"
#include "etcdpp/types.h"

namespace etcdpp {

struct LeaseGrantRequest {
  std::chrono::seconds ttl{0};  // the server may give more
  LeaseId id = 0;               // 0: the server chooses

  friend bool operator==(const LeaseGrantRequest&, const LeaseGrantRequest&) = default;
};

struct LeaseGrantResponse {
  ResponseHeader header = {};
  LeaseId id = 0;
  std::chrono::seconds ttl{0};  // as given

  friend bool operator==(const LeaseGrantResponse&, const LeaseGrantResponse&) = default;
};

struct LeaseRevokeRequest {
  LeaseId id = 0;

  friend bool operator==(const LeaseRevokeRequest&, const LeaseRevokeRequest&) = default;
};

struct LeaseRevokeResponse {
  ResponseHeader header = {};

  friend bool operator==(const LeaseRevokeResponse&, const LeaseRevokeResponse&) = default;
};

struct LeaseKeepAliveRequest {
  LeaseId id = 0;

  friend bool operator==(const LeaseKeepAliveRequest&, const LeaseKeepAliveRequest&) = default;
};

struct LeaseKeepAliveResponse {
  ResponseHeader header = {};
  LeaseId id = 0;
  std::chrono::seconds ttl{0};  // from now

  friend bool operator==(const LeaseKeepAliveResponse&, const LeaseKeepAliveResponse&) = default;
};

struct TimeToLiveRequest {
  LeaseId id = 0;
  bool keys = false;  // list the attached keys too

  friend bool operator==(const TimeToLiveRequest&, const TimeToLiveRequest&) = default;
};

struct TimeToLiveResponse {
  ResponseHeader header = {};
  LeaseId id = 0;
  std::chrono::seconds ttl{0};  // left, in whole seconds; negative: there is no such lease
  std::chrono::seconds granted_ttl{0};
  std::vector<std::string> keys = {};  // in no order

  bool found() const { return ttl.count() >= 0; }

  friend bool operator==(const TimeToLiveResponse&, const TimeToLiveResponse&) = default;
};

struct LeasesResponse {
  ResponseHeader header = {};
  std::vector<LeaseId> leases = {};  // the one to expire next comes first

  friend bool operator==(const LeasesResponse&, const LeasesResponse&) = default;
};

/// Why a lease is no longer kept alive.
enum class LeaseLoss {
  kNone,      // it is
  kExpired,   // no renewal got through in time
  kNotFound,  // the server does not have it: it expired there, or somebody revoked it
  kRevoked,   // revoked through the client that kept it
  kRefused,   // the server will not renew it for us; see LeaseKeeper::last_error
  kStopped,   // by Stop, or the client is gone: the lease itself may live on
};

/// The enumerator's name without its k.
std::string_view ToString(LeaseLoss loss);

std::ostream& operator<<(std::ostream& out, LeaseLoss loss);

struct KeepAliveRequest {
  LeaseId id = 0;
  /// The TTL left at the time of the call, where known. Without it the lease does not count as
  /// expired before a first renewal has told its TTL.
  std::optional<std::chrono::seconds> ttl = {};

  friend bool operator==(const KeepAliveRequest&, const KeepAliveRequest&) = default;
};

/// What a LeaseKeeper stands on; see there for what the functions promise.
class LeaseRenewal {
 public:
  virtual ~LeaseRenewal() = default;

  virtual LeaseId id() const = 0;
  virtual LeaseLoss loss() const = 0;
  virtual LeaseLoss WaitLostFor(std::chrono::milliseconds timeout) = 0;
  virtual void OnLost(std::function<void(LeaseLoss)> lost) = 0;
  virtual std::chrono::steady_clock::time_point SafeUntil() const = 0;
  virtual Status last_error() const = 0;
  virtual void Stop() = 0;
};

/// Keeps a lease alive for as long as it lives itself.
///
///   auto lease = client.GrantLease(10s);
///   LeaseKeeper keeper = client.KeepAlive(*lease);
///   ...
///   if (keeper.loss() != LeaseLoss::kNone) StopBeingTheLeader();
///
/// Renews at a third of the TTL, all leases of a client over one stream, and reconnects until the
/// lease is lost. Counts its life from when a renewal was *sent*, on a monotonic clock: it says
/// kExpired no later than the server lets the lease go.
///
/// Thread-safe. Destroying it stops the renewals, without waiting for the network, and leaves the
/// lease to run out.
class LeaseKeeper {
 public:
  explicit LeaseKeeper(std::unique_ptr<LeaseRenewal> renewal) : renewal_(std::move(renewal)) {}

  LeaseId id() const { return renewal_->id(); }

  /// kNone while the lease is kept alive.
  LeaseLoss loss() const { return renewal_->loss(); }

  /// Waits until the lease is lost and returns why, or kNone when `timeout` is over before.
  LeaseLoss WaitLostFor(std::chrono::milliseconds timeout) {
    return renewal_->WaitLostFor(timeout);
  }

  /// Has `lost` told why the lease is lost, exactly once, on the connection's thread for callbacks:
  /// soon if it is lost already, and with kStopped when the keeper is stopped or destroyed; or in
  /// the destructor of the connection. A later call takes the place of one that was not told yet.
  void OnLost(std::function<void(LeaseLoss)> lost) { renewal_->OnLost(std::move(lost)); }

  /// Until when the lease lives for certain if no further renewal gets through. The past where
  /// nothing is known, or the lease is lost.
  std::chrono::steady_clock::time_point SafeUntil() const { return renewal_->SafeUntil(); }

  /// What last went wrong on the way to the server, if anything did.
  Status last_error() const { return renewal_->last_error(); }

  /// Stops renewing. The lease runs out by itself, unless it is revoked or kept by another.
  void Stop() { renewal_->Stop(); }

 private:
  std::unique_ptr<LeaseRenewal> renewal_;
};

}  // namespace etcdpp
