#include "etcdpp/client.h"

#include <string>
#include <utility>
#include <variant>

namespace etcdpp {
namespace {

Result<std::optional<KeyValue>> OneOf(Result<RangeResponse> found) {
  if (!found.ok()) return found.status();
  if (found->kvs.empty()) return std::optional<KeyValue>();
  return std::optional<KeyValue>(std::move(found->kvs.front()));
}

RangeOptions FirstInOrder(SortOrder order, SortTarget by, const GetOptions& options) {
  return {.limit = 1,
          .revision = options.revision,
          .sort_order = order,
          .sort_target = by,
          .serializable = options.serializable};
}

Result<bool> Succeeded(const Result<TxnResponse>& done) {
  if (!done.ok()) return done.status();
  return done->succeeded;
}

/// Does an operation by itself. One overload for each kind.
struct Doing {
  Connection& connection;
  const CallOptions& call;

  template <typename Response>
  static Result<OpResponse> Wrap(Result<Response> result) {
    if (!result.ok()) return result.status();
    return OpResponse{*std::move(result)};
  }

  Result<OpResponse> operator()(RangeRequest op) const {
    return Wrap(connection.Range({std::move(op), call}));
  }
  Result<OpResponse> operator()(PutRequest op) const {
    return Wrap(connection.Put({std::move(op), call}));
  }
  Result<OpResponse> operator()(DeleteRequest op) const {
    return Wrap(connection.Delete({std::move(op), call}));
  }
  Result<OpResponse> operator()(TxnRequest op) const {
    return Wrap(connection.Txn({std::move(op), call}));
  }
};

}  // namespace

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Result<std::optional<KeyValue>> Client::Get(std::string_view key, const GetOptions& options,
                                            const CallOptions& call) {
  const RangeOptions range{.revision = options.revision, .serializable = options.serializable};
  return OneOf(connection_->Range({{KeyRange::Key(key), range}, call}));
}

Result<std::optional<KeyValue>> Client::First(KeyRange range, SortTarget by,
                                              const GetOptions& options, const CallOptions& call) {
  const auto order = FirstInOrder(SortOrder::kAscend, by, options);
  return OneOf(connection_->Range({{std::move(range), order}, call}));
}

Result<std::optional<KeyValue>> Client::Last(KeyRange range, SortTarget by,
                                             const GetOptions& options, const CallOptions& call) {
  const auto order = FirstInOrder(SortOrder::kDescend, by, options);
  return OneOf(connection_->Range({{std::move(range), order}, call}));
}

Scan Client::Scan(KeyRange range, const ScanOptions& options, const CallOptions& call) {
  return etcdpp::Scan(connection_, std::move(range), options, call);
}

std::unique_ptr<RangeStream> Client::StreamRange(KeyRange range, const RangeOptions& options,
                                                 const CallOptions& call) {
  return connection_->StreamRange({{std::move(range), options}, call});
}

BatchWriter Client::Batch(const TxnLimits& limits, const CallOptions& call) {
  return BatchWriter(connection_, limits, call);
}

Result<RangeResponse> Client::Range(KeyRange range, const RangeOptions& options,
                                    const CallOptions& call) {
  return connection_->Range({{std::move(range), options}, call});
}

Result<PutResponse> Client::Put(std::string_view key, std::string_view value,
                                const PutOptions& options, const CallOptions& call) {
  return connection_->Put({{std::string(key), std::string(value), options}, call});
}

Result<DeleteResponse> Client::Delete(KeyRange range, const DeleteOptions& options,
                                      const CallOptions& call) {
  return connection_->Delete({{std::move(range), options}, call});
}

Result<CompactResponse> Client::Compact(int64_t revision, const CompactOptions& options,
                                        const CallOptions& call) {
  return connection_->Compact({{revision, options}, call});
}

Result<bool> Client::PutIfAbsent(std::string_view key, std::string_view value,
                                 const PutOptions& options, const CallOptions& call) {
  return PutIfUnchanged(key, 0, value, options, call);
}

Result<bool> Client::CompareAndSwap(std::string_view key, std::string_view expected,
                                    std::string_view value, const PutOptions& options,
                                    const CallOptions& call) {
  return Succeeded(
      Txn().If(cmp::Value(key) == expected).Then(op::Put(key, value, options)).Commit(call));
}

Result<bool> Client::PutIfUnchanged(std::string_view key, int64_t mod_revision,
                                    std::string_view value, const PutOptions& options,
                                    const CallOptions& call) {
  return Succeeded(Txn()
                       .If(cmp::ModRevision(key) == mod_revision)
                       .Then(op::Put(key, value, options))
                       .Commit(call));
}

Result<bool> Client::DeleteIfValue(std::string_view key, std::string_view expected,
                                   const CallOptions& call) {
  return Succeeded(Txn().If(cmp::Value(key) == expected).Then(op::Delete(key)).Commit(call));
}

Result<bool> Client::DeleteIfUnchanged(std::string_view key, int64_t mod_revision,
                                       const CallOptions& call) {
  return Succeeded(
      Txn().If(cmp::ModRevision(key) == mod_revision).Then(op::Delete(key)).Commit(call));
}

TxnBuilder Client::Txn() { return TxnBuilder(connection_); }

Result<TxnResponse> Client::Commit(TxnRequest request, const CallOptions& call) {
  return connection_->Txn({std::move(request), call});
}

Result<OpResponse> Client::Do(Op op, const CallOptions& call) {
  return std::visit(Doing{*connection_, call}, std::move(op.request));
}

Watch Client::Watch(KeyRange range, const WatchOptions& options, const CallOptions& call) {
  return etcdpp::Watch(connection_->Watch({{std::move(range), options}, call}));
}

Result<LeaseGrantResponse> Client::GrantLease(std::chrono::seconds ttl, LeaseId id,
                                              const CallOptions& call) {
  return connection_->LeaseGrant({{ttl, id}, call});
}

Result<LeaseRevokeResponse> Client::RevokeLease(LeaseId id, const CallOptions& call) {
  return connection_->LeaseRevoke({{id}, call});
}

Result<LeaseKeepAliveResponse> Client::KeepAliveOnce(LeaseId id, const CallOptions& call) {
  return connection_->LeaseKeepAlive({{id}, call});
}

Result<TimeToLiveResponse> Client::TimeToLive(LeaseId id, bool keys, const CallOptions& call) {
  return connection_->TimeToLive({{id, keys}, call});
}

Result<LeasesResponse> Client::Leases(const CallOptions& call) {
  return connection_->Leases({call});
}

Result<RawResponse> Client::CallRaw(RawRequest request, const CallOptions& call) {
  return connection_->CallRaw({std::move(request), call});
}

LeaseKeeper Client::KeepAlive(const LeaseGrantResponse& lease) {
  return LeaseKeeper(connection_->KeepAlive({{lease.id, lease.ttl}, {}}));
}

LeaseKeeper Client::KeepAlive(LeaseId id) {
  return LeaseKeeper(connection_->KeepAlive({{id, std::nullopt}, {}}));
}

}  // namespace etcdpp
