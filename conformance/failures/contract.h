#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etcdpp/client.h"

namespace conformance {

/// All that a watch has told.
struct WatchRecord {
  std::vector<etcdpp::WatchResponse> responses = {};
  std::optional<etcdpp::Status> end = {};  // none: it still runs
  int64_t compact_revision = 0;
};

/// The events of `history` that a watch from `start` on is to tell.
std::vector<etcdpp::WatchEvent> EventsFor(const etcdpp::WatchRequest& request, int64_t start,
                                          const std::vector<etcdpp::WatchEvent>& history);

/// What of a watch's contract `record` breaks; empty where it keeps it: every one of the `expected`
/// events once and in order, whole revisions only, nothing after what progress had said was all;
/// all of them, or the first ones and then a compaction as the reason why no more.
std::string CheckWatch(const std::vector<etcdpp::WatchEvent>& expected, const WatchRecord& record);

/// One attempt to put values that nobody else puts.
struct WriteRecord {
  std::vector<std::pair<std::string, std::string>> puts = {};
  etcdpp::Status status = {};
  int64_t revision = 0;  // where it is done
};

/// What the outcomes of writes say that `history` does not bear out; empty where it does: what is
/// done is there at its revision, what is not done is nowhere, and nothing is done in part or
/// twice.
std::string CheckWrites(const std::vector<WriteRecord>& writes,
                        const std::vector<etcdpp::WatchEvent>& history);

}  // namespace conformance
