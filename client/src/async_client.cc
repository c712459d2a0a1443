#include "etcdpp/async_client.h"

#include <atomic>
#include <utility>
#include <variant>

namespace etcdpp {
namespace {

Future<std::optional<KeyValue>> GetOne(AsyncClient client, RangeRequest request, CallOptions call) {
  auto found = co_await client.Range(std::move(request.range), request.options, call);
  if (!found.ok()) co_return found.status();
  if (found->kvs.empty()) co_return std::optional<KeyValue>();
  co_return std::optional<KeyValue>(std::move(found->kvs.front()));
}

/// Does an operation by itself. One overload for each kind.
struct Doing {
  Connection& connection;
  const CallOptions call;
  const Callback<OpResponse> done;

  template <typename Response>
  Callback<Response> Wrapping() const {
    return [done = done](Result<Response> result) {
      if (!result.ok()) return done(result.status());
      done(OpResponse{*std::move(result)});
    };
  }

  void operator()(RangeRequest op) const {
    connection.AsyncRange({std::move(op), call}, Wrapping<RangeResponse>());
  }
  void operator()(PutRequest op) const {
    connection.AsyncPut({std::move(op), call}, Wrapping<PutResponse>());
  }
  void operator()(DeleteRequest op) const {
    connection.AsyncDelete({std::move(op), call}, Wrapping<DeleteResponse>());
  }
  void operator()(TxnRequest op) const {
    connection.AsyncTxn({std::move(op), call}, Wrapping<TxnResponse>());
  }
};

/// A delay that ends once: by time, by a stop, or because nobody will ever run it.
class DelayEnd {
 public:
  explicit DelayEnd(std::shared_ptr<internal::FutureState<Nothing>> state)
      : state_(std::move(state)) {}
  ~DelayEnd() { End(Status(Code::kCancelled, "the delay's connection is gone")); }
  DelayEnd(const DelayEnd&) = delete;
  DelayEnd& operator=(const DelayEnd&) = delete;

  void End(Result<Nothing> result) {
    if (!ended_.exchange(true)) state_->Set(std::move(result));
  }

 private:
  const std::shared_ptr<internal::FutureState<Nothing>> state_;
  std::atomic<bool> ended_ = false;
};

}  // namespace

Future<std::optional<KeyValue>> AsyncClient::Get(std::string_view key, const GetOptions& options,
                                                 const CallOptions& call) {
  RangeRequest request;
  request.range = KeyRange::Key(key);
  request.options.revision = options.revision;
  request.options.serializable = options.serializable;
  return GetOne(*this, std::move(request), call);
}

Future<RangeResponse> AsyncClient::Range(KeyRange range, const RangeOptions& options,
                                         const CallOptions& call) {
  return internal::StartCall<RangeResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncRange({{std::move(range), options}, std::move(linked)}, std::move(done));
  });
}

Future<PutResponse> AsyncClient::Put(std::string_view key, std::string_view value,
                                     const PutOptions& options, const CallOptions& call) {
  return internal::StartCall<PutResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncPut({{std::string(key), std::string(value), options}, std::move(linked)},
                          std::move(done));
  });
}

Future<DeleteResponse> AsyncClient::Delete(KeyRange range, const DeleteOptions& options,
                                           const CallOptions& call) {
  return internal::StartCall<DeleteResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncDelete({{std::move(range), options}, std::move(linked)}, std::move(done));
  });
}

Future<TxnResponse> AsyncClient::Commit(TxnRequest request, const CallOptions& call) {
  return internal::StartCall<TxnResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncTxn({std::move(request), std::move(linked)}, std::move(done));
  });
}

Future<OpResponse> AsyncClient::Do(Op op, const CallOptions& call) {
  return internal::StartCall<OpResponse>(call, [&](CallOptions linked, auto done) {
    std::visit(Doing{*connection_, std::move(linked), std::move(done)}, std::move(op.request));
  });
}

Future<RawResponse> AsyncClient::CallRaw(RawRequest request, const CallOptions& call) {
  return internal::StartCall<RawResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncCallRaw({std::move(request), std::move(linked)}, std::move(done));
  });
}

Future<CompactResponse> AsyncClient::Compact(int64_t revision, const CompactOptions& options,
                                             const CallOptions& call) {
  return internal::StartCall<CompactResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncCompact({{revision, options}, std::move(linked)}, std::move(done));
  });
}

Future<LeaseGrantResponse> AsyncClient::GrantLease(std::chrono::seconds ttl, LeaseId id,
                                                   const CallOptions& call) {
  return internal::StartCall<LeaseGrantResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncLeaseGrant({{ttl, id}, std::move(linked)}, std::move(done));
  });
}

Future<LeaseRevokeResponse> AsyncClient::RevokeLease(LeaseId id, const CallOptions& call) {
  return internal::StartCall<LeaseRevokeResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncLeaseRevoke({{id}, std::move(linked)}, std::move(done));
  });
}

Future<LeaseKeepAliveResponse> AsyncClient::KeepAliveOnce(LeaseId id, const CallOptions& call) {
  return internal::StartCall<LeaseKeepAliveResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncLeaseKeepAlive({{id}, std::move(linked)}, std::move(done));
  });
}

Future<TimeToLiveResponse> AsyncClient::TimeToLive(LeaseId id, bool keys, const CallOptions& call) {
  return internal::StartCall<TimeToLiveResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncTimeToLive({{id, keys}, std::move(linked)}, std::move(done));
  });
}

Future<LeasesResponse> AsyncClient::Leases(const CallOptions& call) {
  return internal::StartCall<LeasesResponse>(call, [&](CallOptions linked, auto done) {
    connection_->AsyncLeases({std::move(linked)}, std::move(done));
  });
}

Future<Nothing> AsyncClient::Delay(std::chrono::milliseconds delay) {
  return Delay(delay, std::stop_token());
}

Future<Nothing> AsyncClient::Delay(std::chrono::milliseconds delay, const std::stop_token& cancel) {
  const auto state = std::make_shared<internal::FutureState<Nothing>>();
  const auto delay_end = std::make_shared<DelayEnd>(state);
  state->OnStop([weak = std::weak_ptr<DelayEnd>(delay_end)] {
    const auto cancelled = weak.lock();
    if (cancelled) cancelled->End(Status(Code::kCancelled, "the delay was cancelled"));
  });
  state->Link(cancel);
  connection_->RunAfter(delay, [delay_end] { delay_end->End(Nothing()); });
  return Future<Nothing>(state);
}

}  // namespace etcdpp
