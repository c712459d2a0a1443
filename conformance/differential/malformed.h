#pragma once

#include "conformance/differential/dice.h"
#include "conformance/differential/step.h"

namespace conformance {

/// Spoils a call: cuts its bytes short, changes or adds some, or sends them to another method.
/// Leaves calls alone that could so become what ends a real etcd or what differs from run to run.
Step Malform(Step step, Dice& dice);

}  // namespace conformance
