#include "fakeserver/coordination/observation.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/coordination/coordination_test_fixture.h"

namespace fakeetcd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Someone who looks on.
struct Observer {
  explicit Observer(CoordinationFixture& f)
      : observation(std::make_shared<Observation>(f.parties(), "name", [this] { ++wakes; })) {}
  ~Observer() { observation->Close(); }

  /// What there is to be told: "revision key=value".
  std::vector<std::string> Take() {
    std::vector<std::string> told;
    while (const auto next = observation->Next()) {
      told.push_back(std::to_string(next->revision) + " " + std::string(next->kv->key()) + "=" +
                     std::string(next->kv->value()));
    }
    return told;
  }

  std::atomic<int> wakes{0};
  std::shared_ptr<Observation> observation;
};

TEST(ObservationTest, TellsNothingBeforeThereIsALeader) {
  CoordinationFixture f;
  Observer o(f);
  EXPECT_THAT(o.Take(), IsEmpty());
  f.Put("other/a", "1");
  EXPECT_THAT(o.Take(), IsEmpty());
}

TEST(ObservationTest, TellsOfTheLeaderThereIsAtTheRevisionItWasReadAt) {
  CoordinationFixture f;
  f.Put("name/a", "1");
  f.Put("other", "2");
  Observer o(f);
  EXPECT_THAT(o.Take(), ElementsAre("3 name/a=1"));
}

TEST(ObservationTest, TellsOfTheFirstLeaderAtTheRevisionItCameAt) {
  CoordinationFixture f;
  Observer o(f);
  EXPECT_THAT(o.Take(), IsEmpty());
  const int wakes = o.wakes;
  f.Put("name/a", "1");
  EXPECT_EQ(o.wakes, wakes + 1);
  f.Put("name/a", "2");
  EXPECT_THAT(o.Take(), ElementsAre("2 name/a=1", "3 name/a=2"));
}

TEST(ObservationTest, TellsOfEachValueOfTheLeaderAndOfNoOneElse) {
  CoordinationFixture f;
  f.Put("name/a", "1");
  Observer o(f);
  EXPECT_THAT(o.Take(), ElementsAre("2 name/a=1"));
  f.Put("name/b", "of another");
  f.Put("name/a", "2");
  f.Put("name/a", "3");
  EXPECT_THAT(o.Take(), ElementsAre("4 name/a=2", "5 name/a=3"));
}

TEST(ObservationTest, TellsOfTheNextLeaderAndOfItsValues) {
  CoordinationFixture f;
  f.Put("name/a", "1");
  f.Put("name/b", "2");
  Observer o(f);
  EXPECT_THAT(o.Take(), ElementsAre("3 name/a=1"));
  f.Delete("name/a");
  EXPECT_THAT(o.Take(), ElementsAre("4 name/b=2"));
  f.Put("name/b", "3");
  f.Delete("name/b");
  EXPECT_THAT(o.Take(), ElementsAre("5 name/b=3"));
  f.Put("name/a", "4");
  EXPECT_THAT(o.Take(), ElementsAre("7 name/a=4"));
}

TEST(ObservationTest, TellsAReaderThatFellBehindWhatTheLeaderSaidAndWhoLeadsNow) {
  CoordinationFixture f;
  f.Put("name/a", "1");
  Observer o(f);
  EXPECT_THAT(o.Take(), ElementsAre("2 name/a=1"));
  f.Put("name/a", "2");
  f.Delete("name/a");
  f.Put("name/b", "3");
  f.Put("name/b", "4");
  EXPECT_THAT(o.Take(), ElementsAre("3 name/a=2", "6 name/b=4"));
}

TEST(ObservationTest, OfATransactionTellsOfTheFirstKeyWritten) {
  CoordinationFixture f;
  Observer o(f);
  EXPECT_THAT(o.Take(), IsEmpty());
  ASSERT_TRUE(f.engine
                  .Txn({.compare = {},
                        .success = {{PutRequest{.key = "name/b", .value = "1"}},
                                    {PutRequest{.key = "name/a", .value = "1"}}},
                        .failure = {}})
                  .ok());
  EXPECT_THAT(o.Take(), ElementsAre("2 name/b=1"));
}

TEST(ObservationTest, IsOverForOneWhoMayNotLook) {
  CoordinationFixture f;
  f.caller->Forbid();
  Observer o(f);
  EXPECT_THAT(o.Take(), IsEmpty());
  EXPECT_TRUE(o.observation->over());
}

TEST(ObservationTest, IsOverWhenWhatItWasToSeeIsCompacted) {
  CoordinationFixture f;
  f.Put("name/a", "1");
  Observer o(f);
  ASSERT_TRUE(o.observation->Next().has_value());
  // It has not been told yet, and falls behind further than its stream keeps for it.
  for (int i = 0; i < 1000; ++i) f.Put("name/a", std::to_string(i));
  ASSERT_TRUE(f.engine.Compact(f.engine.revision(), true).ok());
  o.Take();
  EXPECT_TRUE(o.observation->over());
}

TEST(ObservationTest, IsLetGoOfByTheEngineOnceClosed) {
  CoordinationFixture f;
  std::weak_ptr<Observation> weak;
  {
    Observer o(f);
    EXPECT_THAT(o.Take(), IsEmpty());
    weak = o.observation;
    f.Put("name/a", "1");
  }
  EXPECT_TRUE(weak.expired());
}

}  // namespace
}  // namespace fakeetcd
