#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "etcdpp/client.h"

namespace etcdpp {

struct LeaseHolderOptions {
  std::chrono::seconds ttl{60};
  /// Between attempts to be granted a lease, growing from the first to the second.
  std::chrono::milliseconds retry_delay{50};
  std::chrono::milliseconds retry_delay_max{5000};
};

/// How the lease of a LeaseHolder is.
enum class LeaseState {
  kPending,    // none is granted yet, or a new one is being asked for
  kActive,     // it is kept alive
  kUncertain,  // no renewal got through in time: it may be gone, which will be known soon
  kClosed,     // etcd refuses to grant any: LeaseHolder::status
};

/// A lease for as long as it lives: granted, kept alive, and granted anew when it is lost, over
/// servers that are away and leases that somebody revokes. What is to be on the lease is put there
/// in the hook, each time:
///
///   LeaseHolder holder(client, [&](LeaseId lease) {
///     client.Put("workers/7", "here", {.lease = lease});
///   }, {.ttl = 10s});
///
/// The hook runs on the connection's thread for callbacks; it may make blocking calls, and destroy
/// the holder. Destroying it has the lease revoked, without waiting for that.
///
/// Thread-safe.
class LeaseHolder {
 public:
  using Granted = std::function<void(LeaseId lease)>;
  /// Told why a lease is lost, on the same thread, before another one is asked for.
  using Lost = std::function<void(LeaseLoss loss)>;
  struct State;

  /// Does not wait.
  LeaseHolder(const Client& client, Granted granted, const LeaseHolderOptions& options = {},
              Lost lost = {});
  LeaseHolder(const LeaseHolder&) = delete;
  LeaseHolder& operator=(const LeaseHolder&) = delete;

  /// When it returns no hook runs, unless it is called from that one.
  ~LeaseHolder();

  LeaseState state() const;

  /// The lease there is; 0 while there is none.
  LeaseId lease() const;

  /// Why there will be no lease any more; OK while there may be.
  Status status() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace etcdpp
