// etcdpp-ctl: a small etcdctl, made of the client library alone.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/client.h"
#include "etcdpp/election.h"
#include "etcdpp/mutex.h"

namespace {

using etcdpp::Client;
using etcdpp::KeyRange;
using etcdpp::LeaseId;
using etcdpp::Status;

constexpr char kUsage[] = R"(usage: etcdpp-ctl [FLAGS] COMMAND
  get KEY [END]             print keys and values
  put KEY VALUE             write
  del KEY [END]             delete, and print how many
  watch KEY [END]           print changes until interrupted
  compact REVISION          forget older versions
  lease grant SECONDS | revoke ID | timetolive ID | list
  lock NAME COMMAND...      run a command while holding a lock, and exit as it did
  elect NAME VALUE COMMAND...  the same, while being the leader
  elect NAME                print the leader
  member list               print who is in the cluster
  endpoint status           print how the member asked is
  snapshot save FILE        keep a copy of all data
flags
  --endpoint=HOST:PORT      else $ETCDCTL_ENDPOINTS, else 127.0.0.1:2379
  --prefix                  KEY is what keys begin with
  --lease=ID                of a put, in hexadecimal
  --ttl=SECONDS             of a lock or a leadership: 60
  --try                     do not wait for a lock; exit with 3 if it is taken
)";

/// What the command line says.
struct Command {
  std::map<std::string, std::string, std::less<>> flags;
  std::vector<std::string> words;

  std::string Flag(std::string_view name, const std::string& otherwise) const {
    const auto found = flags.find(name);
    return found == flags.end() ? otherwise : found->second;
  }
  bool Has(std::string_view name) const { return flags.contains(name); }
};

Command Parse(int argc, char** argv) {
  Command command;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]).starts_with("--"); ++i) {
    const std::string flag = argv[i] + 2;
    const size_t equals = flag.find('=');
    const bool has_value = equals != std::string::npos;
    command.flags[flag.substr(0, equals)] = has_value ? flag.substr(equals + 1) : "";
  }
  for (; i < argc; ++i) command.words.emplace_back(argv[i]);
  return command;
}

int Fail(const Status& status) {
  std::cerr << "etcdpp-ctl: " << status << "\n";
  return 1;
}

template <typename T, typename Print>
int Show(const etcdpp::Result<T>& result, Print print) {
  if (!result.ok()) return Fail(result.status());
  print(*result);
  return 0;
}

KeyRange RangeOf(const Command& command) {
  if (command.Has("prefix")) return KeyRange::Prefix(command.words[1]);
  if (command.words.size() > 2) return KeyRange::HalfOpen(command.words[1], command.words[2]);
  return command.words[1];
}

int Get(Client& client, const Command& command) {
  etcdpp::Scan scan = client.Scan(RangeOf(command));
  auto kv = scan.Next();
  for (; kv.ok() && *kv; kv = scan.Next()) std::cout << (*kv)->key << "\n" << (*kv)->value << "\n";
  return kv.ok() ? 0 : Fail(kv.status());
}

int Put(Client& client, const Command& command) {
  etcdpp::PutOptions options;
  options.lease = std::stoll(command.Flag("lease", "0"), nullptr, 16);
  return Show(client.Put(command.words[1], command.words[2], options),
              [](const auto&) { std::cout << "OK\n"; });
}

int Delete(Client& client, const Command& command) {
  return Show(client.Delete(RangeOf(command)),
              [](const auto& response) { std::cout << response.deleted << "\n"; });
}

int Watch(Client& client, const Command& command) {
  etcdpp::Watch watch = client.Watch(RangeOf(command));
  auto response = watch.Next();
  for (; response.ok(); response = watch.Next()) {
    for (const etcdpp::WatchEvent& event : response->events) {
      const bool put = event.type == etcdpp::WatchEvent::Type::kPut;
      std::cout << (put ? "PUT\n" : "DELETE\n") << event.kv.key << "\n" << event.kv.value << "\n";
    }
    std::cout.flush();
  }
  return Fail(response.status());
}

int Compact(Client& client, const Command& command) {
  return Show(client.Compact(std::stoll(command.words[1])),
              [&](const auto&) { std::cout << "compacted revision " << command.words[1] << "\n"; });
}

int Lease(Client& client, const Command& command) {
  const std::string& what = command.words[1];
  if (what == "list") {
    return Show(client.Leases(), [](const auto& response) {
      for (const LeaseId id : response.leases) std::cout << std::hex << id << "\n";
    });
  }
  const std::string& argument = command.words.at(2);
  if (what == "grant") {
    return Show(client.GrantLease(std::chrono::seconds(std::stoll(argument))),
                [](const auto& lease) { std::cout << std::hex << lease.id << "\n"; });
  }
  const LeaseId id = std::stoll(argument, nullptr, 16);
  if (what == "revoke") {
    return Show(client.RevokeLease(id), [](const auto&) { std::cout << "revoked\n"; });
  }
  return Show(client.TimeToLive(id, true), [](const auto& lease) {
    std::cout << lease.ttl.count() << " s of " << lease.granted_ttl.count() << " s\n";
    for (const std::string& key : lease.keys) std::cout << key << "\n";
  });
}

