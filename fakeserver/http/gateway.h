#pragma once

#include <functional>
#include <memory>

#include "fakeserver/base/emulation.h"
#include "fakeserver/http/http_message.h"

namespace grpc {
class Channel;
}

namespace fakeetcd {

/// etcd's JSON gateway: a request of HTTP becomes a call of the server's own gRPC, as etcd's
/// gateway is a client of etcd. Thread-safe.
class Gateway {
 public:
  using Connect = std::function<std::shared_ptr<grpc::Channel>()>;

  /// `connect` is called at the first request, and gives a channel to the server.
  Gateway(const Behavior& behavior, Connect connect);
  ~Gateway();

  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void Serve(const std::shared_ptr<HttpExchange>& exchange);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fakeetcd
