#include "conformance/support/history.h"

#include <algorithm>

namespace conformance {
namespace {

using Kind = HistoryCall::Kind;

std::string Describe(const HistoryCall& call) {
  static constexpr const char* kNames[] = {"get", "put", "delete", "swap"};
  return std::string(kNames[static_cast<size_t>(call.kind)]) + " of " + call.key +
         (call.value.empty() ? "" : " to " + call.value) + ", answered at " +
         std::to_string(call.revision);
}

}  // namespace

History::History(int64_t base, const std::vector<HistoryEvent>& events)
    : base_(base), events_(events) {
  for (const HistoryEvent& event : events) {
    auto& states = states_[event.key];
    const std::optional<HistoryPair> before =
        states.empty() ? std::nullopt : states.rbegin()->second;
    std::optional<HistoryPair>& now = states[event.revision];
    if (!event.value) continue;
    now = HistoryPair{.value = *event.value,
                      .create_revision = before ? before->create_revision : event.revision,
                      .mod_revision = event.revision,
                      .version = before ? before->version + 1 : 1};
  }
}

const std::optional<HistoryPair>& History::StateAt(const std::string& key, int64_t revision) const {
  static const std::optional<HistoryPair> kNone;
  const auto found = states_.find(key);
  if (found == states_.end()) return kNone;
  const auto later = found->second.upper_bound(revision);
  return later == found->second.begin() ? kNone : std::prev(later)->second;
}

std::string History::WrongInChange(const HistoryCall& call) const {
  const int64_t place = call.revision - base_ - 1;
  if (place < 0 || place >= static_cast<int64_t>(events_.size())) return "no event tells of it";
  const HistoryEvent& event = events_[static_cast<size_t>(place)];
  const bool same_value =
      call.kind == Kind::kDelete ? !event.value.has_value() : event.value == call.value;
  if (event.key != call.key || !same_value) return "the event of that revision is another's";
  const auto& before = StateAt(call.key, call.revision - 1);
  if (before != call.pair) return "it was told another previous pair than there was";
  const int64_t mod = before ? before->mod_revision : 0;
  if (call.kind == Kind::kSwap && mod != call.expected_mod) return "its compare did not hold";
  return "";
}

std::string History::WrongIn(const HistoryCall& call) const {
  if (call.changed) return WrongInChange(call);
  const auto& state = StateAt(call.key, call.revision);
  if (call.kind == Kind::kDelete) return state ? "there was something to delete" : "";
  if (state != call.pair) return "it was told another pair than there was";
  const int64_t mod = state ? state->mod_revision : 0;
  if (call.kind == Kind::kSwap && mod == call.expected_mod) return "its compare held";
  return "";
}

// Each change is somebody's, and nobody's twice.
void History::CheckEvents(const std::vector<HistoryCall>& calls,
                          std::vector<std::string>& wrong) const {
  std::map<std::string, int> written;
  int deletions_lost = 0;
  int deletions = 0;
  for (const HistoryCall& call : calls) {
    // Whoever was told that nothing changed is not its author.
    if (!call.value.empty() && (!call.answered || call.changed)) written.emplace(call.value, 0);
    if (call.kind != Kind::kDelete) continue;
    deletions_lost += call.answered ? 0 : 1;
    deletions -= call.answered && call.changed ? 1 : 0;
  }
  for (size_t i = 0; i < events_.size(); ++i) {
    const HistoryEvent& event = events_[i];
    if (event.revision != base_ + 1 + static_cast<int64_t>(i)) {
      wrong.push_back("event " + std::to_string(i) + " is of revision " +
                      std::to_string(event.revision) + ": one is missing, doubled or misplaced");
      return;
    }
    if (!event.value) {
      ++deletions;
    } else if (const auto found = written.find(*event.value); found == written.end()) {
      wrong.push_back("nobody wrote " + *event.value);
    } else if (++found->second > 1) {
      wrong.push_back(*event.value + " was written twice");
    }
  }
  if (deletions < 0 || deletions > deletions_lost) wrong.push_back("a deletion is nobody's");
}

// What began after something had been answered is not before it.
void History::CheckTime(std::vector<HistoryCall> calls, std::vector<std::string>& wrong) const {
  std::erase_if(calls, [](const HistoryCall& call) { return !call.answered; });
  std::vector<HistoryCall> by_end = calls;
  std::sort(calls.begin(), calls.end(),
            [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::sort(by_end.begin(), by_end.end(),
            [](const auto& a, const auto& b) { return a.end < b.end; });
  auto ended = by_end.begin();
  int64_t seen = base_;
  for (const HistoryCall& call : calls) {
    for (; ended != by_end.end() && ended->end < call.begin; ++ended) {
      seen = std::max(seen, ended->revision);
    }
    if (call.revision < seen + (call.changed ? 1 : 0)) {
      wrong.push_back(Describe(call) + ": " + std::to_string(seen) +
                      " had been answered before it began");
    }
  }
}

std::vector<std::string> History::Check(const std::vector<HistoryCall>& calls) const {
  std::vector<std::string> wrong;
  CheckEvents(calls, wrong);
  if (!wrong.empty()) return wrong;
  for (const HistoryCall& call : calls) {
    const std::string why = call.answered ? WrongIn(call) : "";
    if (!why.empty()) wrong.push_back(Describe(call) + ": " + why);
  }
  CheckTime(calls, wrong);
  return wrong;
}

}  // namespace conformance
