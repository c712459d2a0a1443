#include "fakeserver/services/auth_options.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

#include "fakeserver/services/jwt.h"

namespace fakeetcd {

absl::Status AuthOptions::SetTokens(std::string_view flag, const Behavior& behavior) {
  const absl::Status bad = absl::InvalidArgumentError("auth: invalid auth options");
  const std::string text(flag);
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  std::map<std::string, std::string> options;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::vector<std::string> pair = absl::StrSplit(parts[i], '=');
    if (pair.size() != 2 || !options.emplace(pair[0], pair[1]).second) return bad;
  }
  if (parts[0] == "simple" || parts[0].empty()) {
    tokens = parts[0].empty() ? Tokens::kNone : Tokens::kSimple;
    return absl::OkStatus();
  }
  if (parts[0] != "jwt") return bad;
  auto made = JwtTokens::Make(options, behavior);
  if (!made.ok()) return made.status();
  tokens = Tokens::kJwt;
  jwt = *std::move(made);
  return absl::OkStatus();
}

}  // namespace fakeetcd
