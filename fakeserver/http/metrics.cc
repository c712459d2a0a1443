#include "fakeserver/http/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include "fakeserver/http/concat.h"
#include "fakeserver/http/json_message.h"

namespace fakeetcd {
namespace {

// As Go writes a float64: with an exponent from a million on.
std::string NumberText(double number) {
  std::array<char, 40> text{};
  const bool plain = number == 0 || (std::fabs(number) >= 1e-4 && std::fabs(number) < 1e6);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, format);
  return {text.data(), end.ptr};
}

/// Families in Prometheus's text format, sorted by name as its handler has them.
class Families {
 public:
  template <typename Number>
  void Gauge(std::string_view name, std::string_view help, Number value) {
    Add(name, "gauge", help, "", static_cast<double>(value));
  }
  template <typename Number>
  void Counter(std::string_view name, std::string_view help, Number value) {
    Add(name, "counter", help, "", static_cast<double>(value));
  }
  /// One that is always 1: what it tells is in its label.
  void Info(std::string_view name, std::string_view help, std::string_view label,
            std::string_view value) {
    Add(name, "gauge", help, Concat("{", label, "=\"", value, "\"}"), 1);
  }

  std::string Text() {
    std::ranges::sort(families_);
    std::string text;
    for (const std::string& family : families_) text += family;
    return text;
  }

 private:
  void Add(std::string_view name, std::string_view type, std::string_view help,
           std::string_view labels, double value) {
    families_.push_back(Concat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n", name,
                               labels, " ", NumberText(value), "\n"));
  }

  std::vector<std::string> families_;
};

void AddServer(Dispatcher& dispatcher, const HealthCounts& health, Families* families) {
  Engine& engine = dispatcher.engine();
  const EtcdVersion& version = dispatcher.behavior().version;
  families->Info("etcd_cluster_version",
                 "Which version is running. 1 for 'cluster_version' label with current cluster "
                 "version",
                 "cluster_version", Concat(version.major, ".", version.minor));
  families->Info("etcd_server_version",
                 "Which version is running. 1 for 'server_version' label with current version.",
                 "server_version", version.ToString());
  families->Info("etcd_server_id",
                 "Server or member ID in hexadecimal format. 1 for 'server_id' label with current "
                 "ID.",
                 "server_id", Hex(engine.identity().member_id));
  families->Gauge("etcd_server_has_leader",
                  "Whether or not a leader exists. 1 is existence, 0 is not.", 1);
  families->Gauge("etcd_server_is_leader",
                  "Whether or not this member is a leader. 1 if is, 0 otherwise.", 1);
  families->Gauge("etcd_server_is_learner",
                  "Whether or not this member is a learner. 1 if is, 0 otherwise.", 0);
  families->Counter("etcd_server_leader_changes_seen_total", "The number of leader changes seen.",
                    1);
  families->Gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.",
                  engine.quota_backend_bytes());
  families->Counter("etcd_server_health_success", "The total number of successful health checks",
                    health.successes);
  families->Counter("etcd_server_health_failures", "The total number of failed health checks",
                    health.failures);
}

void AddStore(Dispatcher& dispatcher, Families* families) {
  Engine& engine = dispatcher.engine();
  const Engine::Status status = engine.GetStatus();
  families->Gauge("etcd_server_proposals_committed_total",
                  "The total number of consensus proposals committed.", status.raft_index);
  families->Gauge("etcd_server_proposals_applied_total",
                  "The total number of consensus proposals applied.", status.raft_index);
  families->Gauge("etcd_server_proposals_pending",
                  "The current number of pending proposals to commit.", 0);
  families->Counter("etcd_server_proposals_failed_total",
                    "The total number of failed proposals seen.", 0);
  families->Gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.",
                  status.revision);
  families->Gauge("etcd_debugging_mvcc_compact_revision",
                  "The revision of the last compaction in store.", status.compact_revision);
  families->Gauge("etcd_mvcc_db_total_size_in_bytes",
                  "Total size of the underlying database physically allocated in bytes.",
                  status.db_size);
  families->Gauge("etcd_mvcc_db_total_size_in_use_in_bytes",
                  "Total size of the underlying database logically in use in bytes.",
                  status.db_size_in_use);
}

// Of the store's operations; what older releases tell twice, once for debugging.
void AddOperations(const Behavior& behavior, const Counts& counts, Families* families) {
  const struct {
    std::string_view name;
    int64_t count;
    bool is_told_twice;
  } kinds[] = {
      {"range", counts.ranges, behavior.metrics_have_debugging_ranges},
      {"put", counts.puts, behavior.metrics_have_debugging_writes},
      {"delete", counts.deletes, behavior.metrics_have_debugging_writes},
      {"txn", counts.txns, behavior.metrics_have_debugging_writes},
  };
  for (const auto& kind : kinds) {
    const std::string help = Concat("Total number of ", kind.name, "s seen by this member.");
    families->Counter(Concat("etcd_mvcc_", kind.name, "_total"), help, kind.count);
    if (!kind.is_told_twice) continue;
    families->Counter(Concat("etcd_debugging_mvcc_", kind.name, "_total"), help, kind.count);
  }
  families->Gauge("etcd_debugging_mvcc_total_put_size_in_bytes",
                  "The total size of put kv pairs seen by this member.", counts.put_bytes);
}

