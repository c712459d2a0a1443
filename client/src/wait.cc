// What waits for etcd, and how it is stopped.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "client/src/retry.h"
#include "client/src/session_state.h"
#include "etcdpp/async_client.h"

namespace etcdpp {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{50};

bool IsOver(const WatchResponse& response) {
  return std::any_of(response.events.begin(), response.events.end(), [](const WatchEvent& event) {
    return event.type == WatchEvent::Type::kDelete;
  });
}

}  // namespace

WaitScope::WaitScope(Connection& connection, const CallOptions& call)
    : WaitScope(connection,
                WaitOptions{call.timeout.value_or(connection.call_timeout()), call.cancel}) {}

WaitScope::WaitScope(Connection& connection, const WaitOptions& wait) {
  Add(wait.cancel);
  if (wait.timeout == kNoTimeout) return;
  Add(time_up_.get_token(),
      Status(Code::kDeadlineExceeded, "what was waited for did not come within the time given"));
  connection.RunAfter(wait.timeout, [time_up = time_up_] { internal::RequestStop{time_up}(); });
}

void WaitScope::Add(std::stop_token token) {
  if (!token.stop_possible()) return;
  links_.push_back(std::make_unique<std::stop_callback<internal::RequestStop>>(
      std::move(token), internal::RequestStop{stop_}));
}

void WaitScope::Add(std::stop_token token, Status status) {
  reasons_.push_back({token, std::move(status)});
  Add(std::move(token));
}

CallOptions WaitScope::call() const {
  CallOptions call;
  call.cancel = stop_.get_token();
  return call;
}

Status WaitScope::Explain(Status status) const {
  if (!stopped()) return status;
  for (const Reasoned& reason : reasons_) {
    if (reason.token.stop_requested()) return reason.status;
  }
  return {Code::kCancelled, "the wait was cancelled"};
}

Status SessionLost(const SessionState& session) {
  const LeaseLoss loss = session.keeper.loss();
  if (loss == LeaseLoss::kNone) return {};
  return {Code::kAborted, Reason::kLeaseNotFound,
          "the session's lease is lost: " + std::string(ToString(loss))};
}

Status Because(const SessionState& session, const WaitScope& scope, Status status) {
  Status lost = SessionLost(session);
  return lost.ok() ? scope.Explain(std::move(status)) : lost;
}

Future<TxnResponse> CommitRepeatable(std::shared_ptr<Connection> connection, TxnRequest request,
                                     CallOptions call) {
  const std::stop_token enough = call.cancel;
  return CommitUntil(std::move(connection), std::move(request), std::move(call), enough);
}

Future<TxnResponse> CommitUntil(std::shared_ptr<Connection> connection, TxnRequest request,
                                CallOptions call, std::stop_token enough) {
  AsyncClient async(std::move(connection));
  while (true) {
    auto done = co_await async.Commit(request, call);
    const bool again = !done.ok() && MayPass(done.status()) && !enough.stop_requested();
    if (!again || call.cancel.stop_requested()) co_return done;
    const auto delayed = co_await async.Delay(kRetryDelay);
    if (!delayed.ok() || enough.stop_requested() || call.cancel.stop_requested()) co_return done;
  }
}

Future<std::optional<KeyValue>> FindKey(std::shared_ptr<Connection> connection, std::string key,
                                        ResponseHeader* header, CallOptions call) {
  TxnRequest txn;
  txn.Then(op::Get(std::move(key)));
  const auto found =
      co_await CommitRepeatable(std::move(connection), std::move(txn), std::move(call));
  if (!found.ok()) co_return found.status();
  *header = found->header;
  const auto& kvs = found->responses[0].range()->kvs;
  co_return kvs.empty() ? std::nullopt : std::optional<KeyValue>(kvs[0]);
}

Future<Nothing> WaitDeleted(std::shared_ptr<Connection> connection, KeyValue key, int64_t from,
                            CallOptions call) {
  while (true) {
    WatchParams params;
    params.request.range = KeyRange::Key(key.key);
    params.call = call;
    params.request.options.start_revision = from;
    params.request.options.no_puts = true;
    Watch watch(connection->Watch(std::move(params)));
    auto next = co_await watch.AsyncNext();
    while (next.ok() && !IsOver(*next)) next = co_await watch.AsyncNext();
    if (next.ok()) co_return Nothing();
    if (next.status().reason() != Reason::kCompacted) co_return next.status();
    // The revision of its end may be compacted, so the key itself has to be asked.
    ResponseHeader header;
    const auto found = co_await FindKey(connection, key.key, &header, call);
    if (!found.ok()) co_return found.status();
    if (!*found || (*found)->create_revision != key.create_revision) co_return Nothing();
    from = header.revision + 1;
  }
}

}  // namespace etcdpp
