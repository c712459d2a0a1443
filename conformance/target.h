#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/support/version.h"

namespace conformance {

/// The etcd under test: all that a case may know about it. The same cases run against any server
/// that speaks etcd's protocol, so there is no telling here which one it is.
struct Target {
  /// "127.0.0.1:2379".
  std::string endpoint = {};
  /// Of every member of the cluster that the suite was told of; the first is `endpoint`.
  std::vector<std::string> endpoints = {};
  /// Whose behaviour is expected, to the patch.
  Version version = {};
  /// Nothing had been written when the suite started: the store was at revision 1.
  bool fresh = false;
  /// Where it listens with TLS and asks for a certificate, and the directory that those for the run
  /// are in (support/certificates.h); empty where the suite was not told.
  std::string tls_endpoint = {};
  std::string certificates = {};
  /// How often the server tells of progress; zero where the suite was not told.
  std::chrono::milliseconds progress_notify_interval{0};
  /// At what size the server takes no more; zero where the suite was not told.
  int64_t quota_backend_bytes = 0;
};

/// The target of this run. REQUIRES: SetTarget was called.
const Target& target();

/// Called once, before any case runs.
void SetTarget(const Target& target);

}  // namespace conformance
