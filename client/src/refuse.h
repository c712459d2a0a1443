#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "etcdpp/connection.h"

namespace etcdpp {

/// Tells `done` of `status` as an asynchronous call does that fails: not before it returns, but on
/// a thread of `connection`, and in any case.
template <typename Response>
void Refuse(Connection& connection, Status status, Callback<Response> done) {
  // A task that the connection drops, at its end, is told of too.
  struct Telling {
    Telling(Status why, Callback<Response> whom) : status(std::move(why)), done(std::move(whom)) {}
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;
    ~Telling() { done(std::move(status)); }
    Status status;
    Callback<Response> done;
  };
  auto telling = std::make_shared<Telling>(std::move(status), std::move(done));
  connection.RunAfter({}, [telling = std::move(telling)]() mutable { telling.reset(); });
}

}  // namespace etcdpp
