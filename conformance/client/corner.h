#ifndef CONFORMANCE_CLIENT_CORNER_H_
#define CONFORMANCE_CLIENT_CORNER_H_

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/client.h"

namespace conformance {

/// The value of a call a case needs to go on. Ends the case, as a failure, where there is none.
template <typename T>
T Must(etcdpp::Result<T> result) {
  if (!result.ok()) throw std::runtime_error("the call failed: " + result.status().ToString());
  return *std::move(result);
}

/// A client, and a corner of the key space that belongs to the running case alone; emptied when the
/// case ends.
///
///   Corner c;
///   c.Put("a", "1");                                  // set-up: ends the case if it fails
///   const auto range = Must(c.client().Range(c.All()));
///   EXPECT_THAT(c.Names(range), ElementsAre("a"));
class Corner {
 public:
  /// How long a case waits for what has to come.
  static constexpr std::chrono::milliseconds kPatience{10000};

  Corner();
  ~Corner();
  Corner(const Corner&) = delete;
  Corner& operator=(const Corner&) = delete;

  etcdpp::Client& client() { return client_; }

  /// The full key of `name`.
  std::string operator()(std::string_view name) const { return prefix_ + std::string(name); }
  /// The keys whose names begin with `prefix`; all of the corner by default.
  etcdpp::KeyRange All(std::string_view prefix = "") const;
  /// The names of the pairs of a response, in its order.
  std::vector<std::string> Names(const etcdpp::RangeResponse& range) const;

  /// Returns the revision of the put.
  int64_t Put(std::string_view name, std::string_view value,
              const etcdpp::PutOptions& options = {});
  /// Returns the store's revision afterwards.
  int64_t Delete(std::string_view name);
  etcdpp::KeyValue Get(std::string_view name);
  int64_t Revision();

  /// A lease that is revoked when the case ends.
  etcdpp::LeaseGrantResponse Grant(std::chrono::seconds ttl = std::chrono::seconds(600));

  /// Takes events of `watch` until there are `count`; fewer where it ends or one takes too long.
  static std::vector<etcdpp::WatchEvent> Take(etcdpp::Watch& watch, size_t count,
                                              std::chrono::milliseconds patience = kPatience);
  /// The names and values of events, "a=1" for a put and "a" for a delete.
  std::vector<std::string> Describe(const std::vector<etcdpp::WatchEvent>& events) const;

 private:
  std::string prefix_;
  etcdpp::Client client_;
  std::vector<etcdpp::LeaseId> leases_;
};

}  // namespace conformance

#endif  // CONFORMANCE_CLIENT_CORNER_H_
