#pragma once

#include <memory>
#include <string_view>

#include <grpcpp/channel.h>

#include "absl/status/statusor.h"

#include "fakeserver/oracle/oracle.h"

namespace grpc {
class ServerBuilder;
}

namespace fakeetcd {

/// Stands before a fake's gRPC services: takes each call, has it done by the fake and by the
/// oracle, one at a time, compares, and answers as the fake does. Thread-safe.
///
/// Compared are unary calls, watches and leases kept alive. Election.Observe, Maintenance.Snapshot
/// and KV.RangeStream are the fake's alone.
class Mirror {
 public:
  /// `configure` sets the server up that the calls come to. Fails as Oracle::Meet does.
  static absl::StatusOr<std::unique_ptr<Mirror>> Start(
      Oracle& oracle, std::shared_ptr<grpc::Channel> fake,
      const std::function<void(grpc::ServerBuilder&)>& configure);
  /// Cancels the calls in flight, and returns when none is left.
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// A way to it that leaves the process nowhere. It is to be given up before this is.
  std::shared_ptr<grpc::Channel> ChannelToSelf();

 private:
  struct Parts;
  explicit Mirror(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace fakeetcd
