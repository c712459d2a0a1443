// lease, lock, elect.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iomanip>

#include "examples/ctl/commands.h"

#include "etcdpp/election.h"
#include "etcdpp/mutex.h"

namespace ctl {
namespace {

using etcdpp::Client;
using etcdpp::LeaseId;
using etcdpp::Session;
using etcdpp::Status;

std::string Name(LeaseId id) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(id));
  return text;
}

LeaseId IdIn(const CommandLine& line, const std::string& complaint) {
  line.Expect(1, 1, complaint);
  return LeaseIdOf(line.words[0]);
}

// Says what failed, before why.
Status Failed(const std::string& what, const Status& why) {
  return {why.code(), "failed to " + what + " lease (" + why.message() + ")"};
}

void PrintRenewal(LeaseId id, std::chrono::seconds ttl) {
  std::cout << "lease " << Name(id) << " keepalived with TTL(" << ttl.count() << ")" << std::endl;
}

// Runs the words from `first` on. Returns the exit code.
int Run(const CommandLine& line, size_t first) {
  std::string command;
  for (size_t i = first; i < line.words.size(); ++i) {
    std::string quoted = "'";
    for (const char c : line.words[i]) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    command += quoted + "' ";
  }
  std::cout.flush();
  return std::system(command.c_str()) == 0 ? 0 : kFailed;
}

etcdpp::Result<Session> NewSession(const Client& client, const CommandLine& line) {
  etcdpp::SessionOptions options;
  options.ttl = std::chrono::seconds(line.Number("ttl", 60));
  return Session::Create(client, options);
}

int Close(Session& session, int code) {
  const Status closed = session.Close();
  return closed.ok() ? code : Fail(closed);
}

}  // namespace

int LeaseGrant(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "lease grant command needs TTL argument");
  const auto ttl = static_cast<int64_t>(ParseNumber(line.words[0], 10, "bad TTL", ""));
  const auto lease = client.GrantLease(std::chrono::seconds(ttl));
  if (!lease.ok()) return Fail(Failed("grant", lease.status()));
  std::cout << "lease " << Name(lease->id) << " granted with TTL(" << lease->ttl.count() << "s)\n";
  return 0;
}

int LeaseRevoke(Client& client, const CommandLine& line) {
  const LeaseId id = IdIn(line, "lease revoke command needs 1 argument");
  const auto revoked = client.RevokeLease(id);
  if (!revoked.ok()) return Fail(Failed("revoke", revoked.status()));
  std::cout << "lease " << Name(id) << " revoked\n";
  return 0;
}

int LeaseTimeToLive(Client& client, const CommandLine& line) {
  const LeaseId id = IdIn(line, "lease timetolive command needs lease ID as argument");
  const bool keys = line.Has("keys");
  const auto print = [&](const etcdpp::TimeToLiveResponse& lease) {
    std::cout << "lease " << Name(id);
    if (lease.ttl.count() < 0) {
      std::cout << " already expired\n";
      return;
    }
    std::cout << " granted with TTL(" << lease.granted_ttl.count() << "s), remaining("
              << lease.ttl.count() << "s)";
    if (keys) {
      std::cout << ", attached keys([";
      for (size_t i = 0; i < lease.keys.size(); ++i) {
        std::cout << (i == 0 ? "" : " ") << lease.keys[i];
      }
      std::cout << "])";
    }
    std::cout << "\n";
  };
  return Show(client.TimeToLive(id, keys), print, kBadConnection);
}

int LeaseList(Client& client, const CommandLine& /*line*/) {
  const auto print = [](const etcdpp::LeasesResponse& response) {
    std::cout << "found " << response.leases.size() << " leases\n";
    for (const LeaseId id : response.leases) std::cout << Name(id) << "\n";
  };
  return Show(client.Leases(), print, kBadConnection);
}

int LeaseKeepAlive(Client& client, const CommandLine& line) {
  const LeaseId id = IdIn(line, "lease keep-alive command needs lease ID as argument");
  auto renewed = client.KeepAliveOnce(id);
  if (line.Has("once")) {
    return Show(
        renewed, [id](const auto& response) { PrintRenewal(id, response.ttl); }, kBadConnection);
  }
  etcdpp::LeaseKeeper keeper = client.KeepAlive(id);
  while (renewed.ok()) {
    PrintRenewal(id, renewed->ttl);
    if (keeper.WaitLostFor(renewed->ttl / 3) != etcdpp::LeaseLoss::kNone) break;
    renewed = client.KeepAliveOnce(id);
  }
  std::cout << "lease " << Name(id) << " expired or revoked.\n";
  return 0;
}

int Lock(Client& client, const CommandLine& line) {
  line.Expect(2, SIZE_MAX, "lock command needs a lock name and a command to run");
  auto session = NewSession(client, line);
  if (!session.ok()) return Fail(session.status());
  etcdpp::Mutex mutex(*session, line.words[0]);
  if (line.Has("try")) {
    auto guard = mutex.TryLock();
    if (!guard.ok()) return Fail(guard.status());
    return Close(*session, *guard ? Run(line, 1) : 3);
  }
  auto guard = mutex.Lock();
  if (!guard.ok()) return Fail(guard.status());
  const int code = Run(line, 1);
  if (!guard->held()) return Fail(guard->status());
  return Close(*session, code);
}

int Elect(Client& client, const CommandLine& line) {
  line.Expect(1, SIZE_MAX, "elect takes one election name, and a proposal and a command to run");
  if (line.words.size() < 3) {
    const auto leader = etcdpp::ElectionView(client, line.words[0]).Observe().Next();
    return Show(leader, [](const etcdpp::KeyValue& kv) {
      std::cout << kv.key << "\n" << kv.value << "\n";
    });
  }
  auto session = NewSession(client, line);
  if (!session.ok()) return Fail(session.status());
  auto leadership = etcdpp::Election(*session, line.words[0]).Campaign(line.words[1]);
  if (!leadership.ok()) return Fail(leadership.status());
  return Close(*session, Run(line, 2));
}

}  // namespace ctl
