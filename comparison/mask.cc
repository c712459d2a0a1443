#include "comparison/mask.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/lease.pb.h"

namespace comparison {
namespace {

using google::protobuf::Message;

// Calls `change` with each field of the type in `message`, and in messages right below it.
template <typename Type, typename Change>
bool With(Message& message, const Change& change) {
  auto* const found = dynamic_cast<Type*>(&message);
  if (found != nullptr) change(*found);
  return found != nullptr;
}

// Puts what `changed` makes of each member's id in a request about members.
template <typename Changed>
void WithIds(Message& request, const Changed& changed) {
  const auto change = [&](auto& found) { found.set_id(changed(found.id())); };
  if (With<pb::MemberRemoveRequest>(request, change)) return;
  if (With<pb::MemberUpdateRequest>(request, change)) return;
  if (With<pb::MemberPromoteRequest>(request, change)) return;
  With<pb::MoveLeaderRequest>(request,
                              [&](auto& move) { move.set_targetid(changed(move.targetid())); });
  With<pb::AlarmRequest>(request,
                         [&](auto& alarm) { alarm.set_memberid(changed(alarm.memberid())); });
}

template <typename Repeated, typename Less>
void Sort(Repeated* values, const Less& less) {
  std::sort(values->begin(), values->end(), less);
}

void MaskHeader(Message& answer) {
  const auto* const field = answer.GetDescriptor()->FindFieldByName("header");
  if (field == nullptr || !answer.GetReflection()->HasField(answer, field)) return;
  auto* const header =
      static_cast<pb::ResponseHeader*>(answer.GetReflection()->MutableMessage(&answer, field));
  header->clear_cluster_id();
  header->clear_member_id();
  header->clear_raft_term();
}

void MaskTtl(pb::LeaseTimeToLiveResponse& lease) {
  constexpr int64_t kSlack = 300;  // seconds that a run may take
  if (lease.ttl() > 0) lease.set_ttl((lease.grantedttl() - lease.ttl()) / kSlack);
  std::sort(lease.mutable_keys()->begin(), lease.mutable_keys()->end());
}

}  // namespace

Mask::Mask(const pb::MemberListResponse& members)
    : ids_{members.header().member_id()}, self_(members.members(0)) {}

uint64_t Mask::IdAt(uint64_t place) const { return place < ids_.size() ? ids_[place] : place; }

uint64_t Mask::PlaceOf(uint64_t id) const {
  const auto found = std::find(ids_.begin(), ids_.end(), id);
  return found == ids_.end() ? id : static_cast<uint64_t>(found - ids_.begin());
}

void Mask::Learn(const Message& answer) {
  const auto* const added = dynamic_cast<const pb::MemberAddResponse*>(&answer);
  if (added != nullptr) ids_.push_back(added->member().id());
}

void Mask::Unmask(Message& request) const {
  WithIds(request, [this](uint64_t id) { return IdAt(id); });
}

void Mask::Translate(const Mask& other, Message& request) const {
  WithIds(request, [&](uint64_t id) { return Translated(other, id); });
}

uint64_t Mask::Translated(const Mask& other, uint64_t id) const {
  const auto found = std::find(other.ids_.begin(), other.ids_.end(), id);
  return found == other.ids_.end() ? id : IdAt(static_cast<uint64_t>(found - other.ids_.begin()));
}

void Mask::Apply(pb::Member& member) const {
  const bool own_urls =
      member.id() == self_.id() && std::equal(member.peerurls().begin(), member.peerurls().end(),
                                              self_.peerurls().begin(), self_.peerurls().end());
  if (own_urls) member.clear_peerurls();
  if (member.id() == self_.id()) member.clear_clienturls();
  member.set_id(PlaceOf(member.id()));
}

void Mask::Apply(pb::StatusResponse& status) const {
  status.clear_dbsize();
  status.clear_dbsizeinuse();
  status.clear_raftindex();
  status.clear_raftterm();
  status.clear_raftappliedindex();
  status.set_leader(PlaceOf(status.leader()));
  for (std::string& error : *status.mutable_errors()) {
    error = absl::StrReplaceAll(Text(std::move(error)), {{std::to_string(self_.id()), "0"}});
  }
  std::sort(status.mutable_errors()->begin(), status.mutable_errors()->end());
}

std::string Mask::Text(std::string text) {
  constexpr char kNoBreakSpace[] = "\u00a0";
  return absl::StrReplaceAll(text, {{kNoBreakSpace, " "}, {"  ", " "}});
}

void Mask::Apply(Message& answer) const {
  MaskHeader(answer);
  const auto members = [this](auto& found) {
    for (pb::Member& member : *found.mutable_members()) Apply(member);
    Sort(found.mutable_members(), [](const auto& a, const auto& b) { return a.id() < b.id(); });
  };
  With<pb::LeaseTimeToLiveResponse>(answer, MaskTtl);
  With<pb::LeaseLeasesResponse>(answer, [](auto& leases) {
    Sort(leases.mutable_leases(), [](const auto& a, const auto& b) { return a.id() < b.id(); });
  });
  With<pb::MemberListResponse>(answer, members);
  With<pb::MemberRemoveResponse>(answer, members);
  With<pb::MemberUpdateResponse>(answer, members);
  With<pb::MemberPromoteResponse>(answer, members);
  With<pb::MemberAddResponse>(answer, [&](auto& added) {
    members(added);
    Apply(*added.mutable_member());
  });
  With<pb::StatusResponse>(answer, [this](auto& status) { Apply(status); });
  With<pb::HashResponse>(answer, [](auto& hash) { hash.clear_hash(); });
  With<pb::AuthenticateResponse>(answer, [](auto& login) { login.clear_token(); });
  With<pb::AlarmResponse>(answer, [this](auto& alarms) {
    for (auto& alarm : *alarms.mutable_alarms()) alarm.set_memberid(PlaceOf(alarm.memberid()));
    Sort(alarms.mutable_alarms(), [](const auto& a, const auto& b) {
      return std::pair(a.alarm(), a.memberid()) < std::pair(b.alarm(), b.memberid());
    });
  });
}

}  // namespace comparison
