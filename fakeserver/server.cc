#include "fakeetcd/server.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"

#include "fakeserver/auth/bcrypt.h"
#include "fakeserver/base/clock.h"
#include "fakeserver/base/emulation.h"
#include "fakeserver/base/mutex.h"
#include "fakeserver/cluster/identity.h"
#include "fakeserver/engine/engine.h"
#include "fakeserver/oracle/oracle.h"
#include "fakeserver/server_agenda.h"
#include "fakeserver/server_front.h"
#include "fakeserver/server_port.h"
#include "fakeserver/server_snapshot.h"
#include "fakeserver/server_ticker.h"
#include "fakeserver/services/dispatcher.h"

namespace fakeetcd {
namespace {

// etcd never tells progress more often (server/storage/mvcc, minWatchProgressInterval).
constexpr std::chrono::milliseconds kProgressIntervalMin{100};

// In place of none (auth/simple_token.go, simpleTokenTTLDefault).
constexpr std::chrono::seconds kTokenTtl{300};

std::unique_ptr<Clock> MakeClock(Server::ClockKind kind) {
  if (kind == Server::ClockKind::kManual) return std::make_unique<ManualClock>();
  return std::make_unique<SystemClock>();
}

// One and a half elections, counted in whole ticks (server/etcdserver/server.go, minTTL).
std::chrono::seconds MinimumLeaseTtl(const Server::Options& options) {
  const auto ticks = options.election_timeout / options.heartbeat_interval;
  return std::chrono::ceil<std::chrono::seconds>(3 * ticks / 2 * options.heartbeat_interval);
}

// A port 0 that is told to clients is the one taken at the same place of the list.
std::vector<std::string> ClientUrls(const Server::Options& options,
                                    const std::vector<PortReservation>& ports) {
  std::vector<std::string> taken;
  for (const PortReservation& port : ports) {
    for (const std::string& url : port.urls()) taken.push_back(url);
  }
  if (options.client_urls.empty()) return taken;
  std::vector<std::string> urls = options.client_urls;
  for (size_t i = 0; i < std::min(urls.size(), taken.size()); ++i) {
    if (!urls[i].ends_with(":0")) continue;
    urls[i].replace(urls[i].rfind(':'), 2, taken[i].substr(taken[i].rfind(':')));
  }
  return urls;
}

Engine::Options EngineOptions(const Server::Options& options, const Behavior& behavior,
                              const std::vector<PortReservation>& ports) {
  return {
      .behavior = behavior,
      .identity = MemberIdentity::Derive(options.name, options.peer_urls,
                                         ClientUrls(options, ports), options.cluster_token),
      .membership = {.strict = options.strict_reconfig_check, .max_learners = options.max_learners},
      .minimum_lease_ttl = MinimumLeaseTtl(options),
      .election_timeout = options.election_timeout,
      .progress_interval = std::max(options.watch_progress_notify_interval, kProgressIntervalMin),
      .auth_token_ttl = options.auth_token_ttl.count() > 0 ? options.auth_token_ttl : kTokenTtl,
      .seed = options.seed,
      .quota_backend_bytes = options.quota_backend_bytes};
}

absl::StatusOr<AuthOptions> AuthOptionsOf(const Server::Options& options,
                                          const Behavior& behavior) {
  const bool valid = options.bcrypt_cost >= kBcryptCostMin && options.bcrypt_cost <= kBcryptCostMax;
  AuthOptions auth{.bcrypt_cost = valid ? options.bcrypt_cost : kBcryptCostDefault,
                   .common_name_is_user = options.tls.client_cert_auth};
  if (auto status = auth.SetTokens(options.auth_token, behavior); !status.ok()) return status;
  return auth;
}

std::optional<AutoCompaction> MakeCompaction(const Server::Options& options, TimePoint now,
                                             int64_t revision) {
  switch (options.auto_compaction) {
    case Server::AutoCompaction::kPeriodic:
      if (options.auto_compaction_period.count() <= 0) return std::nullopt;
      return AutoCompaction::Periodic(options.auto_compaction_period, now, revision);
    case Server::AutoCompaction::kRevision:
      if (options.auto_compaction_revisions <= 0) return std::nullopt;
      return AutoCompaction::OfRevisions(options.auto_compaction_revisions, now);
    case Server::AutoCompaction::kOff:
      break;
  }
  return std::nullopt;
}

// embed.Config's maxElectionMs.
constexpr std::chrono::milliseconds kElectionTimeoutMax{50'000};
// No message of gRPC's is larger.
constexpr int64_t kRequestBytesMax = INT32_MAX;

absl::Status CheckOptions(const Server::Options& options) {
  if (options.listen_addresses.empty())
    return absl::InvalidArgumentError("no address to listen at");
  if (options.heartbeat_interval.count() <= 0 ||
      options.election_timeout < options.heartbeat_interval) {
    return absl::InvalidArgumentError("the election timeout must be at least the heartbeat's");
  }
  if (options.election_timeout > kElectionTimeoutMax) {
    return absl::InvalidArgumentError("the election timeout must be at most 50 seconds");
  }
  if (options.max_request_bytes <= 0 || options.max_request_bytes > kRequestBytesMax) {
    return absl::InvalidArgumentError("the largest request must have 1 to 2147483647 bytes");
  }
  if (options.oracle.empty()) return absl::OkStatus();
  if (MakeCompaction(options, TimePoint(), 1)) {
    return absl::InvalidArgumentError("an oracle does not know of unattended compaction");
  }
  if (options.tls.client_cert_auth) {
    return absl::InvalidArgumentError("an oracle does not know of clients' certificates");
  }
  return absl::OkStatus();
}

std::unique_ptr<Oracle> MakeOracle(const Server::Options& options) {
  if (options.oracle.empty()) return nullptr;
  return std::make_unique<Oracle>(
      options.oracle, [tell = options.on_difference](const Oracle::Difference& difference) {
        if (!tell) return;
        tell({difference.method, difference.request, difference.fake, difference.oracle});
      });
}

absl::Status Take(const std::vector<std::string>& addresses, std::vector<PortReservation>* taken) {
  for (const std::string& address : addresses) {
    const auto joins = [&address](PortReservation& port) { return port.Join(address); };
    if (std::any_of(taken->begin(), taken->end(), joins)) continue;
    auto port = PortReservation::Take(address);
    if (!port.ok()) return port.status();
    taken->push_back(*std::move(port));
  }
  return absl::OkStatus();
}

absl::StatusOr<Front::Ports> TakePorts(const Server::Options& options) {
  Front::Ports ports;
  absl::Status status = Take(options.listen_addresses, &ports.client);
  if (status.ok()) status = Take(options.listen_http_addresses, &ports.http);
  if (status.ok()) status = Take(options.listen_metrics_addresses, &ports.metrics);
  if (!status.ok()) return status;
  return ports;
}

void Tell(const absl::Status& status, std::string* error) {
  if (error != nullptr) *error = std::string(status.message());
}

}  // namespace

/// The parts of a server in the order they depend on each other.
struct Server::Impl {
  Impl(const Options& server_options, const Behavior& behavior, const AuthOptions& auth,
       Front::Ports taken, std::unique_ptr<Oracle> asked_oracle)
      : options(server_options),
        oracle(std::move(asked_oracle)),
        ports(std::move(taken)),
        endpoints(EndpointsOf(ports.client)),
        http_endpoints(EndpointsOf(ports.http)),
        metrics_endpoints(EndpointsOf(ports.metrics)),
        clock(MakeClock(options.clock)),
        engine(EngineOptions(options, behavior, ports.client), *clock),
        agenda(engine, *clock, MakeCompaction(options, clock->Now(), engine.revision())),
        ticker(agenda, *clock),
        dispatcher(engine,
                   {.max_txn_ops = options.max_txn_ops,
                    .max_request_bytes = static_cast<size_t>(options.max_request_bytes)},
                   auth) {
    if (!manual()) engine.OnEarlierDeadline([this] { ticker.Reconsider(); });
    if (oracle != nullptr) {
      agenda.SetGate([this](const std::function<void()>& due) { DoOnBoth(due); });
    }
  }

