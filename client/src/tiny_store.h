#pragma once

#include <cstdint>
#include <memory>

#include "etcdpp/connection.h"

namespace etcdpp {

/// What tests of the client's own machinery have in place of gRPC and a server: keys, transactions,
/// watches and leases in memory, under the real hubs of watches and renewals, with threads for what
/// a server would send. Leases run out when a test says so. Thread-safe.
class TinyStore {
 public:
  TinyStore();
  /// Waits for all connections to end.
  ~TinyStore();
  TinyStore(const TinyStore&) = delete;
  TinyStore& operator=(const TinyStore&) = delete;

  /// Another connection to it, which may end anywhere, its own callbacks included.
  std::shared_ptr<Connection> Connect();

  // What goes wrong.

  /// Ends all streams.
  void BreakStreams();
  /// Has one call in `one_of` fail as if nobody had been there; 0: none.
  void FailCalls(int one_of);
  void Compact(int64_t revision);
  void Expire(LeaseId lease);

  int64_t revision() const;
  /// Of the watches that streams carry now.
  size_t watches() const;

  class State;

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace etcdpp
