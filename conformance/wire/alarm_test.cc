// Alarms: how they are raised, listed and disarmed. What they keep from being done is in
// alarm_effects_test.cc. An action outside the enum, and a type outside it in 3.5, are the end of a
// real etcd, and so is an alarm of no type and no member in 3.4.
#include <algorithm>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr auto kGet = pb::AlarmRequest::GET;
constexpr auto kActivate = pb::AlarmRequest::ACTIVATE;
constexpr auto kDeactivate = pb::AlarmRequest::DEACTIVATE;

MATCHER_P2(IsAlarm, type, member, "") {
  return arg.alarm() == type && arg.memberid() == static_cast<uint64_t>(member);
}

// A status' error without the space that Go's printing of messages puts in at will.
std::string Normal(std::string text) {
  std::string normal;
  for (const char c : text) {
    if (c == ' ' && (normal.empty() || normal.back() == ' ')) continue;
    normal.push_back(c);
  }
  while (normal.ends_with(' ')) normal.pop_back();
  return normal;
}

std::vector<std::string> StatusErrors(const Wire& wire) {
  std::vector<std::string> errors;
  const auto status = wire.Call(pb::StatusRequest());
  for (const std::string& error : status->errors()) errors.push_back(Normal(error));
  return errors;
}

TEST(Alarm, IsOffByDefault) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(), IsEmpty());
}

TEST(Alarm, ThatIsRaisedIsToldOf) {
  const Wire wire;
  const auto raised = wire.Call(Alarm(kActivate, pb::NOSPACE, 7));
  const auto disarmed = wire.Call(Alarm(kDeactivate, pb::NOSPACE, 7));
  EXPECT_THAT(raised->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
  EXPECT_THAT(disarmed->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
}

TEST(Alarm, MayBeOfAMemberNobodyKnows) {
  const Wire wire;
  for (const uint64_t member : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
    const Armed armed(wire, pb::NOSPACE, member);
    EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, member)));
  }
}

TEST(Alarm, ThatIsRaisedTwiceIsThereOnce) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 7);
  EXPECT_THAT(wire.Call(Alarm(kActivate, pb::NOSPACE, 7))->alarms(),
              ElementsAre(IsAlarm(pb::NOSPACE, 7)));
  EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
}

TEST(Alarm, ThatIsOffIsDisarmedWithoutAWord) {
  const Wire wire;
  const auto disarmed = wire.Call(Alarm(kDeactivate, pb::NOSPACE, 7));
  ASSERT_THAT(disarmed, IsOk());
  EXPECT_THAT(disarmed->alarms(), IsEmpty());
}

TEST(Alarm, IsDisarmedOfItsMemberAlone) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 7);
  EXPECT_THAT(wire.Call(Alarm(kDeactivate, pb::NOSPACE, 8))->alarms(), IsEmpty());
  EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
}

TEST(Alarm, IsDisarmedOfItsTypeAlone) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 7);
  EXPECT_THAT(wire.Call(Alarm(kDeactivate, pb::CORRUPT, 7))->alarms(), IsEmpty());
  EXPECT_THAT(wire.Call(Alarm(kDeactivate, pb::NONE, 7))->alarms(), IsEmpty());
  EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
}

TEST(Alarm, OfAllTypesAndMembersAreListedTogether) {
  const Wire wire;
  const Armed first(wire, pb::NOSPACE, 7);
  const Armed second(wire, pb::NOSPACE, 8);
  const Armed third(wire, pb::CORRUPT, 7);
  EXPECT_THAT(wire.Call(Alarm(kGet))->alarms(),
              UnorderedElementsAre(IsAlarm(pb::NOSPACE, 7), IsAlarm(pb::NOSPACE, 8),
                                   IsAlarm(pb::CORRUPT, 7)));
}

TEST(Alarm, OfOneTypeAreListedByIt) {
  const Wire wire;
  const Armed first(wire, pb::NOSPACE, 7);
  const Armed second(wire, pb::CORRUPT, 8);
  EXPECT_THAT(wire.Call(Alarm(kGet, pb::NOSPACE))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
  EXPECT_THAT(wire.Call(Alarm(kGet, pb::CORRUPT))->alarms(), ElementsAre(IsAlarm(pb::CORRUPT, 8)));
  EXPECT_THAT(wire.Call(Alarm(kGet, static_cast<pb::AlarmType>(9)))->alarms(), IsEmpty());
}

TEST(Alarm, AreListedWhicheverMemberIsAskedFor) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 7);
  EXPECT_THAT(wire.Call(Alarm(kGet, pb::NONE, 8))->alarms(), ElementsAre(IsAlarm(pb::NOSPACE, 7)));
}

TEST(Alarm, OfNoTypeIsKeptBy34Only) {
  const Wire wire;
  const auto raised = wire.Call(Alarm(kActivate, pb::NONE, 7));
  const auto listed = wire.Call(Alarm(kGet));
  const auto disarmed = wire.Call(Alarm(kDeactivate, pb::NONE, 7));
  if (target().version.AtLeast(3, 5)) {
    for (const auto& answer : {raised, listed, disarmed}) {
      EXPECT_THAT(answer->alarms(), IsEmpty());
    }
  } else {
    for (const auto& answer : {raised, listed, disarmed}) {
      EXPECT_THAT(answer->alarms(), ElementsAre(IsAlarm(pb::NONE, 7)));
    }
  }
}

TEST(Alarm, HasAFullHeaderSince35) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const auto raised = s.Call(Alarm(kActivate, pb::NOSPACE, 7));
  const auto listed = s.Call(Alarm(kGet));
  const auto disarmed = s.Call(Alarm(kDeactivate, pb::NOSPACE, 7));
  for (const auto& answer : {raised, listed, disarmed}) {
    ASSERT_EQ(answer->has_header(), target().version.AtLeast(3, 5));
    if (!answer->has_header()) continue;
    EXPECT_THAT(answer->header(), IsFullHeader());
    EXPECT_THAT(*answer, AtRevision(now));
  }
}

TEST(Alarm, MovesTheRaftIndexAndNoRevision) {
  Scratch s;
  const auto before = s.Call(pb::StatusRequest());
  const Armed armed(s, pb::NOSPACE, 7);
  const auto after = s.Call(pb::StatusRequest());
  EXPECT_GT(after->raftindex(), before->raftindex());
  EXPECT_EQ(after->header().revision(), before->header().revision());
}

TEST(Alarm, IsAnErrorOfTheStatus) {
  const Wire wire;
  const Armed armed(wire, pb::CORRUPT, 7);
  EXPECT_THAT(StatusErrors(wire), ElementsAre("memberID:7 alarm:CORRUPT"));
}

TEST(Alarm, OfNoMemberIsAnErrorWithoutOne) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 0);
  EXPECT_THAT(StatusErrors(wire), ElementsAre("alarm:NOSPACE"));
}

TEST(Alarm, AreAllErrorsOfTheStatus) {
  const Wire wire;
  const Armed first(wire, pb::NOSPACE, 7);
  const Armed second(wire, pb::CORRUPT, 18446744073709551615U);
  EXPECT_THAT(StatusErrors(wire),
              UnorderedElementsAre("memberID:7 alarm:NOSPACE",
                                   "memberID:18446744073709551615 alarm:CORRUPT"));
}

TEST(Alarm, InTheStatusEndsInASpaceUpTo36) {
  const Wire wire;
  const Armed armed(wire, pb::NOSPACE, 7);
  const auto status = wire.Call(pb::StatusRequest());
  EXPECT_EQ(status->errors(0).ends_with(' '), !target().version.AtLeast(3, 7));
}

}  // namespace
}  // namespace conformance
