#pragma once

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

/// A server of one member on loopback that runs as long as this object lives: etcd, or a program
/// that takes its flags.
class EtcdServer {
 public:
  struct Options {
    std::string binary;
    /// It takes port 0 and prints the port it got, as fake-etcd does. etcd itself must be told.
    bool picks_port = false;
    std::vector<std::string> flags = {};
  };

  /// Starts the server and waits until it answers a read. Throws std::runtime_error, with the end
  /// of the server's log, if it does not.
  explicit EtcdServer(Options options);
  ~EtcdServer();
  EtcdServer(const EtcdServer&) = delete;
  EtcdServer& operator=(const EtcdServer&) = delete;

  /// "127.0.0.1:41234".
  const std::string& endpoint() const { return endpoint_; }

  /// The exit code, if the server has ended by itself.
  std::optional<int> Ended() { return process_->Ended(); }

  /// The last lines the server wrote.
  std::string LogTail() const;

 private:
  bool StartOnce();
  std::vector<std::string> Arguments(int client_port, int peer_port) const;
  bool WaitUntilItAnswers();
  std::string WaitForReadyLine();

  const Options options_;
  TemporaryDirectory directory_;
  std::string endpoint_;
  std::unique_ptr<Process> process_;
};

}  // namespace conformance
