#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "etcdpp/client.h"

namespace conformance {

/// Every change of the keys that begin with a prefix, as reads of the store at one revision after
/// the other tell it. Not thread-safe.
class Chronicle {
 public:
  /// Of what happens after revision `after`, from which the first read starts.
  Chronicle(std::string prefix, int64_t after) : prefix_(std::move(prefix)), read_(after) {}

  /// Reads the store at every revision up to `revision`. Throws std::runtime_error where a read
  /// fails. REQUIRES: nothing of it is compacted.
  void ReadUpTo(etcdpp::Client& client, int64_t revision);

  /// In the order of their revisions and, within one, of their keys; each with what the key was
  /// before.
  const std::vector<etcdpp::WatchEvent>& events() const { return events_; }
  int64_t revision() const { return read_; }

 private:
  using State = std::map<std::string, etcdpp::KeyValue>;

  void Take(int64_t revision, State now);

  const std::string prefix_;
  int64_t read_;
  bool begun_ = false;
  State state_;  // at read_, once begun
  std::vector<etcdpp::WatchEvent> events_;
};

}  // namespace conformance
