#include "conformance/failures/contract.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace conformance {
namespace {

using etcdpp::KeyRange;
using etcdpp::KeyValue;
using etcdpp::Outcome;
using etcdpp::WatchEvent;
using etcdpp::WatchOptions;
using etcdpp::WatchResponse;

bool Covers(const KeyRange& range, const std::string& key) {
  if (range.end().empty()) return key == range.key();
  const bool unbounded = range.end() == std::string(1, '\0');
  return key >= range.key() && (unbounded || key < range.end());
}

void Describe(std::ostream& out, const KeyValue& kv) {
  out << kv.key << "=" << kv.value << " (mod " << kv.mod_revision << ", create "
      << kv.create_revision << ", version " << kv.version << ")";
}

std::string Describe(const WatchEvent& event) {
  std::ostringstream out;
  out << (event.type == WatchEvent::Type::kPut ? "put " : "delete ");
  Describe(out, event.kv);
  if (event.prev_kv) {
    out << " after ";
    Describe(out, *event.prev_kv);
  }
  return out.str();
}

// That responses do not go back, nor cut a revision in two, nor tell what progress had ruled out.
std::string CheckResponses(const std::vector<WatchResponse>& responses) {
  int64_t told = 0;  // everything up to it
  for (const WatchResponse& response : responses) {
    if (response.IsProgress()) {
      told = std::max(told, response.header.revision);
      continue;
    }
    if (response.events.front().kv.mod_revision <= told) {
      return "revision " + std::to_string(told) + " was told in whole before " +
             Describe(response.events.front());
    }
    told = response.events.back().kv.mod_revision;
  }
  return "";
}

}  // namespace

std::vector<WatchEvent> EventsFor(const etcdpp::WatchRequest& request, int64_t start,
                                  const std::vector<WatchEvent>& history) {
  const WatchOptions& options = request.options;
  std::vector<WatchEvent> expected;
  for (const WatchEvent& event : history) {
    const bool is_put = event.type == WatchEvent::Type::kPut;
    if (event.kv.mod_revision < start || !Covers(request.range, event.kv.key)) continue;
    if (is_put ? options.no_puts : options.no_deletes) continue;
    expected.push_back(event);
    if (!options.prev_kv) expected.back().prev_kv.reset();
  }
  return expected;
}

std::string CheckWatch(const std::vector<WatchEvent>& expected, const WatchRecord& record) {
  if (std::string broken = CheckResponses(record.responses); !broken.empty()) return broken;
  size_t next = 0;
  for (const WatchResponse& response : record.responses) {
    for (const WatchEvent& event : response.events) {
      if (next < expected.size() && event == expected[next]) {
        ++next;
        continue;
      }
      const std::string place = "event " + std::to_string(next) + ": ";
      if (next == expected.size()) return place + "nothing more happened, told " + Describe(event);
      return place + "happened " + Describe(expected[next]) + ", told " + Describe(event);
    }
  }
  if (!record.end) {
    if (next == expected.size()) return "";
    return "not told of " + Describe(expected[next]) + " and " +
           std::to_string(expected.size() - next - 1) + " after it";
  }
  if (record.end->reason() != etcdpp::Reason::kCompacted) {
    return "ended for no good reason: " + record.end->ToString();
  }
  const int64_t last = next == 0 ? 0 : expected[next - 1].kv.mod_revision;
  if (record.compact_revision <= last + 1) {
    return "ended by a compaction at " + std::to_string(record.compact_revision) +
           " that took nothing it needed after " + std::to_string(last);
  }
  return "";
}

std::string CheckWrites(const std::vector<WriteRecord>& writes,
                        const std::vector<WatchEvent>& history) {
  std::map<std::pair<std::string, std::string>, int64_t> done;
  for (const WatchEvent& event : history) {
    if (event.type != WatchEvent::Type::kPut) continue;
    if (!done.emplace(std::pair(event.kv.key, event.kv.value), event.kv.mod_revision).second) {
      return "done twice: " + Describe(event);
    }
  }
  for (const WriteRecord& write : writes) {
    const Outcome outcome = write.status.outcome();
    std::optional<int64_t> revision;
    for (const auto& put : write.puts) {
      const auto found = done.find(put);
      const int64_t at = found == done.end() ? 0 : found->second;
      const std::string name = put.first + "=" + put.second;
      if (revision && *revision != at) return "done in part: the transaction with " + name;
      revision = at;
      if (write.status.ok() && at != write.revision) {
        return name + " is at revision " + std::to_string(at) + ", said to be at " +
               std::to_string(write.revision);
      }
      if (outcome == Outcome::kNotApplied && at != 0) {
        return name + " is at revision " + std::to_string(at) +
               ", said not to be done: " + write.status.ToString();
      }
    }
  }
  return "";
}

}  // namespace conformance
