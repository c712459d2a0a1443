#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <grpcpp/channel.h>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "comparison/answer.h"
#include "comparison/mask.h"
#include "fakeserver/base/mutex.h"
#include "fakeserver/oracle/outgoing_call.h"
#include "fakeserver/oracle/watch_news.h"

namespace fakeetcd {

/// A call as a client makes it.
struct AskedCall {
  std::string method;
  std::string bytes;
  CallMetadata metadata;
};

/// A real etcd that is asked whatever a fake is asked, and answers alike or else. It knows what
/// the two call differently: tokens, members, and leases' TTLs, which are an hour longer at the
/// oracle, so that it is the fake's clock that decides when a lease ends. Thread-safe.
class Oracle {
 public:
  struct Difference {
    std::string method;
    std::string request;
    std::string fake;
    std::string oracle;
  };
  struct Count {
    int64_t compared = 0;
    int64_t differences = 0;
  };
  using Tell = std::function<void(const Difference&)>;

  /// An oracle at `endpoint`, "HOST:PORT". Calls `tell` for every difference, one at a time.
  Oracle(const std::string& endpoint, Tell tell);

  /// What release it is of; empty when it does not answer.
  std::string Version() const;

  /// Fails unless the oracle holds what the fake at `fake` does: the same revision, hash, leases
  /// and users, with authentication off. To be called before anything is asked.
  absl::Status Meet(const std::shared_ptr<grpc::Channel>& fake);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  /// Held while one thing is done to both.
  Mutex& order() ABSL_LOCK_RETURNED(order_) { return order_; }

  // While `order` is held.

  /// The call as it is to be made to the oracle.
  AskedCall Translated(const AskedCall& asked) ABSL_LOCKS_EXCLUDED(mu_);
  CallMetadata Translated(const CallMetadata& metadata) const ABSL_LOCKS_EXCLUDED(mu_);
  /// Compares how a call ended, and learns from it.
  void Compare(const AskedCall& asked, const CallReply& fake, const CallReply& oracle)
      ABSL_LOCKS_EXCLUDED(mu_);
  /// A lease that the fake has ended by itself ends at the oracle.
  void EndLease(int64_t id) ABSL_LOCKS_EXCLUDED(mu_);
  /// Calls that waited for another, and do not need to any more, have ended when this returns.
  void Settle();
  /// Waits until the watches have been told alike, for a second at most.
  void SettleWatches() ABSL_LOCKS_EXCLUDED(mu_);

  // At any time.

  /// What Settle does; null for nothing.
  void SetSettle(std::function<void()> settle) ABSL_LOCKS_EXCLUDED(order_);
  void Report(const Difference& difference) ABSL_LOCKS_EXCLUDED(mu_);
  void CountComparison() ABSL_LOCKS_EXCLUDED(mu_);
  Count count() const ABSL_LOCKS_EXCLUDED(mu_);
  void AddWatches(std::shared_ptr<WatchNews> news) ABSL_LOCKS_EXCLUDED(mu_);
  void RemoveWatches(const std::shared_ptr<WatchNews>& news) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Message = google::protobuf::Message;
  CallMetadata LogInAsRoot() const ABSL_LOCKS_EXCLUDED(mu_);
  void Learn(const AskedCall& asked, const Message& fake, Message& oracle)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void LearnLease(const Message& request, const Message& fake, Message& oracle)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<grpc::Channel> channel_;
  const Tell tell_;
  Mutex order_;
  std::function<void()> settle_;  // guarded by order_
  mutable Mutex mu_;
  bool met_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<comparison::Mask> fake_mask_ ABSL_GUARDED_BY(mu_);
  std::optional<comparison::Mask> oracle_mask_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> tokens_ ABSL_GUARDED_BY(mu_);  // the oracle's by the fake's
  std::string root_login_ ABSL_GUARDED_BY(mu_);                     // the last that succeeded
  std::map<int64_t, int64_t> longer_leases_ ABSL_GUARDED_BY(mu_);   // by how many seconds
  std::list<std::shared_ptr<WatchNews>> watches_ ABSL_GUARDED_BY(mu_);
  Count count_ ABSL_GUARDED_BY(mu_);
  Mutex telling_;
};

/// A call whose metadata say nothing, made and waited for.
template <typename Request, typename Response>
grpc::Status AskDirectly(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                         const Request& request, Response* response,
                         const CallMetadata& metadata = {}) {
  const CallReply reply =
      OutgoingCall(channel, method, request.SerializeAsString(), metadata).Take();
  if (reply.status.ok()) response->ParseFromString(reply.bytes);
  return reply.status;
}

}  // namespace fakeetcd
