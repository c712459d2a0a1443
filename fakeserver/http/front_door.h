#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakeserver/http/http_message.h"
#include "fakeserver/http/tls_session.h"

namespace fakeetcd {

/// Where connections come in: one port for gRPC and HTTP/1, as etcd has it. Accepts them, looks at
/// their first bytes, hands those that speak HTTP/2 to gRPC, and serves HTTP/1 itself, all on one
/// thread that never waits for a client.
class FrontDoor {
 public:
  enum class Serves { kAll, kGrpc, kHttp, kMetrics };

  struct Listener {
    int socket = -1;  // listened at; the door closes it
    bool plain = true;
    bool tls = false;
    Serves serves = Serves::kAll;
  };

  /// Whom the connections and requests go to; called on the door's thread.
  struct Handlers {
    /// Takes over a connection, of which `read` has been read already.
    std::function<void(int socket, std::string_view read, bool tls)> grpc;
    HttpHandler http;
    /// Whether the answer to a request depends on its body.
    std::function<bool(const HttpRequest&)> needs_body;
  };

  /// `tls` is null where no listener has it.
  FrontDoor(std::vector<Listener> listeners, Handlers handlers,
            std::shared_ptr<const TlsContext> tls);
  /// Closes all connections, and returns when every request has been given up or answered.
  ~FrontDoor();

  FrontDoor(const FrontDoor&) = delete;
  FrontDoor& operator=(const FrontDoor&) = delete;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace fakeetcd
