#include "conformance/support/gateway.h"

#include "conformance/target.h"

namespace conformance {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string JsonHeader(const pb::ResponseHeader& header, int64_t revision) {
  std::string json = R"({"cluster_id":")" + std::to_string(header.cluster_id()) +
                     R"(","member_id":")" + std::to_string(header.member_id()) + R"(")";
  if (revision != 0) json += R"(,"revision":")" + std::to_string(revision) + R"(")";
  return json + R"(,"raft_term":")" + std::to_string(header.raft_term()) + R"("})";
}

// In the order of fields of the gateway's own message, which each version of it changed.
std::string JsonError(int code, std::string_view text) {
  const std::string quoted = Quoted(text);
  const std::string number = std::to_string(code);
  if (target().version.AtLeast(3, 6)) {
    return R"({"code":)" + number + R"(,"message":)" + quoted + "}";
  }
  if (target().version.AtLeast(3, 5)) {
    return R"({"error":)" + quoted + R"(,"code":)" + number + R"(,"message":)" + quoted + "}";
  }
  return R"({"error":)" + quoted + R"(,"message":)" + quoted + R"(,"code":)" + number + "}";
}

std::string JsonKey(const Scratch& s, std::string_view name) {
  return "\"" + Base64(s(name)) + "\"";
}

}  // namespace conformance
