// etcd-differential: does the same to two etcd servers and compares all that they say.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "conformance/differential/lockstep.h"
#include "conformance/differential/shrink.h"
#include "conformance/support/wire.h"
#include "conformance/targets/etcd_server.h"

namespace conformance {
namespace {

constexpr int kExitDiffer = 1;
constexpr int kExitUnusable = 2;
constexpr char kQuickHashes[] = "--bcrypt-cost=4";
constexpr char kEach[] = "each";
// How long a server may take to end that no longer answers.
constexpr std::chrono::milliseconds kDying{500};
constexpr int64_t kOpsPerServer = 5'000;
// For so many operations one difference may be a matter of time.
constexpr int64_t kOpsPerForgiven = 20'000;

struct Flags {
  std::string left;
  std::string right;
  std::string real;
  std::string fake;
  std::string profile = "all";
  uint64_t seed = 0;
  int64_t ops = 10'000;
  int64_t ops_per_server = 0;  // 0: as many as each profile's share, but not above kOpsPerServer
  int shrink_attempts = 200;
  int jobs = 1;
};

int Complain(const std::string& what) {
  std::cerr << "etcd-differential: " << what << "\n";
  return kExitUnusable;
}

/// Two servers for one run: new ones, or those of --left and --right.
class Servers {
 public:
  explicit Servers(const Flags& flags) : left_(flags.left), right_(flags.right) {
    if (flags.real.empty()) return;
    std::vector<std::string> settings{
        kQuickHashes, "--quota-backend-bytes=" + std::to_string(MaintenanceSteps::kQuotaBytes),
        "--max-request-bytes=" + std::to_string(2 * MaintenanceSteps::kQuotaBytes)};
    real_ =
        std::make_unique<EtcdServer>(EtcdServer::Options{.binary = flags.real, .flags = settings});
    left_ = real_->endpoint();
    const std::string version = VersionOf(left_);
    settings.push_back("--emulate=" + version);
    fake_ = std::make_unique<EtcdServer>(
        EtcdServer::Options{.binary = flags.fake, .picks_port = true, .flags = settings});
    right_ = fake_->endpoint();
    AwaitStorageVersion();
  }

  static std::string VersionOf(const std::string& endpoint) {
    return Wire(endpoint).Call(pb::StatusRequest())->version();
  }

  const std::string& left() const { return left_; }
  const std::string& right() const { return right_; }

  /// What the fake said last, if it has ended by itself: that is a fault, whatever it said.
  std::string LastWordsOfFake() const {
    if (fake_ == nullptr || !fake_->Ended(kDying)) return "";
    return "The fake ended itself: " + fake_->LogTail();
  }

  /// What the real etcd said last, if it has ended by itself, or is about to.
  std::string LastWords() const {
    if (real_ == nullptr || !real_->Ended(kDying)) return "";
    const std::string log = real_->LogTail();
    const size_t at = std::min(log.find("\"level\":\"fatal\""), log.find("panic:"));
    return "It ended itself: " + (at == std::string::npos ? "" : log.substr(at, 600));
  }

 private:
  // Since 3.6 etcd brings its files up to its release a while after it serves.
  void AwaitStorageVersion() const {
    constexpr std::chrono::seconds kPatience{10};
    const Wire left(left_);
    const Wire right(right_);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (left.Call(pb::StatusRequest())->storageversion() !=
               right.Call(pb::StatusRequest())->storageversion() &&
           std::chrono::steady_clock::now() < deadline) {
    }
  }

