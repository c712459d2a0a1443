#pragma once

#include <iostream>
#include <string>

#include "examples/ctl/command_line.h"

#include "etcdpp/client.h"

namespace ctl {

// The commands, each in etcdctl's words: `line.words` are those after the command's name. Each
// returns the exit code.

using Command = int (*)(etcdpp::Client& client, const CommandLine& line);

int Get(etcdpp::Client& client, const CommandLine& line);
int Put(etcdpp::Client& client, const CommandLine& line);
int Del(etcdpp::Client& client, const CommandLine& line);
int Txn(etcdpp::Client& client, const CommandLine& line);
int Watch(etcdpp::Client& client, const CommandLine& line);
int Compaction(etcdpp::Client& client, const CommandLine& line);

int LeaseGrant(etcdpp::Client& client, const CommandLine& line);
int LeaseRevoke(etcdpp::Client& client, const CommandLine& line);
int LeaseTimeToLive(etcdpp::Client& client, const CommandLine& line);
int LeaseList(etcdpp::Client& client, const CommandLine& line);
int LeaseKeepAlive(etcdpp::Client& client, const CommandLine& line);
int Lock(etcdpp::Client& client, const CommandLine& line);
int Elect(etcdpp::Client& client, const CommandLine& line);

int UserAdd(etcdpp::Client& client, const CommandLine& line);
int UserDelete(etcdpp::Client& client, const CommandLine& line);
int UserGet(etcdpp::Client& client, const CommandLine& line);
int UserList(etcdpp::Client& client, const CommandLine& line);
int UserPasswd(etcdpp::Client& client, const CommandLine& line);
int UserGrantRole(etcdpp::Client& client, const CommandLine& line);
int UserRevokeRole(etcdpp::Client& client, const CommandLine& line);
int RoleAdd(etcdpp::Client& client, const CommandLine& line);
int RoleDelete(etcdpp::Client& client, const CommandLine& line);
int RoleGet(etcdpp::Client& client, const CommandLine& line);
int RoleList(etcdpp::Client& client, const CommandLine& line);
int RoleGrantPermission(etcdpp::Client& client, const CommandLine& line);
int RoleRevokePermission(etcdpp::Client& client, const CommandLine& line);
int AuthEnable(etcdpp::Client& client, const CommandLine& line);
int AuthDisable(etcdpp::Client& client, const CommandLine& line);
int AuthStatus(etcdpp::Client& client, const CommandLine& line);

int MemberAdd(etcdpp::Client& client, const CommandLine& line);
int MemberRemove(etcdpp::Client& client, const CommandLine& line);
int MemberUpdate(etcdpp::Client& client, const CommandLine& line);
int MemberPromote(etcdpp::Client& client, const CommandLine& line);
int MemberList(etcdpp::Client& client, const CommandLine& line);
int EndpointHealth(etcdpp::Client& client, const CommandLine& line);
int EndpointStatus(etcdpp::Client& client, const CommandLine& line);
int EndpointHashKv(etcdpp::Client& client, const CommandLine& line);
int AlarmList(etcdpp::Client& client, const CommandLine& line);
int AlarmDisarm(etcdpp::Client& client, const CommandLine& line);
int Defrag(etcdpp::Client& client, const CommandLine& line);
int MoveLeader(etcdpp::Client& client, const CommandLine& line);
int SnapshotSave(etcdpp::Client& client, const CommandLine& line);

/// Prints why, and returns `code`.
inline int Fail(const etcdpp::Status& status, int code = kFailed) {
  std::cerr << "Error: " << status.message() << "\n";
  // etcdctl logs in as it connects.
  return status.reason() == etcdpp::Reason::kAuthFailed ? kBadConnection : code;
}

/// Prints the answer, or why there is none.
template <typename T, typename Print>
int Show(const etcdpp::Result<T>& result, Print print, int code = kFailed) {
  if (!result.ok()) return Fail(result.status(), code);
  print(*result);
  return 0;
}

}  // namespace ctl
