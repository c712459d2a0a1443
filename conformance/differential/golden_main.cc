// etcd-golden: records what a real etcd answers, and holds a fake against it where there is none.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <CLI/CLI.hpp>

#include "conformance/differential/golden.h"
#include "conformance/support/wire.h"
#include "conformance/targets/etcd_server.h"

namespace conformance {
namespace {

constexpr int kExitDiffer = 1;
constexpr int kExitUnusable = 2;
constexpr char kQuickHashes[] = "--bcrypt-cost=4";
// Before the exchanges of a profile, each of which has a server of its own.
constexpr char kSection[] = "# etcd ";

struct Flags {
  std::string file;
  std::string real;
  std::string fake;
  uint64_t seed = 1;
  int64_t ops = 40;
};

int RecordAll(const Flags& flags) {
  std::ofstream file(flags.file);
  for (const Profile& profile : Profiles()) {
    const EtcdServer server(EtcdServer::Options{.binary = flags.real, .flags = {kQuickHashes}});
    const std::string version = Wire(server.endpoint()).Call(pb::StatusRequest())->version();
    Generator generator(flags.seed, profile, *Version::Parse(version));
    file << kSection << version << " " << profile.name << "\n"
         << Record(server.endpoint(), generator, flags.ops);
  }
  return file.good() ? 0 : kExitUnusable;
}

int ReplayAll(const Flags& flags) {
  std::ifstream file(flags.file);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  int differences = 0;
  int sections = 0;
  for (size_t at = text.find(kSection); at != std::string::npos; ++sections) {
    const size_t line_end = text.find('\n', at);
    const size_t next = text.find(kSection, line_end);
    const std::string title = text.substr(at + sizeof(kSection) - 1, line_end - at);
    const std::string version = title.substr(0, title.find(' '));
    const EtcdServer server(EtcdServer::Options{
        .binary = flags.fake, .picks_port = true, .flags = {"--emulate=" + version, kQuickHashes}});
    const auto difference =
        Replay(server.endpoint(), text.substr(line_end + 1, next - line_end - 1));
    if (difference) {
      ++differences;
      std::cout << "etcd " << title << *difference << std::endl;
    }
    at = next;
  }
  std::cout << sections << " recordings, " << differences << " answered otherwise" << std::endl;
  if (sections == 0) return kExitUnusable;
  return differences == 0 ? 0 : kExitDiffer;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{
      "With --real, records what that etcd answers to made-up operations of every kind. With "
      "--fake,\n"
      "makes the recorded requests to that fake-etcd and compares. Exits 0 when all is the same, "
      "1\n"
      "when not, 2 when it could not run.",
      "etcd-golden"};
  app.add_option("--file", flags.file, "Of the recording")->required();
  app.add_option("--real", flags.real, "An etcd binary to record");
  app.add_option("--fake", flags.fake, "A fake-etcd binary to hold against the recording");
  app.add_option("--seed", flags.seed, "What the operations follow from")->capture_default_str();
  app.add_option("--ops", flags.ops, "How many of each profile")->capture_default_str();
  try {
    app.parse(argc, argv);
    if (flags.real.empty() == flags.fake.empty()) throw CLI::ValidationError("--real or --fake");
    return flags.fake.empty() ? RecordAll(flags) : ReplayAll(flags);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const std::exception& error) {
    std::cerr << "etcd-golden: " << error.what() << " (see --help)\n";
    return kExitUnusable;
  }
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) { return conformance::Main(argc, argv); }
