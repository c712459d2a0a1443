#pragma once

#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

namespace conformance {

/// One thing done to both sides.
struct Step {
  /// The method called, "/etcdserverpb.KV/Put"; for kWatchMethod the request goes to the one
  /// stream that each side has open.
  std::string method;
  std::shared_ptr<const google::protobuf::Message> request;
};

inline constexpr char kWatchMethod[] = "/etcdserverpb.Watch/Watch";

using Script = std::vector<Step>;

/// An empty message of what `method` answers with.
std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& method);

/// The script as a conformance case (support/from_text.h) but for what to expect of its last step.
/// Its keys and revisions are those of a fresh server.
std::string AsCase(const Script& script, const std::string& name);

}  // namespace conformance
