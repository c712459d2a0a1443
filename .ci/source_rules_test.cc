// Rules of the sources that no compiler knows: who may include whom, what is banned and what to
// write instead, and how long a file may be. Each rule is first tried on samples it must catch and
// samples it must let pass, so that a rule that no longer matches anything fails here.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Strings = std::vector<std::string>;

bool StartsWithAnyOf(std::string_view text, const Strings& prefixes) {
  return std::ranges::any_of(prefixes, [&](const auto& p) { return text.starts_with(p); });
}

bool EndsWithAnyOf(std::string_view text, const Strings& suffixes) {
  return std::ranges::any_of(suffixes, [&](const auto& s) { return text.ends_with(s); });
}

Strings Lines(const std::string& text) {
  Strings lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string At(const std::string& path, size_t line, const std::string& rule) {
  return path + ":" + std::to_string(line) + ": " + rule;
}

// Where the comment or literal that begins at `at` ends; `at` itself where none begins there.
size_t EndOfNonCode(const std::string& text, size_t at) {
  const auto after = [&](const std::string& mark, size_t from) {
    const size_t found = text.find(mark, from);
    return found == std::string::npos ? text.size() : found + mark.size();
  };
  const std::string_view rest = std::string_view(text).substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return after("*/", at + 2);
  if (rest.starts_with("R\"")) {
    const size_t open = std::min(text.find('(', at), text.size());
    return after(")" + text.substr(at + 2, open - at - 2) + "\"", open);
  }
  const bool separates_digits = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1]));
  if (text[at] != '"' && (text[at] != '\'' || separates_digits)) return at;
  size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

