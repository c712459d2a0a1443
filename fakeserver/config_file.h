#pragma once

#include <map>
#include <string>

namespace fakeetcd {

/// Reads etcd's configuration file, in YAML, as the flags that say the same: "max-txn-ops" is
/// --max-txn-ops, a list is its elements with commas between, and what stands under
/// "client-transport-security" are the flags for TLS. Returns what is wrong with the file, or "".
std::string ReadConfigFile(const std::string& path, std::map<std::string, std::string>* flags);

}  // namespace fakeetcd
