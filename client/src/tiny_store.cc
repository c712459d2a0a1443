#include "client/src/tiny_store.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/src/keepalive_hub.h"
#include "client/src/loop_stream.h"
#include "client/src/watch_hub.h"
#include "etcdpp/client.h"
#include "etcdpp/decorator.h"
#include "etcdpp/options.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;

Backoff Short() { return {milliseconds(1), milliseconds(4), 1}; }

Status Nobody() {
  return {Code::kUnavailable, Reason::kNoServerAvailable, "the test has nobody be there"};
}

bool Covers(const KeyRange& range, const std::string& key) {
  if (range.end().empty()) return key == range.key();
  return key >= range.key() && (range.end() == std::string(1, '\0') || key < range.end());
}

int64_t NumberOf(const KeyValue& kv, Compare::Target target) {
  switch (target) {
    case Compare::Target::kVersion:
      return kv.version;
    case Compare::Target::kCreateRevision:
      return kv.create_revision;
    case Compare::Target::kModRevision:
      return kv.mod_revision;
    default:
      return kv.lease;
  }
}

template <typename T>
bool Relates(const T& a, Compare::Relation relation, const T& b) {
  switch (relation) {
    case Compare::Relation::kEqual:
      return a == b;
    case Compare::Relation::kGreater:
      return a > b;
    case Compare::Relation::kLess:
      return a < b;
    case Compare::Relation::kNotEqual:
      return a != b;
  }
  return false;
}

bool Before(const KeyValue& a, const KeyValue& b, SortTarget target) {
  if (target == SortTarget::kModRevision) return a.mod_revision < b.mod_revision;
  if (target == SortTarget::kCreateRevision) return a.create_revision < b.create_revision;
  return a.key < b.key;
}

}  // namespace

class TinyStore::State : public std::enable_shared_from_this<TinyStore::State> {
 public:
  using WatchLoop = Loop<WatchCommand, WatchFrame>;
  using RenewalLoop = Loop<LeaseKeepAliveRequest, LeaseKeepAliveResponse>;
  class WatchEnd;
  class RenewalEnd;
  class Link;

  // A call that is a transaction of its own.
  template <typename Request>
  auto Call(const Request& request) {
    using Response = decltype(Apply(request));
    const std::lock_guard lock(mu_);
    if (FailsNow()) return Result<Response>(Nobody());
    Response response = Apply(request);
    Commit();
    response.header = Header();
    return Result<Response>(std::move(response));
  }

  RangeResponse Apply(const RangeRequest& request);
  PutResponse Apply(const PutRequest& request);
  DeleteResponse Apply(const DeleteRequest& request);
  TxnResponse Apply(const TxnRequest& request);
  CompactResponse Apply(const CompactRequest& request);
  LeaseGrantResponse Apply(const LeaseGrantRequest& request);
  LeaseRevokeResponse Apply(const LeaseRevokeRequest& request);
  LeaseKeepAliveResponse Apply(const LeaseKeepAliveRequest& request);
  TimeToLiveResponse Apply(const TimeToLiveRequest& request);

  void Command(WatchLoop& loop, const WatchCommand& command);
  void Renew(RenewalLoop& loop, LeaseId lease);

  bool FailsNow() { return fail_one_of_ > 0 && ++calls_ % fail_one_of_ == 0; }
  void Drop(const std::string& key);
  void Write(WatchEvent event) { uncommitted_.push_back(std::move(event)); }
  void Commit();
  void TellOf(int64_t revision, const std::vector<WatchEvent>& events);
  bool Holds(const Compare& compare) const;
  ResponseHeader Header() const { return {1, 1, revision_, 1}; }
  int64_t NextRevision() const { return revision_ + 1; }

  std::mutex mu_;  // guards what follows; taken before those of the loops, after those of hubs
  std::map<std::string, KeyValue> keys_;
  int64_t revision_ = 1;
  int64_t compacted_ = 0;
  std::vector<WatchEvent> history_;
  std::vector<WatchEvent> uncommitted_;
  std::map<LeaseId, std::chrono::seconds> leases_;
  LeaseId last_lease_ = 100;
  int fail_one_of_ = 0;
  int calls_ = 0;
  std::map<std::shared_ptr<WatchLoop>, std::map<int64_t, WatchRequest>> watches_;
  std::set<std::shared_ptr<RenewalLoop>> renewals_;
  std::vector<std::shared_ptr<void>> ended_in_callbacks_;
  int connections_ = 0;
  std::condition_variable ended_;  // the last connection
};

