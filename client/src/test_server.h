#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "etcdpp_proto/auth.grpc.pb.h"
#include "etcdpp_proto/kv.grpc.pb.h"
#include "etcdpp_proto/lease.grpc.pb.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace etcdpp {

/// A gRPC server on loopback that does what a test says. What a test does not say is answered with
/// an empty message. Set up the members before Start.
class TestServer {
 public:
  using Context = grpc::ServerContext;
  using WatchIo = grpc::ServerReaderWriter<etcdpp_proto::etcdserverpb::WatchResponse,
                                           etcdpp_proto::etcdserverpb::WatchRequest>;
  using KeepAliveIo = grpc::ServerReaderWriter<etcdpp_proto::etcdserverpb::LeaseKeepAliveResponse,
                                               etcdpp_proto::etcdserverpb::LeaseKeepAliveRequest>;
  using SnapshotOut = grpc::ServerWriter<etcdpp_proto::etcdserverpb::SnapshotResponse>;

  TestServer() = default;
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() { Stop(); }

  /// Listens on `port`, or on a free one.
  void Start(int port = 0) { StartAt("127.0.0.1:" + std::to_string(port)); }

  /// Listens where gRPC understands `address` to be.
  void StartAt(const std::string& address) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&auth_);
    builder.RegisterService(&kv_);
    builder.RegisterService(&lease_);
    builder.RegisterService(&maintenance_);
    builder.RegisterService(&watch_);
    server_ = builder.BuildAndStart();
  }

  /// Breaks all connections.
  void Stop() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  int port() const { return port_; }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

  std::function<grpc::Status(Context&, const etcdpp_proto::etcdserverpb::RangeRequest&,
                             etcdpp_proto::etcdserverpb::RangeResponse*)>
      range;
  std::function<grpc::Status(Context&, const etcdpp_proto::etcdserverpb::PutRequest&)> put;
  std::function<grpc::Status(const etcdpp_proto::etcdserverpb::TxnRequest&)> txn;
  /// Answers a login; by default with the token "token1", "token2" and so on.
  std::function<grpc::Status(const etcdpp_proto::etcdserverpb::AuthenticateRequest&)> login;
  /// Serves the stream of that number, counted from 1.
  std::function<grpc::Status(int, Context&, WatchIo&)> watch;
  std::function<grpc::Status(int, Context&, KeepAliveIo&)> keep_alive;
  std::function<grpc::Status(SnapshotOut&)> snapshot;

  std::atomic<int> ranges{0};
  std::atomic<int> puts{0};
  std::atomic<int> txns{0};
  std::atomic<int> logins{0};
  std::atomic<int> watch_streams{0};
  std::atomic<int> keep_alive_streams{0};

 private:
  struct Kv final : etcdpp_proto::etcdserverpb::KV::Service {
    explicit Kv(TestServer& server) : test(server) {}

    grpc::Status Range(Context* context, const etcdpp_proto::etcdserverpb::RangeRequest* request,
                       etcdpp_proto::etcdserverpb::RangeResponse* response) override {
      ++test.ranges;
      return test.range ? test.range(*context, *request, response) : grpc::Status::OK;
    }
    grpc::Status Put(Context* context, const etcdpp_proto::etcdserverpb::PutRequest* request,
                     etcdpp_proto::etcdserverpb::PutResponse* /*response*/) override {
      ++test.puts;
      return test.put ? test.put(*context, *request) : grpc::Status::OK;
    }
    grpc::Status Txn(Context* /*context*/, const etcdpp_proto::etcdserverpb::TxnRequest* request,
                     etcdpp_proto::etcdserverpb::TxnResponse* /*response*/) override {
      ++test.txns;
      return test.txn ? test.txn(*request) : grpc::Status::OK;
    }

    TestServer& test;
  };

  struct Auth final : etcdpp_proto::etcdserverpb::Auth::Service {
    explicit Auth(TestServer& server) : test(server) {}

    grpc::Status Authenticate(Context* /*context*/,
                              const etcdpp_proto::etcdserverpb::AuthenticateRequest* request,
                              etcdpp_proto::etcdserverpb::AuthenticateResponse* response) override {
      response->set_token("token" + std::to_string(++test.logins));
      return test.login ? test.login(*request) : grpc::Status::OK;
    }

    TestServer& test;
  };

  struct Lease final : etcdpp_proto::etcdserverpb::Lease::Service {
    explicit Lease(TestServer& server) : test(server) {}

    grpc::Status LeaseRevoke(
        Context* /*context*/, const etcdpp_proto::etcdserverpb::LeaseRevokeRequest* /*request*/,
        etcdpp_proto::etcdserverpb::LeaseRevokeResponse* /*response*/) override {
      return grpc::Status::OK;
    }
    grpc::Status LeaseKeepAlive(Context* context, KeepAliveIo* io) override {
      const int number = ++test.keep_alive_streams;
      return test.keep_alive ? test.keep_alive(number, *context, *io) : grpc::Status::OK;
    }

    TestServer& test;
  };

  struct Maintenance final : etcdpp_proto::etcdserverpb::Maintenance::Service {
    explicit Maintenance(TestServer& server) : test(server) {}

    grpc::Status Snapshot(Context* /*context*/,
                          const etcdpp_proto::etcdserverpb::SnapshotRequest* /*request*/,
                          SnapshotOut* out) override {
      return test.snapshot ? test.snapshot(*out) : grpc::Status::OK;
    }

    TestServer& test;
  };

  struct Watcher final : etcdpp_proto::etcdserverpb::Watch::Service {
    explicit Watcher(TestServer& server) : test(server) {}

    grpc::Status Watch(Context* context, WatchIo* io) override {
      const int number = ++test.watch_streams;
      return test.watch ? test.watch(number, *context, *io) : grpc::Status::OK;
    }

    TestServer& test;
  };

  Auth auth_{*this};
  Kv kv_{*this};
  Lease lease_{*this};
  Maintenance maintenance_{*this};
  Watcher watch_{*this};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// What a handler answers to have the call tried again.
inline const grpc::Status kGone(grpc::StatusCode::UNAVAILABLE, "gone");

/// Waits for the client to give up.
inline grpc::Status UntilCancelled(TestServer::Context& context) {
  while (!context.IsCancelled()) std::this_thread::yield();
  return grpc::Status::CANCELLED;
}

/// An endpoint where nobody listens: a server's that is no more.
inline std::string DeadEndpoint() {
  TestServer server;
  server.Start();
  return server.endpoint();
}

}  // namespace etcdpp
