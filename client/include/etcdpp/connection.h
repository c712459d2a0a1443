#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "etcdpp/auth.h"
#include "etcdpp/call.h"
#include "etcdpp/cluster.h"
#include "etcdpp/endpoints.h"
#include "etcdpp/kv.h"
#include "etcdpp/lease.h"
#include "etcdpp/maintenance.h"
#include "etcdpp/options.h"
#include "etcdpp/range_stream.h"
#include "etcdpp/raw_call.h"
#include "etcdpp/status.h"
#include "etcdpp/txn.h"
#include "etcdpp/watch.h"

namespace etcdpp {

using RangeParams = Params<RangeRequest>;
using PutParams = Params<PutRequest>;
using DeleteParams = Params<DeleteRequest>;
using TxnParams = Params<TxnRequest>;
using CompactParams = Params<CompactRequest>;
using WatchParams = Params<WatchRequest>;
using LeaseGrantParams = Params<LeaseGrantRequest>;
using LeaseRevokeParams = Params<LeaseRevokeRequest>;
using LeaseKeepAliveParams = Params<LeaseKeepAliveRequest>;
using TimeToLiveParams = Params<TimeToLiveRequest>;
using LeasesParams = CallParams;
using KeepAliveParams = Params<KeepAliveRequest>;

/// Where a Client's calls go: etcd over gRPC, or what a test puts in its place. One function per
/// RPC, and an asynchronous twin that returns at once.
///
/// Thread-safe. Destroying a connection ends its watches and renewals and cancels its asynchronous
/// calls. No callback runs after the destructor has returned, unless it was called from a callback.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Result<RangeResponse> Range(RangeParams params) = 0;
  virtual Result<PutResponse> Put(PutParams params) = 0;
  virtual Result<DeleteResponse> Delete(DeleteParams params) = 0;
  virtual Result<TxnResponse> Txn(TxnParams params) = 0;
  virtual Result<CompactResponse> Compact(CompactParams params) = 0;

  virtual Result<LeaseGrantResponse> LeaseGrant(LeaseGrantParams params) = 0;
  virtual Result<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeParams params) = 0;
  virtual Result<LeaseKeepAliveResponse> LeaseKeepAlive(LeaseKeepAliveParams params) = 0;
  virtual Result<TimeToLiveResponse> TimeToLive(TimeToLiveParams params) = 0;
  virtual Result<LeasesResponse> Leases(LeasesParams params) = 0;

  virtual void AsyncRange(RangeParams params, Callback<RangeResponse> done) = 0;
  virtual void AsyncPut(PutParams params, Callback<PutResponse> done) = 0;
  virtual void AsyncDelete(DeleteParams params, Callback<DeleteResponse> done) = 0;
  virtual void AsyncTxn(TxnParams params, Callback<TxnResponse> done) = 0;
  virtual void AsyncCompact(CompactParams params, Callback<CompactResponse> done) = 0;

  virtual void AsyncLeaseGrant(LeaseGrantParams params, Callback<LeaseGrantResponse> done) = 0;
  virtual void AsyncLeaseRevoke(LeaseRevokeParams params, Callback<LeaseRevokeResponse> done) = 0;
  virtual void AsyncLeaseKeepAlive(LeaseKeepAliveParams params,
                                   Callback<LeaseKeepAliveResponse> done) = 0;
  virtual void AsyncTimeToLive(TimeToLiveParams params, Callback<TimeToLiveResponse> done) = 0;
  virtual void AsyncLeases(LeasesParams params, Callback<LeasesResponse> done) = 0;

  /// Never null. See RangeStream.
  virtual std::unique_ptr<RangeStream> StreamRange(RangeParams params) = 0;

  /// See RawRequest.
  virtual Result<RawResponse> CallRaw(RawParams params) = 0;
  virtual void AsyncCallRaw(RawParams params, Callback<RawResponse> done) = 0;

  /// Never null. `call.timeout` bounds only the wait for the server's confirmation, which a watch
  /// without a start revision begins with; the watch itself has no deadline.
  virtual std::unique_ptr<WatchStream> Watch(WatchParams params) = 0;

  /// Never null. Returns at once; `call` is unused: all leases share one stream.
  virtual std::unique_ptr<LeaseRenewal> KeepAlive(KeepAliveParams params) = 0;

  /// Runs `task` once after `delay`, on the thread that also runs the callbacks of watches and lost
  /// leases. It may make calls, but must not wait there for another callback. The destructor drops,
  /// and destroys, the tasks still waiting.
  virtual void RunAfter(std::chrono::milliseconds delay, std::function<void()> task) = 0;

  /// How long a call has that does not say: Options::call_timeout.
  virtual std::chrono::milliseconds call_timeout() const { return Options().call_timeout; }

  /// Ends everything, now and for good, as destroying the connection would: what is under way fails
  /// with kCancelled, and so does what is asked for later. Does not wait for it; callbacks of what
  /// ends may run in it.
  virtual void Shutdown() = 0;

  // The services about running a cluster, which live as long as the connection.
  virtual AuthService& auth() = 0;
  virtual ClusterService& cluster() = 0;
  virtual MaintenanceService& maintenance() = 0;

  /// Where the calls go.
  virtual EndpointService& endpoints() = 0;
};

/// Connects to etcd over gRPC. Returns at once, whether or not a server is there; endpoints that
/// make no sense are reported by every call.
std::shared_ptr<Connection> MakeConnection(const Options& options);

}  // namespace etcdpp
