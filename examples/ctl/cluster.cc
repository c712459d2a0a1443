// member, endpoint, alarm, defrag, move-leader, snapshot.
#include <chrono>
#include <cmath>
#include <cstdio>

#include "examples/ctl/commands.h"

namespace ctl {
namespace {

using etcdpp::Client;
using etcdpp::Member;
using etcdpp::MembersResponse;

std::string Hex(uint64_t number, bool padded = false) {
  char text[24];
  std::snprintf(text, sizeof(text), padded ? "%16llx" : "%llx",
                static_cast<unsigned long long>(number));
  return text;
}

std::string Join(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// "20 kB": to two digits, in thousands.
std::string Size(int64_t bytes) {
  if (bytes < 10) return std::to_string(bytes) + " B";
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  double scale = 1;
  while (static_cast<double>(bytes) >= scale * 1000 && unit < 5) {
    scale *= 1000;
    ++unit;
  }
  const double value = std::floor(static_cast<double>(bytes) / scale * 10 + 0.5) / 10;
  char text[32];
  std::snprintf(text, sizeof(text), value < 10 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
  return text;
}

std::vector<std::string> Endpoints(Client& client, const CommandLine& line) {
  std::vector<std::string> names;
  if (line.Has("cluster")) {
    const auto list = client.cluster().ListMembers();
    if (!list.ok()) {
      throw Refusal(kFailed, "failed to fetch endpoints from etcd cluster member list: " +
                                 list.status().message());
    }
    for (const Member& member : list->members) {
      names.insert(names.end(), member.client_urls.begin(), member.client_urls.end());
    }
    return names;
  }
  for (const auto& state : client.endpoints()) names.push_back(state.endpoint);
  return names;
}

uint64_t IdIn(const CommandLine& line) {
  line.Expect(1, 1, "member ID is not provided");
  return MemberIdOf(line.words[0]);
}

std::string PeerUrls(const CommandLine& line) {
  const std::string urls = line.Flag("peer-urls");
  if (urls.empty()) throw Refusal(kBadArguments, "member peer urls not provided");
  return urls;
}

int ShowChange(const etcdpp::Result<MembersResponse>& result, uint64_t id, const char* change) {
  return Show(result, [&](const MembersResponse& response) {
    std::cout << "Member " << Hex(id, true) << " " << change << " cluster "
              << Hex(response.header.cluster_id, true) << "\n";
  });
}

int ShowAlarms(const etcdpp::Result<etcdpp::AlarmResponse>& result) {
  return Show(result, [](const etcdpp::AlarmResponse& response) {
    for (const etcdpp::Alarm& alarm : response.alarms) {
      const char* type = alarm.type == etcdpp::AlarmType::kCorrupt ? "CORRUPT" : "NOSPACE";
      std::cout << "memberID:" << alarm.member_id << " alarm:" << type << " \n";
    }
  });
}

}  // namespace

int MemberAdd(Client& client, const CommandLine& line) {
  line.Expect(1, SIZE_MAX, "member name not provided");
  line.Expect(1, 1, "too many arguments");
  const std::string urls = PeerUrls(line);
  auto cluster = client.cluster();
  const auto added =
      line.Has("learner") ? cluster.AddLearner(Split(urls)) : cluster.AddMember(Split(urls));
  if (!added.ok()) return Fail(added.status());
  std::vector<std::string> peers;
  for (const Member& member : added->members) {
    const std::string& name = member.id == added->member.id ? line.words[0] : member.name;
    for (const std::string& url : member.peer_urls) {
      std::string peer = name;
      peers.push_back(peer.append("=").append(url));
    }
  }
  std::cout << "Member " << Hex(added->member.id, true) << " added to cluster "
            << Hex(added->header.cluster_id, true) << "\n\nETCD_NAME=\"" << line.words[0]
            << "\"\nETCD_INITIAL_CLUSTER=\"" << Join(peers, ",")
            << "\"\nETCD_INITIAL_ADVERTISE_PEER_URLS=\"" << urls
            << "\"\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n";
  return 0;
}

int MemberRemove(Client& client, const CommandLine& line) {
  const uint64_t id = IdIn(line);
  return ShowChange(client.cluster().RemoveMember(id), id, "removed from");
}

int MemberUpdate(Client& client, const CommandLine& line) {
  const uint64_t id = IdIn(line);
  return ShowChange(client.cluster().UpdateMember(id, Split(PeerUrls(line))), id, "updated in");
}

int MemberPromote(Client& client, const CommandLine& line) {
  const uint64_t id = IdIn(line);
  return ShowChange(client.cluster().PromoteMember(id), id, "promoted in");
}

int MemberList(Client& client, const CommandLine& /*line*/) {
  return Show(client.cluster().ListMembers(), [](const MembersResponse& response) {
    for (const Member& member : response.members) {
      std::cout << Hex(member.id) << (member.started() ? ", started, " : ", unstarted, ")
                << member.name << ", " << Join(member.peer_urls, ",") << ", "
                << Join(member.client_urls, ",") << ", " << (member.is_learner ? "true" : "false")
                << "\n";
    }
  });
}

int EndpointHealth(Client& client, const CommandLine& line) {
  bool healthy = true;
  for (const std::string& endpoint : Endpoints(client, line)) {
    const auto start = std::chrono::steady_clock::now();
    const auto status = client.Get("health", {}, {.endpoint = endpoint}).status();
    // A refusal goes through consensus as well.
    if (status.ok() || status.reason() == etcdpp::Reason::kPermissionDenied) {
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      std::cerr << endpoint
                << " is healthy: successfully committed proposal: took = " << took.count()
                << "ms\n";
    } else {
      std::cerr << endpoint << " is unhealthy: failed to commit proposal: " << status.message()
                << "\n";
      healthy = false;
    }
  }
  if (!healthy) throw Refusal(kFailed, "unhealthy cluster");
  return 0;
}

int EndpointStatus(Client& client, const CommandLine& line) {
  int code = 0;
  for (const std::string& endpoint : Endpoints(client, line)) {
    const auto status = client.maintenance().GetStatus({.endpoint = endpoint});
    if (!status.ok()) {
      std::cerr << "Failed to get the status of endpoint " << endpoint << " ("
                << status.status().message() << ")\n";
      code = kFailed;
      continue;
    }
    const bool leads = status->leader == status->header.member_id;
    std::cout << endpoint << ", " << Hex(status->header.member_id) << ", " << status->version
              << ", " << Size(status->db_size) << ", " << (leads ? "true" : "false") << ", "
              << (status->is_learner ? "true" : "false") << ", " << status->raft_term << ", "
              << status->raft_index << ", " << status->raft_applied_index << ", "
              << Join(status->errors, ", ") << "\n";
  }
  return code;
}

int EndpointHashKv(Client& client, const CommandLine& line) {
  int code = 0;
  for (const std::string& endpoint : Endpoints(client, line)) {
    const auto hash = client.maintenance().HashKv(line.Number("rev", 0), {.endpoint = endpoint});
    if (hash.ok()) {
      std::cout << endpoint << ", " << hash->hash << "\n";
    } else {
      std::cerr << "Failed to get the hash of endpoint " << endpoint << " ("
                << hash.status().message() << ")\n";
      code = Fail(hash.status());
    }
  }
  return code;
}

int AlarmList(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "alarm list command accepts no arguments");
  return ShowAlarms(client.maintenance().ListAlarms());
}

int AlarmDisarm(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "alarm disarm command accepts no arguments");
  const auto alarms = client.maintenance().ListAlarms();
  if (!alarms.ok()) return Fail(alarms.status());
  for (const etcdpp::Alarm& alarm : alarms->alarms) {
    if (const int code = ShowAlarms(client.maintenance().DisarmAlarm(alarm)); code != 0) {
      return code;
    }
  }
  return 0;
}

int Defrag(Client& client, const CommandLine& line) {
  int code = 0;
  for (const std::string& endpoint : Endpoints(client, line)) {
    const auto done = client.maintenance().Defragment({.endpoint = endpoint});
    if (done.ok()) {
      std::cout << "Finished defragmenting etcd member[" << endpoint << "]\n";
    } else {
      std::cerr << "Failed to defragment etcd member[" << endpoint << "] ("
                << done.status().message() << ")\n";
      code = kFailed;
    }
  }
  return code;
}

int MoveLeader(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "move-leader command needs 1 argument");
  const uint64_t target = MemberIdOf(line.words[0]);
  for (const std::string& endpoint : Endpoints(client, line)) {
    const auto status = client.maintenance().GetStatus({.endpoint = endpoint});
    if (!status.ok()) return Fail(status.status());
    if (status->leader != status->header.member_id) continue;
    return Show(client.maintenance().MoveLeader(target, {.endpoint = endpoint}), [&](const auto&) {
      std::cout << "Leadership transferred from " << Hex(status->leader) << " to " << Hex(target)
                << "\n";
    });
  }
  throw Refusal(kBadArguments,
                "no leader endpoint given at [" + Join(Endpoints(client, line), " ") + "]");
}

int SnapshotSave(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "snapshot save expects one argument");
  return Show(client.maintenance().SaveSnapshot(line.words[0]),
              [&](const auto&) { std::cout << "Snapshot saved at " << line.words[0] << "\n"; });
}

}  // namespace ctl
