#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "etcdpp/async_admin.h"
#include "etcdpp/client.h"
#include "etcdpp/future.h"

namespace etcdpp {

/// The calls of a Client, none of which waits: each returns a Future of the same result.
///
///   AsyncClient async(client);
///   auto a = async.Get("a");            // both are under way
///   auto b = async.Get("b");
///   Use(std::move(a).Get(), std::move(b).Get());
///
/// Thread-safe. Uses the client's connection and extends its life.
class AsyncClient {
 public:
  explicit AsyncClient(const Client& client) : connection_(client.connection()) {}
  explicit AsyncClient(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Future<std::optional<KeyValue>> Get(std::string_view key, const GetOptions& options = {},
                                      const CallOptions& call = {});
  Future<RangeResponse> Range(KeyRange range, const RangeOptions& options = {},
                              const CallOptions& call = {});
  Future<PutResponse> Put(std::string_view key, std::string_view value,
                          const PutOptions& options = {}, const CallOptions& call = {});
  Future<DeleteResponse> Delete(KeyRange range, const DeleteOptions& options = {},
                                const CallOptions& call = {});
  Future<TxnResponse> Commit(TxnRequest request, const CallOptions& call = {});
  Future<OpResponse> Do(Op op, const CallOptions& call = {});
  Future<CompactResponse> Compact(int64_t revision, const CompactOptions& options = {},
                                  const CallOptions& call = {});

  Future<LeaseGrantResponse> GrantLease(std::chrono::seconds ttl, LeaseId id = 0,
                                        const CallOptions& call = {});
  Future<LeaseRevokeResponse> RevokeLease(LeaseId id, const CallOptions& call = {});
  Future<LeaseKeepAliveResponse> KeepAliveOnce(LeaseId id, const CallOptions& call = {});
  Future<TimeToLiveResponse> TimeToLive(LeaseId id, bool keys = false,
                                        const CallOptions& call = {});
  Future<LeasesResponse> Leases(const CallOptions& call = {});

  // Running a cluster. See async_admin.h.

  AsyncAuth auth() const { return AsyncAuth(connection_); }
  AsyncCluster cluster() const { return AsyncCluster(connection_); }
  AsyncMaintenance maintenance() const { return AsyncMaintenance(connection_); }

  /// As Client's.
  Future<RawResponse> CallRaw(RawRequest request, const CallOptions& call = {});

  /// Is done after `delay`; kCancelled where it is cancelled or the connection goes before.
  Future<Nothing> Delay(std::chrono::milliseconds delay);
  /// The same, and a stop of `cancel` cancels it.
  Future<Nothing> Delay(std::chrono::milliseconds delay, const std::stop_token& cancel);

  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
