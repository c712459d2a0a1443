#pragma once

#include <chrono>
#include <string_view>

#include <grpcpp/client_context.h>

#include "client/src/retry.h"
#include "client/src/transport.h"

namespace etcdpp {

/// One attempt of a call, or one stream, from its context to what is made of its end. The only
/// place that tells the picker, the log and the observer. Not thread-safe.
class AttemptRecord {
 public:
  /// Begins. REQUIRES: no lock is held: the user's observer is told.
  AttemptRecord(Transport& transport, std::string_view method, Route route, int number) noexcept;

  const Route& route() const { return route_; }

  /// Sets up the gRPC context: the only place that does. A `deadline` of time_point::max() is none.
  void SetUp(grpc::ClientContext& context, const CallOptions& call, const Token& token,
             Retry::Clock::time_point deadline) const;

  /// Ends, and says how. REQUIRES: no lock is held, called once.
  FailedAttempt End(const grpc::ClientContext& context, const grpc::Status& status,
                    const Token& token) noexcept;

 private:
  void TellPicker(const FailedAttempt& end, Retry::Clock::duration lasted);

  Transport& transport_;
  const std::string_view method_;
  const Route route_;
  const int number_;
  const Retry::Clock::time_point start_;
  Metadata metadata_;  // of the observer
};

}  // namespace etcdpp
