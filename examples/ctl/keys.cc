// get, put, del, txn, watch, compaction.
#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>

#include "examples/ctl/commands.h"

namespace ctl {
namespace {

using etcdpp::Client;
using etcdpp::Compare;
using etcdpp::KeyRange;
using etcdpp::KeyValue;
using etcdpp::SortOrder;
using etcdpp::SortTarget;
using etcdpp::TxnRequest;

std::string InHex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return text;
}

/// Prints keys and values as the flags ask.
struct Printer {
  explicit Printer(const CommandLine& line)
      : hex(line.Has("hex")), value_only(line.Has("print-value-only")) {}

  void operator()(const KeyValue& kv) const {
    if (!value_only) std::cout << (hex ? InHex(kv.key) : kv.key) << "\n";
    std::cout << (hex ? InHex(kv.value) : kv.value) << "\n";
  }
  void operator()(const etcdpp::RangeResponse& response) const {
    for (const KeyValue& kv : response.kvs) (*this)(kv);
  }
  void operator()(const etcdpp::PutResponse& response) const {
    std::cout << "OK\n";
    if (response.prev_kv) (*this)(*response.prev_kv);
  }
  void operator()(const etcdpp::DeleteResponse& response) const {
    std::cout << response.deleted << "\n";
    for (const KeyValue& kv : response.prev_kvs) (*this)(kv);
  }
  void operator()(const etcdpp::TxnResponse& response) const {
    std::cout << (response.succeeded ? "SUCCESS\n" : "FAILURE\n");
    for (const etcdpp::OpResponse& op : response.responses) {
      std::cout << "\n";
      std::visit(*this, op.response);
    }
  }

