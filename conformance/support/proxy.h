#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace conformance {

/// A way to a server that a case can cut: a port on loopback that forwards to it. Thread-safe.
class Proxy {
 public:
  /// Forwards to `endpoint`, "host:port" with a numeric IPv4 host. Throws std::runtime_error where
  /// no port can be had.
  explicit Proxy(const std::string& endpoint);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  const std::string& endpoint() const { return endpoint_; }

  /// Drops all connections, and those that come until Restore.
  void Cut();
  /// Keeps all connections, takes more, and hands on nothing any more.
  void FallSilent() { silent_ = true; }
  /// Drops the connections that have fallen silent.
  void Restore();

 private:
  struct Connection;

  void Accept();

  std::string target_host_;
  int target_port_ = 0;
  std::string endpoint_;
  int listener_ = -1;
  std::atomic<bool> silent_ = false;
  std::mutex mu_;
  bool cut_ = false;                                      // guarded by mu_
  bool stopped_ = false;                                  // guarded by mu_
  std::vector<std::unique_ptr<Connection>> connections_;  // guarded by mu_
  std::thread acceptor_;
};

}  // namespace conformance
