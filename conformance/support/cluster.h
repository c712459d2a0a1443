#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/support/requests.h"
#include "conformance/support/wire.h"

namespace conformance {

/// A peer URL at which nobody is, another one each time: of one URL used twice in a second etcd
/// makes the same member.
std::string NewPeerUrl();

/// Asks for a change of the cluster. Up to 3.5 one that comes right behind another may get lost,
/// and its answer never comes (etcd's issue 15528): then it is asked for again.
template <typename Request>
auto Change(const Wire& wire, const Request& request) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    auto reply = wire.Call(request, {.timeout = std::chrono::seconds(3)});
    if (reply.status.error_code() != grpc::DEADLINE_EXCEEDED || attempt == kAttempts) return reply;
  }
}

/// The member that answers.
uint64_t OwnId(const Wire& wire);

/// The member `id` of a list; ends the case if there is none.
template <typename Response>
const pb::Member& MemberOf(const Response& response, uint64_t id) {
  for (const pb::Member& member : response.members()) {
    if (member.id() == id) return member;
  }
  throw std::runtime_error("member " + std::to_string(id) + " is not in the list");
}

/// A learner that never starts, in the cluster until this object goes.
class Learner {
 public:
  explicit Learner(const Wire& wire, const std::vector<std::string>& peer_urls = {NewPeerUrl()});
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  const pb::MemberAddResponse& added() const { return added_; }
  uint64_t id() const { return added_.member().id(); }
  std::vector<std::string> peer_urls() const {
    return {added_.member().peerurls().begin(), added_.member().peerurls().end()};
  }

 private:
  const Wire& wire_;
  const pb::MemberAddResponse added_;
};

/// An alarm of `member` that is on until this object goes.
class Armed {
 public:
  Armed(const Wire& wire, pb::AlarmType type, uint64_t member = 1);
  ~Armed();
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;

 private:
  const Wire& wire_;
  const pb::AlarmType type_;
  const uint64_t member_;
};

}  // namespace conformance
