#include "conformance/differential/lockstep.h"

#include <algorithm>
#include <string>
#include <utility>

#include "conformance/differential/side.h"
#include "conformance/support/requests.h"
#include "conformance/support/session_keys.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int64_t kStepsBetweenFences = 50;

// etcd keeps 128 answers for a stream. A watch whose answer finds no room is told later, after what
// others are told that came later: a fence would not hold it.
constexpr int64_t kAnswersBetweenFences = 96;

// Written to know how far the watches are told, and watched with an id that nobody else uses. Few
// ranges have it: who is told of it first is the server's affair.
const std::string kFenceKey("\0fence", 6);
constexpr int64_t kFenceWatch = 1'000'000;
// Goes with a lease whose end is waited for.
const std::string kMortalKey("\0mortal", 7);
constexpr int64_t kMortalWatch = 900'000;
constexpr int64_t kRefusedWatch = -1;

constexpr char kCompactMethod[] = "/etcdserverpb.KV/Compact";

Step WatchKey(const std::string& key, int64_t id, int64_t start_revision) {
  auto request = std::make_shared<pb::WatchRequest>();
  request->mutable_create_request()->set_key(key);
  request->mutable_create_request()->set_watch_id(id);
  request->mutable_create_request()->set_start_revision(start_revision);
  return {.method = kWatchMethod, .request = request};
}

Step WatchFence(int64_t id, int64_t start_revision) {
  return WatchKey(kFenceKey, id, start_revision);
}

Step Cancel(int64_t id) {
  auto request = std::make_shared<pb::WatchRequest>();
  request->mutable_cancel_request()->set_watch_id(id);
  return {.method = kWatchMethod, .request = request};
}

size_t CountOf(const WatchNews& news, int64_t id) {
  const auto found = news.find(id);
  return found == news.end() ? 0 : found->second.count();
}

bool IsOpen(const WatchNews& news, int64_t id) {
  const auto found = news.find(id);
  return found != news.end() && found->second.open;
}

int64_t OpenWatches(const WatchNews& news) {
  return std::count_if(news.begin(), news.end(),
                       [](const auto& watch) { return watch.second.open; });
}

bool AreAlike(const WatchNews& left, const WatchNews& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && a.second.lines == b.second.lines;
                    });
}

// The first watch that was told differently, and from where on.
std::pair<std::string, std::string> FirstDifference(const WatchNews& left, const WatchNews& right) {
  for (const auto& [id, news] : left) {
    const auto found = right.find(id);
    const std::vector<std::string>& lines = news.lines;
    const std::vector<std::string> none;
    const auto& others = found == right.end() ? none : found->second.lines;
    const auto [a, b] = std::mismatch(lines.begin(), lines.end(), others.begin(), others.end());
    if (a == lines.end() && b == others.end()) continue;
    const std::string watch = "watch " + std::to_string(id) + ", after " +
                              std::to_string(a - lines.begin()) + " more news: ";
    return {watch + (a == lines.end() ? "nothing more" : *a),
            watch + (b == others.end() ? "nothing more" : *b)};
  }
  return {"no watch " + std::to_string(right.rbegin()->first), "a watch of that id was told of"};
}

std::string OldestOf(const pb::RangeResponse& keys) {
  const auto oldest = std::min_element(
      keys.kvs().begin(), keys.kvs().end(),
      [](const auto& a, const auto& b) { return a.create_revision() < b.create_revision(); });
  return oldest->key();
}

// Waits until the call has put its key or has ended; true for the former.
bool WaitsForOthers(const Side& side, const Exchange& call, const std::string& key) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (!side.Look(Range(key)).kvs().empty()) return true;
    if (call.DoneWithin(std::chrono::milliseconds(1))) return false;
  }
  return false;
}

void AwaitNoKey(const Side& side, const std::string& key) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!side.Look(Range(key)).kvs().empty() && std::chrono::steady_clock::now() < deadline) {
  }
}

}  // namespace

struct Lockstep::Pair {
  Pair(const std::string& left_endpoint, const std::string& right_endpoint)
      : left(left_endpoint), right(right_endpoint) {}

