// auth-fuzz: makes random requests by random users with random permissions to two servers and
// compares how they end, code and text. Both must be fresh, of the same release, and alone.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/exchange_log.h"
#include "conformance/support/requests.h"
#include "conformance/support/wire.h"

namespace conformance {
namespace {

constexpr int kRequestsPerWorld = 40;
constexpr int kExitDiffers = 1;
constexpr int kExitUnusable = 2;

const std::vector<std::string> kUsers = {"alice", "bob", "carol"};
const std::vector<std::string> kRoles = {"r1", "r2", "r3", "root"};
const std::vector<int64_t> kLeases = {71, 72, 73};

/// The same everywhere for the same seed, unlike the standard library's distributions.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  int Below(int sides) { return static_cast<int>(engine_() % static_cast<uint64_t>(sides)); }
  bool OneIn(int chances) { return Below(chances) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }

  std::string Key() {
    std::string key(1, static_cast<char>('a' + Below(8)));
    if (OneIn(4)) key += static_cast<char>('a' + Below(3));
    return key;
  }
  std::string RangeEnd() {
    if (OneIn(2)) return "";
    return OneIn(8) ? kZeroByte : Key();
  }

 private:
  std::mt19937_64 engine_;
};

/// Two servers that are told the same.
class Pair {
 public:
  Pair(const std::string& first, const std::string& second) : first_(first), second_(second) {}

  /// Makes the call to both, and counts and prints where they do not end the same.
  template <typename Request>
  bool Call(const Request& request, const std::string& caller = "") {
    const auto one = first_.Call(request, CallBy(caller, 0));
    const auto two = second_.Call(request, CallBy(caller, 1));
    return Compare(request, caller, {one.status, two.status});
  }

  /// The same of a set-up step, which root makes.
  template <typename Request>
  bool CallAsRoot(const Request& request) {
    return Call(request, "root");
  }

  bool LogIn(const std::string& user) {
    const auto one = first_.Call(Login(user, user));
    const auto two = second_.Call(Login(user, user));
    tokens_[user] = {one.message.token(), two.message.token()};
    return Compare(Login(user, user), "", {one.status, two.status});
  }
  void ForgetTokens() { tokens_.clear(); }

  int differences() const { return differences_; }
  const std::map<std::string, int>& endings() const { return endings_; }

 private:
  using Statuses = std::pair<grpc::Status, grpc::Status>;

  CallOptions CallBy(const std::string& caller, int server) const {
    if (caller.empty()) return {};
    const auto found = tokens_.find(caller);
    if (found == tokens_.end()) return AuthScratch::WithToken("bad");
    return AuthScratch::WithToken(server == 0 ? found->second.first : found->second.second);
  }

  bool Compare(const google::protobuf::Message& request, const std::string& caller,
               const Statuses& statuses) {
    const auto& [one, two] = statuses;
    ++endings_[DescribeStatus(one)];
    const bool same =
        one.error_code() == two.error_code() && one.error_message() == two.error_message();
    if (!same) {
      ++differences_;
      std::cout << "by \"" << caller << "\": " << request.GetDescriptor()->name() << " { "
                << DescribeMessage(request) << " }\n  " << DescribeStatus(one) << "\n  "
                << DescribeStatus(two) << std::endl;
    }
    return same;
  }

  Wire first_;
  Wire second_;
  std::map<std::string, std::pair<std::string, std::string>> tokens_;
  int differences_ = 0;
  std::map<std::string, int> endings_;
};

/// One set of users, roles and permissions, and requests made in it.
class World {
 public:
  World(Pair& servers, Dice& dice) : servers_(servers), dice_(dice) {}

  void SetUp() {
    for (const std::string& role : kRoles) {
      if (role != "root" || dice_.OneIn(3)) servers_.Call(RoleAdd(role));
    }
    for (int i = dice_.Below(10); i > 0; --i) servers_.Call(RandomGrant());
    for (const std::string& user : kUsers) servers_.Call(UserAdd(user, user));
    for (int i = dice_.Below(6); i > 0; --i) servers_.Call(RandomGrantRole());
    for (const int64_t lease : kLeases) servers_.Call(LeaseGrant(600, lease));
    servers_.Call(UserAdd("root", "root"));
    servers_.Call(GrantRole("root", "root"));
    servers_.Call(pb::AuthEnableRequest());
    servers_.LogIn("root");
    for (const std::string& user : kUsers) servers_.LogIn(user);
  }

