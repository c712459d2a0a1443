#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/differential/generator.h"

namespace conformance {

/// Exchanges with a real etcd, kept as text, for machines that have none: a request a line, and
/// under it what it was answered, with what differs from server to server masked.

/// Makes up `count` operations that need no watch and wait for nobody, and returns what the server
/// at `endpoint`, a fresh one, answers to them.
std::string Record(const std::string& endpoint, Generator& generator, int64_t count);

/// Sends the requests of `exchanges` to the fresh server at `endpoint`. The first that is answered
/// otherwise, with both answers; nothing where there is none.
std::optional<std::string> Replay(const std::string& endpoint, const std::string& exchanges);

}  // namespace conformance