// The text with comments, string and character literals blanked, and its lines kept.
std::string CodeOnly(const std::string& text) {
  std::string code = text;
  for (size_t at = 0; at < text.size();) {
    const size_t end = EndOfNonCode(text, at);
    for (size_t i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

// --- Layers
// ---------------------------------------------------------------------------------------

// What the files under `folder` may include besides their own folder and the standard library.
struct Layer {
  std::string folder;
  Strings may_include;
};

const Strings kTestLibraries = {"gtest/", "gmock/", "fuzzer/"};
const Strings kRpcLibraries = {"grpc/", "grpcpp/", "google/protobuf/", "etcdpp_proto/"};

// The first entry whose folder a path starts with counts.
const std::vector<Layer>& Layers() {
  static const std::vector<Layer> layers = {
      {"client/include/etcdpp/", {"etcdpp/"}},
      {"client/src/",
       {"etcdpp/", "etcdpp_proto/", "grpc/", "grpcpp/", "google/protobuf/", "absl/", "openssl/"}},
      {"client/mocks/", {"etcdpp/", "gmock/"}},
      {"client/", {"etcdpp/"}},
      {"examples/", {"etcdpp/", "fakeetcd/", "gtest/", "gmock/"}},

      // Shared by the conformance suite and the fake's oracle.
      {"comparison/", {"etcdpp_proto/", "grpcpp/", "google/protobuf/", "absl/"}},

      {"fakeserver/base/", {"absl/"}},
      {"fakeserver/mvcc/", {"fakeserver/base/", "absl/", "boost/crc.hpp"}},
      {"fakeserver/lease/", {"fakeserver/base/", "absl/"}},
      {"fakeserver/auth/", {"fakeserver/base/", "absl/", "crypt.h", "openssl/"}},
      {"fakeserver/cluster/", {"fakeserver/base/", "absl/", "openssl/"}},
      {"fakeserver/maintenance/", {"fakeserver/base/", "absl/"}},
      {"fakeserver/bbolt/", {"absl/", "openssl/"}},
      {"fakeserver/faults/", {"fakeserver/base/", "absl/"}},
      {"fakeserver/journal/", {"fakeserver/base/", "absl/"}},
      {"fakeserver/watch/", {"fakeserver/base/", "fakeserver/mvcc/", "absl/"}},
      {"fakeserver/engine/",
       {"fakeserver/base/", "fakeserver/mvcc/", "fakeserver/lease/", "fakeserver/auth/",
        "fakeserver/cluster/", "fakeserver/maintenance/", "fakeserver/bbolt/", "fakeserver/watch/",
        "absl/"}},
      {"fakeserver/coordination/", {"fakeserver/base/", "fakeserver/engine/", "absl/"}},
      {"fakeserver/services/",
       {"fakeserver/base/", "fakeserver/auth/", "fakeserver/engine/", "fakeserver/coordination/",
        "fakeserver/faults/", "fakeserver/journal/", "etcdpp_proto/", "grpc/", "grpcpp/",
        "google/protobuf/", "absl/", "openssl/"}},
      {"fakeserver/http/",
       {"fakeserver/base/", "fakeserver/engine/", "fakeserver/services/", "etcdpp_proto/", "grpc/",
        "grpcpp/", "google/protobuf/", "absl/", "boost/", "openssl/", "sys/", "netinet/"}},
      {"fakeserver/oracle/",
       {"fakeserver/base/", "comparison/", "etcdpp_proto/", "grpcpp/", "google/protobuf/",
        "absl/"}},
      {"fakeserver/direct/",
       {"fakeserver/base/", "fakeserver/engine/", "fakeserver/faults/", "fakeserver/journal/",
        "etcdpp/", "absl/"}},
      {"fakeserver/include/fakeetcd/testing.h", {"fakeetcd/", "etcdpp/", "gtest/", "gmock/"}},
      {"fakeserver/include/fakeetcd/", {"fakeetcd/", "etcdpp/"}},
      {"fakeserver/watch_contract_test.cc", {"fakeetcd/", "conformance/failures/"}},
      // The composition root: server*.cc, main.cc and what they alone share.
      {"fakeserver/",
       {"fakeserver/", "fakeetcd/", "etcdpp/", "etcdpp_proto/", "grpc/", "grpcpp/",
        "google/protobuf/", "absl/", "CLI/"}},

      {"conformance/wire/",
       {"conformance/", "comparison/", "etcdpp_proto/", "grpc/", "grpcpp/", "google/protobuf/",
        "absl/", "openssl/", "gtest/", "gmock/"}},
      {"conformance/client/", {"conformance/", "etcdpp/", "gtest/", "gmock/"}},
      // A reader of bbolt's files, as far from the fake as any library.
      {"conformance/differential/",
       {"conformance/", "comparison/", "etcdpp_proto/", "fakeserver/bbolt/reader.h", "grpcpp/",
        "google/protobuf/", "absl/", "CLI/"}},
      {"conformance/",
       {"conformance/", "comparison/", "etcdpp/", "etcdpp_proto/", "grpc/", "grpcpp/",
        "google/protobuf/", "absl/", "boost/crc.hpp", "gtest/", "gmock/", "CLI/", "openssl/",
        "nghttp2/"}},
      {"bench/",
       {"bench/", "etcdpp/", "fakeetcd/", "fakeserver/mvcc/", "fakeserver/base/", "etcdpp_proto/",
        "grpc/", "grpcpp/", "google/protobuf/", "absl/", "benchmark/", "nghttp2/"}},
      {"proto/clash_test/client_clash_test.cc",
       {"etcdpp/", "fakeetcd/", "etcd/api/", "grpcpp/", "gtest/", "gmock/"}},
      {"proto/", {"etcdpp_proto/", "etcd/api/", "grpcpp/", "gtest/", "gmock/"}},
      {".ci/", {}},
  };
  return layers;
}

// What the tests of a layer may include on top of it.
Strings AllowedInTests(const std::string& folder) {
  Strings allowed = kTestLibraries;
  allowed.push_back(folder);
  if (folder.starts_with("client/")) {
    allowed.insert(allowed.end(), {"client/mocks/", "client/src/", "fakeetcd/"});
  }
  if (folder.starts_with("fakeserver/")) allowed.emplace_back("fakeserver/base/");
  if (folder == "fakeserver/services/" || folder == "fakeserver/") {
    allowed.insert(allowed.end(), {"fakeserver/", "fakeetcd/", "etcdpp/"});
    allowed.insert(allowed.end(), kRpcLibraries.begin(), kRpcLibraries.end());
  }
  return allowed;
}

bool IsTest(const std::string& path) { return EndsWithAnyOf(path, {"_test.cc", "_fuzz.cc"}); }

bool IsOfTheSystem(const std::string& header) {
  return EndsWithAnyOf(header, {".h"}) && (header.find('/') == std::string::npos ||
                                           StartsWithAnyOf(header, {"sys/", "netinet/", "arpa/"}));
}

Strings CheckIncludes(const std::string& path, const std::string& text) {
  const auto layer = std::ranges::find_if(
      Layers(), [&](const Layer& candidate) { return path.starts_with(candidate.folder); });
  if (layer == Layers().end()) {
    return {At(path, 1, "no layer knows this folder: add it to the table in " __FILE__)};
  }
  static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  const bool is_public = layer->folder.find("/include/") != std::string::npos;
  Strings broken;
  const Strings lines = Lines(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(lines[i], match, kInclude)) continue;
    const std::string header = match[2];
    const bool is_standard = match[1] == "<" && header.find_first_of("/.") == std::string::npos;
    if (is_standard || (!is_public && IsOfTheSystem(header) && match[1] == "<")) continue;
    if (header.starts_with(layer->folder) && header != layer->folder) continue;
    if (StartsWithAnyOf(header, layer->may_include)) continue;
    if ((IsTest(path) || layer->folder == ".ci/") &&
        StartsWithAnyOf(header, AllowedInTests(layer->folder))) {
      continue;
    }
    broken.push_back(At(path, i + 1,
                        layer->folder + " may not include " + header +
                            " (project headers are named from the root; see the layers in " +
                            "ARCHITECTURE.md)"));
  }
  return broken;
}

// --- Bans
// -----------------------------------------------------------------------------------------

struct Ban {
  std::regex pattern;
  Strings folders;  // where it holds; empty: everywhere
  Strings except;   // paths it spares, by prefix
  std::string rule;
  bool in_comments = false;
  bool in_tests = true;
};

const Strings kBelowServices = {
    "fakeserver/base/",   "fakeserver/mvcc/",    "fakeserver/watch/",       "fakeserver/lease/",
    "fakeserver/auth/",   "fakeserver/cluster/", "fakeserver/maintenance/", "fakeserver/bbolt/",
    "fakeserver/engine/", "fakeserver/faults/",  "fakeserver/journal/"};

const std::vector<Ban>& Bans() {
  static const std::vector<Ban> bans = {
      {std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep|SleepFor)\b)"),
       {},
       {},
       "no sleeping: wait on a condition with a deadline, or move a manual clock"},
      {std::regex(R"((\.|->)\s*detach\s*\()"),
       {},
       {},
       "no detached thread: own it, and stop and join it in the owner's destructor"},
      {std::regex(R"(\b(grpc|google::protobuf|etcdpp_proto)::)"),
       kBelowServices,
       {},
       "no gRPC and no protobuf below services/: take and return the domain's own types"},
      {std::regex(R"(\bstd::(jthread|thread|async)\b(?!::hardware))"),
       kBelowServices,
       {"fakeserver/base/"},
       "no thread below services/: the engine is asked, server.cc owns the threads",
       false,
       false},
      {std::regex(R"(\b(steady_clock|system_clock)::now\b|\brandom_device\b)"),
       kBelowServices,
       {"fakeserver/base/"},
       "no wall clock and no random source below services/: take a Clock or a seed"},
      // The recipes of Go's queues name their keys by the time of day.
      {std::regex(R"(\bsystem_clock\b|\bgettimeofday\b|\bCLOCK_REALTIME\b)"),
       {"client/"},
       {"client/src/queue.cc", "client/src/test_server.h", "client/src/clock_step_test.cc"},
       "no wall clock in the client, which somebody may set: the steady clock, or a Timer"},
      {std::regex(R"(\bstd::(cout|cerr|clog)\b|\b(printf|fprintf|puts)\s*\()"),
       {"client/"},
       {"client/examples/"},
       "a library prints nothing: return a Status that says it"},
      {std::regex(R"(\busing\s+namespace\s+(?!std::(chrono_|string_)?(view_)?literals\b))"),
       {},
       {},
       "no using-directive: name what you use, or alias the namespace"},
      // The services are spared: a gRPC reactor is made with new and deletes itself when done.
      {std::regex(R"(\bnew\s+[A-Za-z_:])"),
       {},
       {"fakeserver/services/", "bench/", "conformance/"},
       "no bare new: std::make_unique, or std::unique_ptr<T>(new T) for a private constructor"},
      {std::regex(R"(\bdelete(\[\])?\s+[A-Za-z_:*(])"),
       {},
       {"fakeserver/services/", "bench/", "conformance/"},
       "no bare delete: let a std::unique_ptr own it"},
      {std::regex(R"(\b(TO)"
                  R"(DO|FIX)"
                  R"(ME)\b(?!\(#[0-9]+\): ))"),
       {},
       {},
       "what is left to do names its open issue, TO"
       "DO(#12): what, or is done now",
       true},
  };
  return bans;
}

