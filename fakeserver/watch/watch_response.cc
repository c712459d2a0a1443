#include "fakeserver/watch/watch_response.h"

namespace fakeetcd {

const Version* WatchResponse::PreviousOf(const Change& change) const {
  if (!prev_kv || !change.before) return nullptr;
  const Version& now = *change.now;
  // A put that created the key has nothing before it, even where the same transaction first
  // deleted it. Otherwise it is what a read at the revision before would show.
  if (!now.tombstone() && now.create_revision() == now.mod_revision()) return nullptr;
  if (now.mod_revision() - 1 < compacted) return nullptr;
  return change.before.get();
}

}  // namespace fakeetcd