  void TearDown() {
    servers_.CallAsRoot(Delete(kZeroByte, {.range_end = kZeroByte}));
    servers_.LogIn("root");
    servers_.CallAsRoot(pb::AuthDisableRequest());
    servers_.ForgetTokens();
    for (const int64_t lease : kLeases) servers_.Call(LeaseRevoke(lease));
    for (const std::string& user : kUsers) servers_.Call(UserDelete(user));
    servers_.Call(UserDelete("root"));
    for (const std::string& role : kRoles) servers_.Call(RoleDelete(role));
  }

  void Step() {
    const std::string caller = RandomCaller();
    switch (dice_.Below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return Tell(RandomRange(), caller);
      case 4:
      case 5:
      case 6:
        return Tell(RandomPut(), caller);
      case 7:
      case 8:
      case 9:
        return Tell(RandomDelete(), caller);
      case 10:
      case 11:
      case 12:
      case 13:
        return Tell(RandomTxn(2), caller);
      case 14:
      case 15:
        return StepOnLeases(caller);
      case 16:
        return StepOnMember(caller);
      case 17:
        return StepOnUsers(caller);
      default:
        return Change();
    }
  }

 private:
  template <typename Request>
  void Tell(const Request& request, const std::string& caller) {
    servers_.Call(request, caller);
  }

  // A name without a token stands for a bad one.
  std::string RandomCaller() {
    const int which = dice_.Below(16);
    if (which == 0) return "";
    if (which == 1) return "bad";
    if (which == 2) return "root";
    return dice_.Of(kUsers);
  }

  pb::AuthRoleGrantPermissionRequest RandomGrant() {
    const auto type =
        static_cast<etcdpp_proto::authpb::Permission::Type>(dice_.OneIn(30) ? 7 : dice_.Below(3));
    return Grant(dice_.Of(kRoles), type, dice_.OneIn(40) ? "" : dice_.Key(), dice_.RangeEnd());
  }
  pb::AuthUserGrantRoleRequest RandomGrantRole() {
    // Who may do all makes a dull world.
    const std::string& role = dice_.Of(kRoles);
    return GrantRole(dice_.Of(kUsers), role == "root" && !dice_.OneIn(8) ? "r1" : role);
  }

  pb::RangeRequest RandomRange() {
    RangeOptions options{.range_end = dice_.RangeEnd()};
    options.serializable = dice_.OneIn(4);
    options.count_only = dice_.OneIn(4);
    if (dice_.OneIn(10)) options.revision = int64_t{1} << 40;
    return Range(dice_.OneIn(40) ? "" : dice_.Key(), options);
  }
  pb::PutRequest RandomPut() {
    PutOptions options;
    if (dice_.OneIn(3)) options.lease = dice_.Of(kLeases);
    if (dice_.OneIn(20)) options.lease = 99;
    options.prev_kv = dice_.OneIn(3);
    options.ignore_value = dice_.OneIn(12);
    return Put(dice_.OneIn(40) ? "" : dice_.Key(), options.ignore_value ? "" : "v", options);
  }
  pb::DeleteRangeRequest RandomDelete() {
    return Delete(dice_.Key(), {.range_end = dice_.RangeEnd(), .prev_kv = dice_.OneIn(3)});
  }
  pb::TxnRequest RandomTxn(int depth) {
    std::vector<pb::Compare> compares;
    for (int i = dice_.Below(3); i > 0; --i) {
      auto compare = If(dice_.Key(), kVersion, dice_.OneIn(2) ? kEqual : kGreater, 0);
      compares.push_back(dice_.OneIn(3) ? Over(compare, dice_.RangeEnd()) : compare);
    }
    std::vector<Op> branches[2];
    for (auto& branch : branches) {
      for (int i = dice_.Below(3); i > 0; --i) branch.push_back(RandomOp(depth));
    }
    return Txn(compares, branches[0], branches[1]);
  }
  Op RandomOp(int depth) {
    switch (dice_.Below(depth > 0 ? 4 : 3)) {
      case 0:
        return RandomRange();
      case 1:
        return RandomPut();
      case 2:
        return RandomDelete();
      default:
        return RandomTxn(depth - 1);
    }
  }