Strings CheckBans(const std::string& path, const std::string& text) {
  static const std::regex kOwnedNew(R"((unique_ptr|shared_ptr)<[^;]*\(\s*new\b|\bWrapUnique\()");
  const Strings raw = Lines(text);
  const Strings code = Lines(CodeOnly(text));
  Strings broken;
  for (const Ban& ban : Bans()) {
    if (!ban.folders.empty() && !StartsWithAnyOf(path, ban.folders)) continue;
    if (StartsWithAnyOf(path, ban.except) || (IsTest(path) && !ban.in_tests)) continue;
    for (size_t i = 0; i < raw.size(); ++i) {
      const std::string& line = ban.in_comments ? raw[i] : code[i];
      if (!std::regex_search(line, ban.pattern)) continue;
      if (ban.rule.starts_with("no bare new") && std::regex_search(line, kOwnedNew)) continue;
      broken.push_back(At(path, i + 1, ban.rule));
    }
  }
  return broken;
}

// --- Sizes
// ----------------------------------------------------------------------------------------

size_t LinesAllowed(const std::string& path) {
  if (path.ends_with(".h")) return 400;
  const bool is_case =
      StartsWithAnyOf(path, {"conformance/wire/", "conformance/client/", "conformance/http/"});
  return IsTest(path) || is_case ? 1000 : 600;
}

