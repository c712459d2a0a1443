#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct SHA256state_st;  // OpenSSL's

namespace fakeetcd {

/// SHA-256 of bytes that come bit by bit.
class Sha256 {
 public:
  static constexpr size_t kDigestSize = 32;

  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Add(std::string_view bytes);
  /// Of all that was added. To be called once, at the end.
  std::string Digest();

 private:
  std::unique_ptr<SHA256state_st> state_;
};

/// The database in `file`: a snapshot as etcd's clients save it, which is a database and the
/// SHA-256 of it, or a database alone. Which of them it is, its size tells, as in etcd's own tools:
/// databases are whole sectors. Fails with DataLoss where the SHA-256 is another.
absl::StatusOr<std::string_view> DatabaseOfSnapshot(std::string_view file);

}  // namespace fakeetcd
