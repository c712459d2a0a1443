#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "etcdpp/status.h"

namespace etcdpp {

/// A file that gets its name only once it is whole and on the disk. Not thread-safe.
class SnapshotFile {
 public:
  explicit SnapshotFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  /// Removes what was written, unless it was committed.
  ~SnapshotFile();
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;

  /// Makes the file, for its owner alone to read.
  Status Open();
  Status Write(std::string_view bytes);
  Status Commit();

 private:
  static Status Failed(std::string_view what, const std::string& path);

  const std::string path_;
  const std::string part_;
  int fd_ = -1;
};

}  // namespace etcdpp
