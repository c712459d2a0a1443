#include "fakeserver/server_front.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "fakeserver/http/front_door.h"
#include "fakeserver/http/gateway.h"
#include "fakeserver/http/router.h"
#include "fakeserver/oracle/mirror.h"
#include "fakeserver/services/grpc_endpoint.h"

namespace fakeetcd {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file) return text;
  return absl::InvalidArgumentError("open " + path + ": no such file or directory");
}

// client/pkg/transport/listener.go, baseConfig and ServerConfig.
absl::StatusOr<TlsOptions> TlsOf(const Server::Tls& tls) {
  const bool only_1_3 = tls.min_version == "TLS1.3";
  if (tls.auto_tls && tls.cert_file.empty() && tls.key_file.empty()) {
    TlsOptions made_up = SelfSigned({"127.0.0.1", "::1", "localhost"});
    made_up.only_1_3 = only_1_3;
    return made_up;
  }
  if (tls.cert_file.empty() || tls.key_file.empty()) {
    return absl::InvalidArgumentError("KeyFile and CertFile must both be present[key: " +
                                      tls.key_file + ", cert: " + tls.cert_file + "]");
  }
  TlsOptions options;
  const std::pair<const std::string&, std::string&> files[] = {
      {tls.cert_file, options.certificate},
      {tls.key_file, options.key},
      {tls.trusted_ca_file, options.authorities}};
  for (const auto& [path, text] : files) {
    if (path.empty()) continue;
    auto read = ReadFile(path);
    if (!read.ok()) return read.status();
    text = *std::move(read);
  }
  options.client_certificate_required = tls.client_cert_auth || !tls.trusted_ca_file.empty();
  options.only_1_3 = only_1_3;
  return options;
}

GrpcOptions GrpcOptionsOf(const Server::Options& options) {
  return {.max_concurrent_streams = options.max_concurrent_streams,
          .keepalive_min_time = options.grpc_keepalive_min_time,
          .keepalive_interval = options.grpc_keepalive_interval,
          .keepalive_timeout = options.grpc_keepalive_timeout};
}

absl::Status ListenAt(std::vector<PortReservation>& ports, FrontDoor::Serves serves,
                      std::vector<FrontDoor::Listener>* listeners) {
  for (PortReservation& port : ports) {
    const auto socket = port.Listen();
    if (!socket.ok()) return socket.status();
    listeners->push_back(
        {.socket = *socket, .plain = port.plain(), .tls = port.tls(), .serves = serves});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FrontDoor::Listener>> ListenAt(Front::Ports& ports) {
  using Serves = FrontDoor::Serves;
  std::vector<FrontDoor::Listener> listeners;
  auto status =
      ListenAt(ports.client, ports.http.empty() ? Serves::kAll : Serves::kGrpc, &listeners);
  if (status.ok()) status = ListenAt(ports.http, Serves::kHttp, &listeners);
  if (status.ok()) status = ListenAt(ports.metrics, Serves::kMetrics, &listeners);
  if (status.ok()) return listeners;
  for (const auto& listener : listeners) close(listener.socket);
  return status;
}

bool AnyTls(const Front::Ports& ports) {
  const auto any = [](const auto& list) {
    return std::ranges::any_of(list, [](const auto& port) { return port.tls(); });
  };
  return any(ports.client) || any(ports.http) || any(ports.metrics);
}

/// Where the connections of a fake with an oracle go to.
struct MirrorEndpoint {
  std::optional<GrpcConnections> connections;
  std::unique_ptr<Mirror> mirror;
};

absl::StatusOr<std::unique_ptr<MirrorEndpoint>> StartMirror(Oracle& oracle, GrpcEndpoint& grpc,
                                                            const GrpcOptions& options,
                                                            const Behavior& behavior) {
  auto endpoint = std::make_unique<MirrorEndpoint>();
  auto mirror = Mirror::Start(oracle, grpc.ChannelToSelf(), [&](grpc::ServerBuilder& builder) {
    endpoint->connections.emplace(options, behavior, builder);
  });
  if (!mirror.ok()) return mirror.status();
  endpoint->mirror = *std::move(mirror);
  return endpoint;
}

}  // namespace

/// In the order they depend on each other: the door goes first.
struct Front::Parts {
  Parts(Dispatcher& dispatcher, const Server::Options& options,
        std::unique_ptr<GrpcEndpoint> services, std::unique_ptr<MirrorEndpoint> before_them)
      : grpc(std::move(services)),
        mirror(std::move(before_them)),
        gateway(dispatcher.behavior(),
                [this] {
                  return mirror != nullptr ? mirror->mirror->ChannelToSelf()
                                           : grpc->ChannelToSelf();
                }),
        router(dispatcher, gateway,
               {.cors = options.cors,
                .host_whitelist = options.host_whitelist,
                .enable_grpc_gateway = options.enable_grpc_gateway}) {}

  FrontDoor::Handlers Handlers() {
    return {.grpc =
                [this](int socket, std::string_view read, bool tls) {
                  if (mirror == nullptr) return grpc->Serve(socket, read, tls);
                  mirror->connections->Serve(socket, read, tls);
                },
            .http = [this](const auto& exchange) { router.Serve(exchange); },
            .needs_body = [this](const HttpRequest& request) { return router.NeedsBody(request); }};
  }

  const std::unique_ptr<GrpcEndpoint> grpc;
  const std::unique_ptr<MirrorEndpoint> mirror;  // null without an oracle
  Gateway gateway;
  Router router;
  std::optional<FrontDoor> door;
};

absl::StatusOr<std::unique_ptr<Front>> Front::Start(Dispatcher& dispatcher,
                                                    const Server::Options& options, Ports& ports,
                                                    Oracle* oracle) {
  GrpcOptions grpc_options = GrpcOptionsOf(options);
  std::shared_ptr<const TlsContext> context;
  if (AnyTls(ports)) {
    const auto tls = TlsOf(options.tls);
    if (!tls.ok()) return tls.status();
    auto created = TlsContext::Create(*tls);
    if (!created.ok()) return created.status();
    context = *std::move(created);
    grpc_options.tls = {.certificate = tls->certificate,
                        .key = tls->key,
                        .authorities = tls->authorities,
                        .client_certificate_required = tls->client_certificate_required};
  }
  auto grpc = GrpcEndpoint::Start(dispatcher, grpc_options);
  if (!grpc.ok()) return grpc.status();
  std::unique_ptr<MirrorEndpoint> mirror;
  if (oracle != nullptr) {
    auto started = StartMirror(*oracle, **grpc, grpc_options, dispatcher.behavior());
    if (!started.ok()) return started.status();
    mirror = *std::move(started);
  }
  auto listeners = ListenAt(ports);
  if (!listeners.ok()) return listeners.status();
  auto parts = std::make_unique<Parts>(dispatcher, options, *std::move(grpc), std::move(mirror));
  parts->door.emplace(*std::move(listeners), parts->Handlers(), std::move(context));
  return std::unique_ptr<Front>(new Front(std::move(parts)));
}

Front::Front(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Front::~Front() = default;

void Front::EndStreams() { parts_->grpc->EndStreams(); }

}  // namespace fakeetcd