RangeResponse TinyStore::State::Apply(const RangeRequest& request) {
  RangeResponse response;
  const RangeOptions& options = request.options;
  for (const auto& [key, kv] : keys_) {
    if (!Covers(request.range, key)) continue;
    ++response.count;
    const int64_t max = options.max_create_revision;
    if (options.count_only || (max != 0 && kv.create_revision > max)) continue;
    response.kvs.push_back(kv);
    if (options.keys_only) response.kvs.back().value.clear();
  }
  if (options.sort_order != SortOrder::kNone) {
    const bool down = options.sort_order == SortOrder::kDescend;
    std::stable_sort(
        response.kvs.begin(), response.kvs.end(), [&](const KeyValue& a, const KeyValue& b) {
          return down ? Before(b, a, options.sort_target) : Before(a, b, options.sort_target);
        });
  }
  const auto limit = static_cast<size_t>(options.limit);
  if (limit != 0 && response.kvs.size() > limit) {
    response.kvs.resize(limit);
    response.more = true;
  }
  return response;
}

PutResponse TinyStore::State::Apply(const PutRequest& request) {
  KeyValue& kv = keys_[request.key];
  kv.key = request.key;
  kv.value = request.value;
  kv.lease = request.options.lease;
  kv.mod_revision = NextRevision();
  if (kv.version++ == 0) kv.create_revision = NextRevision();
  Write({WatchEvent::Type::kPut, kv, {}});
  return {};
}

void TinyStore::State::Drop(const std::string& key) {
  keys_.erase(key);
  WatchEvent event;
  event.type = WatchEvent::Type::kDelete;
  event.kv.key = key;
  event.kv.mod_revision = NextRevision();
  Write(std::move(event));
}

DeleteResponse TinyStore::State::Apply(const DeleteRequest& request) {
  std::vector<std::string> found;
  for (const auto& [key, kv] : keys_) {
    if (Covers(request.range, key)) found.push_back(key);
  }
  for (const std::string& key : found) Drop(key);
  DeleteResponse response;
  response.deleted = static_cast<int64_t>(found.size());
  return response;
}

bool TinyStore::State::Holds(const Compare& compare) const {
  const auto found = keys_.find(compare.range.key());
  const KeyValue kv = found == keys_.end() ? KeyValue() : found->second;
  if (compare.target != Compare::Target::kValue) {
    return Relates(NumberOf(kv, compare.target), compare.relation,
                   std::get<int64_t>(compare.operand));
  }
  return found != keys_.end() &&
         Relates(kv.value, compare.relation, std::get<std::string>(compare.operand));
}

TxnResponse TinyStore::State::Apply(const TxnRequest& request) {
  TxnResponse response;
  response.succeeded = std::all_of(request.compares.begin(), request.compares.end(),
                                   [this](const Compare& compare) { return Holds(compare); });
  for (const Op& op : response.succeeded ? request.success : request.failure) {
    response.responses.push_back(
        std::visit([this](const auto& inner) { return OpResponse{Apply(inner)}; }, op.request));
  }
  return response;
}

CompactResponse TinyStore::State::Apply(const CompactRequest& request) {
  compacted_ = std::max(compacted_, request.revision);
  return {};
}

LeaseGrantResponse TinyStore::State::Apply(const LeaseGrantRequest& request) {
  const LeaseId id = request.id != 0 ? request.id : ++last_lease_;
  leases_[id] = request.ttl;
  return {{}, id, request.ttl};
}

LeaseRevokeResponse TinyStore::State::Apply(const LeaseRevokeRequest& request) {
  leases_.erase(request.id);
  std::vector<std::string> held;
  for (const auto& [key, kv] : keys_) {
    if (kv.lease == request.id) held.push_back(key);
  }
  for (const std::string& key : held) Drop(key);
  return {};
}

