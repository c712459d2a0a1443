#include "fakeserver/services/decode.h"

#include <string>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "absl/strings/str_cat.h"

#include "fakeserver/base/errors.h"
#include "fakeserver/services/proto.h"
#include "fakeserver/services/wire_check.h"

namespace fakeetcd {
namespace {

using google::protobuf::Message;

// Two levels of message for each level of a nested transaction. Up to 3.6 etcd has no limit of
// depth, but refuses what nests deeper than --max-txn-ops; this one only protects the stack.
constexpr int kDepthMax = 2000;
// That of 3.7's decoder (google.golang.org/protobuf, DefaultRecursionLimit).
constexpr int kGoDepthMax = 10'000;

bool Parse(const grpc::ByteBuffer& bytes, Message& message) {
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  google::protobuf::io::CodedInputStream stream(&reader);
  stream.SetRecursionLimit(kDepthMax);
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

// What grpc-go says of a compressed message in a build without the decompressor. gRPC is told not
// to decompress for such a release, so the message arrives as it was sent; what begins as gzip data
// do is no message of any kind.
constexpr char kNoDecompressor[] = "grpc: Decompressor is not installed for grpc-encoding \"gzip\"";

bool IsGzip(const std::string& bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string Flatten(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!bytes.Dump(&slices).ok()) return text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

bool HoldsNumberTooLarge(const grpc::ByteBuffer& bytes, const Message& message) {
  grpc::Slice slice;
  if (!bytes.TrySingleSlice(&slice).ok()) {
    return HasNumberTooLarge(*message.GetDescriptor(), Flatten(bytes));
  }
  return HasNumberTooLarge(*message.GetDescriptor(),
                           {reinterpret_cast<const char*>(slice.begin()), slice.size()});
}

// True when the message, or one within it, holds a field that is unknown, or of another wire type
// than it should be: protobuf cannot tell these apart.
bool HoldsUnknown(const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      if (!reflection.HasField(message, field)) continue;
      if (HoldsUnknown(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int at = 0; at < reflection.FieldSize(message, field); ++at) {
      if (HoldsUnknown(reflection.GetRepeatedMessage(message, field, at))) return true;
    }
  }
  return false;
}

// etcd's own messages and those of gRPC's health service are decoded by different libraries.
bool IsOfHealth(const Message& message) {
  return message.GetDescriptor()->file()->package().ends_with("grpc.health.v1");
}

const char* Prefix(MessageKind kind, const Behavior& behavior) {
  if (kind == MessageKind::kUnary) return "grpc: error unmarshalling request: ";
  return behavior.stream_decode_error_has_colon ? "grpc: failed to unmarshal the received message: "
                                                : "grpc: failed to unmarshal the received message ";
}

// Refuses what nests too deeply to be read here: only transactions can, and etcd finds those too
// large.
absl::Status CheckDepth(const Message& message, const std::string& bytes, const char* prefix,
                        const Behavior& behavior) {
  const MessageDepth depth = DepthOf(*message.GetDescriptor(), bytes);
  if (depth.levels <= kDepthMax) return absl::OkStatus();
  if (!behavior.wrong_wire_type_is_malformed && depth.levels > kGoDepthMax) {
    return absl::InternalError(absl::StrCat(prefix, "proto: exceeded maximum recursion depth"));
  }
  if (depth.malformed) return absl::InternalError(absl::StrCat(prefix, "unexpected EOF"));
  return error::TooManyOps();
}

}  // namespace

absl::Status Decode(const grpc::ByteBuffer& bytes, const Dispatcher& rules, MessageKind kind,
                    Message& message) {
  // The call ended before its message.
  if (!bytes.Valid()) return absl::UnknownError("EOF");
  const size_t size = bytes.Length();
  if (size > rules.limits().max_message_bytes()) {
    return absl::ResourceExhaustedError(absl::StrCat("grpc: received message larger than max (",
                                                     size, " vs. ",
                                                     rules.limits().max_message_bytes(), ")"));
  }
  const bool parsed = Parse(bytes, message);
  if (!parsed && !rules.behavior().accepts_gzip && IsGzip(Flatten(bytes))) {
    return absl::UnimplementedError(kNoDecompressor);
  }
  const Behavior& behavior = rules.behavior();
  if (!parsed) {
    absl::Status status = CheckDepth(message, Flatten(bytes), Prefix(kind, behavior), behavior);
    if (!status.ok()) return status;
  }
  const bool health = IsOfHealth(message);
  const bool lenient = health || !behavior.wrong_wire_type_is_malformed;
  const bool overlong =
      parsed && !behavior.wrong_wire_type_is_malformed && HoldsNumberTooLarge(bytes, message);
  if (parsed && lenient && !overlong) return absl::OkStatus();
  if (health ? behavior.health_decode_error_is_terse : lenient) {
    return absl::InternalError(
        absl::StrCat(Prefix(kind, behavior), "proto: cannot parse invalid wire-format data"));
  }
  if (parsed && !HoldsUnknown(message)) return absl::OkStatus();
  std::string known;
  const auto error = FindWireError(*message.GetDescriptor(), Flatten(bytes), known);
  if (!error && (parsed || message.ParseFromString(known))) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(Prefix(kind, behavior), error.value_or("unexpected EOF")));
}

}  // namespace fakeetcd