  bool hex;
  bool value_only;
};

KeyRange RangeOf(const CommandLine& line) {
  const bool prefix = line.Has("prefix");
  const bool from_key = line.Has("from-key");
  if (prefix && from_key) {
    throw Refusal(kBadArguments,
                  "`--prefix` and `--from-key` cannot be set at the same time, choose one");
  }
  if (line.words.size() > 1 && (prefix || from_key)) {
    throw Refusal(kBadArguments,
                  "too many arguments, only accept one argument when `--prefix` or `--from-key` is "
                  "set");
  }
  const std::string& key = line.words[0];
  if (prefix) return KeyRange::Prefix(key);
  if (from_key) return KeyRange::From(key);
  return line.words.size() > 1 ? KeyRange::HalfOpen(key, line.words[1]) : KeyRange::Key(key);
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

SortTarget TargetOf(const std::string& name) {
  static const std::map<std::string, SortTarget, std::less<>> targets = {
      {"", SortTarget::kKey},
      {"KEY", SortTarget::kKey},
      {"CREATE", SortTarget::kCreateRevision},
      {"MODIFY", SortTarget::kModRevision},
      {"VALUE", SortTarget::kValue},
      {"VERSION", SortTarget::kVersion}};
  const auto found = targets.find(Upper(name));
  if (found == targets.end()) throw Refusal(kBadFlag, "bad sort target " + name);
  return found->second;
}

SortOrder OrderOf(const std::string& name) {
  const std::string order = Upper(name);
  if (order.empty()) return SortOrder::kNone;
  if (order == "ASCEND") return SortOrder::kAscend;
  if (order == "DESCEND") return SortOrder::kDescend;
  throw Refusal(kBadFlag, "bad sort order " + name);
}

etcdpp::RangeRequest GetOf(const CommandLine& line) {
  line.Expect(1, SIZE_MAX,
              "get command needs one argument as key and an optional argument as range_end");
  const std::string consistency = line.Flag("consistency", "l");
  if (consistency != "l" && consistency != "s") {
    throw Refusal(kBadFlag, "unknown consistency flag \"" + consistency + "\"");
  }
  etcdpp::RangeRequest request{RangeOf(line), {}};
  request.options.serializable = consistency == "s";
  request.options.limit = line.Number("limit", 0);
  request.options.revision = line.Number("rev", 0);
  request.options.sort_order = OrderOf(line.Flag("order"));
  request.options.sort_target = TargetOf(line.Flag("sort-by"));
  // As Go's client: keys in ascending order is the order there is.
  if (request.options.sort_target == SortTarget::kKey &&
      request.options.sort_order == SortOrder::kAscend) {
    request.options.sort_order = SortOrder::kNone;
  }
  request.options.keys_only = line.Has("keys-only");
  return request;
}

etcdpp::PutRequest PutOf(const CommandLine& line) {
  const bool ignore_value = line.Has("ignore-value");
  line.Expect(1, SIZE_MAX, "put command needs 1 argument and input from stdin or 2 arguments");
  if (ignore_value && line.words.size() > 1) {
    throw Refusal(kBadArguments, "put command needs only 1 argument when 'ignore-value' is set");
  }
  etcdpp::PutRequest request{line.words[0], "", {}};
  if (!ignore_value && line.words.size() > 1) {
    request.value = line.words[1];
  } else if (!ignore_value) {
    request.value.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  request.options.lease = static_cast<int64_t>(
      ParseNumber(line.Flag("lease", "0"), 16, "bad lease ID", ", expecting ID in Hex"));
  request.options.prev_kv = line.Has("prev-kv");
  request.options.ignore_value = ignore_value;
  request.options.ignore_lease = line.Has("ignore-lease");
  return request;
}

etcdpp::DeleteRequest DelOf(const CommandLine& line) {
  line.Expect(1, 2, "del command needs one argument as key and an optional argument as range_end");
  return {RangeOf(line), {.prev_kv = line.Has("prev-kv")}};
}

// What stands up to the next empty line.
std::vector<std::string> Paragraph() {
  std::vector<std::string> lines;
  std::string line;
  while (true) {
    if (!std::getline(std::cin, line)) throw Refusal(kBadInput, "EOF");
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return lines;
    lines.push_back(line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1));
  }
}

Compare::Relation RelationOf(const std::string& sign) {
  if (sign == "=") return Compare::Relation::kEqual;
  if (sign == "!=") return Compare::Relation::kNotEqual;
  if (sign == "<") return Compare::Relation::kLess;
  if (sign == ">") return Compare::Relation::kGreater;
  throw Refusal(kBadInput, "Unknown result op");
}

Compare CompareOf(const std::string& line) {
  const size_t open = line.find('(');
  if (open == std::string::npos) throw Refusal(kBadInput, "malformed comparison: " + line);
  static const std::map<std::string, Compare::Target, std::less<>> targets = {
      {"ver", Compare::Target::kVersion},      {"version", Compare::Target::kVersion},
      {"c", Compare::Target::kCreateRevision}, {"create", Compare::Target::kCreateRevision},
      {"m", Compare::Target::kModRevision},    {"mod", Compare::Target::kModRevision},
      {"val", Compare::Target::kValue},        {"value", Compare::Target::kValue},
      {"lease", Compare::Target::kLease}};
  const std::string target = line.substr(0, open);
  std::string_view rest = std::string_view(line).substr(open + 1);
  const std::string key = TakeQuoted(&rest);
  const std::vector<std::string> words = WordsOf(std::string(rest));
  if (words.size() != 3 || words[0] != ")") {
    throw Refusal(kBadInput, "malformed comparison: " + line);
  }
  const auto found = targets.find(target);
  if (found == targets.end()) {
    throw Refusal(kBadInput, "malformed comparison: " + line + " (unknown target " + target + ")");
  }
  const auto relation = RelationOf(words[1]);
  if (found->second == Compare::Target::kValue) return {key, found->second, relation, words[2]};
  try {
    const auto number = static_cast<int64_t>(ParseNumber(words[2], 10, "", ""));
    return {key, found->second, relation, number};
  } catch (const Refusal&) {
    throw Refusal(kBadInput, "invalid txn compare request: " + line);
  }
}

etcdpp::Op OpOf(const std::string& text) {
  std::vector<std::string> words = WordsOf(text);
  if (words.size() < 2) throw Refusal(kBadInput, "invalid txn compare request: " + text);
  const std::string name = words[0];
  words.erase(words.begin());
  const CommandLine line = Parse(words);
  if (name == "get") return {GetOf(line)};
  if (name == "put") return {PutOf(line)};
  if (name == "del") return {DelOf(line)};
  throw Refusal(kBadInput, "invalid txn request: " + text);
}

}  // namespace

int Get(Client& client, const CommandLine& line) {
  const auto request = GetOf(line);
  return Show(client.Range(request.range, request.options), Printer(line));
}

int Put(Client& client, const CommandLine& line) {
  const auto request = PutOf(line);
  return Show(client.Put(request.key, request.value, request.options), Printer(line));
}

int Del(Client& client, const CommandLine& line) {
  const auto request = DelOf(line);
  return Show(client.Delete(request.range, request.options), Printer(line));
}

int Txn(Client& client, const CommandLine& line) {
  line.Expect(0, 0, "txn command does not accept argument");
  const auto prompt = [&line](const char* text) {
    if (line.Has("interactive") || line.Has("i")) std::cout << text << std::endl;
  };
  TxnRequest request;
  prompt("compares:");
  for (const std::string& compare : Paragraph()) request.compares.push_back(CompareOf(compare));
  prompt("success requests (get, put, del):");
  for (const std::string& op : Paragraph()) request.success.push_back(OpOf(op));
  prompt("failure requests (get, put, del):");
  for (const std::string& op : Paragraph()) request.failure.push_back(OpOf(op));
  return Show(client.Commit(std::move(request)), Printer(line));
}

int Watch(Client& client, const CommandLine& line) {
  line.Expect(1, 2, "watch in non-interactive mode requires an argument or key is set");
  const Printer print(line);
  etcdpp::Watch watch = client.Watch(
      RangeOf(line), {.start_revision = line.Number("rev", 0), .prev_kv = line.Has("prev-kv")});
  auto response = watch.Next();
  for (; response.ok(); response = watch.Next()) {
    for (const etcdpp::WatchEvent& event : response->events) {
      std::cout << (event.type == etcdpp::WatchEvent::Type::kPut ? "PUT\n" : "DELETE\n");
      if (event.prev_kv) print(*event.prev_kv);
      print(event.kv);
    }
    std::cout.flush();
  }
  std::cout << "watch was canceled (" << response.status().message() << ")\n";
  throw Refusal(kInterrupted, "watch is canceled by the server");
}

int Compaction(Client& client, const CommandLine& line) {
  line.Expect(1, 1, "compaction command needs 1 argument");
  const auto revision = static_cast<int64_t>(ParseNumber(line.words[0], 10, "bad revision", ""));
  return Show(client.Compact(revision, {.physical = line.Has("physical")}),
              [&](const auto&) { std::cout << "compacted revision " << revision << "\n"; });
}

}  // namespace ctl