  ~Impl() {
    const MutexLock lock(mu);
    StopServing();
  }

  static std::vector<std::string> EndpointsOf(const std::vector<PortReservation>& ports) {
    std::vector<std::string> endpoints;
    for (const PortReservation& port : ports) {
      for (std::string& endpoint : port.endpoints()) endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
  }

  bool manual() const { return options.clock == ClockKind::kManual; }

  // The leases that run out here end at the oracle before anything else is done.
  void DoOnBoth(const std::function<void()>& due) {
    const MutexLock order(oracle->order());
    const std::vector<LeaseId> before = engine.LeaseLeases().ids;
    due();
    const std::vector<LeaseId> after = engine.LeaseLeases().ids;
    for (const LeaseId id : before) {
      if (std::ranges::find(after, id) == after.end()) oracle->EndLease(id);
    }
    oracle->Settle();
  }

  absl::Status Serve() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    auto started = Front::Start(dispatcher, options, ports, oracle.get());
    if (!started.ok()) return started.status();
    front = *std::move(started);
    if (!manual()) ticker.Start();
    return absl::OkStatus();
  }

  void StopServing() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    front.reset();
    ticker.Stop();
  }

  const Options options;
  const std::unique_ptr<Oracle> oracle;  // null without one
  Front::Ports ports;
  const std::vector<std::string> endpoints;
  const std::vector<std::string> http_endpoints;
  const std::vector<std::string> metrics_endpoints;
  const std::unique_ptr<Clock> clock;
  Engine engine;
  Agenda agenda;
  Ticker ticker;
  Dispatcher dispatcher;
  Mutex mu;  // what the owner asks for happens one at a time
  std::unique_ptr<Front> front ABSL_GUARDED_BY(mu);  // null while stopped
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

std::unique_ptr<Server> Server::Start() { return Start(Options()); }

std::unique_ptr<Server> Server::Start(const Options& options, std::string* error) {
  const auto fail = [&](const absl::Status& status) {
    Tell(status, error);
    return nullptr;
  };
  if (const auto status = CheckOptions(options); !status.ok()) return fail(status);
  auto oracle = MakeOracle(options);
  std::string release = options.emulate;
  if (oracle != nullptr && release.empty()) release = oracle->Version();
  if (oracle != nullptr && release.empty()) {
    return fail(absl::UnavailableError("the oracle at " + options.oracle + " does not answer"));
  }
  const auto behavior = Behavior::Parse(release);
  if (!behavior) {
    return fail(absl::InvalidArgumentError("cannot emulate etcd \"" + release +
                                           "\": 3.4, 3.5, 3.6 and 3.7 are known"));
  }
  const auto auth = AuthOptionsOf(options, *behavior);
  if (!auth.ok()) return fail(auth.status());
  auto ports = TakePorts(options);
  if (!ports.ok()) return fail(ports.status());
  auto impl =
      std::make_unique<Impl>(options, *behavior, *auth, *std::move(ports), std::move(oracle));
  if (!options.snapshot.empty()) {
    const auto status = LoadSnapshot(options.snapshot, impl->engine);
    if (!status.ok()) return fail(status);
  }
  {
    const MutexLock lock(impl->mu);
    if (const auto status = impl->Serve(); !status.ok()) return fail(status);
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

const std::string& Server::endpoint() const { return impl_->endpoints.front(); }

const std::vector<std::string>& Server::endpoints() const { return impl_->endpoints; }

const std::vector<std::string>& Server::http_endpoints() const { return impl_->http_endpoints; }

const std::vector<std::string>& Server::metrics_endpoints() const {
  return impl_->metrics_endpoints;
}

Server::OracleCount Server::oracle_count() const {
  if (impl_->oracle == nullptr) return {};
  const Oracle::Count count = impl_->oracle->count();
  return {.compared = count.compared, .differences = count.differences};
}

void Server::Stop() {
  const MutexLock lock(impl_->mu);
  impl_->StopServing();
}

bool Server::Restart(std::string* error) {
  const MutexLock lock(impl_->mu);
  impl_->StopServing();
  impl_->engine.Restart();
  const absl::Status status = impl_->Serve();
  Tell(status, error);
  return status.ok();
}

void Server::Reset() {
  assert(impl_->oracle == nullptr);
  const MutexLock lock(impl_->mu);
  impl_->engine.Reset();
  // After the data: a stream that a client opens in between is ended too, and opened again.
  if (impl_->front != nullptr) impl_->front->EndStreams();
}

void Server::AdvanceTime(std::chrono::nanoseconds by) {
  assert(impl_->manual());
  const MutexLock lock(impl_->mu);
  auto& clock = static_cast<ManualClock&>(*impl_->clock);
  const TimePoint until = clock.Now() + by;
  if (impl_->front != nullptr) {
    while (const auto next = impl_->agenda.Next()) {
      if (*next > until) break;
      clock.MoveTo(*next);
      impl_->agenda.RunDue();
    }
  }
  clock.MoveTo(until);
}

}  // namespace fakeetcd
