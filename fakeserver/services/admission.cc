#include "fakeserver/services/admission.h"

namespace fakeetcd {
namespace {

Asks UserIf(bool needed, Asks otherwise = Asks::kAnybody) {
  return needed ? Asks::kUser : otherwise;
}

Asks AdminIf(bool needed, Asks otherwise = Asks::kAnybody) {
  return needed ? Asks::kAdmin : otherwise;
}

}  // namespace

Asks WhomAsks(Call call, const Behavior& behavior) {
  switch (call) {
    case Call::kCompact:
      return AdminIf(behavior.compact_needs_admin);
    case Call::kLeaseGrant:
    case Call::kLeaseRevoke:
    case Call::kLeaseTimeToLive:
      return UserIf(behavior.leases_need_user);
    case Call::kMemberList:
      return AdminIf(behavior.member_list_needs_admin, UserIf(behavior.member_list_needs_user));
    case Call::kStatus:
      return AdminIf(behavior.status_needs_admin, UserIf(behavior.status_needs_user));
    case Call::kAlarmGet:
      return AdminIf(behavior.alarm_list_needs_admin,
                     UserIf(behavior.alarm_needs_user, Asks::kNoBadToken));
    case Call::kAlarmChange:
      return AdminIf(behavior.alarm_needs_user, Asks::kNoBadToken);
    case Call::kMoveLeader:
      return AdminIf(behavior.move_leader_needs_admin);
    case Call::kMemberChange:
    case Call::kDowngrade:
    case Call::kDefragment:
    case Call::kHash:
    case Call::kHashKv:
    case Call::kSnapshot:
      return Asks::kAdmin;
  }
  return Asks::kAdmin;
}

bool RefusalIsUnmapped(Call call, const Behavior& behavior) {
  switch (call) {
    case Call::kDefragment:
    case Call::kHash:
    case Call::kHashKv:
    case Call::kSnapshot:
      return !behavior.maintenance_auth_errors_are_mapped;
    case Call::kAlarmGet:
    case Call::kAlarmChange:
      return !behavior.alarm_errors_are_mapped;
    default:
      return false;
  }
}

}  // namespace fakeetcd
