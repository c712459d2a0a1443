#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "conformance/failures/contract.h"
#include "etcdpp/client.h"

namespace conformance {

/// Threads, each with a client of its own, that put and delete the keys of a prefix, most of the
/// time several at once, and note down what became of it. Thread-safe.
class Writers {
 public:
  static constexpr int kKeys = 24;

  /// The key of that number; those of higher numbers come later.
  static std::string Key(const std::string& prefix, int number);

  Writers(const etcdpp::Options& options, std::string prefix);
  ~Writers() { Stop(); }
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;

  /// How many puts are known to be done, and how many writes have failed.
  size_t done() const;
  size_t failed() const;

  /// Waits until there are `count` of them; returns false where that takes too long.
  bool AwaitDone(size_t count, std::chrono::milliseconds patience) const;
  bool AwaitFailed(size_t count, std::chrono::milliseconds patience) const;

  /// Ends them. What is under way is done or given up.
  void Stop();

  /// REQUIRES: stopped.
  const std::vector<WriteRecord>& records() const { return records_; }

 private:
  void Write(int writer, const etcdpp::Options& options);
  void Note(WriteRecord record);

  const std::string prefix_;
  mutable std::mutex mu_;
  mutable std::condition_variable more_;
  size_t done_ = 0;                   // guarded by mu_
  size_t failed_ = 0;                 // guarded by mu_
  bool stopped_ = false;              // guarded by mu_
  std::vector<WriteRecord> records_;  // guarded by mu_ until stopped
  std::vector<std::thread> threads_;
};

}  // namespace conformance