// Runs the words from `first` on. Returns the exit code.
int Run(const Command& command, size_t first) {
  std::string line;
  for (size_t i = first; i < command.words.size(); ++i) {
    std::string quoted = "'";
    for (const char c : command.words[i]) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    line += quoted + "' ";
  }
  std::cout.flush();
  const int status = std::system(line.c_str());
  return status == 0 ? 0 : 1;
}

etcdpp::Result<etcdpp::Session> NewSession(const Client& client, const Command& command) {
  etcdpp::SessionOptions options;
  options.ttl = std::chrono::seconds(std::stoll(command.Flag("ttl", "60")));
  return etcdpp::Session::Create(client, options);
}

int Lock(Client& client, const Command& command) {
  auto session = NewSession(client, command);
  if (!session.ok()) return Fail(session.status());
  etcdpp::Mutex mutex(*session, command.words[1]);
  int code = 0;
  if (command.Has("try")) {
    auto guard = mutex.TryLock();
    if (!guard.ok()) return Fail(guard.status());
    code = *guard ? Run(command, 2) : 3;
  } else {
    auto guard = mutex.Lock();
    if (!guard.ok()) return Fail(guard.status());
    code = Run(command, 2);
    if (!guard->held()) return Fail(guard->status());
  }
  if (Status closed = session->Close(); !closed.ok()) return Fail(closed);
  return code;
}

int Elect(Client& client, const Command& command) {
  if (command.words.size() < 3) {
    const auto leader = etcdpp::ElectionView(client, command.words[1]).Observe().Next();
    return Show(leader, [](const etcdpp::KeyValue& kv) {
      std::cout << kv.key << "\n" << kv.value << "\n";
    });
  }
  auto session = NewSession(client, command);
  if (!session.ok()) return Fail(session.status());
  auto leadership = etcdpp::Election(*session, command.words[1]).Campaign(command.words[2]);
  if (!leadership.ok()) return Fail(leadership.status());
  const int code = Run(command, 3);
  if (Status closed = session->Close(); !closed.ok()) return Fail(closed);
  return code;
}

int Members(Client& client, const Command& /*command*/) {
  return Show(client.cluster().ListMembers(), [](const auto& response) {
    for (const etcdpp::Member& member : response.members) {
      std::cout << std::hex << member.id << ", " << member.name;
      for (const std::string& url : member.client_urls) std::cout << ", " << url;
      std::cout << "\n";
    }
  });
}

int Endpoint(Client& client, const Command& /*command*/) {
  return Show(client.maintenance().GetStatus(), [](const etcdpp::MemberStatus& status) {
    std::cout << "version " << status.version << ", " << status.db_size << " bytes, leader "
              << std::hex << status.leader << "\n";
  });
}

int Snapshot(Client& client, const Command& command) {
  return Show(client.maintenance().SaveSnapshot(command.words.at(2)),
              [&](const auto&) { std::cout << "Snapshot saved at " << command.words[2] << "\n"; });
}

}  // namespace

int main(int argc, char** argv) {
  const Command command = Parse(argc, argv);
  struct Entry {
    int (*run)(Client&, const Command&);
    size_t words;  // at least
  };
  static const std::map<std::string, Entry, std::less<>> commands = {
      {"get", {Get, 2}},           {"put", {Put, 3}},           {"del", {Delete, 2}},
      {"watch", {Watch, 2}},       {"compact", {Compact, 2}},   {"lease", {Lease, 2}},
      {"lock", {Lock, 3}},         {"elect", {Elect, 2}},       {"member", {Members, 2}},
      {"endpoint", {Endpoint, 2}}, {"snapshot", {Snapshot, 3}},
  };
  const auto found = command.words.empty() ? commands.end() : commands.find(command.words[0]);
  if (found == commands.end() || command.words.size() < found->second.words) {
    std::cerr << kUsage;
    return 2;
  }
  const char* from_environment = std::getenv("ETCDCTL_ENDPOINTS");
  const std::string otherwise = from_environment == nullptr ? "127.0.0.1:2379" : from_environment;
  Client client(command.Flag("endpoint", otherwise));
  try {
    return found->second.run(client, command);
  } catch (const std::exception&) {  // of a number that is none
    std::cerr << kUsage;
    return 2;
  }
}
