#include "conformance/support/cluster.h"

#include <atomic>

namespace conformance {

std::string NewPeerUrl() {
  static std::atomic<int> next = 1;
  return "http://127.0.0.1:" + std::to_string(next++);
}

uint64_t OwnId(const Wire& wire) {
  return wire.Call(pb::MemberListRequest())->header().member_id();
}

Learner::Learner(const Wire& wire, const std::vector<std::string>& peer_urls)
    : wire_(wire), added_(*Change(wire, MemberAdd(peer_urls, true))) {}

// A case may have removed it already.
Learner::~Learner() { static_cast<void>(Change(wire_, MemberRemove(id()))); }

Armed::Armed(const Wire& wire, pb::AlarmType type, uint64_t member)
    : wire_(wire), type_(type), member_(member) {
  static_cast<void>(*wire.Call(Alarm(pb::AlarmRequest::ACTIVATE, type, member)));
}

Armed::~Armed() {
  static_cast<void>(wire_.Call(Alarm(pb::AlarmRequest::DEACTIVATE, type_, member_)));
}

}  // namespace conformance