  void Watch(const Step& step) {
    left.Watch(step);
    right.Watch(step);
  }
  bool AwaitNews(std::chrono::milliseconds patience,
                 const std::function<bool(const WatchNews&)>& done) {
    const bool left_done = left.AwaitNews(patience, done);
    return right.AwaitNews(patience, done) && left_done;
  }

  Side left;
  Side right;
};

/// A call for a lock, or to be elected, that waits for who came before.
struct Lockstep::WaitingCall {
  Step step;
  std::string name;
  std::string key;
  int64_t create_revision = 0;
  std::unique_ptr<Exchange> left;
  std::unique_ptr<Exchange> right;
};

Lockstep::Lockstep(const std::string& left, const std::string& right)
    : pair_(std::make_unique<Pair>(left, right)) {
  pair_->Watch(WatchFence(kFenceWatch, 0));
  pair_->AwaitNews(kPatience, [](const WatchNews& news) { return CountOf(news, kFenceWatch) > 0; });
}

Lockstep::~Lockstep() = default;

Difference Lockstep::Differ(std::string left, std::string right) const {
  return {script_, std::move(left), std::move(right)};
}

std::optional<Difference> Lockstep::CompareNews() {
  answers_since_fence_ = 0;
  const Step fence = StepOf(Put(kFenceKey, ""), auth_is_on_ ? "root" : "");
  const auto left_call = pair_->left.Begin(fence);
  const auto right_call = pair_->right.Begin(fence);
  const Outcome left = pair_->left.End(fence, *left_call);
  const Outcome right = pair_->right.End(fence, *right_call);
  if (!left.Equals(right)) return Differ(left.ToString(), right.ToString());
  if (left.status.ok()) {
    ++fences_;
    fence_revision_ = static_cast<const pb::PutResponse&>(*left.answer).header().revision();
  }
  const size_t wanted = static_cast<size_t>(fences_) + 1;  // its creation is news, too
  pair_->AwaitNews(kPatience,
                   [&](const WatchNews& news) { return CountOf(news, kFenceWatch) >= wanted; });
  // Other watches are not held to the fence: what one side was told, the other is to be.
  const auto as_much_as = [](const WatchNews& other) {
    return [&other](const WatchNews& mine) {
      return std::all_of(other.begin(), other.end(), [&](const auto& entry) {
        return CountOf(mine, entry.first) >= entry.second.count();
      });
    };
  };
  bool alike = false;
  for (bool in_time = true; in_time && !alike;) {
    in_time = pair_->left.AwaitNews(kPatience, as_much_as(pair_->right.news())) &&
              pair_->right.AwaitNews(kPatience, as_much_as(pair_->left.news()));
    alike = AreAlike(pair_->left.news(), pair_->right.news());
    // As many of each, and not the same.
    if (in_time && !alike && as_much_as(pair_->right.news())(pair_->left.news())) break;
  }
  if (alike) {
    pair_->left.ForgetNews();
    pair_->right.ForgetNews();
    return std::nullopt;
  }
  auto [one, other] = FirstDifference(pair_->left.news(), pair_->right.news());
  return Differ(std::move(one), std::move(other));
}

std::optional<Difference> Lockstep::TakeWatch(const Step& step) {
  // So that what comes for the watch comes after what came before.
  if (auto difference = CompareNews()) return difference;
  const auto& request = dynamic_cast<const pb::WatchRequest&>(*step.request);
  const int64_t id = request.has_create_request() ? request.create_request().watch_id()
                                                  : request.cancel_request().watch_id();
  // An id that is taken is answered with another.
  const auto answers = [id](const WatchNews& news) {
    return CountOf(news, id) + CountOf(news, kRefusedWatch);
  };
  const size_t before = answers(pair_->left.news());
  const bool was_open = IsOpen(pair_->left.news(), id);
  pair_->Watch(step);
  if (request.has_create_request()) {
    pair_->AwaitNews(kPatience, [&](const WatchNews& news) { return answers(news) > before; });
  } else if (was_open) {
    pair_->AwaitNews(kPatience, [&](const WatchNews& news) { return !IsOpen(news, id); });
  }
  if (request.create_request().start_revision() > 0) AwaitCatchingUp();
  // What comes next may be for a watch of what comes next.
  const bool starts_now =
      request.has_create_request() && request.create_request().start_revision() == 0;
  return starts_now ? std::nullopt : CompareNews();
}

