#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "etcdpp/session.h"

namespace etcdpp {

/// A key that holds back whoever waits, for as long as it is there. The Barrier of Go's
/// experimental recipes. Thread-safe.
class Barrier {
 public:
  Barrier(const Client& client, std::string_view key);

  /// Holds back those who wait from now on. kAlreadyExists where somebody does already.
  Status Hold(const CallOptions& call = {});

  /// Lets go all who wait, and those to come.
  Status Release(const CallOptions& call = {});

  /// Waits until nobody holds the barrier.
  Status Wait(const WaitOptions& wait = {});
  Future<Nothing> AsyncWait(const WaitOptions& wait = {});

 private:
  std::shared_ptr<Connection> connection_;
  std::string key_;
};

/// A barrier that a number of sessions pass together, in and out. Who dies inside counts as out.
/// The DoubleBarrier of Go's experimental recipes. Not thread-safe.
class DoubleBarrier {
 public:
  struct State;

  DoubleBarrier(const Session& session, std::string_view key, int64_t count);

  /// Waits until `count` have come. kResourceExhausted for those who are too many.
  Status Enter(const WaitOptions& wait = {});
  Future<Nothing> AsyncEnter(const WaitOptions& wait = {});

  /// Waits until all have left. kFailedPrecondition where it has not entered.
  Status Leave(const WaitOptions& wait = {});
  Future<Nothing> AsyncLeave(const WaitOptions& wait = {});

 private:
  std::shared_ptr<State> state_;
};

}  // namespace etcdpp
