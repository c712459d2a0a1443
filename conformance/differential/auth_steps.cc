#include "conformance/differential/auth_steps.h"

#include "conformance/support/auth_scratch.h"

namespace conformance {
namespace {

constexpr char kRoot[] = "root";

// Beyond twelve, in which order those of the same key are kept is the affair of Go's sort.
constexpr int kPermissionsMax = 12;

std::string Name(Dice& dice, std::initializer_list<std::string> names) {
  return dice.Chance(2) ? "" : dice.OneOf(names);
}

}  // namespace

std::string AuthSteps::User() { return Name(dice_, {"alice", "bob", "carol"}); }

std::string AuthSteps::Role() { return dice_.Chance(5) ? kRoot : Name(dice_, {"r1", "r2", "r3"}); }

// Who changes users: root, or somebody who may not.
std::string AuthSteps::Admin() {
  if (!on_) return dice_.Chance(5) ? Caller() : "";
  return dice_.Chance(88) ? kRoot : Caller();
}

std::string AuthSteps::Caller() {
  if (!on_) return dice_.Chance(6) ? dice_.OneOf<std::string>({"alice", "bad"}) : "";
  if (dice_.Chance(6)) return "";
  if (dice_.Chance(5)) return "bad";
  return dice_.Chance(22) ? kRoot : dice_.OneOf<std::string>({"alice", "bob", "carol"});
}

Step AuthSteps::LogIn(const std::string& user) {
  const auto known = passwords_.find(user);
  const bool right = known != passwords_.end() && dice_.Chance(90);
  return StepOf(Login(user, right ? known->second : dice_.OneOf<std::string>({"1", "2", ""})));
}

Step AuthSteps::TurnOn() {
  if (dice_.Chance(80)) {
    due_.push_back(StepOf(GrantRole(kRoot, kRoot)));
    due_.push_back(StepOf(pb::AuthEnableRequest()));
    due_.push_back(StepOf(Login(kRoot, kRoot)));
    for (const auto& [user, password] : passwords_) {
      if (user != kRoot) due_.push_back(StepOf(Login(user, password)));
    }
    // Its password is the same all along: the fences are root's to write.
    return StepOf(UserAdd(kRoot, kRoot));
  }
  return StepOf(pb::AuthEnableRequest());
}

pb::AuthRoleGrantPermissionRequest AuthSteps::Permission() {
  const auto key = [this] {
    return dice_.Chance(2) ? "" : std::string(1, static_cast<char>('a' + dice_.Number(0, 4)));
  };
  const std::string first = key();
  const std::string end = dice_.Chance(45) ? "" : dice_.Chance(20) ? std::string(1, '\0') : key();
  const int64_t type = dice_.Chance(2) ? 7 : dice_.Number(0, 2);
  return Grant(Role(), static_cast<etcdpp_proto::authpb::Permission::Type>(type), first, end);
}

Step AuthSteps::Change() {
  const int64_t kind = dice_.Number(1, 100);
  const std::string by = Admin();
  if (kind <= 16) {
    const std::string user = User();
    const auto add = dice_.Chance(8) ? UserAddWithoutPassword(user)
                                     : UserAdd(user, dice_.OneOf<std::string>({"1", "2", ""}));
    if (dice_.Chance(70)) due_.push_back(StepOf(Login(user, add.password())));
    return StepOf(add, by);
  }
  if (kind <= 21) return StepOf(UserDelete(User()), by);
  if (kind <= 27) {
    const std::string user = User();
    const std::string password = dice_.OneOf<std::string>({"1", "2", ""});
    if (dice_.Chance(70)) due_.push_back(StepOf(Login(user, password)));
    return StepOf(ChangePassword(user, password), by);
  }
  if (kind <= 43) return StepOf(GrantRole(User(), Role()), by);
  if (kind <= 49) return StepOf(RevokeRole(User(), Role()), by);
  if (kind <= 60) return StepOf(RoleAdd(Role()), by);
  if (kind <= 63) return StepOf(RoleDelete(Role()), by);
  const auto permission = Permission();
  if (kind <= 90) {
    if (permissions_[permission.name()] < kPermissionsMax) return StepOf(permission, by);
    return StepOf(RoleDelete(permission.name()), by);
  }
  return StepOf(Revoke(permission.name(), permission.perm().key(), permission.perm().range_end()),
                by);
}

Step AuthSteps::Look() {
  const std::string by = Caller();
  switch (dice_.Number(0, 6)) {
    case 0:
      return StepOf(pb::AuthUserListRequest(), by);
    case 1:
      return StepOf(pb::AuthRoleListRequest(), by);
    case 2:
      return StepOf(pb::AuthStatusRequest(), by);
    case 3:
    case 4:
      return StepOf(UserGet(User()), by);
    default:
      return StepOf(RoleGet(Role()), by);
  }
}

Step AuthSteps::Next() {
  if (!due_.empty()) {
    Step step = std::move(due_.front());
    due_.pop_front();
    return step;
  }
  const int64_t kind = dice_.Number(1, 100);
  if (kind <= 6) return on_ ? StepOf(pb::AuthDisableRequest(), Admin()) : TurnOn();
  if (kind <= 22) return LogIn(User());
  return kind <= 40 ? Look() : Change();
}

void AuthSteps::Learn(const google::protobuf::Message& request) {
  if (dynamic_cast<const pb::AuthEnableRequest*>(&request) != nullptr) on_ = true;
  if (dynamic_cast<const pb::AuthDisableRequest*>(&request) != nullptr) on_ = false;
  if (const auto* add = dynamic_cast<const pb::AuthUserAddRequest*>(&request)) {
    passwords_[add->name()] = add->password();
  } else if (const auto* change =
                 dynamic_cast<const pb::AuthUserChangePasswordRequest*>(&request)) {
    passwords_[change->name()] = change->password();
  } else if (const auto* end = dynamic_cast<const pb::AuthUserDeleteRequest*>(&request)) {
    passwords_.erase(end->name());
  } else if (const auto* grant =
                 dynamic_cast<const pb::AuthRoleGrantPermissionRequest*>(&request)) {
    ++permissions_[grant->name()];
  } else if (const auto* gone = dynamic_cast<const pb::AuthRoleDeleteRequest*>(&request)) {
    permissions_.erase(gone->role());
  }
}

}  // namespace conformance
