#include "fakeserver/mvcc/stored_form.h"

#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "fakeserver/base/wire_format.h"

namespace fakeetcd {
namespace {

// The fields of mvccpb.KeyValue.
enum KeyValueField { kKey = 1, kCreateRevision, kModRevision, kVersion, kValue, kLease };

constexpr size_t kNumberSize = 8;
constexpr size_t kRevisionSize = kNumberSize + 1 + kNumberSize;
constexpr char kTombstone = 't';

uint64_t Unsigned(int64_t value) { return static_cast<uint64_t>(value); }

// Calls `field` with each field of the stored value and its number.
template <typename Field>
void VisitFields(const Version& version, const Field& field) {
  if (version.key().empty()) return;
  field(kKey, version.key());
  if (version.tombstone()) return;
  field(kCreateRevision, Unsigned(version.create_revision()));
  field(kModRevision, Unsigned(version.mod_revision()));
  field(kVersion, Unsigned(version.version()));
  field(kValue, version.value());
  field(kLease, Unsigned(version.lease()));
}

void AppendNumber(int64_t value, std::string& to) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(Unsigned(value) >> shift));
  }
}

std::optional<Revision> ParseRevision(std::string_view key) {
  if (key.size() != kRevisionSize || key[kNumberSize] != '_') return std::nullopt;
  const auto main = ParseBigEndian(key.substr(0, kNumberSize));
  const auto sub = ParseBigEndian(key.substr(kNumberSize + 1));
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (*main > kMax || *sub > kMax) return std::nullopt;
  return Revision{static_cast<int64_t>(*main), static_cast<int64_t>(*sub)};
}

absl::Status Wrong(std::string_view key, const char* what) {
  return absl::DataLossError(absl::StrCat("the entry \"", absl::CHexEscape(std::string(key)),
                                          "\" of the bucket \"key\" ", what));
}

struct KeyValue {
  std::string_view key;
  std::string_view value;
  Version::Fields fields;
};

// False where `bytes` is no KeyValue.
bool ParseKeyValue(std::string_view bytes, KeyValue& kv) {
  FieldReader reader(bytes);
  while (const auto field = reader.Next()) {
    const auto number = static_cast<int64_t>(field->value);
    if (field->IsBytes(kKey)) {
      kv.key = field->bytes;
    } else if (field->IsBytes(kValue)) {
      kv.value = field->bytes;
    } else if (field->IsNumber(kCreateRevision)) {
      kv.fields.create_revision = number;
    } else if (field->IsNumber(kModRevision)) {
      kv.fields.modified.main = number;
    } else if (field->IsNumber(kVersion)) {
      kv.fields.version = number;
    } else if (field->IsNumber(kLease)) {
      kv.fields.lease = number;
    } else {
      return false;
    }
  }
  return !reader.malformed();
}

}  // namespace

void AppendStoredKey(const Revision& revision, bool tombstone, std::string& to) {
  AppendNumber(revision.main, to);
  to.push_back('_');
  AppendNumber(revision.sub, to);
  if (tombstone) to.push_back(kTombstone);
}

size_t StoredKeySize(bool tombstone) { return kRevisionSize + (tombstone ? 1 : 0); }

void AppendStoredValue(const Version& version, std::string& to) {
  VisitFields(version, [&](int number, auto value) { AppendField(to, number, value); });
}

size_t StoredValueSize(const Version& version) {
  size_t size = 0;
  VisitFields(version, [&](int number, auto value) { size += FieldSize(number, value); });
  return size;
}

absl::StatusOr<VersionPtr> ParseStored(std::string_view key, std::string_view value) {
  const bool tombstone = key.size() == kRevisionSize + 1 && key.back() == kTombstone;
  const auto revision = ParseRevision(tombstone ? key.substr(0, kRevisionSize) : key);
  if (!revision || revision->main < 1) return Wrong(key, "is at no revision");
  if (!tombstone && value.empty()) return Version::Make({}, {}, {.modified = *revision});
  KeyValue kv;
  if (!ParseKeyValue(value, kv)) return Wrong(key, "is no KeyValue");
  if (kv.key.empty()) return Wrong(key, "is of no key");
  if (tombstone) return Version::Make(kv.key, {}, {.modified = *revision});
  const Version::Fields& fields = kv.fields;
  if (fields.modified.main != revision->main || fields.version < 1 || fields.create_revision < 1 ||
      fields.create_revision > revision->main) {
    return Wrong(key, "says it was written at another revision");
  }
  kv.fields.modified = *revision;
  return Version::Make(kv.key, kv.value, kv.fields);
}

std::string StoredRevision(int64_t main) {
  std::string key;
  AppendStoredKey({main, 0}, false, key);
  return key;
}

absl::StatusOr<int64_t> ParseStoredRevision(std::string_view key) {
  const auto revision = ParseRevision(key);
  if (!revision) return Wrong(key, "is no revision");
  return revision->main;
}

}  // namespace fakeetcd
