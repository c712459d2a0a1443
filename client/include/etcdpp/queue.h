#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "etcdpp/session.h"

namespace etcdpp {

/// Values in the order in which they were put, each taken by one of those who ask. The Queue of
/// Go's experimental recipes.
///
/// A value is taken at most once: when the call fails that takes one, that value may be gone.
/// Thread- safe.
class Queue {
 public:
  Queue(const Client& client, std::string_view name);

  Status Enqueue(std::string_view value, const CallOptions& call = {});

  /// Waits for a value where there is none.
  Result<std::string> Dequeue(const WaitOptions& wait = {});
  Future<std::string> AsyncDequeue(const WaitOptions& wait = {});

  /// Nothing where there is none.
  Result<std::optional<std::string>> TryDequeue(const WaitOptions& wait = {});

 private:
  std::shared_ptr<Connection> connection_;
  std::string prefix_;
};

/// The same, where the lowest priority comes first, and of the same priority the oldest. The
/// PriorityQueue of Go's experimental recipes. Thread-safe.
class PriorityQueue {
 public:
  PriorityQueue(const Client& client, std::string_view name);

  Status Enqueue(std::string_view value, uint16_t priority, const CallOptions& call = {});

  Result<std::string> Dequeue(const WaitOptions& wait = {});
  Future<std::string> AsyncDequeue(const WaitOptions& wait = {});
  Result<std::optional<std::string>> TryDequeue(const WaitOptions& wait = {});

 private:
  std::shared_ptr<Connection> connection_;
  std::string prefix_;
};

}  // namespace etcdpp
