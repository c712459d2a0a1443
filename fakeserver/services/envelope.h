#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fakeetcd {

/// What of a request is not in its message.
struct Envelope {
  size_t bytes = 0;  // of the message on the wire
  /// Among the metadata, to prove who calls. Lives as long as the call.
  std::optional<std::string_view> token = std::nullopt;
  /// Of the certificate that the client showed, where the server takes it for the user's name.
  std::optional<std::string> common_name = std::nullopt;
};

}  // namespace fakeetcd
