#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/src/grpc_admin.h"
#include "client/src/keepalive_hub.h"
#include "client/src/transport.h"
#include "client/src/watch_hub.h"
#include "etcdpp/connection.h"

namespace etcdpp {

/// etcd over gRPC. See Connection.
class GrpcConnection final : public Connection {
 public:
  explicit GrpcConnection(const Options& options);
  ~GrpcConnection() override;

  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

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

  std::chrono::milliseconds call_timeout() const override {
    return transport_->options.call_timeout;
  }

  AuthService& auth() override { return auth_; }
  ClusterService& cluster() override { return cluster_; }
  MaintenanceService& maintenance() override { return maintenance_; }
  EndpointService& endpoints() override { return endpoints_; }

 private:
  class EndpointList final : public EndpointService {
   public:
    explicit EndpointList(Transport& transport) : transport_(transport) {}

    std::vector<EndpointState> States() const override;
    Status Set(const std::vector<std::string>& endpoints) override;
    void MarkFailed(std::string_view endpoint) override;

   private:
    Transport& transport_;
  };

  void EndStreams();
  std::shared_ptr<WatchHub> WatchHubFor(const WatchParams& params);
  std::shared_ptr<WatchHub> NewWatchHub(const CallOptions& call);

  std::unique_ptr<Transport> transport_;
  GrpcAuth auth_;
  GrpcCluster cluster_;
  GrpcMaintenance maintenance_;
  EndpointList endpoints_;
  const std::shared_ptr<KeepAliveHub> keepalive_;

  std::mutex mu_;  // guards what follows
  // One for each set of metadata, which a stream is opened with, that a watch needs.
  std::map<std::string, std::weak_ptr<WatchHub>> watch_hubs_;
  std::vector<std::weak_ptr<WatchHub>> own_hubs_;  // of WatchOptions::own_stream
};

}  // namespace etcdpp
