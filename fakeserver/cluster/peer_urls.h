#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// The URLs at which a new member is to be reached by its peers, ascending and as Go prints them;
/// nullopt when there are none or one is not "http://HOST:PORT" or the like
/// (client/pkg/types, NewURLs).
std::optional<std::vector<std::string>> ParsePeerUrls(const std::vector<std::string>& texts,
                                                      const Behavior& behavior);

}  // namespace fakeetcd
