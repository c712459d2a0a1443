#include "fakeserver/auth/entries.h"

#include <algorithm>
#include <utility>

namespace fakeetcd {
namespace {

// authpb's field numbers.
constexpr int kUserName = 1;
constexpr int kUserPassword = 2;
constexpr int kUserRoles = 3;
constexpr int kUserOptions = 4;
constexpr int kOptionsNoPassword = 1;
constexpr int kRoleName = 1;
constexpr int kRolePermission = 2;
constexpr int kPermissionType = 1;
constexpr int kPermissionKey = 2;
constexpr int kPermissionRangeEnd = 3;

constexpr size_t kRevisionBytes = 8;

void AddVarint(uint64_t value, std::string& bytes) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
}

void AddNumber(int field, uint64_t value, std::string& bytes) {
  AddVarint(static_cast<uint64_t>(field) << 3, bytes);
  AddVarint(value, bytes);
}

// Even where it is empty.
void AddText(int field, std::string_view text, std::string& bytes) {
  AddVarint(static_cast<uint64_t>(field) << 3 | 2, bytes);
  AddVarint(text.size(), bytes);
  bytes.append(text);
}

void AddTextUnlessEmpty(int field, std::string_view text, std::string& bytes) {
  if (!text.empty()) AddText(field, text, bytes);
}

std::string EncodePermission(const Permission& permission) {
  std::string bytes;
  const auto type = static_cast<int64_t>(permission.type);
  if (type != 0) AddNumber(kPermissionType, static_cast<uint64_t>(type), bytes);
  AddTextUnlessEmpty(kPermissionKey, permission.key, bytes);
  AddTextUnlessEmpty(kPermissionRangeEnd, permission.range_end, bytes);
  return bytes;
}

// The fields of a message, one by one.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  // False at the end, and from then on; ok() tells whether that is the message's.
  bool Next() {
    if (bytes_.empty() || !ok_) return false;
    uint64_t tag = 0;
    ok_ = TakeVarint(tag) && Take(tag & 7);
    field_ = static_cast<int>(tag >> 3);
    return ok_;
  }

  bool ok() const { return ok_; }
  int field() const { return field_; }
  uint64_t number() const { return number_; }
  std::string text() const { return std::string(text_); }

 private:
  bool Take(uint64_t wire_type) {
    text_ = {};
    number_ = 0;
    if (wire_type == 0) return TakeVarint(number_);
    uint64_t size = 0;
    if (wire_type != 2 || !TakeVarint(size) || size > bytes_.size()) return false;
    text_ = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }

  bool TakeVarint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  std::string_view bytes_;
  bool ok_ = true;
  int field_ = 0;
  uint64_t number_ = 0;
  std::string_view text_;
};

std::optional<Permission> DecodePermission(std::string_view bytes) {
  Permission permission;
  Fields fields(bytes);
  while (fields.Next()) {
    if (fields.field() == kPermissionType) {
      permission.type = static_cast<PermissionType>(fields.number());
    }
    if (fields.field() == kPermissionKey) permission.key = fields.text();
    if (fields.field() == kPermissionRangeEnd) permission.range_end = fields.text();
  }
  return fields.ok() ? std::optional(std::move(permission)) : std::nullopt;
}

}  // namespace

std::string EncodeFlag(bool flag) { return std::string(1, static_cast<char>(flag ? 1 : 0)); }

std::string EncodeRevision(uint64_t revision) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(revision >> shift));
  return bytes;
}

std::string EncodeUser(const User& user) {
  std::string bytes;
  AddTextUnlessEmpty(kUserName, user.name, bytes);
  AddTextUnlessEmpty(kUserPassword, user.password_hash, bytes);
  for (const std::string& role : user.roles) AddText(kUserRoles, role, bytes);
  std::string options;
  if (user.no_password) AddNumber(kOptionsNoPassword, 1, options);
  if (user.has_options) AddText(kUserOptions, options, bytes);
  return bytes;
}

std::string EncodeRole(const Role& role) {
  std::string bytes;
  AddTextUnlessEmpty(kRoleName, role.name, bytes);
  for (const Permission& permission : role.permissions) {
    AddText(kRolePermission, EncodePermission(permission), bytes);
  }
  return bytes;
}

std::optional<uint64_t> DecodeRevision(std::string_view bytes) {
  if (bytes.size() != kRevisionBytes) return std::nullopt;
  uint64_t revision = 0;
  for (const char byte : bytes) revision = revision << 8 | static_cast<unsigned char>(byte);
  return revision;
}

std::optional<User> DecodeUser(std::string_view bytes) {
  User user{.has_options = false};
  Fields fields(bytes);
  while (fields.Next()) {
    if (fields.field() == kUserName) user.name = fields.text();
    if (fields.field() == kUserPassword) user.password_hash = fields.text();
    if (fields.field() == kUserRoles) user.roles.push_back(fields.text());
    if (fields.field() != kUserOptions) continue;
    user.has_options = true;
    const std::string bytes_of_options = fields.text();
    Fields options(bytes_of_options);
    while (options.Next()) {
      if (options.field() == kOptionsNoPassword) user.no_password = options.number() != 0;
    }
    if (!options.ok()) return std::nullopt;
  }
  if (!fields.ok()) return std::nullopt;
  std::sort(user.roles.begin(), user.roles.end());
  return user;
}

std::optional<Role> DecodeRole(std::string_view bytes) {
  Role role;
  Fields fields(bytes);
  while (fields.Next()) {
    if (fields.field() == kRoleName) role.name = fields.text();
    if (fields.field() != kRolePermission) continue;
    auto permission = DecodePermission(fields.text());
    if (!permission) return std::nullopt;
    role.permissions.push_back(*std::move(permission));
  }
  return fields.ok() ? std::optional(std::move(role)) : std::nullopt;
}

}  // namespace fakeetcd