size_t Columns(const std::string& line) {  // of UTF-8
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Strings CheckSize(const std::string& path, const std::string& text) {
  Strings broken;
  const Strings lines = Lines(text);
  if (const size_t allowed = LinesAllowed(path); lines.size() > allowed) {
    broken.push_back(
        At(path, lines.size(),
           "longer than " + std::to_string(allowed) + " lines: split it by responsibility"));
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (Columns(lines[i]) > 100) broken.push_back(At(path, i + 1, "wider than 100 columns"));
  }
  return broken;
}

// --- The tree
// -------------------------------------------------------------------------------------

struct Source {
  std::string path;  // from the root
  std::string text;
};

std::vector<Source> Sources() {
  const fs::path root = SOURCE_ROOT;
  std::vector<Source> sources;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    if (it->is_directory() &&
        (path == "build" || path == ".git" || path.ends_with("node_modules"))) {
      it.disable_recursion_pending();
    }
    if (!it->is_regular_file() || !EndsWithAnyOf(path, {".h", ".cc"})) continue;
    std::ostringstream text;
    text << std::ifstream(it->path()).rdbuf();
    sources.push_back({path, text.str()});
  }
  return sources;
}

Strings BrokenBy(Strings (*check)(const std::string&, const std::string&)) {
  Strings broken;
  for (const Source& source : Sources()) {
    for (std::string& line : check(source.path, source.text)) broken.push_back(std::move(line));
  }
  std::ranges::sort(broken);
  return broken;
}

std::string Joined(const Strings& lines) {
  std::string text = "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(SourceRules, EveryIncludeFollowsTheLayers) {
  const Strings broken = BrokenBy(CheckIncludes);
  EXPECT_TRUE(broken.empty()) << Joined(broken);
}

TEST(SourceRules, NothingBannedIsUsed) {
  const Strings broken = BrokenBy(CheckBans);
  EXPECT_TRUE(broken.empty()) << Joined(broken);
}

