#include "fakeserver/coordination/observation.h"

#include <utility>

#include "fakeserver/base/key_range.h"
#include "fakeserver/coordination/session.h"

namespace fakeetcd {

Observation::Observation(Parties parties, std::string_view name, std::function<void()> wake)
    : parties_(std::move(parties)),
      prefix_(SessionPrefix(name)),
      prefix_end_(PrefixEnd(prefix_)),
      wake_(std::move(wake)),
      watch_(*parties_.engine) {}

void Observation::Close() {
  state_ = State::kOver;
  response_.reset();
  watch_.Close();
}

std::optional<Leadership> Observation::Next() {
  while (!over()) {
    std::optional<Leadership> told;
    if (state_ == State::kLooking) {
      told = Look();
    } else if (response_) {
      told = TakeNext();
    } else if (auto response = watch_.Next(); !response) {
      return std::nullopt;
    } else if (response->canceled) {
      Close();
    } else if (response->events != nullptr) {
      response_ = std::move(response);
      next_event_ = 0;
    }
    if (told) return told;
  }
  return std::nullopt;
}

std::optional<Leadership> Observation::Look() {
  const auto range = parties_.caller->Range(OldestOf(prefix_, prefix_end_));
  if (!range.ok()) {
    Close();
    return std::nullopt;
  }
  if (range->kvs.empty()) {
    state_ = State::kWaiting;
    watch_.Open(shared_from_this(), *parties_.caller,
                {.key = prefix_, .range_end = prefix_end_, .start_revision = range->revision});
    return std::nullopt;
  }
  Follow(*range->kvs[0], range->revision);
  return Leadership{range->revision, range->kvs[0]};
}

void Observation::Follow(const Version& leader, int64_t after) {
  state_ = State::kFollowing;
  response_.reset();
  watch_.Open(shared_from_this(), *parties_.caller,
              {.key = std::string(leader.key()), .start_revision = after + 1});
}

std::optional<Leadership> Observation::TakeNext() {
  while (next_event_ < response_->events->size()) {
    const VersionPtr now = (*response_->events)[next_event_++].now;
    if (state_ == State::kWaiting) {
      if (now->tombstone()) continue;
      Follow(*now, now->mod_revision());
      return Leadership{now->mod_revision(), now};
    }
    if (!now->tombstone()) return Leadership{response_->revision, now};
    state_ = State::kLooking;
    break;
  }
  response_.reset();
  return std::nullopt;
}

}  // namespace fakeetcd
