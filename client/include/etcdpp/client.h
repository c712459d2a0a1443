#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etcdpp/auth.h"
#include "etcdpp/batch.h"
#include "etcdpp/cluster.h"
#include "etcdpp/connection.h"
#include "etcdpp/endpoints.h"
#include "etcdpp/kv.h"
#include "etcdpp/lease.h"
#include "etcdpp/maintenance.h"
#include "etcdpp/options.h"
#include "etcdpp/range_stream.h"
#include "etcdpp/raw_call.h"
#include "etcdpp/scan.h"
#include "etcdpp/status.h"
#include "etcdpp/txn.h"
#include "etcdpp/types.h"
#include "etcdpp/watch.h"

namespace etcdpp {

/// A client of etcd. Start here.
///
///   etcdpp::Client client("127.0.0.1:2379");
///
///   if (auto put = client.Put("greeting", "hello"); !put.ok()) return put.status();
///   auto greeting = client.Get("greeting");
///   if (greeting.ok() && *greeting) Use((*greeting)->value);
///
/// No call throws: each returns its answer or a Status. A key that does not exist is no error.
/// Every call ends by its deadline (CallOptions::timeout, 5 s unless Options say otherwise).
///
/// Thread-safe. Copies share one connection, which ends with the last of them; watches and lease
/// keepers do not extend its life.
class Client {
 public:
  explicit Client(std::string_view endpoint);
  explicit Client(const Options& options);

  /// With a connection of one's own making: a mock, or a decorated one.
  explicit Client(std::shared_ptr<Connection> connection);

  // Keys.

  Result<std::optional<KeyValue>> Get(std::string_view key, const GetOptions& options = {},
                                      const CallOptions& call = {});
  Result<RangeResponse> Range(KeyRange range, const RangeOptions& options = {},
                              const CallOptions& call = {});
  Result<PutResponse> Put(std::string_view key, std::string_view value,
                          const PutOptions& options = {}, const CallOptions& call = {});
  Result<DeleteResponse> Delete(KeyRange range, const DeleteOptions& options = {},
                                const CallOptions& call = {});

  /// The key of the range that comes first, or last, when its keys are sorted by `by`: the oldest
  /// one is First(range, SortTarget::kCreateRevision).
  Result<std::optional<KeyValue>> First(KeyRange range, SortTarget by = SortTarget::kKey,
                                        const GetOptions& options = {},
                                        const CallOptions& call = {});
  Result<std::optional<KeyValue>> Last(KeyRange range, SortTarget by = SortTarget::kKey,
                                       const GetOptions& options = {},
                                       const CallOptions& call = {});

  /// Reads a range of any size. Returns at once. See scan.h.
  etcdpp::Scan Scan(KeyRange range, const ScanOptions& options = {}, const CallOptions& call = {});

  /// Has a range sent in pieces. Returns at once; never null. Since etcd 3.7; Scan uses it where it
  /// can. See range_stream.h.
  std::unique_ptr<RangeStream> StreamRange(KeyRange range, const RangeOptions& options = {},
                                           const CallOptions& call = {});

  /// Writes any number of keys in as few transactions as `limits` allow. See batch.h.
  BatchWriter Batch(const TxnLimits& limits = {}, const CallOptions& call = {});

  /// Forgets the versions that no read at `revision` or later can see.
  Result<CompactResponse> Compact(int64_t revision, const CompactOptions& options = {},
                                  const CallOptions& call = {});

  // Keys, on a condition. Each returns whether it wrote.

  Result<bool> PutIfAbsent(std::string_view key, std::string_view value,
                           const PutOptions& options = {}, const CallOptions& call = {});
  Result<bool> CompareAndSwap(std::string_view key, std::string_view expected,
                              std::string_view value, const PutOptions& options = {},
                              const CallOptions& call = {});

  /// Writes if the key was last written at `mod_revision`; 0: if it does not exist.
  Result<bool> PutIfUnchanged(std::string_view key, int64_t mod_revision, std::string_view value,
                              const PutOptions& options = {}, const CallOptions& call = {});

  /// Deletes if the value is, or the key was last written at, what is given.
  Result<bool> DeleteIfValue(std::string_view key, std::string_view expected,
                             const CallOptions& call = {});
  Result<bool> DeleteIfUnchanged(std::string_view key, int64_t mod_revision,
                                 const CallOptions& call = {});

  // Transactions: client.Txn().If(...).Then(...).Else(...).Commit(). See txn.h.

  TxnBuilder Txn();
  Result<TxnResponse> Commit(TxnRequest request, const CallOptions& call = {});

  /// Does one operation, whichever it is, on its own.
  Result<OpResponse> Do(Op op, const CallOptions& call = {});

  // Changes. See watch.h.

  /// Without a start revision, waits until the server confirms, so that whatever is written after
  /// it returned is seen; but for no longer than a call's timeout. Else returns at once.
  etcdpp::Watch Watch(KeyRange range, const WatchOptions& options = {},
                      const CallOptions& call = {});

  // Leases. See lease.h.

  /// An `id` of 0 lets the server choose.
  Result<LeaseGrantResponse> GrantLease(std::chrono::seconds ttl, LeaseId id = 0,
                                        const CallOptions& call = {});

  /// Ends the lease and deletes its keys.
  Result<LeaseRevokeResponse> RevokeLease(LeaseId id, const CallOptions& call = {});

  /// Renews once. Fails with Reason::kLeaseNotFound when there is no such lease.
  Result<LeaseKeepAliveResponse> KeepAliveOnce(LeaseId id, const CallOptions& call = {});
  Result<TimeToLiveResponse> TimeToLive(LeaseId id, bool keys = false,
                                        const CallOptions& call = {});
  Result<LeasesResponse> Leases(const CallOptions& call = {});

  /// Renews for as long as the result lives.
  LeaseKeeper KeepAlive(const LeaseGrantResponse& lease);
  LeaseKeeper KeepAlive(LeaseId id);

  // Running a cluster. See auth.h, cluster.h and maintenance.h.

  Auth auth() const { return Auth(connection_); }
  Cluster cluster() const { return Cluster(connection_); }
  Maintenance maintenance() const { return Maintenance(connection_); }

  // Where the calls go. See endpoints.h.

  std::vector<EndpointState> endpoints() const { return connection_->endpoints().States(); }
  Status SetEndpoints(const std::vector<std::string>& endpoints);

  /// Takes as endpoints what the cluster's members say clients reach them at: not those of members
  /// that have not started, nor of learners.
  Status SyncEndpoints(const CallOptions& call = {});

  /// A client that sees only the keys that begin with `prefix`, and sees them without it. See
  /// WithNamespace in decorator.h.
  Client InNamespace(std::string_view prefix) const;

  /// A client that sees the keys as they were at `revision`, and writes none. See AtRevision in
  /// decorator.h.
  Client At(int64_t revision) const;

  /// Calls a method that is not wrapped here. See raw_call.h.
  Result<RawResponse> CallRaw(RawRequest request, const CallOptions& call = {});

  /// Ends the connection for all the copies of this client, before the last of them goes: calls,
  /// watches, renewals, what is under way and what comes later fail with kCancelled. Does not wait.
  void Shutdown() { connection_->Shutdown(); }

  /// What the calls go through: the asynchronous forms are there.
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace etcdpp