TEST(SourceRules, FilesAreOfReadableSize) {
  const Strings broken = BrokenBy(CheckSize);
  EXPECT_TRUE(broken.empty()) << Joined(broken);
}

TEST(SourceRules, TheWholeTreeIsRead) {
  Strings paths;
  for (const Source& source : Sources()) paths.push_back(source.path);
  for (const char* known : {".ci/source_rules_test.cc", "proto/clash_test/clash_test.cc"}) {
    EXPECT_THAT(paths, testing::Contains(known));
  }
}

// --- The rules themselves
// -------------------------------------------------------------------------

struct Sample {
  std::string path;
  std::string text;
  std::string says;  // part of the complaint; empty: none
};

void ExpectEach(const std::vector<Sample>& samples,
                Strings (*check)(const std::string&, const std::string&)) {
  for (const Sample& sample : samples) {
    SCOPED_TRACE(sample.path + ": " + sample.text.substr(0, 90));
    const Strings broken = check(sample.path, sample.text);
    if (sample.says.empty()) {
      EXPECT_THAT(broken, IsEmpty());
    } else {
      EXPECT_THAT(broken, ElementsAre(HasSubstr(sample.says)));
    }
  }
}

TEST(SourceRulesOfTheRules, Includes) {
  const std::string no = "may not include";
  ExpectEach(
      {
          {"client/include/etcdpp/kv.h", "#include <vector>\n#include \"etcdpp/status.h\"\n", ""},
          {"client/include/etcdpp/kv.h", "#include <grpcpp/grpcpp.h>\n", no},
          {"client/include/etcdpp/kv.h", "#include <unistd.h>\n", no},
          {"client/include/etcdpp/kv.h", "#include \"etcdpp_proto/kv.pb.h\"\n", no},
          {"client/src/call.cc", "#include <grpcpp/grpcpp.h>\n#include \"client/src/call.h\"\n",
           ""},
          {"client/src/call.cc", "#include \"fakeetcd/server.h\"\n", no},
          {"client/src/call_test.cc", "#include \"fakeetcd/server.h\"\n", ""},
          {"client/src/call_test.cc", "#include \"fakeserver/engine/engine.h\"\n", no},
          {"client/src/call.cc", "#include \"call.h\"\n", no},
          {"fakeserver/mvcc/store.cc", "#include \"fakeserver/base/errors.h\"\n", ""},
          {"fakeserver/mvcc/store.cc", "\n#  include \"fakeserver/engine/engine.h\"\n", ".cc:2: "},
          {"fakeserver/mvcc/store.cc", "#include <grpcpp/grpcpp.h>\n", no},
          {"fakeserver/mvcc/store.cc", "#include <google/protobuf/message.h>\n", no},
          {"fakeserver/mvcc/store.cc", "#include <gtest/gtest.h>\n", no},
          {"fakeserver/mvcc/store_test.cc", "#include <gtest/gtest.h>\n", ""},
          {"fakeserver/lease/lease_table.h", "#include \"fakeserver/mvcc/store.h\"\n", no},
          {"fakeserver/engine/engine.h", "#include \"fakeserver/mvcc/store.h\"\n", ""},
          {"fakeserver/engine/engine.h", "#include \"fakeserver/services/kv_service.h\"\n", no},
          {"fakeserver/engine/engine.h", "#include \"etcdpp_proto/kv.pb.h\"\n", no},
          {"fakeserver/services/kv_service.cc", "#include \"etcdpp_proto/kv.pb.h\"\n", ""},
          {"fakeserver/main.cc", "#include <CLI/CLI.hpp>\n#include <grpcpp/grpcpp.h>\n", ""},
          {"fakeserver/include/fakeetcd/server.h", "#include <grpcpp/grpcpp.h>\n", no},
          {"conformance/wire/kv.cc", "#include \"etcdpp_proto/kv.grpc.pb.h\"\n", ""},
          {"conformance/wire/kv.cc", "#include \"fakeserver/base/errors.h\"\n", no},
          {"conformance/targets/fake.cc", "#include \"fakeetcd/server.h\"\n", no},
          {"conformance/client/kv.cc", "#include <grpcpp/grpcpp.h>\n", no},
          {"bench/kv_bench.cc", "#include \"fakeserver/services/kv_service.h\"\n", no},
          {"attic/old.cc", "", "no layer knows this folder"},
      },
      CheckIncludes);
}

