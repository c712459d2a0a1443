#include "etcdpp/lease.h"

#include <ostream>

namespace etcdpp {

std::string_view ToString(LeaseLoss loss) {
  switch (loss) {
    case LeaseLoss::kNone:
      return "None";
    case LeaseLoss::kExpired:
      return "Expired";
    case LeaseLoss::kNotFound:
      return "NotFound";
    case LeaseLoss::kRevoked:
      return "Revoked";
    case LeaseLoss::kRefused:
      return "Refused";
    case LeaseLoss::kStopped:
      return "Stopped";
  }
  return "None";
}

std::ostream& operator<<(std::ostream& out, LeaseLoss loss) { return out << ToString(loss); }

}  // namespace etcdpp
