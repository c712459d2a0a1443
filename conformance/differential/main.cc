// etcd-differential: does the same to two etcd servers and compares all that they say.
#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <string>

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

struct Flags {
  std::string left;
  std::string right;
  std::string real;
  std::string fake;
  std::string profile = "all";
  uint64_t seed = 0;
  int64_t ops = 10'000;
  int64_t ops_per_server = 5'000;
  int shrink_attempts = 200;
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
    real_ = std::make_unique<EtcdServer>(
        EtcdServer::Options{.binary = flags.real, .flags = {kQuickHashes}});
    left_ = real_->endpoint();
    const std::string version = VersionOf(left_);
    fake_ = std::make_unique<EtcdServer>(EtcdServer::Options{
        .binary = flags.fake, .picks_port = true, .flags = {"--emulate=" + version, kQuickHashes}});
    right_ = fake_->endpoint();
  }

  static std::string VersionOf(const std::string& endpoint) {
    return Wire(endpoint).Call(pb::StatusRequest())->version();
  }

  const std::string& left() const { return left_; }
  const std::string& right() const { return right_; }

  /// What the real etcd said last, if it has ended by itself.
  std::string LastWords() const {
    if (real_ == nullptr || !real_->Ended()) return "";
    const std::string log = real_->LogTail();
    const size_t at = std::min(log.find("\"level\":\"fatal\""), log.find("panic:"));
    return "It ended itself: " + (at == std::string::npos ? "" : log.substr(at, 600));
  }

 private:
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

void Print(const Difference& difference, const Flags& flags) {
  std::cout << "They differ at the last of " << difference.script.size()
            << " steps.\n  left:  " << difference.left << "\n  right: " << difference.right
            << "\n\n"
            << AsCase(difference.script, "Seed" + std::to_string(flags.seed)) << std::flush;
}

/// Rounds of so many operations, on new servers each.
class Runner {
 public:
  explicit Runner(const Flags& flags) : flags_(flags), owns_(!flags.real.empty()) {}

  int Run() {
    for (uint64_t round = 0; done_ < flags_.ops; ++round) {
      if (!Round(round)) return kExitDiffer;
    }
    std::cout << done_ << " operations, no difference";
    if (once_ > 0) std::cout << " but " << once_ << " that did not come again";
    if (ends_ > 0) std::cout << "; the real etcd ended itself " << ends_ << " times";
    std::cout << std::endl;
    return 0;
  }

 private:
  /// False when the servers differ.
  bool Round(uint64_t round) {
    const Servers servers(flags_);
    const std::string version = Servers::VersionOf(servers.left());
    const Profile& profile = *FindProfile(flags_.profile, round);
    if (round == 0) {
      std::cout << "etcd " << version << ", profile " << flags_.profile << ", seed " << flags_.seed
                << ", " << flags_.ops << " operations" << std::endl;
    }
    Generator generator(flags_.seed + round, profile, *Version::Parse(version));
    const int64_t left = flags_.ops - done_;
    const int64_t count = owns_ ? std::min(flags_.ops_per_server, left) : left;
    auto difference = Lockstep(servers.left(), servers.right()).Run(generator, count);
    if (!difference) {
      done_ += count;
      return true;
    }
    std::cout << "after " << done_ << " operations, profile " << profile.name << ", seed "
              << flags_.seed + round << ":" << std::endl;
    done_ += static_cast<int64_t>(difference->script.size());
    return IsForgiven(servers, *std::move(difference));
  }

  // What a real etcd does as it dies is nothing to follow.
  bool IsForgiven(const Servers& servers, Difference difference) {
    if (const std::string words = servers.LastWords(); !words.empty()) {
      ++ends_;
      std::cout << "  left:  " << difference.left << "\n" << words << std::endl;
      return true;
    }
    const auto replay = [this](const Script& script) {
      const Servers fresh(flags_);
      return Lockstep(fresh.left(), fresh.right()).Replay(script);
    };
    if (owns_ && !replay(difference.script)) {
      ++once_;
      std::cout << "  left:  " << difference.left << "\n  right: " << difference.right
                << "\nOnce, and not when done again: a matter of time." << std::endl;
      return true;
    }
    if (owns_) difference = Shrink(std::move(difference), flags_.shrink_attempts, replay);
    Print(difference, flags_);
    return false;
  }

  const Flags& flags_;
  const bool owns_;
  int64_t done_ = 0;
  int once_ = 0;
  int ends_ = 0;
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
  app.add_option("--ops", flags.ops, "How many operations")->capture_default_str();
  app.add_option("--ops-per-server", flags.ops_per_server, "After how many new servers are started")
      ->capture_default_str();
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
