#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/targets/process.h"

namespace conformance {

/// A directory under the system's one for temporary files, removed with all in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A server on loopback that runs as long as this object lives: etcd, or a program that takes its
/// flags. With several members, a cluster of as many of them.
class EtcdServer {
 public:
  struct Options {
    std::string binary;
    /// It takes port 0 and prints the port it got, as fake-etcd does. etcd itself must be told.
    bool picks_port = false;
    /// Listen at a second address, with TLS that asks for certificates.
    bool tls = false;
    std::vector<std::string> flags = {};
    /// REQUIRES: 1 for what picks its port.
    int members = 1;
  };

  /// Starts the server and waits until all its members answer a read. Throws std::runtime_error,
  /// with the end of the server's log, if they do not.
  explicit EtcdServer(Options options);
  ~EtcdServer();
  EtcdServer(const EtcdServer&) = delete;
  EtcdServer& operator=(const EtcdServer&) = delete;

  /// "127.0.0.1:41234", of the first member.
  const std::string& endpoint() const { return members_.front().endpoint; }
  /// Of all members, separated by commas.
  std::string endpoints() const;
  /// The first member's with TLS, and where the certificates for it are (certificates.h).
  const std::string& tls_endpoint() const { return members_.front().tls_endpoint; }
  const std::filesystem::path& certificates() const { return directory_.path(); }

  // Members by number, counted from 0. For real etcd, whose data outlive its process.

  int members() const { return static_cast<int>(members_.size()); }
  const std::string& endpoint(int member) const { return At(member).endpoint; }

  /// Ends the member's process, at once or as an operator in a hurry would.
  void Kill(int member);
  void Terminate(int member);

  /// Starts a member that has ended on the data it left, and waits until it answers a read. Throws
  /// std::runtime_error if it does not.
  void Restart(int member);

  /// Stops its process where it stands: connections stay, nothing is answered.
  void Pause(int member);
  void Resume(int member);

  /// The exit code of a member that ends by itself within `patience`, or has.
  std::optional<int> Ended(std::chrono::milliseconds patience = std::chrono::milliseconds(0));

  /// The last lines the server wrote.
  std::string LogTail() const;

 private:
  struct Member {
    int client_port = 0;  // zero has a port picked
    int tls_port = 0;
    int peer_port = 0;
    std::string endpoint;
    std::string tls_endpoint;
    std::unique_ptr<Process> process;
  };

  Member& At(int member) { return members_.at(static_cast<size_t>(member)); }
  const Member& At(int member) const { return members_.at(static_cast<size_t>(member)); }
  bool StartOnce();
  void TakePorts();
  void Launch(Member& member);
  std::vector<std::string> Arguments(const Member& member) const;
  static std::string NameOf(const Member& member);
  std::string InitialCluster() const;
  bool WaitUntilItAnswers(Member& member);
  std::string WaitForReadyLine(Member& member, const std::string& scheme);

  const Options options_;
  TemporaryDirectory directory_;
  std::vector<Member> members_;
};

}  // namespace conformance
