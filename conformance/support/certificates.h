#pragma once

#include <filesystem>
#include <string>

namespace conformance {

/// Files in PEM for the two sides of TLS, made for one run: `NAME.pem` and `NAME.key`.
///
///   ca        vouches for server and client
///   server    for 127.0.0.1 and localhost
///   client    its common name is "alice"
///   other     another authority, which vouches for stranger
///   stranger
void MakeCertificates(const std::filesystem::path& directory);

}  // namespace conformance
