#include "fakeserver/services/methods.h"

#include <algorithm>
#include <iterator>

namespace fakeetcd {
namespace {

struct Method {
  std::string_view service;
  std::string_view name;
  bool Behavior::*since = nullptr;  // null: in every release
};

constexpr Method kMethods[] = {
    {"etcdserverpb.KV", "Range"},
    {"etcdserverpb.KV", "RangeStream", &Behavior::has_range_stream},
    {"etcdserverpb.KV", "Put"},
    {"etcdserverpb.KV", "DeleteRange"},
    {"etcdserverpb.KV", "Txn"},
    {"etcdserverpb.KV", "Compact"},
    {"etcdserverpb.Watch", "Watch"},
    {"etcdserverpb.Lease", "LeaseGrant"},
    {"etcdserverpb.Lease", "LeaseRevoke"},
    {"etcdserverpb.Lease", "LeaseKeepAlive"},
    {"etcdserverpb.Lease", "LeaseTimeToLive"},
    {"etcdserverpb.Lease", "LeaseLeases"},
    {"etcdserverpb.Cluster", "MemberAdd"},
    {"etcdserverpb.Cluster", "MemberRemove"},
    {"etcdserverpb.Cluster", "MemberUpdate"},
    {"etcdserverpb.Cluster", "MemberList"},
    {"etcdserverpb.Cluster", "MemberPromote"},
    {"etcdserverpb.Maintenance", "Alarm"},
    {"etcdserverpb.Maintenance", "Status"},
    {"etcdserverpb.Maintenance", "Defragment"},
    {"etcdserverpb.Maintenance", "Hash"},
    {"etcdserverpb.Maintenance", "HashKV"},
    {"etcdserverpb.Maintenance", "Snapshot"},
    {"etcdserverpb.Maintenance", "MoveLeader"},
    {"etcdserverpb.Maintenance", "Downgrade", &Behavior::has_downgrade},
    {"etcdserverpb.Auth", "AuthEnable"},
    {"etcdserverpb.Auth", "AuthDisable"},
    {"etcdserverpb.Auth", "AuthStatus", &Behavior::has_auth_status},
    {"etcdserverpb.Auth", "Authenticate"},
    {"etcdserverpb.Auth", "UserAdd"},
    {"etcdserverpb.Auth", "UserGet"},
    {"etcdserverpb.Auth", "UserList"},
    {"etcdserverpb.Auth", "UserDelete"},
    {"etcdserverpb.Auth", "UserChangePassword"},
    {"etcdserverpb.Auth", "UserGrantRole"},
    {"etcdserverpb.Auth", "UserRevokeRole"},
    {"etcdserverpb.Auth", "RoleAdd"},
    {"etcdserverpb.Auth", "RoleGet"},
    {"etcdserverpb.Auth", "RoleList"},
    {"etcdserverpb.Auth", "RoleDelete"},
    {"etcdserverpb.Auth", "RoleGrantPermission"},
    {"etcdserverpb.Auth", "RoleRevokePermission"},
    {"v3lockpb.Lock", "Lock"},
    {"v3lockpb.Lock", "Unlock"},
    {"v3electionpb.Election", "Campaign"},
    {"v3electionpb.Election", "Proclaim"},
    {"v3electionpb.Election", "Leader"},
    {"v3electionpb.Election", "Observe"},
    {"v3electionpb.Election", "Resign"},
    {"grpc.health.v1.Health", "Check"},
    {"grpc.health.v1.Health", "List", &Behavior::has_health_list},
    {"grpc.health.v1.Health", "Watch"},
};

}  // namespace

MethodState FindMethod(std::string_view service, std::string_view method,
                       const Behavior& behavior) {
  const auto of_service = [&](const Method& known) { return known.service == service; };
  const auto* const begin = std::begin(kMethods);
  const auto* const end = std::end(kMethods);
  if (std::none_of(begin, end, of_service)) return MethodState::kUnknownService;
  const auto* const found = std::find_if(begin, end, [&](const Method& known) {
    return known.service == service && known.name == method;
  });
  const bool in_release = found != end && (found->since == nullptr || behavior.*(found->since));
  return in_release ? MethodState::kInRelease : MethodState::kUnknownMethod;
}

}  // namespace fakeetcd
