#include "fakeetcd/testing.h"

#include <chrono>

namespace fakeetcd {
namespace {

using etcdpp::Code;
using etcdpp::Reason;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

template <typename Matcher, typename Value>
std::string Explain(const Matcher& matcher, const Value& value) {
  testing::StringMatchResultListener listener;
  testing::ExplainMatchResult(matcher, value, &listener);
  return listener.str();
}

class TestingTest : public EtcdTest {};

TEST_F(TestingTest, EachTestHasAnEmptyServer) {
  EXPECT_THAT(client().Get("k"), HoldsNothing());
  EXPECT_THAT(client().Put("k", "v"), IsOk());
  EXPECT_THAT(client().Get("k"), HoldsValue("v"));
}

TEST_F(TestingTest, EachTestHasAnEmptyServerWhateverTheOneBeforeDid) {
  EXPECT_THAT(client().Get("k"), HoldsNothing());
}

TEST_F(TestingTest, TimePassesWhenTheTestSaysSo) {
  const auto lease = client().GrantLease(10s);
  ASSERT_THAT(lease, IsOk());
  ASSERT_THAT(client().Put("k", "v", {.lease = lease->id}), IsOk());
  server().AdvanceTime(11s);
  EXPECT_THAT(client().Get("k"), HoldsNothing());
}

class OfAnotherRelease : public EtcdTest {
 protected:
  OfAnotherRelease() : EtcdTest({.emulate = "3.4.23"}) {}
};

TEST_F(OfAnotherRelease, OptionsArePassedOn) { EXPECT_THAT(client().Put("k", "v"), IsOk()); }

class OfNoRelease : public EtcdTest {
 public:
  OfNoRelease() : EtcdTest({.emulate = "2.0"}) {}
  void TestBody() override {}
};

TEST(EtcdTestTest, OptionsThatCannotBeFailTheTest) {
  EXPECT_THROW(OfNoRelease(), std::runtime_error);
}

TEST_F(TestingTest, MatchersTellFailures) {
  const auto future = client().Compact(100);
  EXPECT_THAT(future, Not(IsOk()));
  EXPECT_THAT(future, FailsWith(Code::kOutOfRange));
  EXPECT_THAT(future.status(), FailsFor(Reason::kFutureRevision));
  EXPECT_THAT(future, Not(FailsFor(Reason::kCompacted)));
  EXPECT_THAT(client().Put("k", "v"), Not(FailsFor(Reason::kNone)));
  EXPECT_THAT(Explain(IsOk(), future), StartsWith("which says OutOfRange"));
}

TEST_F(TestingTest, MatchersTellEvents) {
  ASSERT_THAT(client().Put("k", "v"), IsOk());
  ASSERT_THAT(client().Delete("k"), IsOk());
  etcdpp::Watch watch = client().Watch("k", {.start_revision = 2});
  std::vector<etcdpp::WatchEvent> events;
  while (events.size() < 2) {
    const auto response = watch.NextFor(10s);
    ASSERT_THAT(response, IsOk());
    events.insert(events.end(), response->events.begin(), response->events.end());
  }
  EXPECT_THAT(events, ElementsAre(IsPut("k", StartsWith("v")), IsDelete("k")));
  EXPECT_THAT(events, ElementsAre(Not(IsDelete("k")), Not(IsPut("k", ""))));
}

TEST_F(TestingTest, FailuresAreToldInWords) {
  ASSERT_THAT(client().Put("k", "v"), IsOk());
  const auto pair = client().Get("k");
  EXPECT_THAT(testing::PrintToString(**pair),
              HasSubstr(R"("k" = "v" (created at 2, written at 2, version 1)"));
  EXPECT_THAT(testing::PrintToString(client().Compact(100)), StartsWith("OutOfRange"));
  EXPECT_THAT(Explain(HoldsValue("w"), pair), HasSubstr("\"v\""));
}

}  // namespace
}  // namespace fakeetcd
