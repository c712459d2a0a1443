#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conformance/differential/dice.h"
#include "conformance/differential/step.h"
#include "conformance/support/version.h"

namespace conformance {

/// Makes up users, roles, permissions and logins, turns authentication on, and off again in the
/// middle.
class AuthSteps {
 public:
  AuthSteps(Dice& dice, const Version& version) : dice_(dice), version_(version) {}

  Step Next();
  /// Whether a step has to come before any other.
  bool is_due() const { return !due_.empty(); }
  /// Takes in that a step went well.
  void Learn(const google::protobuf::Message& request);
  /// Who makes a request: mostly somebody, while authentication is on.
  std::string Caller();

 private:
  Step TurnOn();
  Step Change();
  Step Look();
  Step LogIn(const std::string& user);
  pb::AuthRoleGrantPermissionRequest Permission();
  std::string User();
  std::string Role();
  std::string Admin();

  Dice& dice_;
  const Version version_;
  bool on_ = false;
  std::map<std::string, std::string> passwords_;
  std::map<std::string, int> permissions_;  // granted to each role, at most
  std::deque<Step> due_;
};

}  // namespace conformance
