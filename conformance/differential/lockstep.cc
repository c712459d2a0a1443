#include "conformance/differential/lockstep.h"

#include <algorithm>
#include <string>
#include <utility>

#include "conformance/differential/side.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int64_t kStepsBetweenFences = 50;

// Written to know how far the watches are told, and watched with an id that nobody else uses. Few
// ranges have it: who is told of it first is the server's affair.
const std::string kFenceKey("\0fence", 6);
constexpr int64_t kFenceWatch = 1'000'000;
constexpr int64_t kRefusedWatch = -1;

Step PutFence() {
  auto put = std::make_shared<pb::PutRequest>();
  put->set_key(kFenceKey);
  return {MethodOf(*put).path, put};
}

Step WatchFence(int64_t id, int64_t start_revision) {
  auto request = std::make_shared<pb::WatchRequest>();
  request->mutable_create_request()->set_key(kFenceKey);
  request->mutable_create_request()->set_watch_id(id);
  request->mutable_create_request()->set_start_revision(start_revision);
  return {kWatchMethod, request};
}

Step Cancel(int64_t id) {
  auto request = std::make_shared<pb::WatchRequest>();
  request->mutable_cancel_request()->set_watch_id(id);
  return {kWatchMethod, request};
}

size_t CountOf(const WatchNews& news, int64_t id) {
  const auto found = news.find(id);
  return found == news.end() ? 0 : found->second.size();
}

bool IsOpen(const WatchNews& news, int64_t id) {
  return CountOf(news, id) > 0 && !news.at(id).back().starts_with("canceled");
}

// The first watch that was told differently, and from where on.
std::pair<std::string, std::string> FirstDifference(const WatchNews& left, const WatchNews& right) {
  for (const auto& [id, lines] : left) {
    const auto found = right.find(id);
    const std::vector<std::string> none;
    const auto& others = found == right.end() ? none : found->second;
    const auto [a, b] = std::mismatch(lines.begin(), lines.end(), others.begin(), others.end());
    if (a == lines.end() && b == others.end()) continue;
    const std::string watch =
        "watch " + std::to_string(id) + ", after " + std::to_string(a - lines.begin()) + " news: ";
    return {watch + (a == lines.end() ? "nothing more" : *a),
            watch + (b == others.end() ? "nothing more" : *b)};
  }
  return {"no watch " + std::to_string(right.rbegin()->first), "a watch of that id was told of"};
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
  const Step fence = PutFence();
  const Outcome left = pair_->left.Call(fence);
  const Outcome right = pair_->right.Call(fence);
  if (!left.Equals(right)) return Differ(left.ToString(), right.ToString());
  ++fences_;
  fence_revision_ = static_cast<const pb::PutResponse&>(*left.answer).header().revision();
  const size_t wanted = static_cast<size_t>(fences_) + 1;  // its creation is news, too
  pair_->AwaitNews(kPatience,
                   [&](const WatchNews& news) { return CountOf(news, kFenceWatch) >= wanted; });
  // Other watches are not held to the fence: what one side was told, the other is to be.
  const auto as_much_as = [](const WatchNews& other) {
    return [&other](const WatchNews& mine) {
      return std::all_of(other.begin(), other.end(), [&](const auto& entry) {
        return CountOf(mine, entry.first) >= entry.second.size();
      });
    };
  };
  bool alike = false;
  for (bool in_time = true; in_time && !alike;) {
    in_time = pair_->left.AwaitNews(kPatience, as_much_as(pair_->right.news())) &&
              pair_->right.AwaitNews(kPatience, as_much_as(pair_->left.news()));
    alike = pair_->left.news() == pair_->right.news();
    // As many of each, and not the same.
    if (in_time && !alike && as_much_as(pair_->right.news())(pair_->left.news())) break;
  }
  if (alike) return std::nullopt;
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
  return CompareNews();
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

std::optional<Difference> Lockstep::Take(const Step& step, Generator* generator) {
  script_.push_back(step);
  if (step.method == kWatchMethod) return TakeWatch(step);
  const Outcome left = pair_->left.Call(step);
  const Outcome right = pair_->right.Call(step);
  if (!left.Equals(right)) return Differ(left.ToString(), right.ToString());
  if (generator != nullptr) generator->Learn(step, left);
  const bool fence_is_due = static_cast<int64_t>(script_.size()) % kStepsBetweenFences == 0;
  return fence_is_due ? CompareNews() : std::nullopt;
}

std::optional<Difference> Lockstep::Run(Generator& generator, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (auto difference = Take(generator.Next(), &generator)) return difference;
  }
  return CompareNews();
}

std::optional<Difference> Lockstep::Replay(const Script& script) {
  for (const Step& step : script) {
    if (auto difference = Take(step, nullptr)) return difference;
  }
  return CompareNews();
}

}  // namespace conformance
