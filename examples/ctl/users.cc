// user, role, auth.
#include "examples/ctl/commands.h"

namespace ctl {
namespace {

using etcdpp::Client;
using etcdpp::KeyRange;
using etcdpp::Permission;
using etcdpp::PermissionType;
using etcdpp::Reason;
using etcdpp::Status;

const std::string kNoEnd(1, '\0');

std::string Interval(const KeyRange& range) {
  if (range.end().empty()) return range.key();
  const std::string end = range.end() == kNoEnd ? "<open ended>" : range.end() + ")";
  return "[" + range.key() + ", " + end;
}

void PrintRights(const std::vector<Permission>& permissions, PermissionType type) {
  for (const Permission& permission : permissions) {
    if (permission.type != type && permission.type != PermissionType::kReadWrite) continue;
    const KeyRange& range = permission.range;
    std::cout << "\t" << Interval(range);
    if (!range.end().empty() && etcdpp::PrefixRangeEnd(range.key()) == range.end()) {
      std::cout << " (prefix " << range.key() << ")";
    }
    std::cout << "\n";
  }
}

void PrintRole(const std::string& role, const etcdpp::RoleGetResponse& response) {
  std::cout << "Role " << role << "\nKV Read:\n";
  PrintRights(response.permissions, PermissionType::kRead);
  std::cout << "KV Write:\n";
  PrintRights(response.permissions, PermissionType::kWrite);
}

// The keys that words from `first` on name.
KeyRange RangeFrom(const CommandLine& line, size_t first) {
  const bool prefix = line.Has("prefix");
  const bool from_key = line.Has("from-key");
  if (prefix && from_key) {
    throw Refusal(kBadArguments, "--from-key and --prefix flags are mutually exclusive");
  }
  const std::string& key = line.words[first];
  if (line.words.size() > first + 1) {
    if (prefix) throw Refusal(kBadArguments, "unexpected endkey argument with --prefix flag");
    if (from_key) throw Refusal(kBadArguments, "unexpected endkey argument with --from-key flag");
    return KeyRange::HalfOpen(key, line.words[first + 1]);
  }
  if (prefix) return KeyRange::Prefix(key);
  if (from_key) return KeyRange::From(key);
  return KeyRange::Key(key.empty() ? kNoEnd : key);
}

PermissionType TypeOf(const std::string& name) {
  if (name == "read") return PermissionType::kRead;
  if (name == "write") return PermissionType::kWrite;
  if (name == "readwrite") return PermissionType::kReadWrite;
  throw Refusal(kBadArguments, "invalid permission type: " + name);
}

std::string PasswordFromInput() {
  std::string password;
  std::cin >> password;
  return password;
}

int Say(const etcdpp::Result<etcdpp::AuthResponse>& result, const std::string& text) {
  return Show(result, [&text](const auto&) { std::cout << text << "\n"; });
}

int ShowLines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) std::cout << line << "\n";
  return 0;
}

}  // namespace

int UserAdd(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "user add command requires user name as its argument");
  std::string user = line.words[0];
  if (line.Has("no-password")) {
    return Say(client.auth().AddUserWithoutPassword(user), "User " + user + " created");
  }
  std::string password = line.Flag("new-user-password");
  const size_t colon = user.find(':');
  if (password.empty() && colon != std::string::npos) {
    password = user.substr(colon + 1);
    user.resize(colon);
    if (user.empty()) throw Refusal(kBadArguments, "empty user name is not allowed");
  } else if (password.empty()) {
    password = PasswordFromInput();
  }
  return Say(client.auth().AddUser(user, password), "User " + user + " created");
}

int UserDelete(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "user delete command requires user name as its argument");
  return Say(client.auth().DeleteUser(line.words[0]), "User " + line.words[0] + " deleted");
}