  std::unique_ptr<EtcdServer> real_;
  std::unique_ptr<EtcdServer> fake_;
  std::string left_;
  std::string right_;
};

const Profile* FindProfile(const std::string& name, uint64_t round) {
  if (name == kEach) return &Profiles()[round % Profiles().size()];
  for (const Profile& profile : Profiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

int64_t OpsPerServer(const Flags& flags) {
  if (flags.ops_per_server > 0) return flags.ops_per_server;
  const auto shares = flags.profile == kEach ? static_cast<int64_t>(Profiles().size()) : 1;
  return std::min(kOpsPerServer, (flags.ops + shares - 1) / shares);
}

std::string Shown(const Difference& difference) {
  return "  left:  " + difference.left + "\n  right: " + difference.right + "\n";
}

/// Rounds of so many operations, on new servers each, several at once.
class Runner {
 public:
  explicit Runner(const Flags& flags)
      : flags_(flags),
        owns_(!flags.real.empty()),
        per_round_(owns_ ? OpsPerServer(flags) : flags.ops),
        rounds_((flags.ops + per_round_ - 1) / per_round_) {}

  int Run() {
    {
      const Servers servers(flags_);
      version_ = Servers::VersionOf(servers.left());
    }
    Say("etcd " + version_ + ", profile " + flags_.profile + ", seed " +
        std::to_string(flags_.seed) + ", " + std::to_string(flags_.ops) + " operations\n");
    std::vector<std::thread> jobs;
    for (int job = 0; job < (owns_ ? flags_.jobs : 1); ++job) jobs.emplace_back([this] { Work(); });
    for (std::thread& job : jobs) job.join();
    if (!trouble_.empty()) throw std::runtime_error(trouble_);
    if (differs_) return kExitDiffer;
    std::string summary = std::to_string(compared_) + " operations, no difference";
    if (once_ > 0) summary += " but " + std::to_string(once_) + " that did not come again";
    if (ends_ > 0) summary += "; the real etcd ended itself " + std::to_string(ends_) + " times";
    Say(summary + "\n");
    return 0;
  }

 private:
  void Work() {
    for (int64_t round = next_++; round < rounds_ && !differs_; round = next_++) {
      try {
        if (!Round(round)) differs_ = true;
      } catch (const std::exception& error) {
        const std::lock_guard lock(mu_);
        trouble_ = error.what();
        differs_ = true;
      }
    }
  }

  void Say(const std::string& text) {
    const std::lock_guard lock(mu_);
    std::cout << text << std::flush;
  }

  /// One at a time: two that look for free ports at once may find the same.
  std::unique_ptr<Servers> StartServers() {
    const std::lock_guard lock(start_mu_);
    return std::make_unique<Servers>(flags_);
  }

  /// False when the servers differ. Behind a difference that is forgiven it goes on with new ones.
  bool Round(int64_t round) {
    const uint64_t seed = flags_.seed + static_cast<uint64_t>(round);
    const Profile& profile = *FindProfile(flags_.profile, static_cast<uint64_t>(round));
    int64_t left = std::min(per_round_, flags_.ops - round * per_round_);
    for (uint64_t again = 0; left > 0; ++again) {
      const auto servers = StartServers();
      Generator generator(seed + (again << 32), profile, *Version::Parse(version_));
      auto difference = Lockstep(servers->left(), servers->right()).Run(generator, left);
      const int64_t done = difference ? static_cast<int64_t>(difference->script.size()) : left;
      left -= done;
      compared_ += done;
      if (!difference) continue;
      Say("profile " + profile.name + ", seed " + std::to_string(seed) + ", after " +
          std::to_string(done) + " operations:\n" + Shown(*difference));
      if (!IsForgiven(*servers, seed, *std::move(difference))) return false;
    }
    return true;
  }

  // What a real etcd does as it dies is nothing to follow. That the fake does is a difference,
  // whether it comes again or not.
  bool IsForgiven(const Servers& servers, uint64_t seed, Difference difference) {
    if (const std::string words = servers.LastWordsOfFake(); !words.empty()) {
      Say(words + "\n" + AsCase(difference.script, "Seed" + std::to_string(seed)));
      return false;
    }
    if (once_ + ends_ > 2 + flags_.ops / kOpsPerForgiven) {
      Say("Too many that do not come again.\n");
      return false;
    }
    if (const std::string words = servers.LastWords(); !words.empty()) {
      ++ends_;
      Say(words + "\n");
      return true;
    }
    const auto replay = [this](const Script& script) {
      const auto fresh = StartServers();
      auto again = Lockstep(fresh->left(), fresh->right()).Replay(script);
      if (again && !fresh->LastWords().empty()) again.reset();
      return again;
    };
    if (owns_ && !replay(difference.script)) {
      ++once_;
      Say("Once, and not when done again: a matter of time.\n");
      return true;
    }
    if (owns_) difference = Shrink(std::move(difference), flags_.shrink_attempts, replay);
    Say("They differ at the last of " + std::to_string(difference.script.size()) + " steps.\n" +
        Shown(difference) + "\n" + AsCase(difference.script, "Seed" + std::to_string(seed)));
    return false;
  }

  const Flags& flags_;
  const bool owns_;
  const int64_t per_round_;
  const int64_t rounds_;
  std::string version_;
  std::atomic<int64_t> next_ = 0;
  std::atomic<int64_t> compared_ = 0;
  std::atomic<bool> differs_ = false;
  std::atomic<int> once_ = 0;
  std::atomic<int> ends_ = 0;
  std::mutex start_mu_;
  std::mutex mu_;
  std::string trouble_;
};

int Main(int argc, char** argv) {
  Flags flags;
  flags.seed = std::random_device()();
  CLI::App app{
      "Does the same made-up operations to two etcd servers and compares every answer, what "
      "watches\n"
      "are told, and hashes. At the first difference it looks for the shortest script that shows "
      "it\n"
      "and prints that as a conformance case. Exits 0 when there was no difference, 1 when there\n"
      "was, 2 when it could not run.",
      "etcd-differential"};
  app.add_option("--left", flags.left, "HOST:PORT of a fresh server")->type_name("HOST:PORT");
  app.add_option("--right", flags.right, "HOST:PORT of the other")->type_name("HOST:PORT");
  app.add_option("--real", flags.real, "An etcd binary to start instead, again and again");
  app.add_option("--fake", flags.fake, "A fake-etcd binary, to emulate the release of --real");
  app.add_option("--seed", flags.seed, "Makes the operations the same again. Default: any");
  app.add_option("--ops", flags.ops, "How many operations")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option(
         "--ops-per-server", flags.ops_per_server,
         "After how many new servers are started. Default: " + std::to_string(kOpsPerServer) +
             ", or less where each profile is to have a turn")
      ->check(CLI::PositiveNumber);
  app.add_option("--jobs", flags.jobs, "How many pairs of servers to run at once")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--shrink-attempts", flags.shrink_attempts,
                 "How often to try a shorter script; 0: never")
      ->capture_default_str();
  std::string profiles;
  for (const Profile& profile : Profiles()) profiles += " " + profile.name;
  app.add_option("--profile", flags.profile,
                 "What kind of operations, of" + profiles + ", or each in turn: " + kEach)
      ->capture_default_str()
      ->check([](const std::string& name) {
        return FindProfile(name, 0) != nullptr ? "" : "no profile " + name;
      });
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return Complain(std::string(error.what()) + " (see --help)");
  }
  const bool endpoints = !flags.left.empty() && !flags.right.empty();
  const bool binaries = !flags.real.empty() && !flags.fake.empty();
  if (endpoints == binaries) {
    return Complain("give --left and --right, or --real and --fake (see --help)");
  }
  try {
    return Runner(flags).Run();
  } catch (const std::exception& error) {
    return Complain(error.what());
  }
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
