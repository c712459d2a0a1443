#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/maintenance.pb.h"

namespace comparison {

namespace pb = etcdpp_proto::etcdserverpb;

/// The members of one side, in the order in which it was seen to get them: a script and its
/// answers name them by their place there. What no two servers agree on is left out of answers here
/// and nowhere else.
class Mask {
 public:
  /// Sets out from the member that runs.
  explicit Mask(const pb::MemberListResponse& members);

  /// A member that a step has added.
  void Learn(const google::protobuf::Message& answer);
  /// Puts ids where a step has places.
  void Unmask(google::protobuf::Message& request) const;
  /// Puts the ids of this side where a request has those of `other`.
  void Translate(const Mask& other, google::protobuf::Message& request) const;
  /// Leaves out ids, time that passes, and orders and sizes that depend on it.
  void Apply(google::protobuf::Message& answer) const;
  /// The text without the blanks that Go's protobuf library strews into what it says, other ones in
  /// each program, since etcd 3.7.
  static std::string Text(std::string text);
  /// Where the member of that id is; the id itself where there is none.
  uint64_t PlaceOf(uint64_t id) const;

 private:
  uint64_t IdAt(uint64_t place) const;
  uint64_t Translated(const Mask& other, uint64_t id) const;
  void Apply(pb::Member& member) const;
  void Apply(pb::StatusResponse& status) const;

  std::vector<uint64_t> ids_;
  pb::Member self_;
};

}  // namespace comparison
