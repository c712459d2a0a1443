#pragma once

#include "etcdpp_proto/auth.pb.h"
#include "etcdpp_proto/cluster.pb.h"
#include "etcdpp_proto/header.pb.h"
#include "etcdpp_proto/kv.pb.h"
#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/maintenance.pb.h"
#include "etcdpp_proto/watch.pb.h"

namespace fakeetcd {

/// etcd's messages on the wire; the engine's own are without the prefix.
namespace pb = etcdpp_proto::etcdserverpb;

}  // namespace fakeetcd
