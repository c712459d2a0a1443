#include "etcdpp/types.h"

namespace etcdpp {
namespace {

// etcd's mark for "no upper bound", and the smallest key there is.
const char kZero[] = "\0";
constexpr std::string_view kZeroByte(kZero, 1);

std::string OrSmallest(std::string_view key) { return std::string(key.empty() ? kZeroByte : key); }

}  // namespace

std::string PrefixRangeEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return std::string(kZeroByte);
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

KeyRange KeyRange::Prefix(std::string_view prefix) {
  return {OrSmallest(prefix), PrefixRangeEnd(prefix)};
}

KeyRange KeyRange::HalfOpen(std::string_view begin, std::string_view end) {
  return {std::string(begin), std::string(end)};
}

KeyRange KeyRange::From(std::string_view begin) {
  return {OrSmallest(begin), std::string(kZeroByte)};
}

bool KeyRange::Contains(std::string_view key) const {
  if (end_.empty()) return key == key_;
  return key >= key_ && (end_ == kZeroByte || key < end_);
}

KeyRange KeyRange::All() { return From(""); }

}  // namespace etcdpp