LeaseKeepAliveResponse TinyStore::State::Apply(const LeaseKeepAliveRequest& request) {
  const auto found = leases_.find(request.id);
  return {{}, request.id, found == leases_.end() ? std::chrono::seconds(0) : found->second};
}

TimeToLiveResponse TinyStore::State::Apply(const TimeToLiveRequest& request) {
  const auto ttl = Apply(LeaseKeepAliveRequest{request.id}).ttl;
  TimeToLiveResponse response;
  response.id = request.id;
  response.ttl = response.granted_ttl = ttl;
  return response;
}

void TinyStore::State::Commit() {
  if (uncommitted_.empty()) return;
  const auto events = std::exchange(uncommitted_, {});
  ++revision_;
  history_.insert(history_.end(), events.begin(), events.end());
  TellOf(revision_, events);
}

void TinyStore::State::TellOf(int64_t revision, const std::vector<WatchEvent>& events) {
  for (auto& [loop, watches] : watches_) {
    for (const auto& [id, request] : watches) {
      WatchFrame frame;
      frame.watch_id = id;
      frame.header.revision = revision;
      for (const WatchEvent& event : events) {
        const bool put = event.type == WatchEvent::Type::kPut;
        const bool unwanted = put ? request.options.no_puts : request.options.no_deletes;
        const bool early = event.kv.mod_revision < request.options.start_revision;
        if (!unwanted && !early && Covers(request.range, event.kv.key)) {
          frame.events.push_back(event);
        }
      }
      if (!frame.events.empty()) loop->Tell(std::move(frame));
    }
  }
}

void TinyStore::State::Command(WatchLoop& loop, const WatchCommand& command) {
  const std::lock_guard lock(mu_);
  const auto shared = std::static_pointer_cast<WatchLoop>(loop.shared_from_this());
  WatchFrame frame;
  frame.header = Header();
  if (const auto* cancel = std::get_if<WatchCancel>(&command)) {
    watches_[shared].erase(cancel->watch_id);
    frame.watch_id = cancel->watch_id;
    frame.canceled = true;
    return loop.Tell(std::move(frame));
  }
  frame.watch_id = -1;
  const auto* create = std::get_if<WatchCreate>(&command);
  if (create == nullptr) return loop.Tell(std::move(frame));
  const int64_t start = create->request.options.start_revision;
  frame.watch_id = create->watch_id;
  frame.created = true;
  loop.Tell(frame);
  if (start != 0 && start <= compacted_) {
    frame.created = false;
    frame.canceled = true;
    frame.compact_revision = compacted_ + 1;
    return loop.Tell(std::move(frame));
  }
  auto others = std::exchange(watches_, {});
  watches_[shared][create->watch_id] = create->request;
  for (size_t i = 0; start != 0 && i < history_.size(); ++i) {
    TellOf(history_[i].kv.mod_revision, {history_[i]});
  }
  others[shared][create->watch_id] = create->request;
  watches_ = std::move(others);
}

void TinyStore::State::Renew(RenewalLoop& loop, LeaseId lease) {
  const std::lock_guard lock(mu_);
  loop.Tell(Apply(LeaseKeepAliveRequest{lease}));
}

/// The client's ends of the streams.
class TinyStore::State::WatchEnd final : public WatchLoop {
 public:
  WatchEnd(std::shared_ptr<State> store, Timer& network, StreamEvents<WatchFrame> events)
      : WatchLoop(network, std::move(events)), store_(std::move(store)) {}
  void Send(WatchCommand command) override { store_->Command(*this, command); }
  void Close() override {
    WatchLoop::Close();
    const std::lock_guard lock(store_->mu_);
    store_->watches_.erase(std::static_pointer_cast<WatchLoop>(this->shared_from_this()));
  }

 private:
  const std::shared_ptr<State> store_;
};

class TinyStore::State::RenewalEnd final : public RenewalLoop {
 public:
  RenewalEnd(std::shared_ptr<State> store, Timer& network,
             StreamEvents<LeaseKeepAliveResponse> events)
      : RenewalLoop(network, std::move(events)), store_(std::move(store)) {}
  void Send(LeaseKeepAliveRequest request) override { store_->Renew(*this, request.id); }
  void Close() override {
    RenewalLoop::Close();
    const std::lock_guard lock(store_->mu_);
    store_->renewals_.erase(std::static_pointer_cast<RenewalLoop>(this->shared_from_this()));
  }

