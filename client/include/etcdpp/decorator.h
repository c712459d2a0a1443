#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "etcdpp/connection.h"

namespace etcdpp {

/// A Connection that hands everything on to another: derive from it and override what is to be
/// different. Thread-safe if the other is. Its end is the other's only where nobody else holds
/// that.
class ConnectionDecorator : public Connection {
 public:
  explicit ConnectionDecorator(std::shared_ptr<Connection> inner) : inner_(std::move(inner)) {}

  Result<RangeResponse> Range(RangeParams params) override;
  Result<PutResponse> Put(PutParams params) override;
  Result<DeleteResponse> Delete(DeleteParams params) override;
  Result<TxnResponse> Txn(TxnParams params) override;
  Result<CompactResponse> Compact(CompactParams params) override;

  Result<LeaseGrantResponse> LeaseGrant(LeaseGrantParams params) override;
  Result<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeParams params) override;
  Result<LeaseKeepAliveResponse> LeaseKeepAlive(LeaseKeepAliveParams params) override;
  Result<TimeToLiveResponse> TimeToLive(TimeToLiveParams params) override;
  Result<LeasesResponse> Leases(LeasesParams params) override;

  void AsyncRange(RangeParams params, Callback<RangeResponse> done) override;
  void AsyncPut(PutParams params, Callback<PutResponse> done) override;
  void AsyncDelete(DeleteParams params, Callback<DeleteResponse> done) override;
  void AsyncTxn(TxnParams params, Callback<TxnResponse> done) override;
  void AsyncCompact(CompactParams params, Callback<CompactResponse> done) override;

  void AsyncLeaseGrant(LeaseGrantParams params, Callback<LeaseGrantResponse> done) override;
  void AsyncLeaseRevoke(LeaseRevokeParams params, Callback<LeaseRevokeResponse> done) override;
  void AsyncLeaseKeepAlive(LeaseKeepAliveParams params,
                           Callback<LeaseKeepAliveResponse> done) override;
  void AsyncTimeToLive(TimeToLiveParams params, Callback<TimeToLiveResponse> done) override;
  void AsyncLeases(LeasesParams params, Callback<LeasesResponse> done) override;

  std::unique_ptr<RangeStream> StreamRange(RangeParams params) override;
  Result<RawResponse> CallRaw(RawParams params) override;
  void AsyncCallRaw(RawParams params, Callback<RawResponse> done) override;
  std::unique_ptr<WatchStream> Watch(WatchParams params) override;
  std::unique_ptr<LeaseRenewal> KeepAlive(KeepAliveParams params) override;
  void RunAfter(std::chrono::milliseconds delay, std::function<void()> task) override;
  void Shutdown() override;

  std::chrono::milliseconds call_timeout() const override { return inner_->call_timeout(); }

  AuthService& auth() override { return inner_->auth(); }
  ClusterService& cluster() override { return inner_->cluster(); }
  MaintenanceService& maintenance() override { return inner_->maintenance(); }
  EndpointService& endpoints() override { return inner_->endpoints(); }

 protected:
  Connection& inner() const { return *inner_; }

 private:
  const std::shared_ptr<Connection> inner_;
};

/// A connection that knows only the keys that begin with `prefix`, and knows them without it: for
/// reads, writes, transactions, watches and the keys of leases. All else is the other connection's,
/// raw calls included.
/// As Go's package namespace, but for prefixes that end in 0xff, whose end that gets wrong.
std::shared_ptr<Connection> WithNamespace(std::shared_ptr<Connection> connection,
                                          std::string_view prefix);

/// A connection that sees the keys as they were at `revision`: reads that name no revision are of
/// that one, and a watch without a start begins after it. Puts, deletes and transactions that could
/// do either fail with kFailedPrecondition before they are sent; so do those that compare, which
/// etcd does with keys as they are now. All else is the other connection's, raw calls included.
std::shared_ptr<Connection> AtRevision(std::shared_ptr<Connection> connection, int64_t revision);

}  // namespace etcdpp