  void StepOnLeases(const std::string& caller) {
    const int64_t lease = dice_.OneIn(10) ? 99 : dice_.Of(kLeases);
    switch (dice_.Below(5)) {
      case 0:
        return Tell(LeaseGrant(600, lease), caller);
      case 1:
        return Tell(LeaseRevoke(lease), caller);
      case 2:
        return Tell(TimeToLive(lease, dice_.OneIn(2)), caller);
      case 3:
        return Tell(TimeToLive(lease, true), caller);
      default:
        return Tell(pb::LeaseLeasesRequest(), caller);
    }
  }

  void StepOnMember(const std::string& caller) {
    switch (dice_.Below(7)) {
      case 0:
        return Tell(pb::StatusRequest(), caller);
      case 1:
        return Tell(pb::MemberListRequest(), caller);
      case 2:
        return Tell(pb::AlarmRequest(), caller);
      case 3:
        return Tell(pb::HashRequest(), caller);
      case 4:
        return Tell(HashKv(0), caller);
      case 5:
        return Tell(Compact(int64_t{1} << 40), caller);
      default:
        return Tell(pb::DefragmentRequest(), caller);
    }
  }

  void StepOnUsers(const std::string& caller) {
    switch (dice_.Below(8)) {
      case 0:
        return Tell(pb::AuthUserListRequest(), caller);
      case 1:
        return Tell(pb::AuthRoleListRequest(), caller);
      case 2:
      case 3:
        return Tell(UserGet(dice_.OneIn(6) ? "" : dice_.Of(kUsers)), caller);
      case 4:
      case 5:
        return Tell(RoleGet(dice_.Of(kRoles)), caller);
      case 6:
        return Tell(pb::AuthEnableRequest(), caller);
      default:
        return Tell(RandomGrant(), caller);
    }
  }

  // Root changes who may do what.
  void Change() {
    switch (dice_.Below(10)) {
      case 0:
      case 1:
      case 2:
        servers_.CallAsRoot(RandomGrant());
        return;
      case 3:
        servers_.CallAsRoot(Revoke(dice_.Of(kRoles), dice_.Key(), dice_.RangeEnd()));
        return;
      case 4:
      case 5:
      case 6:
        servers_.CallAsRoot(RandomGrantRole());
        return;
      case 7:
        servers_.CallAsRoot(RevokeRole(dice_.Of(kUsers), dice_.Of(kRoles)));
        return;
      case 8: {
        const std::string& role = dice_.Of(kRoles);
        servers_.CallAsRoot(RoleDelete(role));
        servers_.CallAsRoot(RoleAdd(role));
        return;
      }
      default: {
        const std::string& user = dice_.Of(kUsers);
        servers_.CallAsRoot(ChangePassword(user, user));
        if (dice_.OneIn(2)) servers_.LogIn(user);
      }
    }
  }

  Pair& servers_;
  Dice& dice_;
};

struct Flags {
  std::string endpoint;
  std::string other;
  uint64_t seed = 1;
  int count = 1000;
};

int Run(const Flags& flags) {
  Pair servers(flags.endpoint, flags.other);
  Dice dice(flags.seed);
  for (int done = 0; done < flags.count && servers.differences() < 20;) {
    World world(servers, dice);
    world.SetUp();
    for (int i = 0; i < kRequestsPerWorld && done < flags.count; ++i, ++done) world.Step();
    world.TearDown();
  }
  for (const auto& [ending, times] : servers.endings())
    std::cout << times << "  " << ending << "\n";
  std::cout << servers.differences() << " differences (--seed=" << flags.seed
            << " --count=" << flags.count << ")" << std::endl;
  return servers.differences() == 0 ? 0 : kExitDiffers;
}

int Main(int argc, char** argv) {
  Flags flags;
  if (const char* const endpoint = std::getenv("ETCD_ENDPOINT")) flags.other = endpoint;
  CLI::App app{
      "Makes random requests of random users with random permissions to two servers, fresh and of\n"
      "the same release, and compares how they end. Exits 0 when all did the same, 1 when not.",
      "auth-fuzz"};
  app.add_option("--endpoint", flags.endpoint, "HOST:PORT of one server")->required();
  app.add_option("--other", flags.other, "HOST:PORT of the other; default: $ETCD_ENDPOINT");
  app.add_option("--seed", flags.seed, "What the requests follow from");
  app.add_option("--count", flags.count, "How many requests");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "auth-fuzz: " << error.what() << " (see --help)\n";
    return kExitUnusable;
  }
  return Run(flags);
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
