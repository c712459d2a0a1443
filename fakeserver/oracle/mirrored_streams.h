#pragma once

#include <memory>

#include "fakeserver/oracle/incoming_call.h"
#include "fakeserver/oracle/oracle.h"
#include "fakeserver/oracle/workers.h"

namespace fakeetcd {

/// Who is asked, and who waits for the answers.
struct StreamParts {
  Oracle& oracle;
  const std::shared_ptr<grpc::Channel>& fake;
  Workers& workers;
};

// Each serves a call to its end.

/// What each watch is told is compared as it comes.
void MirrorWatch(StreamParts parts, const std::shared_ptr<IncomingCall>& call);
/// Each answer is compared before the next request is sent.
void MirrorKeepAlive(StreamParts parts, const std::shared_ptr<IncomingCall>& call);
/// Asks the fake alone.
void PassOn(StreamParts parts, const std::shared_ptr<IncomingCall>& call);

}  // namespace fakeetcd
