#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/client.h"

namespace etcdpp {

/// What a Reflector tells.
struct Reflection {
  /// The state told so far is that of the range at this revision.
  int64_t revision = 0;

  /// What has changed, in revision order; or, where `listed`, in key order. A delete that was not
  /// seen has no more than its key, and for a mod_revision the revision of the list.
  std::vector<WatchEvent> events = {};

  /// From a list: the first one, by which the state is complete, or one made because what happened
  /// meanwhile was compacted. Then events are what is different from what was told before.
  bool listed = false;

  friend bool operator==(const Reflection&, const Reflection&) = default;
};

struct ReflectorOptions {
  int64_t page_size = 1000;  // of the list
  /// Between attempts to list, growing from the first to the second.
  std::chrono::milliseconds retry_delay{50};
  std::chrono::milliseconds retry_delay_max{5000};
};

/// Tells the keys of a range as they are, and from then on every change, for as long as it lives:
/// over lost connections, and over compactions too, of which a Watch would end. Whoever applies
/// what it tells has the state of the range.
///
/// The callback is told one thing after the other on the connection's thread for callbacks; it may
/// destroy the Reflector. It is told a failure once, last, when etcd refuses: the permission is
/// missing, say. That etcd cannot be reached is no failure.
///
/// Thread-safe, except for moving it.
class Reflector {
 public:
  using Told = std::function<void(const Result<Reflection>&)>;
  struct State;

  /// Does not wait.
  Reflector(const Client& client, KeyRange range, Told told, const ReflectorOptions& options = {});
  Reflector(Reflector&&) noexcept = default;
  Reflector& operator=(Reflector&&) = delete;

  /// When it returns no callback runs, unless it is called from that one.
  ~Reflector();

 private:
  std::shared_ptr<State> state_;  // null: moved from
};

/// The keys of a range, kept up to date: reads without a call. They may be behind etcd; WaitFor
/// says when they are not behind a given revision.
///
///   RangeCache cache(client, KeyRange::Prefix("config/"));
///   if (Status synced = cache.WaitSynced(5s); !synced.ok()) return synced;
///   auto setting = cache.Get("config/colour");
///
/// Thread-safe.
class RangeCache {
 public:
  struct State;

  RangeCache(const Client& client, KeyRange range, const ReflectorOptions& options = {});
  RangeCache(const RangeCache&) = delete;
  RangeCache& operator=(const RangeCache&) = delete;
  ~RangeCache();

  std::optional<KeyValue> Get(std::string_view key) const;

  /// Of the keys in the cache those in `range`, in order, all as of one revision.
  std::vector<KeyValue> List(const KeyRange& range = KeyRange::All()) const;
  size_t size() const;

  /// As of which revision; 0 before the first list.
  int64_t revision() const;

  /// Why it is not kept up to date any more; OK while it is.
  Status status() const;

  /// Waits until the cache is complete.
  Status WaitSynced(std::chrono::milliseconds timeout = kNoTimeout) const;

  /// Waits until the cache has everything up to `revision`, that of a write of one's own, say. Asks
  /// etcd once where it is not known to have: the range may have had no part in that revision.
  Status WaitFor(int64_t revision, std::chrono::milliseconds timeout = kNoTimeout);

 private:
  Client client_;
  const KeyRange range_;
  const std::shared_ptr<State> state_;
  Reflector reflector_;  // last: it tells `state_`
};

}  // namespace etcdpp
