#include "fakeserver/services/grpc_endpoint.h"

#include <optional>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "fakeserver/services/auth_service.h"
#include "fakeserver/services/cluster_service.h"
#include "fakeserver/services/election_service.h"
#include "fakeserver/services/health_service.h"
#include "fakeserver/services/kv_service.h"
#include "fakeserver/services/lease_service.h"
#include "fakeserver/services/lock_service.h"
#include "fakeserver/services/maintenance_service.h"
#include "fakeserver/services/unserved.h"
#include "fakeserver/services/watch_service.h"

namespace fakeetcd {
/// The services and the server that calls them; the server goes first.
struct GrpcEndpoint::Parts {
  explicit Parts(Dispatcher& dispatcher)
      : kv(dispatcher, streams),
        watch(dispatcher, streams),
        lease(dispatcher, streams),
        cluster(dispatcher),
        maintenance(dispatcher, streams),
        auth(dispatcher),
        lock(dispatcher, streams),
        election(dispatcher, streams),
        health(dispatcher, streams),
        unserved(dispatcher) {}

  void RegisterAt(grpc::ServerBuilder& builder) {
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{
             &kv, &watch, &lease, &cluster, &maintenance, &auth, &lock, &election, &health}) {
      builder.RegisterService(service);
    }
    builder.RegisterCallbackGenericService(&unserved);
  }

  OpenStreams streams;
  KvService kv;
  WatchService watch;
  LeaseService lease;
  ClusterService cluster;
  MaintenanceService maintenance;
  AuthService auth;
  LockService lock;
  ElectionService election;
  HealthService health;
  Unserved unserved;
  std::optional<GrpcConnections> connections;
  std::unique_ptr<grpc::Server> server;
};

GrpcEndpoint::GrpcEndpoint(Dispatcher& dispatcher) : parts_(std::make_unique<Parts>(dispatcher)) {}

absl::StatusOr<std::unique_ptr<GrpcEndpoint>> GrpcEndpoint::Start(Dispatcher& dispatcher,
                                                                  const GrpcOptions& options) {
  auto endpoint = std::unique_ptr<GrpcEndpoint>(new GrpcEndpoint(dispatcher));
  grpc::ServerBuilder builder;
  endpoint->parts_->connections.emplace(options, dispatcher.behavior(), builder);
  endpoint->parts_->RegisterAt(builder);
  endpoint->parts_->server = builder.BuildAndStart();
  if (endpoint->parts_->server == nullptr) return absl::InternalError("cannot start gRPC");
  return endpoint;
}

GrpcEndpoint::~GrpcEndpoint() {
  if (parts_->server == nullptr) return;
  parts_->server->Shutdown(std::chrono::system_clock::now());
  parts_->server->Wait();
}

void GrpcEndpoint::Serve(int socket, std::string_view read, bool tls) {
  parts_->connections->Serve(socket, read, tls);
}

std::shared_ptr<grpc::Channel> GrpcEndpoint::ChannelToSelf() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 16 << 20);
  return parts_->server->InProcessChannel(arguments);
}

void GrpcEndpoint::EndStreams() {
  parts_->streams.EndAll({grpc::StatusCode::UNAVAILABLE, "etcdserver: server stopped"});
}

}  // namespace fakeetcd
