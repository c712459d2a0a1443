#include "fakeserver/mvcc/version.h"

#include <cstring>
#include <new>

namespace fakeetcd {

VersionPtr Version::Make(std::string_view key, std::string_view value, const Fields& fields) {
  void* block = ::operator new(sizeof(Version) + key.size() + value.size());
  return VersionPtr(::new (block) Version(key, value, fields));
}

Version::Version(std::string_view key, std::string_view value, const Fields& fields)
    : key_size_(static_cast<uint32_t>(key.size())), value_size_(value.size()), fields_(fields) {
  char* bytes = reinterpret_cast<char*>(this + 1);
  if (!key.empty()) std::memcpy(bytes, key.data(), key.size());
  if (!value.empty()) std::memcpy(bytes + key.size(), value.data(), value.size());
}

void Version::Unref() const {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~Version();
  ::operator delete(const_cast<Version*>(this));
}

}  // namespace fakeetcd