 private:
  const std::shared_ptr<State> store_;
};

/// What a connection stands on: it can outlive that for a moment, where that ends in a callback.
class TinyStore::State::Link {
 public:
  explicit Link(std::shared_ptr<State> state)
      : store(std::move(state)),
        keepalive(std::make_shared<KeepAliveHub>(
            [this](StreamEvents<LeaseKeepAliveResponse> events) {
              auto stream = std::make_shared<RenewalEnd>(store, network, std::move(events));
              const std::lock_guard lock(store->mu_);
              store->renewals_.insert(stream);
              return stream;
            },
            timer, callbacks, Short())),
        watches(std::make_shared<WatchHub>(
            [this](StreamEvents<WatchFrame> events) {
              return std::make_shared<WatchEnd>(store, network, std::move(events));
            },
            timer, callbacks, Short(), false)) {}

  ~Link() {
    {
      std::unique_lock lock(mu_);
      done_.wait(lock, [this] { return pending_ == 0; });
    }
    network.Stop();
    timer.Stop();
    callbacks.Stop();
  }

  void Shutdown() {
    {
      const std::lock_guard lock(mu_);
      closed_ = true;
    }
    keepalive->Shutdown();
    watches->Shutdown();
  }

  template <typename Request, typename Response>
  void Async(Params<Request> params, Callback<Response> done) {
    {
      const std::lock_guard lock(mu_);
      ++pending_;
    }
    network.RunAt(network.Now(), [this, params = std::move(params), done = std::move(done)] {
      const bool gone = params.call.cancel.stop_requested() || closed();
      done(gone ? Result<Response>(Status(Code::kCancelled, "the call was cancelled"))
                : store->Call(params.request));
      const std::lock_guard lock(mu_);
      if (--pending_ == 0) done_.notify_all();
    });
  }

  const std::shared_ptr<State> store;
  OwnedTimer network{this};
  OwnedTimer timer{this};
  OwnedTimer callbacks{this};
  const std::shared_ptr<KeepAliveHub> keepalive;
  const std::shared_ptr<WatchHub> watches;

 private:
  bool closed() {
    const std::lock_guard lock(mu_);
    return closed_;
  }

  std::mutex mu_;  // guards what follows
  std::condition_variable done_;
  int pending_ = 0;
  bool closed_ = false;
};

namespace {

// What it does not know is not to be asked of it.
class TinyConnection final : public ConnectionDecorator {
 private:
  template <typename Request>
  auto Call(const Request& request) {
    return link_->store->Call(request);
  }
  template <typename P, typename Response>
  void Async(P& params, Callback<Response>& done) {
    link_->Async(std::move(params), std::move(done));
  }

 public:
  explicit TinyConnection(std::shared_ptr<TinyStore::State> store)
      : ConnectionDecorator(nullptr),
        link_(std::make_shared<TinyStore::State::Link>(std::move(store))) {
    const std::lock_guard lock(link_->store->mu_);
    ++link_->store->connections_;
  }

  ~TinyConnection() override {
    link_->Shutdown();
    const auto store = link_->store;
    const bool in_callback = OwnedTimer::Current() == link_.get();
    if (!in_callback) link_.reset();
    const std::lock_guard lock(store->mu_);
    if (in_callback) store->ended_in_callbacks_.push_back(std::move(link_));
    if (--store->connections_ == 0) store->ended_.notify_all();
  }

  void Shutdown() override { link_->Shutdown(); }

  TinyConnection(const TinyConnection&) = delete;
  TinyConnection& operator=(const TinyConnection&) = delete;

  std::chrono::milliseconds call_timeout() const override { return Options().call_timeout; }