int UserGet(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "user get command requires user name as its argument");
  const auto user = client.auth().GetUser(line.words[0]);
  if (!user.ok()) return Fail(user.status());
  std::cout << "User: " << line.words[0] << "\n";
  if (!line.Has("detail")) {
    std::cout << "Roles:";
    for (const std::string& role : user->roles) std::cout << " " << role;
    std::cout << "\n";
    return 0;
  }
  for (const std::string& role : user->roles) {
    const auto rights = client.auth().GetRole(role);
    if (!rights.ok()) return Fail(rights.status());
    std::cout << "\n";
    PrintRole(role, *rights);
  }
  return 0;
}

int UserList(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "user list command requires no arguments");
  return Show(client.auth().ListUsers(), [](const auto& list) { ShowLines(list.users); });
}

int UserPasswd(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "user passwd command requires user name as its argument");
  return Say(client.auth().ChangePassword(line.words[0], PasswordFromInput()), "Password updated");
}

int UserGrantRole(Client& client, const CommandLine& line) {
  line.Expect(2, 2, "user grant command requires user name and role name as its argument");
  return Say(client.auth().GrantRole(line.words[0], line.words[1]),
             "Role " + line.words[1] + " is granted to user " + line.words[0]);
}

int UserRevokeRole(Client& client, const CommandLine& line) {
  line.Expect(2, 2, "user revoke-role requires user name and role name as its argument");
  return Say(client.auth().RevokeRole(line.words[0], line.words[1]),
             "Role " + line.words[1] + " is revoked from user " + line.words[0]);
}

int RoleAdd(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "role add command requires role name as its argument");
  return Say(client.auth().AddRole(line.words[0]), "Role " + line.words[0] + " created");
}

int RoleDelete(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "role delete command requires role name as its argument");
  return Say(client.auth().DeleteRole(line.words[0]), "Role " + line.words[0] + " deleted");
}

int RoleGet(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "role get command requires role name as its argument");
  return Show(client.auth().GetRole(line.words[0]),
              [&line](const auto& role) { PrintRole(line.words[0], role); });
}

int RoleList(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "role list command requires no arguments");
  return Show(client.auth().ListRoles(), [](const auto& list) { ShowLines(list.roles); });
}

int RoleGrantPermission(Client& client, const CommandLine& line) {
  line.Expect(3, SIZE_MAX,
              "role grant command requires role name, permission type, and key [endkey] as its "
              "argument");
  const PermissionType type = TypeOf(line.words[1]);
  return Say(client.auth().GrantPermission(line.words[0], type, RangeFrom(line, 2)),
             "Role " + line.words[0] + " updated");
}

int RoleRevokePermission(Client& client, const CommandLine& line) {
  line.Expect(2, SIZE_MAX,
              "role revoke-permission command requires role name and key [endkey] as its argument");
  const KeyRange range = RangeFrom(line, 1);
  const bool one_key = range.end().empty();
  // Said as etcdctl does, with its bracket that stays open.
  std::string interval = Interval(range);
  if (!one_key && range.end() == kNoEnd) interval = "[" + line.words[1] + ", <open ended>";
  return Say(client.auth().RevokePermission(line.words[0], range),
             std::string("Permission of ") + (one_key ? "key " : "range ") +
                 (one_key ? line.words[1] : interval) + " is revoked from role " + line.words[0]);
}

int AuthEnable(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "auth enable command does not accept any arguments");
  Status status = client.auth().Enable().status();
  // As etcdctl: what is missing but the user is made.
  if (status.reason() == Reason::kRootRoleMissing) {
    status = client.auth().AddRole("root").status();
    if (status.ok()) status = client.auth().GrantRole("root", "root").status();
    if (status.ok()) status = client.auth().Enable().status();
  }
  if (!status.ok()) return Fail(status);
  std::cout << "Authentication Enabled\n";
  return 0;
}

int AuthDisable(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "auth disable command does not accept any arguments");
  return Say(client.auth().Disable(), "Authentication Disabled");
}

int AuthStatus(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "auth status command does not accept any arguments");
  return Show(client.auth().GetStatus(), [](const auto& status) {
    std::cout << "Authentication Status: " << (status.enabled ? "true" : "false")
              << "\nAuthRevision: " << status.auth_revision << "\n";
  });
}

}  // namespace ctl
