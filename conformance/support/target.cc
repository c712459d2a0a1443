#include "conformance/target.h"

namespace conformance {
namespace {

Target& Stored() {
  static Target stored;
  return stored;
}

}  // namespace

const Target& target() { return Stored(); }

void SetTarget(const Target& target) { Stored() = target; }

}  // namespace conformance
