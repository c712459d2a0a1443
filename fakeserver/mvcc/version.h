#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "fakeserver/mvcc/revision.h"

namespace fakeetcd {

class VersionPtr;

/// One stored version of one key, or the tombstone of its deletion, or what etcdutl leaves in a
/// restored store to raise its revision: an entry of the key "", which no request can name.
/// Immutable, counted by VersionPtr and shared by the store, by readers and by watchers, so that a
/// read copies bytes outside the engine's lock.
///
/// Key and value follow the fields in one block: a million small pairs cost a million
/// allocations, not three million. Thread-safe.
class Version {
 public:
  struct Fields {
    Revision modified;
    int64_t create_revision = 0;
    int64_t version = 0;  // 0 marks a tombstone, but of the key ""
    int64_t lease = 0;
  };

  static VersionPtr Make(std::string_view key, std::string_view value, const Fields& fields);

  std::string_view key() const { return {bytes(), key_size_}; }
  std::string_view value() const { return {bytes() + key_size_, value_size_}; }
  const Revision& modified() const { return fields_.modified; }
  int64_t mod_revision() const { return fields_.modified.main; }
  int64_t create_revision() const { return fields_.create_revision; }
  int64_t version() const { return fields_.version; }
  int64_t lease() const { return fields_.lease; }
  bool tombstone() const { return fields_.version == 0 && key_size_ > 0; }

  Version(const Version&) = delete;
  Version& operator=(const Version&) = delete;

 private:
  friend class VersionPtr;

  Version(std::string_view key, std::string_view value, const Fields& fields);
  ~Version() = default;

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  void Ref() const { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const;

  mutable std::atomic<uint32_t> references_{0};
  uint32_t key_size_;
  uint64_t value_size_;
  Fields fields_;
};

/// A counted reference to a Version, or none. Copies may be used from different threads.
class VersionPtr {
 public:
  VersionPtr() = default;
  explicit VersionPtr(const Version* version) : version_(version) {
    if (version_ != nullptr) version_->Ref();
  }
  VersionPtr(const VersionPtr& other) : VersionPtr(other.version_) {}
  VersionPtr(VersionPtr&& other) noexcept : version_(std::exchange(other.version_, nullptr)) {}
  VersionPtr& operator=(VersionPtr other) noexcept {
    std::swap(version_, other.version_);
    return *this;
  }
  ~VersionPtr() {
    if (version_ != nullptr) version_->Unref();
  }

  const Version* get() const { return version_; }
  const Version& operator*() const { return *version_; }
  const Version* operator->() const { return version_; }
  explicit operator bool() const { return version_ != nullptr; }
  friend bool operator==(const VersionPtr&, const VersionPtr&) = default;

 private:
  const Version* version_ = nullptr;
};

}  // namespace fakeetcd
