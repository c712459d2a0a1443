#pragma once

#include <cstdint>

#include "fakeserver/engine/engine.h"
#include "fakeserver/services/proto.h"

namespace fakeetcd {

/// The header of a response that tells `revision`.
inline pb::ResponseHeader MakeHeader(const Engine& engine, int64_t revision) {
  pb::ResponseHeader header;
  header.set_cluster_id(engine.identity().cluster_id);
  header.set_member_id(engine.identity().member_id);
  header.set_revision(revision);
  header.set_raft_term(engine.raft_term());
  return header;
}

}  // namespace fakeetcd
