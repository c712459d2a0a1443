#include "conformance/differential/shrink.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "conformance/support/rpc.h"

namespace conformance {
namespace {

Script Without(const Script& script, size_t begin, size_t count) {
  Script rest(script.begin(), script.begin() + static_cast<ptrdiff_t>(begin));
  rest.insert(rest.end(), script.begin() + static_cast<ptrdiff_t>(begin + count), script.end());
  return rest;
}

bool OnlyLooks(const Step& step) {
  static const std::set<std::string, std::less<>> kLooks{MethodOf(pb::RangeRequest()).path,
                                                         MethodOf(pb::HashKVRequest()).path,
                                                         MethodOf(pb::HashRequest()).path,
                                                         MethodOf(pb::StatusRequest()).path,
                                                         MethodOf(pb::LeaseLeasesRequest()).path,
                                                         MethodOf(pb::MemberListRequest()).path,
                                                         MethodOf(pb::AuthStatusRequest()).path,
                                                         MethodOf(pb::AuthUserGetRequest()).path,
                                                         MethodOf(pb::AuthRoleGetRequest()).path,
                                                         MethodOf(pb::AuthUserListRequest()).path,
                                                         kRangeStreamMethod,
                                                         kSnapshotMethod};
  return kLooks.contains(step.method);
}

// All but the last, which shows the difference.
Script WithoutLooks(const Script& script) {
  Script rest;
  for (size_t i = 0; i < script.size(); ++i) {
    if (i + 1 == script.size() || !OnlyLooks(script[i])) rest.push_back(script[i]);
  }
  return rest;
}

}  // namespace

Difference Shrink(Difference difference, int attempts,
                  const std::function<std::optional<Difference>(const Script&)>& replay) {
  if (attempts > 0) {
    --attempts;
    if (auto shorter = replay(WithoutLooks(difference.script))) difference = *std::move(shorter);
  }
  for (size_t part = difference.script.size() / 2; part > 0;) {
    bool smaller = false;
    for (size_t begin = 0; begin < difference.script.size() && attempts > 0;) {
      const size_t count = std::min(part, difference.script.size() - begin);
      --attempts;
      if (auto shorter = replay(Without(difference.script, begin, count))) {
        difference = *std::move(shorter);
        smaller = true;
      } else {
        begin += count;
      }
    }
    if (attempts == 0) break;
    if (part > 1) {
      part /= 2;
    } else if (!smaller) {
      break;
    }
  }
  return difference;
}

}  // namespace conformance