// A watch that starts in the past is told of it some time later, and may have nothing to be told;
// until it has caught up, a compaction would end it. etcd lets watches catch up together, so one
// that is created after it and has got its event of the past says that it has, too.
void Lockstep::AwaitCatchingUp() {
  const int64_t id = kFenceWatch + fences_;
  const auto await = [&](size_t count) {
    pair_->AwaitNews(kPatience, [&](const WatchNews& news) { return CountOf(news, id) >= count; });
  };
  pair_->Watch(WatchFence(id, fence_revision_));
  await(2);  // the creation and the event
  pair_->Watch(Cancel(id));
  await(3);
}

// The keys of a lease go in one revision: when one is seen to go, all are.
std::optional<Difference> Lockstep::AwaitEndOfLease(int64_t lease) {
  const Step put = StepOf(Put(kMortalKey, "", {.lease = lease}));
  const auto left = pair_->left.Begin(put);
  const auto right = pair_->right.Begin(put);
  const Outcome outcome = pair_->left.End(put, *left);
  const Outcome other = pair_->right.End(put, *right);
  if (!outcome.Equals(other)) return Differ(outcome.ToString(), other.ToString());
  if (!outcome.status.ok()) return std::nullopt;  // it has ended before
  const int64_t revision = static_cast<const pb::PutResponse&>(*outcome.answer).header().revision();
  const int64_t id = kMortalWatch + ++mortals_;
  const auto await = [&](size_t count) {
    pair_->AwaitNews(kPatience, [&](const WatchNews& news) { return CountOf(news, id) >= count; });
  };
  pair_->Watch(WatchKey(kMortalKey, id, revision + 1));
  await(2);  // the creation and the deletion
  pair_->Watch(Cancel(id));
  await(3);
  return CompareNews();
}

std::optional<Difference> Lockstep::Compare(const Step& step, Exchange& left_call,
                                            Exchange& right_call, Generator* generator) {
  const Outcome left = pair_->left.End(step, left_call);
  const Outcome right = pair_->right.End(step, right_call);
  if (!left.Equals(right)) return Differ(left.ToString(), right.ToString());
  if (generator != nullptr) generator->Learn(step, left);
  if (left.status.ok() && step.method == "/etcdserverpb.Auth/AuthEnable") auth_is_on_ = true;
  if (left.status.ok() && step.method == "/etcdserverpb.Auth/AuthDisable") auth_is_on_ = false;
  if (left.status.ok() && step.method == kCompactMethod) return CompareHashes();
  return std::nullopt;
}

std::optional<Difference> Lockstep::CompareHashes() {
  script_.push_back(StepOf(HashKv(0), auth_is_on_ ? "root" : ""));
  auto difference = TakeCall(script_.back(), nullptr);
  if (!difference) script_.pop_back();
  return difference;
}

std::optional<Difference> Lockstep::TakeCall(const Step& step, Generator* generator) {
  const auto left = pair_->left.Begin(step);
  const auto right = pair_->right.Begin(step);
  return Compare(step, *left, *right, generator);
}

std::optional<Difference> Lockstep::TakeStream(const Step& step) {
  const auto left = pair_->left.TakeStream(step);
  const auto right = pair_->right.TakeStream(step);
  const auto [a, b] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (a == left.end() && b == right.end()) return std::nullopt;
  return Differ(a == left.end() ? "nothing more" : *a, b == right.end() ? "nothing more" : *b);
}

// Where others came before, the call is left to wait as soon as its key is there; otherwise it ends
// at once. One that waits is not asked for a second time: nothing would show that it waits, too.
std::optional<Difference> Lockstep::TakeWait(const Step& step, Generator* generator) {
  WaitingCall call{.step = step};
  int64_t lease = 0;
  if (const auto* lock = dynamic_cast<const lockpb::LockRequest*>(step.request.get())) {
    call.name = lock->name();
    lease = lock->lease();
  } else {
    const auto& campaign = dynamic_cast<const electionpb::CampaignRequest&>(*step.request);
    call.name = campaign.name();
    lease = campaign.lease();
  }
  call.key = SessionKey(call.name, lease);
  const auto there = pair_->left.Look(
      Range(call.name + "/", {.range_end = call.name + "0", .order = pb::RangeRequest::ASCEND}));
  bool is_there = false;
  for (const auto& kv : there.kvs()) is_there = is_there || kv.key() == call.key;
  const bool is_first = there.kvs().empty() || OldestOf(there) == call.key;
  if (is_there && !is_first) return std::nullopt;
  if (is_first) return TakeCall(step, generator);

  call.left = pair_->left.Begin(step);
  call.right = pair_->right.Begin(step);
  if (!WaitsForOthers(pair_->left, *call.left, call.key) ||
      !WaitsForOthers(pair_->right, *call.right, call.key)) {
    return Compare(step, *call.left, *call.right, generator);
  }
  call.create_revision = pair_->left.Look(Range(call.key)).kvs(0).create_revision();
  waiting_.push_back(std::move(call));
  return std::nullopt;
}

