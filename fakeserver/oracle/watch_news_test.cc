#include "fakeserver/oracle/watch_news.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

using testing::IsEmpty;
using enum WatchNews::Teller;

constexpr milliseconds kAtOnce{0};

WatchNews::Response Created(int64_t id) {
  WatchNews::Response response;
  response.set_watch_id(id);
  response.set_created(true);
  return response;
}

WatchNews::Response Event(int64_t id, const std::string& key) {
  WatchNews::Response response;
  response.set_watch_id(id);
  response.add_events()->mutable_kv()->set_key(key);
  return response;
}

WatchNews::Response Cancelled(int64_t id) {
  WatchNews::Response response;
  response.set_watch_id(id);
  response.set_canceled(true);
  return response;
}

class WatchNewsTest : public testing::Test {
 protected:
  std::vector<std::string> differences_;
  WatchNews news_{[this](int64_t id, const std::string& fake, const std::string& oracle) {
    differences_.push_back(std::to_string(id) + ": " + fake + " / " + oracle);
  }};
};

TEST_F(WatchNewsTest, ComparesLineByLineHoweverTheyComeInResponses) {
  auto both = Event(1, "a");
  both.add_events()->mutable_kv()->set_key("b");

  news_.Add(kFake, Event(1, "a"));
  news_.Add(kOracle, both);
  news_.Add(kFake, Event(1, "b"));

  EXPECT_TRUE(news_.AwaitEven(kAtOnce));
  EXPECT_THAT(differences_, IsEmpty());
}

TEST_F(WatchNewsTest, TellsOfTheFirstDifferenceOfAWatch) {
  news_.Add(kFake, Event(1, "a"));
  news_.Add(kOracle, Event(1, "b"));
  news_.Add(kFake, Event(1, "c"));
  news_.Add(kOracle, Event(1, "d"));

  EXPECT_THAT(differences_, ElementsAre("1: kv { key: \"a\" } / kv { key: \"b\" }"));
}

TEST_F(WatchNewsTest, KeepsWatchesApart) {
  news_.Add(kFake, Event(1, "a"));
  news_.Add(kFake, Event(2, "b"));
  news_.Add(kOracle, Event(2, "b"));
  news_.Add(kOracle, Event(1, "a"));

  EXPECT_TRUE(news_.AwaitEven(kAtOnce));
  EXPECT_THAT(differences_, IsEmpty());
}

TEST_F(WatchNewsTest, TellsAtTheEndWhoWasToldMore) {
  news_.Add(kFake, Event(1, "a"));
  news_.Add(kOracle, Event(2, "b"));

  EXPECT_FALSE(news_.AwaitEven(kAtOnce));
  news_.Close();

  EXPECT_THAT(differences_, ElementsAre("1: kv { key: \"a\" } / nothing more",
                                        "2: nothing more / kv { key: \"b\" }"));
}

TEST_F(WatchNewsTest, KnowsWhatIsAnsweredAndOpen) {
  news_.Add(kFake, Created(1));
  EXPECT_TRUE(news_.IsOpen(1));
  EXPECT_FALSE(news_.AwaitAnswers(1, kAtOnce));

  news_.Add(kOracle, Created(1));
  EXPECT_TRUE(news_.AwaitAnswers(1, kAtOnce));
  EXPECT_FALSE(news_.AwaitEndOf(1, kAtOnce));

  news_.Add(kFake, Cancelled(1));
  news_.Add(kOracle, Cancelled(1));
  EXPECT_TRUE(news_.AwaitEndOf(1, kAtOnce));
  EXPECT_FALSE(news_.IsOpen(1));
}

TEST_F(WatchNewsTest, WaitsForNobodyWhoHasEnded) {
  news_.Add(kFake, Event(1, "a"));
  news_.End(kOracle);

  EXPECT_FALSE(news_.AwaitEven(std::chrono::hours(1)));
}

}  // namespace
}  // namespace fakeetcd
