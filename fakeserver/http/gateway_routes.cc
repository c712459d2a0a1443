#include "fakeserver/http/gateway_routes.h"

#include <algorithm>
#include <iterator>

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/election.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/lock.pb.h"
#include "etcdpp_proto/maintenance.pb.h"
#include "etcdpp_proto/watch.pb.h"
#include "fakeserver/http/concat.h"

namespace fakeetcd {
namespace {

using google::protobuf::FileDescriptor;

enum class Service { kKv, kWatch, kLease, kCluster, kMaintenance, kAuth, kLock, kElection };

struct Route {
  std::string_view path;  // behind "/v3/"
  Service service;
  std::string_view method;
  bool Behavior::*in = nullptr;  // only in releases where this holds; null: in every one
};

// api/etcdserverpb/rpc.proto, v3lock.proto and v3election.proto: the google.api.http options. In
// 3.4 two methods have the path of Hash, which the gateway finds first.
constexpr Route kRoutes[] = {
    {"auth/authenticate", Service::kAuth, "Authenticate"},
    {"auth/disable", Service::kAuth, "AuthDisable"},
    {"auth/enable", Service::kAuth, "AuthEnable"},
    {"auth/role/add", Service::kAuth, "RoleAdd"},
    {"auth/role/delete", Service::kAuth, "RoleDelete"},
    {"auth/role/get", Service::kAuth, "RoleGet"},
    {"auth/role/grant", Service::kAuth, "RoleGrantPermission"},
    {"auth/role/list", Service::kAuth, "RoleList"},
    {"auth/role/revoke", Service::kAuth, "RoleRevokePermission"},
    {"auth/status", Service::kAuth, "AuthStatus", &Behavior::has_auth_status},
    {"auth/user/add", Service::kAuth, "UserAdd"},
    {"auth/user/changepw", Service::kAuth, "UserChangePassword"},
    {"auth/user/delete", Service::kAuth, "UserDelete"},
    {"auth/user/get", Service::kAuth, "UserGet"},
    {"auth/user/grant", Service::kAuth, "UserGrantRole"},
    {"auth/user/list", Service::kAuth, "UserList"},
    {"auth/user/revoke", Service::kAuth, "UserRevokeRole"},
    {"cluster/member/add", Service::kCluster, "MemberAdd"},
    {"cluster/member/list", Service::kCluster, "MemberList"},
    {"cluster/member/promote", Service::kCluster, "MemberPromote"},
    {"cluster/member/remove", Service::kCluster, "MemberRemove"},
    {"cluster/member/update", Service::kCluster, "MemberUpdate"},
    {"election/campaign", Service::kElection, "Campaign"},
    {"election/leader", Service::kElection, "Leader"},
    {"election/observe", Service::kElection, "Observe"},
    {"election/proclaim", Service::kElection, "Proclaim"},
    {"election/resign", Service::kElection, "Resign"},
    {"kv/compaction", Service::kKv, "Compact"},
    {"kv/deleterange", Service::kKv, "DeleteRange"},
    {"kv/lease/leases", Service::kLease, "LeaseLeases"},
    {"kv/lease/revoke", Service::kLease, "LeaseRevoke"},
    {"kv/lease/timetolive", Service::kLease, "LeaseTimeToLive"},
    {"kv/put", Service::kKv, "Put"},
    {"kv/range", Service::kKv, "Range"},
    {"kv/txn", Service::kKv, "Txn"},
    {"lease/grant", Service::kLease, "LeaseGrant"},
    {"lease/keepalive", Service::kLease, "LeaseKeepAlive"},
    {"lease/leases", Service::kLease, "LeaseLeases"},
    {"lease/revoke", Service::kLease, "LeaseRevoke"},
    {"lease/timetolive", Service::kLease, "LeaseTimeToLive"},
    {"lock/lock", Service::kLock, "Lock"},
    {"lock/unlock", Service::kLock, "Unlock"},
    {"maintenance/alarm", Service::kMaintenance, "Alarm"},
    {"maintenance/defragment", Service::kMaintenance, "Defragment"},
    {"maintenance/downgrade", Service::kMaintenance, "Downgrade", &Behavior::has_downgrade},
    {"maintenance/hash", Service::kMaintenance, "Hash"},
    {"maintenance/hashkv", Service::kMaintenance, "HashKV", &Behavior::gateway_has_hash_kv},
    {"maintenance/snapshot", Service::kMaintenance, "Snapshot"},
    {"maintenance/status", Service::kMaintenance, "Status"},
    {"maintenance/transfer-leadership", Service::kMaintenance, "MoveLeader"},
    {"watch", Service::kWatch, "Watch"},
};

struct ServiceNames {
  const FileDescriptor* file;
  std::string_view in_file;
  std::string_view on_the_wire;
};

// By way of a message of each file, so that the linker keeps them all.
ServiceNames NamesOf(Service service) {
  namespace server = etcdpp_proto::etcdserverpb;
  switch (service) {
    case Service::kKv:
      return {server::RangeRequest::descriptor()->file(), "KV", "etcdserverpb.KV"};
    case Service::kWatch:
      return {server::WatchRequest::descriptor()->file(), "Watch", "etcdserverpb.Watch"};
    case Service::kLease:
      return {server::LeaseGrantRequest::descriptor()->file(), "Lease", "etcdserverpb.Lease"};
    case Service::kCluster:
      return {server::MemberListRequest::descriptor()->file(), "Cluster", "etcdserverpb.Cluster"};
    case Service::kMaintenance:
      return {server::StatusRequest::descriptor()->file(), "Maintenance",
              "etcdserverpb.Maintenance"};
    case Service::kAuth:
      return {server::AuthEnableRequest::descriptor()->file(), "Auth", "etcdserverpb.Auth"};
    case Service::kLock:
      return {etcdpp_proto::v3lockpb::LockRequest::descriptor()->file(), "Lock", "v3lockpb.Lock"};
    case Service::kElection:
      return {etcdpp_proto::v3electionpb::CampaignRequest::descriptor()->file(), "Election",
              "v3electionpb.Election"};
  }
  return {};
}

}  // namespace

GatewayMethod FindGatewayMethod(std::string_view path, const Behavior& behavior) {
  constexpr std::string_view kPrefix = "/v3/";
  if (!path.starts_with(kPrefix)) return {};
  path.remove_prefix(kPrefix.size());
  const auto* const route = std::find_if(std::begin(kRoutes), std::end(kRoutes),
                                         [&](const Route& known) { return known.path == path; });
  const bool mapped = route != std::end(kRoutes) && (route->in == nullptr || behavior.*(route->in));
  if (!mapped) return {};
  const ServiceNames names = NamesOf(route->service);
  const auto* service = names.file->FindServiceByName(std::string(names.in_file));
  return {.name = Concat("/", names.on_the_wire, "/", route->method),
          .descriptor = service->FindMethodByName(std::string(route->method))};
}

}  // namespace fakeetcd
