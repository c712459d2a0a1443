#include "conformance/differential/lockstep.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "conformance/differential/side.h"

namespace conformance {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int64_t kStepsBetweenFences = 50;

// Written to know how far the watches are told, and watched with an id that nobody else uses.
constexpr char kFenceKey[] = "~fence";
constexpr int64_t kFenceWatch = 1'000'000;

Step PutFence() {
  auto put = std::make_shared<pb::PutRequest>();
  put->set_key(kFenceKey);
  return {MethodOf(*put).path, put};
}

Step WatchFence() {
  auto request = std::make_shared<pb::WatchRequest>();
  request->mutable_create_request()->set_key(kFenceKey);
  request->mutable_create_request()->set_watch_id(kFenceWatch);
  return {kWatchMethod, request};
}

size_t CountOf(const WatchNews& news, int64_t id) {
  const auto found = news.find(id);
  return found == news.end() ? 0 : found->second.size();
}

size_t CountAll(const WatchNews& news) {
  return std::accumulate(news.begin(), news.end(), size_t{0},
                         [](size_t sum, const auto& entry) { return sum + entry.second.size(); });
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

Lockstep::Lockstep(const std::string& left, const std::string& right,
                   std::chrono::milliseconds catch_up)
    : catch_up_(catch_up), pair_(std::make_unique<Pair>(left, right)) {
  pair_->Watch(WatchFence());
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
  const size_t before = CountAll(pair_->left.news());
  pair_->Watch(step);
  // Nothing else is under way. A cancellation of a watch that is not there is not answered, and a
  // creation with an id that is taken is answered with another.
  if (request.has_create_request() || IsOpen(pair_->left.news(), id)) {
    pair_->AwaitNews(kPatience, [&](const WatchNews& news) { return CountAll(news) > before; });
  }
  if (request.create_request().start_revision() > 0) {
    pair_->AwaitNews(catch_up_, [](const WatchNews& /*news*/) { return false; });
  }
  return CompareNews();
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