TEST(SourceRulesOfTheRules, Bans) {
  const std::string todo =
      "TO"
      "DO";
  ExpectEach(
      {
          {"client/src/call.cc", "auto now = std::chrono::system_clock::now();\n", "wall clock"},
          {"client/src/call.cc", "auto now = std::chrono::steady_clock::now();\n", ""},
          {"client/src/a_test.cc", "std::this_thread::sleep_for(1s);", "no sleeping"},
          {"conformance/wire/a.cc", "absl::SleepFor(absl::Seconds(1));", "no sleeping"},
          {"client/src/a.cc", "// never sleep_for here", ""},
          {"client/src/a.cc", "Log(\"sleep_for\"); /* usleep\n usleep */", ""},
          {"client/src/a.cc", "R\"(usleep\n\")\"; int n = 1'000; char c = '\"'; usleep(n); // '",
           "no sle"},
          {"client/src/a.cc", "thread_.detach();", "no detached thread"},
          {"client/src/a.cc", "thread_->detach ();", "no detached thread"},
          {"client/src/a.cc", "list.detached();", ""},
          {"fakeserver/engine/a.cc", "grpc::Status Put();", "no gRPC"},
          {"fakeserver/services/a.cc", "grpc::Status Put();", ""},
          {"fakeserver/engine/a.cc", "std::jthread ticker_;", "no thread below"},
          {"fakeserver/engine/a.cc", "std::this_thread::get_id();", ""},
          {"fakeserver/engine/a_test.cc", "std::thread client;", ""},
          {"fakeserver/lease/a.cc", "std::chrono::steady_clock::now();", "no wall clock"},
          {"fakeserver/base/clock.cc", "std::chrono::steady_clock::now();", ""},
          {"client/src/a.cc", "std::cerr << status;", "a library prints nothing"},
          {"client/src/a.cc", "snprintf(b, n, f);", ""},
          {"fakeserver/main.cc", "std::cout << ready;", ""},
          {"bench/a.cc", "using namespace std;", "no using-directive"},
          {"bench/a.cc", "using namespace std::chrono_literals;", ""},
          {"bench/a.cc", "using namespace std::literals;", ""},
          {"client/src/a.cc", "auto* p = new Part(1);", "no bare new"},
          {"client/src/a.cc", "Take(new Part);", "no bare new"},
          {"client/src/a.cc", "return std::unique_ptr<Part>(new Part(1));", ""},
          {"client/src/a.cc", "renew (lease); a_new = 1; int new_ = 2; new (slot) Part;", ""},
          {"client/src/a.cc", "delete part;", "no bare delete"},
          {"client/src/a.cc", "delete[] parts;", "no bare delete"},
          {"client/src/a.cc", "Part(const Part&) = delete;", ""},
          {"client/src/a.cc", "// " + todo + ": later", "names its open issue"},
          {"client/src/a.cc", "// " + todo + "(ann): later", "names its open issue"},
          {"client/src/a.cc", "// " + todo + "(#12): when gRPC has it", ""},
      },
      CheckBans);
}

TEST(SourceRulesOfTheRules, Sizes) {
  const auto lines = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "int x;\n";
    return text;
  };
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xA4";
  ExpectEach(
      {
          {"client/src/a.h", lines(400), ""},
          {"client/src/a.h", lines(401), "longer than 400"},
          {"client/src/a.cc", lines(600), ""},
          {"client/src/a.cc", lines(601), "longer than 600"},
          {"client/src/a_test.cc", lines(1000), ""},
          {"client/src/a_test.cc", lines(1001), "longer than 1000"},
          {"conformance/wire/kv.cc", lines(1000), ""},
          {"conformance/wire/kv.cc", lines(1001), "longer than 1000"},
          {"client/src/a.cc", umlauts, ""},
          {"client/src/a.cc", "\n" + umlauts + "!", ".cc:2: wider than 100"},
      },
      CheckSize);
}

}  // namespace
