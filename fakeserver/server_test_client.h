#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "etcdpp_proto/cluster.grpc.pb.h"
#include "etcdpp_proto/kv.grpc.pb.h"
#include "etcdpp_proto/lease.grpc.pb.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace fakeetcd {

namespace pb = etcdpp_proto::etcdserverpb;

/// No test waits longer than this for anything.
inline std::chrono::system_clock::time_point Soon() {
  return std::chrono::system_clock::now() + std::chrono::seconds(20);
}

/// Raw stubs on a connection of their own.
class TestClient {
 public:
  explicit TestClient(const std::string& endpoint);

  grpc::Status Put(const std::string& key, const std::string& value, int64_t lease = 0);
  /// The value; nullopt when there is none, or the call fails.
  std::optional<std::string> Get(const std::string& key);
  grpc::Status GetStatus(pb::StatusResponse* response);
  grpc::Status Grant(int64_t id, int64_t ttl);
  pb::LeaseTimeToLiveResponse TimeToLive(int64_t id);
  /// Of the first member.
  std::vector<std::string> ClientUrls();

  /// Sends bytes as they are to "/service/method" and returns how the call ended.
  grpc::Status SendRaw(const std::string& path, const std::string& bytes);

  const std::shared_ptr<grpc::Channel> channel;
  const std::unique_ptr<pb::KV::Stub> kv;
  const std::unique_ptr<pb::Lease::Stub> lease;
  const std::unique_ptr<pb::Watch::Stub> watch;
  const std::unique_ptr<pb::Maintenance::Stub> maintenance;
  const std::unique_ptr<pb::Cluster::Stub> cluster;
};

/// A watch stream that is cancelled, at the latest, when it is destroyed.
class TestWatch {
 public:
  explicit TestWatch(TestClient& client);
  ~TestWatch();

  /// Asks for a watch of `key` and returns the server's answer to that.
  pb::WatchResponse Create(const std::string& key, int64_t start_revision = 0);
  bool Send(const pb::WatchRequest& request) { return stream_->Write(request); }
  /// The next response; nullopt at the stream's end.
  std::optional<pb::WatchResponse> Next();
  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  /// Reads what is left and returns how the stream ended.
  grpc::Status End();

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::WatchRequest, pb::WatchResponse>> stream_;
  bool ended_ = false;
};

}  // namespace fakeetcd
