#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakeserver/auth/users.h"

namespace fakeetcd {

// How etcd writes users and roles into its backend (auth/store.go): protobuf's authpb.User and
// authpb.Role, said here byte by byte.

constexpr char kAuthBucket[] = "auth";
constexpr char kAuthRolesBucket[] = "authRoles";
constexpr char kAuthUsersBucket[] = "authUsers";
constexpr char kAuthEnabledKey[] = "authEnabled";
constexpr char kAuthRevisionKey[] = "authRevision";

std::string EncodeFlag(bool flag);
std::string EncodeRevision(uint64_t revision);
std::string EncodeUser(const User& user);
std::string EncodeRole(const Role& role);

// nullopt where the bytes are not of such a value.
std::optional<uint64_t> DecodeRevision(std::string_view bytes);
std::optional<User> DecodeUser(std::string_view bytes);
std::optional<Role> DecodeRole(std::string_view bytes);

}  // namespace fakeetcd
