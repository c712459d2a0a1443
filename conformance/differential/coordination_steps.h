#pragma once

#include <string>
#include <vector>

#include "conformance/differential/dice.h"
#include "conformance/differential/step.h"

namespace conformance {

/// Makes up locks and elections, of a few sessions that get into each other's way, and ends
/// sessions in the middle.
class CoordinationSteps {
 public:
  explicit CoordinationSteps(Dice& dice) : dice_(dice) {}

  Step Next();
  void Learn(const Step& step, const google::protobuf::Message& answer);

 private:
  Step Wait();
  electionpb::LeaderKey Leader();
  std::string HeldKey();

  Dice& dice_;
  std::vector<Step> waits_;
  std::vector<std::string> keys_;
  std::vector<electionpb::LeaderKey> leaders_;
};

}  // namespace conformance
