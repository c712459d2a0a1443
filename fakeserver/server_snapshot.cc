#include "fakeserver/server_snapshot.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/status/statusor.h"

#include "fakeserver/bbolt/reader.h"
#include "fakeserver/bbolt/trailer.h"

namespace fakeetcd {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return absl::NotFoundError(error.message());
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return absl::NotFoundError(std::strerror(errno));
  }
  return bytes;
}

absl::Status Load(const std::string& path, Engine& engine) {
  const auto file = ReadFile(path);
  if (!file.ok()) return file.status();
  const auto database = DatabaseOfSnapshot(*file);
  if (!database.ok()) return database.status();
  const auto buckets = ReadBbolt(*database);
  if (!buckets.ok()) return buckets.status();
  return engine.Load(*buckets);
}

}  // namespace

absl::Status LoadSnapshot(const std::string& path, Engine& engine) {
  const absl::Status status = Load(path, engine);
  if (status.ok()) return status;
  return {status.code(), "cannot load the snapshot " + path + ": " + std::string(status.message())};
}

}  // namespace fakeetcd
