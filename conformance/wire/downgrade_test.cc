// Downgrade, since 3.5: what may be downgraded to, and what the status tells meanwhile. In 3.5 what
// enables and what cancels works and yet ends in a timeout, after seven seconds.
#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::IsEmpty;

constexpr auto kValidate = pb::DowngradeRequest::VALIDATE;
constexpr auto kEnable = pb::DowngradeRequest::ENABLE;
constexpr auto kCancel = pb::DowngradeRequest::CANCEL;

class DowngradeOfACluster : public testing::Test {
 protected:
  void SetUp() override {
    if (!target().version.AtLeast(3, 5)) GTEST_SKIP() << "Downgrade came with 3.5";
  }

  static std::string Minor(int below) {
    return std::to_string(target().version.major) + "." +
           std::to_string(target().version.minor - below);
  }
  // As an answer tells the cluster's version.
  static std::string Told() { return target().version.AtLeast(3, 6) ? Minor(0) : Minor(0) + ".0"; }

  const Wire wire_;
};

TEST_F(DowngradeOfACluster, ByOneMinorReleaseIsValid) {
  for (const std::string& version :
       {Minor(1), Minor(1) + ".0", Minor(1) + ".7", Minor(1) + ".0-rc.1", Minor(1) + ".0+git",
        Minor(1) + ".0-", Minor(1) + ".0+"}) {
    SCOPED_TRACE(version);
    EXPECT_THAT(wire_.Call(Downgrade(kValidate, version)), IsOk());
  }
}

TEST_F(DowngradeOfACluster, TellsTheClustersVersion) {
  EXPECT_EQ(wire_.Call(Downgrade(kValidate, Minor(1)))->version(), Told());
}

TEST_F(DowngradeOfACluster, HasAFullHeader) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const auto answer = s.Call(Downgrade(kValidate, Minor(1)));
  EXPECT_THAT(answer->header(), IsFullHeader());
  EXPECT_THAT(*answer, AtRevision(now));
}

TEST_F(DowngradeOfACluster, ToAnyOtherVersionIsInvalid) {
  for (const std::string& version : {Minor(0), Minor(2), std::string("4.0.0"), Minor(-1),
                                     std::string("0.0.0"), std::string("3.0")}) {
    SCOPED_TRACE(version);
    EXPECT_THAT(wire_.Call(Downgrade(kValidate, version)), FailsWith(kInvalidDowngrade));
  }
}

TEST_F(DowngradeOfACluster, ToWhatIsNoVersionIsRefused) {
  for (const std::string& version :
       {std::string(), std::string("x"), std::string("3"), std::string("3."), "v" + Minor(1),
        Minor(1) + ".", Minor(1) + ".x", Minor(1) + ".0.0", " " + Minor(1), Minor(1) + "-rc.1",
        Minor(1) + ".0-a b", "+" + Minor(1) + ".0", std::string("3.99999999999999999999.0")}) {
    SCOPED_TRACE(version);
    EXPECT_THAT(wire_.Call(Downgrade(kValidate, version)), FailsWith(kWrongVersionFormat));
  }
}

TEST_F(DowngradeOfACluster, IsEnabledToAValidVersionOnly) {
  EXPECT_THAT(wire_.Call(Downgrade(kEnable, "x")), FailsWith(kWrongVersionFormat));
  EXPECT_THAT(wire_.Call(Downgrade(kEnable, Minor(0))), FailsWith(kInvalidDowngrade));
}

TEST_F(DowngradeOfACluster, ByAnActionThatDoesNotExistIsRefused) {
  EXPECT_THAT(
      wire_.Call(Downgrade(static_cast<pb::DowngradeRequest::DowngradeAction>(7), Minor(1))),
      FailsWith(grpc::UNKNOWN, "etcdserver: unknown method"));
}

TEST_F(DowngradeOfACluster, ThatIsNotUnderWayIsCancelledSince36) {
  const auto cancelled = wire_.Call(Downgrade(kCancel));
  if (target().version.AtLeast(3, 6)) {
    EXPECT_EQ(cancelled->version(), Told());
  } else {
    EXPECT_THAT(cancelled, FailsWith(kNoDowngrade));
  }
}

// One story, as each of its steps takes seconds in 3.5.
TEST_F(DowngradeOfACluster, ThatIsUnderWayIsToldOfUntilItIsCancelled) {
  const bool answers = target().version.AtLeast(3, 6);
  const Error timeout{grpc::UNAVAILABLE, "etcdserver: request timed out"};
  const auto enabled = wire_.Call(Downgrade(kEnable, Minor(1)));
  const auto validated = wire_.Call(Downgrade(kValidate, Minor(1)));
  const auto validated_other = wire_.Call(Downgrade(kValidate, "3.1"));
  const auto enabled_again = wire_.Call(Downgrade(kEnable, Minor(1)));
  const auto during = wire_.Call(pb::StatusRequest());
  const auto cancelled = wire_.Call(Downgrade(kCancel));
  const auto after = wire_.Call(pb::StatusRequest());

  if (answers) {
    EXPECT_EQ(enabled->version(), Told());
    EXPECT_EQ(cancelled->version(), Told());
  } else {
    EXPECT_THAT(enabled, FailsWith(timeout));
    EXPECT_THAT(cancelled, FailsWith(timeout));
  }
  EXPECT_THAT(validated, FailsWith(kDowngradeInProgress));
  EXPECT_THAT(validated_other, FailsWith(kInvalidDowngrade));
  EXPECT_THAT(enabled_again, FailsWith(kDowngradeInProgress));
  EXPECT_EQ(during->downgradeinfo().enabled(), answers);
  EXPECT_EQ(during->downgradeinfo().targetversion(), answers ? Minor(1) + ".0" : "");
  EXPECT_FALSE(after->downgradeinfo().enabled());
  EXPECT_THAT(after->downgradeinfo().targetversion(), IsEmpty());
  EXPECT_THAT(wire_.Call(Downgrade(kValidate, Minor(1))), IsOk());
}

TEST_F(DowngradeOfACluster, LeavesTheServersOwnVersionAsItIs) {
  if (!target().version.AtLeast(3, 6)) GTEST_SKIP() << "takes 14 seconds in 3.5";
  const std::string version = wire_.Call(pb::StatusRequest())->version();
  ASSERT_THAT(wire_.Call(Downgrade(kEnable, Minor(1))), IsOk());
  const auto during = wire_.Call(pb::StatusRequest());
  EXPECT_THAT(wire_.Call(Downgrade(kCancel)), IsOk());
  EXPECT_EQ(during->version(), version);
}

TEST_F(DowngradeOfACluster, LetsWritesPass) {
  if (!target().version.AtLeast(3, 6)) GTEST_SKIP() << "takes 14 seconds in 3.5";
  Scratch s;
  ASSERT_THAT(s.Call(Downgrade(kEnable, Minor(1))), IsOk());
  const auto put = s.Call(Put(s("a"), "1"));
  EXPECT_THAT(s.Call(Downgrade(kCancel)), IsOk());
  EXPECT_THAT(put, IsOk());
}

}  // namespace
}  // namespace conformance
