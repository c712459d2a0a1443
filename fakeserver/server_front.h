#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "fakeetcd/server.h"
#include "fakeserver/oracle/oracle.h"
#include "fakeserver/server_port.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {

/// A server's outside, while it serves: the ports, and gRPC and HTTP on them. Thread-safe.
class Front {
 public:
  /// Where, by what is served there.
  struct Ports {
    std::vector<PortReservation> client;
    std::vector<PortReservation> http;  // where there are any, `client` serves gRPC alone
    std::vector<PortReservation> metrics;
  };

  /// Every call is made to `oracle`, too, unless that is null. Fails when it cannot listen at one
  /// of the ports, or as Oracle::Meet does.
  static absl::StatusOr<std::unique_ptr<Front>> Start(Dispatcher& dispatcher,
                                                      const Server::Options& options, Ports& ports,
                                                      Oracle* oracle);
  /// Cancels what is under way, closes the connections and returns when nothing is left.
  ~Front();

  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  /// Ends the streams open now, as a server does that goes away; their connections stay.
  void EndStreams();

 private:
  struct Parts;
  explicit Front(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace fakeetcd
