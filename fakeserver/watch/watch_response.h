#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakeserver/mvcc/store.h"

namespace fakeetcd {

using WatchId = int64_t;

/// What a client asks a new watch to be. Strings are owned: a watch outlives its request.
struct WatchCreateRequest {
  std::string key;
  std::string range_end;
  int64_t start_revision = 0;
  bool progress_notify = false;
  bool filter_put = false;
  bool filter_delete = false;
  bool prev_kv = false;
  WatchId watch_id = 0;  // 0: the stream chooses
  bool fragment = false;
};

/// One answer on a watch stream.
struct WatchResponse {
  WatchId watch_id = 0;
  int64_t revision = 0;  // of the header; 0 in a compaction's cancellation
  bool created = false;
  bool canceled = false;
  int64_t compact_revision = 0;
  std::string cancel_reason;

  /// The events, oldest first; null when there are none. Watchers of the same change share them.
  std::shared_ptr<const std::vector<Change>> events;
  bool prev_kv = false;    // tell what was before
  bool fragment = false;   // may be split when large
  int64_t compacted = -1;  // what was before is gone up to here

  /// What `change` says of the key before it; null where that is not to be told or not known.
  const Version* PreviousOf(const Change& change) const;
};

}  // namespace fakeetcd
