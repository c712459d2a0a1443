#include "fakeserver/server_front.h"

#include <optional>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "fakeserver/http/front_door.h"
#include "fakeserver/http/gateway.h"
#include "fakeserver/http/router.h"
#include "fakeserver/services/grpc_endpoint.h"

namespace fakeetcd {
namespace {

GrpcOptions GrpcOptionsOf(const Server::Options& options) {
  return {.max_concurrent_streams = options.max_concurrent_streams,
          .keepalive_min_time = options.grpc_keepalive_min_time,
          .keepalive_interval = options.grpc_keepalive_interval,
          .keepalive_timeout = options.grpc_keepalive_timeout};
}

absl::StatusOr<std::vector<FrontDoor::Listener>> ListenAt(
    const std::vector<PortReservation>& ports) {
  std::vector<FrontDoor::Listener> listeners;
  for (const PortReservation& port : ports) {
    const auto socket = port.Listen();
    if (!socket.ok()) {
      for (const auto& listener : listeners) close(listener.socket);
      return socket.status();
    }
    listeners.push_back({.socket = *socket});
  }
  return listeners;
}

}  // namespace

/// In the order they depend on each other: the door goes first.
struct Front::Parts {
  Parts(Dispatcher& dispatcher, std::unique_ptr<GrpcEndpoint> services)
      : grpc(std::move(services)),
        gateway(dispatcher.behavior(), [this] { return grpc->ChannelToSelf(); }),
        router(dispatcher, gateway, {}) {}

  FrontDoor::Handlers Handlers() {
    return {.grpc = [this](int socket, std::string_view read,
                           bool /*tls*/) { grpc->Serve(socket, read); },
            .http = [this](const auto& exchange) { router.Serve(exchange); },
            .needs_body = [this](const HttpRequest& request) { return router.NeedsBody(request); }};
  }

  const std::unique_ptr<GrpcEndpoint> grpc;
  Gateway gateway;
  Router router;
  std::optional<FrontDoor> door;
};

absl::StatusOr<std::unique_ptr<Front>> Front::Start(Dispatcher& dispatcher,
                                                    const Server::Options& options,
                                                    const std::vector<PortReservation>& ports) {
  auto grpc = GrpcEndpoint::Start(dispatcher, GrpcOptionsOf(options));
  if (!grpc.ok()) return grpc.status();
  auto listeners = ListenAt(ports);
  if (!listeners.ok()) return listeners.status();
  auto parts = std::make_unique<Parts>(dispatcher, *std::move(grpc));
  parts->door.emplace(*std::move(listeners), parts->Handlers(), nullptr);
  return std::unique_ptr<Front>(new Front(std::move(parts)));
}

Front::Front(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Front::~Front() = default;

void Front::EndStreams() { parts_->grpc->EndStreams(); }

}  // namespace fakeetcd
