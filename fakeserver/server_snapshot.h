#pragma once

#include <string>

#include "absl/status/status.h"

#include "fakeserver/engine/engine.h"

namespace fakeetcd {

/// Starts `engine` from the file at `path`, a snapshot or a database of etcd. Fails where the file
/// cannot be read, and where the engine refuses what it holds, and then has loaded nothing.
absl::Status LoadSnapshot(const std::string& path, Engine& engine);

}  // namespace fakeetcd
