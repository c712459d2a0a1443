#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "conformance/support/rpc.h"

namespace conformance {

/// One thing done to both sides.
struct Step {
  /// The method called, "/etcdserverpb.KV/Put"; for kWatchMethod the request goes to the one
  /// stream that each side has open.
  std::string method;
  /// Ids of members in it are places in the order in which the side has met them: 0 is itself.
  std::shared_ptr<const google::protobuf::Message> request;
  /// Whose token goes along: of the last login of that user; a bad one where there is none.
  /// Nobody's if empty.
  std::string caller = {};
  /// Sent in place of `request`: bytes that may be no message.
  std::optional<std::string> bytes = {};
  /// Sent when the lease that it asks of has run out, which is waited for.
  bool outlasts_lease = false;
  /// Ends the call that waits under this method and request, as a client that gives up does.
  bool gives_up = false;
};

inline constexpr char kWatchMethod[] = "/etcdserverpb.Watch/Watch";
inline constexpr char kLockMethod[] = "/v3lockpb.Lock/Lock";
inline constexpr char kRangeStreamMethod[] = "/etcdserverpb.KV/RangeStream";
inline constexpr char kKeepAliveMethod[] = "/etcdserverpb.Lease/LeaseKeepAlive";
inline constexpr char kSnapshotMethod[] = "/etcdserverpb.Maintenance/Snapshot";
inline constexpr char kCampaignMethod[] = "/v3electionpb.Election/Campaign";

using Script = std::vector<Step>;

template <typename Request>
Step StepOf(const Request& request, const std::string& caller = "") {
  return {.method = MethodOf(request).path,
          .request = std::make_shared<Request>(request),
          .caller = caller};
}

/// Whether more than one message may answer it.
bool IsStream(const Step& step);

/// The script as a conformance case (support/from_text.h) but for what to expect of its last step.
/// Its keys and revisions are those of a fresh server, and who calls is in comments.
std::string AsCase(const Script& script, const std::string& name);

}  // namespace conformance
