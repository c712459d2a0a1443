#include "fakeserver/services/unary.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fakeetcd {
namespace {

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// The first of several of the name.
std::optional<std::string_view> Find(const Metadata& metadata, const char* name) {
  const auto found = metadata.lower_bound(name);
  if (found == metadata.end() || found->first != name) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

// A gateway's certificate is not its client's.
bool ComesFromGateway(const Metadata& metadata) {
  return Find(metadata, "grpcgateway-accept").has_value();
}

}  // namespace

Envelope EnvelopeOf(const Dispatcher& rules, const grpc::CallbackServerContext& context,
                    size_t bytes) {
  Envelope envelope{.bytes = bytes};
  if (!rules.may_authenticate()) return envelope;
  const Metadata& metadata = context.client_metadata();
  envelope.token = Find(metadata, "token");
  if (!envelope.token) envelope.token = Find(metadata, "authorization");
  if (!rules.auth_options().common_name_is_user || ComesFromGateway(metadata)) return envelope;
  const auto names = context.auth_context()->FindPropertyValues("x509_common_name");
  if (!names.empty()) envelope.common_name.emplace(names.front().data(), names.front().size());
  return envelope;
}

}  // namespace fakeetcd
