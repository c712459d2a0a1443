#pragma once

#include "fakeserver/engine/engine.h"
#include "fakeserver/engine/requests.h"
#include "fakeserver/services/proto.h"

namespace fakeetcd {

// Requests from the wire to the engine. The results are views of the messages.

RangeRequest ToEngine(const pb::RangeRequest& message);
PutRequest ToEngine(const pb::PutRequest& message);
DeleteRangeRequest ToEngine(const pb::DeleteRangeRequest& message);
TxnRequest ToEngine(const pb::TxnRequest& message);
WatchCreateRequest ToEngine(const pb::WatchCreateRequest& message);

}  // namespace fakeetcd