// One that gives up takes its key with it.
void Lockstep::GiveUp(const Step& step) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const WaitingCall& call) {
    return call.step.method == step.method &&
           call.step.request->SerializeAsString() == step.request->SerializeAsString();
  });
  if (found == waiting_.end()) return;
  if (pair_->left.Look(Range(found->key)).kvs().empty()) return;
  found->left->Cancel();
  found->right->Cancel();
  AwaitNoKey(pair_->left, found->key);
  AwaitNoKey(pair_->right, found->key);
  waiting_.erase(found);
}

// Those before whom nobody is any more.
std::optional<Difference> Lockstep::EndWaits(Generator* generator) {
  for (auto call = waiting_.begin(); call != waiting_.end();) {
    const auto before = pair_->left.Look(
        Range(call->name + "/",
              {.range_end = call->name + "0", .max_create_revision = call->create_revision - 1}));
    if (!before.kvs().empty()) {
      ++call;
      continue;
    }
    if (!call->left->DoneWithin(kPatience) || !call->right->DoneWithin(kPatience)) {
      const auto state = [](const Exchange& exchange) {
        return exchange.DoneWithin({}) ? "done" : "waits for " + std::string("nobody");
      };
      return Differ(call->step.method + " " + state(*call->left),
                    call->step.method + " " + state(*call->right));
    }
    if (auto difference = Compare(call->step, *call->left, *call->right, generator)) {
      return difference;
    }
    call = waiting_.erase(call);
  }
  return std::nullopt;
}

// Whether the watches have to be told first of all that came before `step`: etcd looks for the pair
// before an event's when it sends the event, and does not find what was compacted meanwhile.
bool Lockstep::NeedsFence(const Step& step) const {
  return step.method == kCompactMethod && OpenWatches(pair_->left.news()) > 1;  // the fence's
}

bool Lockstep::FenceIsDue() {
  answers_since_fence_ += OpenWatches(pair_->left.news());
  return static_cast<int64_t>(script_.size()) % kStepsBetweenFences == 0 ||
         answers_since_fence_ > kAnswersBetweenFences;
}

std::optional<Difference> Lockstep::Take(const Step& step, Generator* generator) {
  if (NeedsFence(step)) {
    if (auto difference = CompareNews()) return difference;
  }
  script_.push_back(step);
  if (step.method == kWatchMethod) return TakeWatch(step);
  if (IsStream(step)) return TakeStream(step);
  const bool may_wait = step.method == kLockMethod || step.method == kCampaignMethod;
  if (step.outlasts_lease) {
    const auto& asked = dynamic_cast<const pb::LeaseTimeToLiveRequest&>(*step.request);
    if (auto difference = AwaitEndOfLease(asked.id())) return difference;
  }
  if (step.gives_up) {
    GiveUp(step);
  } else if (auto difference = may_wait ? TakeWait(step, generator) : TakeCall(step, generator)) {
    return difference;
  }
  if (auto difference = EndWaits(generator)) return difference;
  return FenceIsDue() ? CompareNews() : std::nullopt;
}

std::optional<Difference> Lockstep::Finish() {
  if (auto difference = CompareNews()) return difference;
  return CompareHashes();
}

std::optional<Difference> Lockstep::Run(Generator& generator, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (auto difference = Take(generator.Next(), &generator)) return difference;
  }
  return Finish();
}

std::optional<Difference> Lockstep::Replay(const Script& script) {
  for (const Step& step : script) {
    if (auto difference = Take(step, nullptr)) return difference;
  }
  return Finish();
}

}  // namespace conformance