void AddActivity(Dispatcher& dispatcher, Families* families) {
  const Engine::Activity activity = dispatcher.engine().GetActivity();
  const Counts& counts = activity.counts;
  const WatchHub::Load& watches = activity.watches;
  AddOperations(dispatcher.behavior(), counts, families);
  families->Gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", activity.keys);
  families->Gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.",
                  watches.streams);
  families->Gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.",
                  watches.watchers);
  families->Gauge("etcd_debugging_mvcc_slow_watcher_total",
                  "Total number of unsynced slow watchers.", watches.lagging);
  families->Gauge("etcd_debugging_mvcc_pending_events_total",
                  "Total number of pending events to be sent.", watches.pending_events);
  families->Counter("etcd_debugging_mvcc_events_total",
                    "Total number of events sent by this member.", counts.events);
  families->Counter("etcd_debugging_lease_granted_total", "The total number of granted leases.",
                    counts.leases_granted);
  families->Counter("etcd_debugging_lease_renewed_total",
                    "The number of renewed leases seen by the leader.", counts.leases_renewed);
  families->Counter("etcd_debugging_lease_revoked_total", "The total number of revoked leases.",
                    counts.leases_revoked);
  families->Counter("etcd_debugging_server_lease_expired_total",
                    "The total number of expired leases.", counts.leases_expired);
  families->Gauge("etcd_debugging_auth_revision", "The current revision of auth store.",
                  activity.auth_revision);
}

double OpenFiles() {
  std::error_code ignored;
  const auto files = std::filesystem::directory_iterator("/proc/self/fd", ignored);
  return static_cast<double>(std::distance(begin(files), end(files)));
}

double FileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// proc(5): what the kernel says of the process. Field 0 here is the third there, behind the name.
std::vector<double> ProcessFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 3, line.size())));
  std::vector<double> numbers = {0};
  for (double number = 0; fields >> number;) numbers.push_back(number);
  numbers.resize(std::max<size_t>(numbers.size(), 40));
  return numbers;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

void AddProcess(Families* families) {
  const std::vector<double> fields = ProcessFields();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  families->Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                    (fields[11] + fields[12]) / ticks);
  families->Gauge("process_start_time_seconds",
                  "Start time of the process since unix epoch in seconds.",
                  BootTime() + fields[19] / ticks);
  families->Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", fields[20]);
  families->Gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
                  fields[21] * page);
  families->Gauge("process_open_fds", "Number of open file descriptors.", OpenFiles());
  families->Gauge("process_max_fds", "Maximum number of open file descriptors.", FileLimit());
}

std::string CommandLineJson() {
  std::ifstream file("/proc/self/cmdline");
  std::string json = "[";
  for (std::string argument; std::getline(file, argument, '\0');) {
    Append(&json, json.size() > 1 ? "," : "", QuoteJson(argument, true));
  }
  return json + "]";
}

}  // namespace

HttpReply MetricsReply(Dispatcher& dispatcher, const HealthCounts& health) {
  Families families;
  AddServer(dispatcher, health, &families);
  AddStore(dispatcher, &families);
  AddActivity(dispatcher, &families);
  AddProcess(&families);
  const bool newer = dispatcher.behavior().gateway_is_v2;
  HttpReply reply{.headers = {{"Content-Type", newer ? "text/plain; version=0.0.4; charset=utf-8; "
                                                       "escaping=underscores"
                                                     : "text/plain; version=0.0.4; charset=utf-8"}},
                  .body = families.Text()};
  return reply;
}

HttpReply DebugVarsReply(Dispatcher& dispatcher) {
  Engine& engine = dispatcher.engine();
  const Engine::Status status = engine.GetStatus();
  const std::string id = Concat("\"", Hex(engine.identity().member_id), "\"");
  const auto limit = static_cast<int64_t>(FileLimit());
  const std::string body =
      Concat("{\n\"cmdline\": ", CommandLineJson(), ",\n\"file_descriptor_limit\": ", limit,
             ",\n\"raft.status\": {\"id\":", id, ",\"term\":", status.raft_term, ",\"vote\":", id,
             ",\"commit\":", status.raft_index, ",\"lead\":", id,
             ",\"raftState\":\"StateLeader\",\"applied\":", status.raft_index, ",\"progress\":{",
             id, ":{\"match\":", status.raft_index, ",\"next\":", status.raft_index + 1,
             ",\"state\":\"StateReplicate\"}},\"leadtransferee\":\"0\"}\n}\n");
  return {.headers = {{"Content-Type", "application/json; charset=utf-8"}}, .body = body};
}

}  // namespace fakeetcd
