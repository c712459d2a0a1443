#pragma once

#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// The calls that ask for somebody, while auth is on, whichever keys they are about.
enum class Call {
  kCompact,
  kLeaseGrant,
  kLeaseRevoke,
  kLeaseTimeToLive,
  kMemberList,
  kMemberChange,
  kStatus,
  kAlarmGet,
  kAlarmChange,
  kMoveLeader,
  kDowngrade,
  kDefragment,
  kHash,
  kHashKv,
  kSnapshot,
};

/// Whom a call asks for: anybody, the same unless it has a token that is none, a user, or a user
/// that has the role root.
enum class Asks { kAnybody, kNoBadToken, kUser, kAdmin };

Asks WhomAsks(Call call, const Behavior& behavior);

/// Whether the release says why it does not admit somebody in the words it has inside.
bool RefusalIsUnmapped(Call call, const Behavior& behavior);

}  // namespace fakeetcd
