#pragma once

#include <cstddef>
#include <cstdint>

#include "fakeserver/base/key_range.h"
#include "fakeserver/watch/watch_response.h"

namespace fakeetcd {

class WatchStream;

/// One watch of a stream.
struct Watcher {
  enum class State {
    kInSync,     // given everything up to now; listed in the hub's index
    kLagging,    // goes on at `next_revision`
    kCompacted,  // told that what it asked for is gone; stays until the client cancels it
  };

  Watcher(WatchStream& on, WatchId as, WatchCreateRequest what)
      : stream(on), id(as), request(static_cast<WatchCreateRequest&&>(what)) {}

  WatchStream& stream;
  const WatchId id;
  const WatchCreateRequest request;
  State state = State::kInSync;
  int64_t min_revision = 0;   // nothing older concerns it
  int64_t next_revision = 0;  // of a lagging one
  bool quiet = true;          // no event since the last progress notification
  size_t slot = 0;            // where the index has it, of one in sync

  KeyRange range() const { return KeyRange(request.key, request.range_end); }

  /// True when `change` is one of those it watches for.
  bool Concerns(const Change& change) const {
    return change.now->mod_revision() >= min_revision && range().Contains(change.now->key());
  }

  /// True when it is not told of `change` all the same.
  bool KeepsBack(const Change& change) const {
    return change.now->tombstone() ? request.filter_delete : request.filter_put;
  }
};

}  // namespace fakeetcd
