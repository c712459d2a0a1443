#pragma once

#include <cstdint>

#include "conformance/differential/dice.h"
#include "conformance/differential/step.h"
#include "conformance/support/version.h"

namespace conformance {

/// Makes up changes of the members, as far as a cluster of one can take them and go on: learners
/// that never start.
class MemberSteps {
 public:
  MemberSteps(Dice& dice, const Version& version) : dice_(dice), version_(version) {}

  Step Next();
  void Learn(const google::protobuf::Message& request);

 private:
  Step Add();
  std::string NewUrl();
  uint64_t Place();

  Dice& dice_;
  const Version version_;
  uint64_t added_ = 0;
  int urls_ = 0;
};

/// Makes up what the Maintenance service is asked, and alarms.
class MaintenanceSteps {
 public:
  MaintenanceSteps(Dice& dice, const Version& version) : dice_(dice), version_(version) {}

  Step Next();
  Step NextAlarm();
  /// What a server of kQuotaBytes has no room for, however empty it is.
  Step NextOverQuota();

  static constexpr int64_t kQuotaBytes = 6 << 20;

 private:
  Step Downgrade();

  Dice& dice_;
  const Version version_;
};

}  // namespace conformance
