#include "client/src/snapshot_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace etcdpp {
namespace {

// A name is on the disk only when its directory is.
bool SyncDirectoryOf(const std::string& path) {
  std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

}  // namespace

SnapshotFile::~SnapshotFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(part_.c_str());
}

Status SnapshotFile::Open() {
  fd_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  return fd_ < 0 ? Failed("open", part_) : Status();
}

Status SnapshotFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", part_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status SnapshotFile::Commit() {
  if (fsync(fd_) != 0) return Failed("sync", part_);
  if (rename(part_.c_str(), path_.c_str()) != 0) return Failed("rename", part_);
  close(std::exchange(fd_, -1));
  return SyncDirectoryOf(path_) ? Status() : Failed("sync the directory of", path_);
}

Status SnapshotFile::Failed(std::string_view what, const std::string& path) {
  const int error = errno;
  std::string message = "cannot ";
  message.append(what).append(" ").append(path).append(": ");
  return {error == ENOSPC ? Code::kResourceExhausted : Code::kFailedPrecondition,
          message + std::generic_category().message(error)};
}

}  // namespace etcdpp
