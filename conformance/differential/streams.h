#pragma once

#include <string>
#include <vector>

#include "comparison/mask.h"
#include "conformance/differential/step.h"
#include "conformance/support/wire.h"

namespace conformance {

/// Makes the call of a step that is answered by a stream, other than a watch: how that ended, and
/// what came, each thing on a line of its own. How it is cut into messages is the server's affair.
std::vector<std::string> TakeStream(const Wire& wire, const Step& step, const CallOptions& options,
                                    const comparison::Mask& mask);

}  // namespace conformance
