// etcdpp-ctl: an etcdctl, in its words, made of the client library alone.

#include <chrono>
#include <cstdlib>
#include <exception>

#include "examples/ctl/commands.h"

namespace {

constexpr char kUsage[] = R"(usage: etcdpp-ctl COMMAND [FLAGS]
  get KEY [END]         --prefix --from-key --rev --limit --order --sort-by --keys-only
                        --print-value-only --hex --consistency=l|s
  put KEY [VALUE]       --lease=ID --prev-kv --ignore-value --ignore-lease; else from standard input
  del KEY [END]         --prefix --from-key --prev-kv
  txn                   compares, requests and requests from standard input; -i
  watch KEY [END]       --prefix --rev --prev-kv
  compaction REVISION   --physical
  lease grant TTL | revoke ID | timetolive ID [--keys] | list | keep-alive [--once] ID
  lock [--ttl] [--try] NAME COMMAND...    run a command while holding a lock; 3: it is taken
  elect [--ttl] NAME VALUE COMMAND...     the same while being the leader; NAME alone: who leads
  user add NAME[:PASSWORD] [--no-password] | delete | get [--detail] | list | passwd
  user grant-role USER ROLE | revoke-role USER ROLE
  role add NAME | delete | get | list
  role grant-permission ROLE read|write|readwrite KEY [END] | revoke-permission ROLE KEY [END]
  auth enable | disable | status
  member add NAME --peer-urls=URLS [--learner] | remove ID | update ID --peer-urls=URLS
  member promote ID | list
  endpoint health | status | hashkv       --cluster
  alarm list | disarm; defrag [--cluster]; move-leader ID; snapshot save FILE
flags
  --endpoints=HOST:PORT,...  --user=NAME[:PASSWORD]  --password  --cacert  --cert  --key
  --command-timeout=SECONDS; else the variables of etcdctl, ETCDCTL_*
)";

struct Entry {
  ctl::Command run;
  size_t words_max = SIZE_MAX;  // what comes after them is another's command line
};

const std::map<std::string, Entry, std::less<>>& Commands() {
  static const std::map<std::string, Entry, std::less<>> commands = {
      {"get", {ctl::Get}},
      {"put", {ctl::Put}},
      {"del", {ctl::Del}},
      {"txn", {ctl::Txn}},
      {"watch", {ctl::Watch}},
      {"compaction", {ctl::Compaction}},
      {"compact", {ctl::Compaction}},
      {"lease grant", {ctl::LeaseGrant}},
      {"lease revoke", {ctl::LeaseRevoke}},
      {"lease timetolive", {ctl::LeaseTimeToLive}},
      {"lease list", {ctl::LeaseList}},
      {"lease keep-alive", {ctl::LeaseKeepAlive}},
      {"lock", {ctl::Lock, 1}},
      {"elect", {ctl::Elect, 2}},
      {"user add", {ctl::UserAdd}},
      {"user delete", {ctl::UserDelete}},
      {"user get", {ctl::UserGet}},
      {"user list", {ctl::UserList}},
      {"user passwd", {ctl::UserPasswd}},
      {"user grant-role", {ctl::UserGrantRole}},
      {"user revoke-role", {ctl::UserRevokeRole}},
      {"role add", {ctl::RoleAdd}},
      {"role delete", {ctl::RoleDelete}},
      {"role get", {ctl::RoleGet}},
      {"role list", {ctl::RoleList}},
      {"role grant-permission", {ctl::RoleGrantPermission}},
      {"role revoke-permission", {ctl::RoleRevokePermission}},
      {"auth enable", {ctl::AuthEnable}},
      {"auth disable", {ctl::AuthDisable}},
      {"auth status", {ctl::AuthStatus}},
      {"member add", {ctl::MemberAdd}},
      {"member remove", {ctl::MemberRemove}},
      {"member update", {ctl::MemberUpdate}},
      {"member promote", {ctl::MemberPromote}},
      {"member list", {ctl::MemberList}},
      {"endpoint health", {ctl::EndpointHealth}},
      {"endpoint status", {ctl::EndpointStatus}},
      {"endpoint hashkv", {ctl::EndpointHashKv}},
      {"alarm list", {ctl::AlarmList}},
      {"alarm disarm", {ctl::AlarmDisarm}},
      {"defrag", {ctl::Defrag}},
      {"move-leader", {ctl::MoveLeader}},
      {"snapshot save", {ctl::SnapshotSave}},
  };
  return commands;
}

// Takes the command's name off the line's words.
const Entry* TakeCommand(ctl::CommandLine* line) {
  for (const size_t words : {size_t{2}, size_t{1}}) {
    if (line->words.size() < words) continue;
    const std::string name = words == 1 ? line->words[0] : line->words[0] + " " + line->words[1];
    const auto found = Commands().find(name);
    if (found == Commands().end()) continue;
    line->words.erase(line->words.begin(), line->words.begin() + static_cast<long>(words));
    return &found->second;
  }
  return nullptr;
}

etcdpp::Result<etcdpp::Options> OptionsFor(const ctl::CommandLine& line) {
  auto options = etcdpp::OptionsFromEnvironment();
  if (!options.ok()) return options;
  for (const char* name : {"endpoint", "endpoints"}) {
    if (line.Has(name)) options->endpoints = ctl::Split(line.Flag(name));
  }
  if (line.Has("user")) {
    const std::string user = line.Flag("user");
    const size_t colon = user.find(':');
    const std::string password =
        colon == std::string::npos ? line.Flag("password") : user.substr(colon + 1);
    options->credentials = etcdpp::Credentials{user.substr(0, colon), password, ""};
  }
  if (line.Has("cacert") || line.Has("cert")) {
    options->tls = etcdpp::TlsOptions{.ca_file = line.Flag("cacert"),
                                      .cert_file = line.Flag("cert"),
                                      .key_file = line.Flag("key")};
  }
  if (line.Has("command-timeout")) {
    options->call_timeout = std::chrono::seconds(line.Number("command-timeout", 5));
  }
  return options;
}

int Main(const std::vector<std::string>& arguments) {
  ctl::CommandLine line = ctl::Parse(arguments);
  const Entry* entry = TakeCommand(&line);
  if (entry == nullptr) {
    std::cerr << kUsage;
    return ctl::kBadArguments;
  }
  if (entry->words_max != SIZE_MAX) {
    line = ctl::Parse(arguments, entry->words_max + 1);
    TakeCommand(&line);
  }
  const auto options = OptionsFor(line);
  if (!options.ok()) return ctl::Fail(options.status(), ctl::kBadArguments);
  etcdpp::Client client(*options);
  return entry->run(client, line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main({argv + 1, argv + argc});
  } catch (const ctl::Refusal& refusal) {
    std::cerr << "Error: " << refusal.what() << "\n";
    return refusal.exit_code;
  } catch (const std::exception& error) {
    std::cerr << "Error: " << error.what() << "\n";
    return ctl::kFailed;
  }
}
