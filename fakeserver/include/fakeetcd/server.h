#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fakeetcd {

/// An etcd server that lives in the calling process and keeps nothing on disk.
///
///   auto server = fakeetcd::Server::Start({.clock = fakeetcd::Server::ClockKind::kManual});
///   etcdpp::Client client(server->endpoint());
///   …
///   server->AdvanceTime(11s);  // the 10 s lease is gone, and its watchers are being told
///
/// Any number of servers may run in one process. Thread-safe. Destroying a server cancels the
/// calls in flight, with streams open or not, and returns when nothing of it is left running.
class Server {
 public:
  /// Whether time passes by itself, or only in AdvanceTime.
  enum class ClockKind { kSystem, kManual };

  /// What an unattended server compacts, and when; etcd's --auto-compaction-mode.
  enum class AutoCompaction { kOff, kPeriodic, kRevision };

  /// What connections to "https://" and "unixs://" are secured with; etcd's flags of these names.
  struct Tls {
    // Files in PEM.
    std::string cert_file;
    std::string key_file;
    std::string trusted_ca_file;
    /// Clients must show a certificate that somebody in `trusted_ca_file` vouches for. That file
    /// alone asks for it too, as in etcd.
    bool client_cert_auth = false;
    /// In the place of files, a certificate that is made up at the start and nobody vouches for.
    bool auto_tls = false;
    /// "TLS1.2" or "TLS1.3": what connections are at least; 1.2 when empty.
    std::string min_version;
  };

  /// Where a server and its oracle (Options::oracle) did not answer alike.
  struct Difference {
    std::string method;   // "/etcdserverpb.KV/Put"
    std::string request;  // the message as text, or which watch
    std::string answer;   // the message, or how the call failed; of a watch, what it was told
    std::string oracle_answer;
  };
  /// How many calls were made to both, and how many differences there were.
  struct OracleCount {
    int64_t compared = 0;
    int64_t differences = 0;
  };

  struct Options {
    /// "HOST:PORT", where port 0 takes a free one; or a URL as etcd's --listen-client-urls has it:
    /// "http://…", "https://…", "unix://PATH" and, with TLS, "unixs://PATH".
    std::vector<std::string> listen_addresses = {"127.0.0.1:0"};
    /// Where HTTP is served, and gRPC is not; then `listen_addresses` serve gRPC alone.
    std::vector<std::string> listen_http_addresses;
    /// Where nothing is served but /metrics and the health of the server.
    std::vector<std::string> listen_metrics_addresses;
    Tls tls;
    ClockKind clock = ClockKind::kSystem;
    /// The release of etcd to behave as: "3.4", "3.5", "3.6", "3.7", or a patch release of one.
    std::string emulate = "3.6";
    /// Of every id that the server makes up.
    uint64_t seed = 1;

    // Who the member is. The ids in every response derive from the peer URLs and the token.
    std::string name = "default";
    std::vector<std::string> peer_urls = {"http://localhost:2380"};
    /// What MemberList tells clients to connect to; the addresses listened at when empty.
    std::vector<std::string> client_urls;
    std::string cluster_token = "etcd-cluster";
    // Members may be added to the cluster, but none of them runs: see Membership in README.md.
    bool strict_reconfig_check = true;
    int64_t max_learners = 1;

    /// A file to start from: a snapshot as `etcdctl snapshot save` writes it, of a real etcd or of
    /// a fake one, or the file member/snap/db of a data directory. What is in it is taken over as
    /// by `etcdctl snapshot restore`: keys with their history, leases, each with its whole TTL
    /// again, users and roles; of the members only those of these options. Where the file cannot
    /// be read, is damaged, or is of a release that the one emulated refuses as too new, no server
    /// starts.
    std::string snapshot;

    /// "HOST:PORT" of a real etcd, without TLS, of one member and as fresh as this server. Every
    /// call is made to it, too, one at a time, and the answers, and what watches are told, are
    /// compared; clients are given this server's. With `emulate` empty this server is of its
    /// oracle's release. Its leases end there when they end here. Not together with unattended
    /// compaction, nor with tls.client_cert_auth.
    std::string oracle;
    /// Told of each difference, one at a time, on any thread; it must not call this server.
    std::function<void(const Difference&)> on_difference;

    // What etcd's flags of the same names set, with etcd's defaults.
    int64_t max_txn_ops = 128;
    int64_t max_request_bytes = 1572864;
    int64_t max_concurrent_streams = UINT32_MAX;
    /// Writes that would make the backend larger are refused, and raise the alarm NOSPACE;
    /// negative: none are. How large the backend is follows etcd's about.
    int64_t quota_backend_bytes = int64_t{2} << 30;
    std::chrono::milliseconds heartbeat_interval{100};
    std::chrono::milliseconds election_timeout{1000};
    std::chrono::milliseconds watch_progress_notify_interval = std::chrono::minutes(10);
    std::chrono::milliseconds grpc_keepalive_min_time = std::chrono::seconds(5);
    std::chrono::milliseconds grpc_keepalive_interval = std::chrono::hours(2);
    std::chrono::milliseconds grpc_keepalive_timeout = std::chrono::seconds(20);
    bool enable_grpc_gateway = true;
    std::vector<std::string> cors = {"*"};            // origins that browsers may ask from
    std::vector<std::string> host_whitelist = {"*"};  // hosts that HTTP without TLS may ask for
    std::string auth_token = "simple";  // or "jwt,sign-method=…,pub-key=…,priv-key=…,ttl=…"
    std::chrono::seconds auth_token_ttl{300};
    /// How slow it is to hash a password, from 4 to 31, twice as slow for each one more; etcd's
    /// default of 10 takes about 50 ms.
    int bcrypt_cost = 4;
    AutoCompaction auto_compaction = AutoCompaction::kOff;
    std::chrono::milliseconds auto_compaction_period{0};  // kPeriodic
    int64_t auto_compaction_revisions = 0;                // kRevision
  };

  /// A server that is ready for requests; null when it cannot be, and then one line in `error`,
  /// where that is given, says why.
  static std::unique_ptr<Server> Start();
  static std::unique_ptr<Server> Start(const Options& options, std::string* error = nullptr);
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "127.0.0.1:41234", "https://127.0.0.1:41234" or "unix:PATH": what a client connects to. Stays
  /// the same for the server's life.
  const std::string& endpoint() const;
  /// The same for each of Options::listen_addresses.
  const std::vector<std::string>& endpoints() const;
  /// And for each of listen_http_addresses and listen_metrics_addresses.
  const std::vector<std::string>& http_endpoints() const;
  const std::vector<std::string>& metrics_endpoints() const;

  /// What came of Options::oracle so far.
  OracleCount oracle_count() const;

  /// Drops every connection and refuses new ones until Restart. The data stay, and the port stays
  /// taken. Stopping a stopped server does nothing.
  void Stop();

  /// Stops the server unless it is stopped, and starts it again as etcd starts on its data
  /// directory: the raft term grows by one and every lease has its whole TTL again. Returns false
  /// when it can no longer listen, and then it is stopped; `error` as in Start.
  bool Restart(std::string* error = nullptr);

  /// Forgets all data, those of Options::snapshot too, as etcd started on an empty directory.
  /// Streams are ended; connections stay. REQUIRES: there is no oracle.
  void Reset();

  /// Moves a manual clock, and does all that falls due on the way at its own time: leases expire,
  /// progress is told. When this returns, each watcher's responses are queued for it. A stopped
  /// server does nothing but grow older. REQUIRES: Options::clock is kManual.
  void AdvanceTime(std::chrono::nanoseconds by);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace fakeetcd