  Result<RangeResponse> Range(RangeParams p) override { return Call(p.request); }
  Result<PutResponse> Put(PutParams p) override { return Call(p.request); }
  Result<DeleteResponse> Delete(DeleteParams p) override { return Call(p.request); }
  Result<TxnResponse> Txn(TxnParams p) override { return Call(p.request); }
  Result<CompactResponse> Compact(CompactParams p) override { return Call(p.request); }
  Result<LeaseGrantResponse> LeaseGrant(LeaseGrantParams p) override { return Call(p.request); }
  Result<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeParams p) override {
    link_->keepalive->BeginRevoke(p.request.id);
    auto revoked = Call(p.request);
    link_->keepalive->EndRevoke(p.request.id, revoked.ok());
    return revoked;
  }
  Result<LeaseKeepAliveResponse> LeaseKeepAlive(LeaseKeepAliveParams p) override {
    return Call(p.request);
  }
  Result<TimeToLiveResponse> TimeToLive(TimeToLiveParams p) override { return Call(p.request); }

  void AsyncRange(RangeParams p, Callback<RangeResponse> done) override { Async(p, done); }
  void AsyncPut(PutParams p, Callback<PutResponse> done) override { Async(p, done); }
  void AsyncDelete(DeleteParams p, Callback<DeleteResponse> done) override { Async(p, done); }
  void AsyncTxn(TxnParams p, Callback<TxnResponse> done) override { Async(p, done); }
  void AsyncCompact(CompactParams p, Callback<CompactResponse> done) override { Async(p, done); }
  void AsyncLeaseGrant(LeaseGrantParams p, Callback<LeaseGrantResponse> done) override {
    Async(p, done);
  }
  void AsyncLeaseRevoke(LeaseRevokeParams p, Callback<LeaseRevokeResponse> done) override {
    Async(p, done);
  }
  void AsyncLeaseKeepAlive(LeaseKeepAliveParams p, Callback<LeaseKeepAliveResponse> done) override {
    Async(p, done);
  }
  void AsyncTimeToLive(TimeToLiveParams p, Callback<TimeToLiveResponse> done) override {
    Async(p, done);
  }

  std::unique_ptr<WatchStream> Watch(WatchParams p) override {
    return link_->watches->Watch(p.request, p.call.cancel, Timer::Clock::time_point::max());
  }
  std::unique_ptr<LeaseRenewal> KeepAlive(KeepAliveParams p) override {
    return link_->keepalive->Keep(p.request);
  }
  void RunAfter(milliseconds delay, std::function<void()> task) override {
    link_->callbacks.RunAt(Timer::Clock::now() + delay, std::move(task));
  }

 private:
  std::shared_ptr<TinyStore::State::Link> link_;
};

}  // namespace

TinyStore::TinyStore() : state_(std::make_shared<State>()) {}

TinyStore::~TinyStore() {
  std::vector<std::shared_ptr<void>> ended;
  std::unique_lock lock(state_->mu_);
  state_->ended_.wait(lock, [this] { return state_->connections_ == 0; });
  ended.swap(state_->ended_in_callbacks_);
}

std::shared_ptr<Connection> TinyStore::Connect() {
  return std::make_shared<TinyConnection>(state_);
}

void TinyStore::BreakStreams() {
  const std::lock_guard lock(state_->mu_);
  for (const auto& [loop, watches] : state_->watches_) loop->End(Nobody());
  for (const auto& loop : state_->renewals_) loop->End(Nobody());
}

void TinyStore::FailCalls(int one_of) {
  const std::lock_guard lock(state_->mu_);
  state_->fail_one_of_ = one_of;
}

void TinyStore::Compact(int64_t revision) {
  const std::lock_guard lock(state_->mu_);
  (void)state_->Apply(CompactRequest{revision, {}});
}

void TinyStore::Expire(LeaseId lease) {
  const std::lock_guard lock(state_->mu_);
  (void)state_->Apply(LeaseRevokeRequest{lease});
  state_->Commit();
}

int64_t TinyStore::revision() const {
  const std::lock_guard lock(state_->mu_);
  return state_->revision_;
}

size_t TinyStore::watches() const {
  const std::lock_guard lock(state_->mu_);
  size_t count = 0;
  for (const auto& [loop, watches] : state_->watches_) count += watches.size();
  return count;
}

}  // namespace etcdpp
