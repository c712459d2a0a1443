#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace conformance {

/// What many clients did at once, and whether one order explains all they were answered.

/// A key's state that a client was told.
struct HistoryPair {
  std::string value;
  int64_t create_revision = 0;
  int64_t mod_revision = 0;
  int64_t version = 0;

  bool operator==(const HistoryPair&) const = default;
};

/// A change that a watch told: to a value, or none for a deletion.
struct HistoryEvent {
  int64_t revision = 0;
  std::string key;
  std::optional<std::string> value;

  bool operator==(const HistoryEvent&) const = default;
};

/// One call of one client. What is written is written by no other call.
struct HistoryCall {
  enum class Kind { kGet, kPut, kDelete, kSwap };

  Kind kind = Kind::kGet;
  std::string key;
  std::string value = {};    // that is written
  int64_t expected_mod = 0;  // of a swap: written only where this is the key's modification
  std::chrono::steady_clock::time_point begin = {};
  std::chrono::steady_clock::time_point end = {};
  bool answered = false;  // it may have had its effect even so
  // Of the answer.
  int64_t revision = 0;
  bool changed = false;
  std::optional<HistoryPair> pair = {};  // read, or there before the change
};

/// Checks calls against the events that one watch was told: every revision after `base` once, in
/// order and without a gap. A server's revisions order all changes, so each answer can be held
/// against the state at its own revision.
class History {
 public:
  History(int64_t base, const std::vector<HistoryEvent>& events);

  /// What is wrong, a line each; empty where nothing is.
  std::vector<std::string> Check(const std::vector<HistoryCall>& calls) const;

 private:
  const std::optional<HistoryPair>& StateAt(const std::string& key, int64_t revision) const;
  std::string WrongIn(const HistoryCall& call) const;
  std::string WrongInChange(const HistoryCall& call) const;
  void CheckEvents(const std::vector<HistoryCall>& calls, std::vector<std::string>& wrong) const;
  void CheckTime(std::vector<HistoryCall> calls, std::vector<std::string>& wrong) const;

  const int64_t base_;
  const std::vector<HistoryEvent>& events_;
  std::map<std::string, std::map<int64_t, std::optional<HistoryPair>>> states_;  // by revision
};

}  // namespace conformance
