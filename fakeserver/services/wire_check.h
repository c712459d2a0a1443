#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

namespace fakeetcd {

/// What is wrong with the bytes of a message, in the words of the decoder that etcd had up to 3.6
/// (gogo/protobuf's generated Unmarshal); nullopt when nothing is. It is stricter than protobuf:
/// a known field of another wire type is an error, not an unknown field. And it is laxer: of what
/// it does not know it looks at little. Appends to `known` the message without that.
std::optional<std::string> FindWireError(const google::protobuf::Descriptor& type,
                                         std::string_view bytes, std::string& known);

/// How deeply the messages in `bytes` lie within each other, itself one of them, up to the first
/// field that is malformed, where there is one. Takes no stack, however deep.
struct MessageDepth {
  int levels = 0;
  bool malformed = false;
};
MessageDepth DepthOf(const google::protobuf::Descriptor& type, std::string_view bytes);

/// Whether a number in the message, which protobuf has parsed, has more than 64 bits, or a field's
/// number more than there are: protobuf drops the bits beyond, the decoder of etcd 3.7
/// (google.golang.org/protobuf) refuses the message.
bool HasNumberTooLarge(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace fakeetcd
