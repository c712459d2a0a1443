#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "fakeserver/http/json_scan.h"

namespace fakeetcd {

/// Fills `message`, which is empty, from `value`, as jsonpb does. Returns what is wrong, or "".
/// `old`: as it named enums before it was rewritten.
std::string FillByJsonpb(const JsonValue& value, bool old, google::protobuf::Message* message);

/// The same, as protojson does. Places in what it says count from the start of `value`.
std::string FillByProtojson(const JsonValue& value, google::protobuf::Message* message);

/// A full name as etcd has it: its protos are not in our package.
std::string EtcdName(std::string_view full_name);

}  // namespace fakeetcd
