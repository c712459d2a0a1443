#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"

#include "fakeserver/oracle/incoming_call.h"
#include "fakeserver/oracle/oracle.h"

namespace fakeetcd {

/// Calls for a lock, or to be elected, at a fake and at its oracle: those that wait for who came
/// before do not hold up the calls that end their waiting. Thread-safe.
class WaitingRoom {
 public:
  WaitingRoom(Oracle& oracle, std::shared_ptr<grpc::Channel> fake)
      : oracle_(oracle), fake_(std::move(fake)) {}

  static bool IsFor(const std::string& method);

  /// Makes the call of both and returns how the fake's ended; the client may cancel it meanwhile.
  CallReply Serve(IncomingCall& call, AskedCall asked);
  /// Ends the calls before whom nobody is any more. REQUIRES: the oracle's `order` is held.
  void Settle();

 private:
  struct Call;

  void GrantLease(AskedCall* asked);
  bool IsThere(const std::shared_ptr<grpc::Channel>& channel, const Call& call,
               const CallMetadata& metadata) const;
  bool AwaitPlace(const std::shared_ptr<grpc::Channel>& channel, const Call& call,
                  const OutgoingCall& outgoing, const CallMetadata& metadata) const;
  bool SomebodyIsBefore(const Call& call) const;
  void End(Call& call) ABSL_LOCKS_EXCLUDED(mu_);
  void GiveUp(const std::shared_ptr<Call>& call);

  Oracle& oracle_;
  const std::shared_ptr<grpc::Channel> fake_;
  Mutex mu_;
  std::condition_variable changed_;
  std::list<std::shared_ptr<Call>> calls_;  // guarded by the oracle's order
};

}  // namespace fakeetcd
