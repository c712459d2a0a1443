#pragma once

#include <functional>

#include "conformance/differential/lockstep.h"

namespace conformance {

/// Looks for a shorter script that still makes the servers differ: leaves out ever smaller parts of
/// it as long as what is left differs. `replay` runs a script on two new servers. Gives up after
/// `attempts` of these with what it has.
Difference Shrink(Difference difference, int attempts,
                  const std::function<std::optional<Difference>(const Script&)>& replay);

}  // namespace conformance
