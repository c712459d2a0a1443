#include "conformance/support/history.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {

using Kind = HistoryCall::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::chrono::steady_clock::time_point At(int second) {
  return std::chrono::steady_clock::time_point(std::chrono::seconds(second));
}

HistoryPair One() {
  return {.value = "1", .create_revision = 11, .mod_revision = 11, .version = 1};
}
HistoryPair Two() {
  return {.value = "2", .create_revision = 11, .mod_revision = 12, .version = 2};
}

class HistoryTest : public testing::Test {
 protected:
  // a = 1, a = 2, and a is gone, one after the other; a read beside the last.
  HistoryCall Put(const std::string& value, int64_t revision, int second) {
    return {.kind = Kind::kPut,
            .key = "a",
            .value = value,
            .begin = At(second),
            .end = At(second + 1),
            .answered = true,
            .revision = revision,
            .changed = true};
  }

  std::vector<std::string> Check() const { return History(10, events).Check(calls); }

  std::vector<HistoryEvent> events = {{11, "a", "1"}, {12, "a", "2"}, {13, "a", std::nullopt}};
  std::vector<HistoryCall> calls = {
      Put("1", 11, 1),
      Put("2", 12, 3),
      {.kind = Kind::kDelete,
       .key = "a",
       .begin = At(5),
       .end = At(9),
       .answered = true,
       .revision = 13,
       .changed = true,
       .pair = Two()},
      {.key = "a", .begin = At(6), .end = At(7), .answered = true, .revision = 12, .pair = Two()}};

  HistoryTest() { calls[1].pair = One(); }
};

TEST_F(HistoryTest, FindsNothingWrongWithWhatOneOrderExplains) { EXPECT_THAT(Check(), IsEmpty()); }

TEST_F(HistoryTest, FindsAReadOfWhatWasNotThere) {
  calls[3].pair = One();
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("another pair than there was")));
}

TEST_F(HistoryTest, FindsAnAnswerThatIsOlderThanOneBeforeIt) {
  calls[3].revision = 11;
  calls[3].pair = One();
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("12 had been answered before it began")));
}

TEST_F(HistoryTest, FindsALostChange) {
  events.erase(events.begin() + 1);
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("missing, doubled or misplaced")));
}

TEST_F(HistoryTest, FindsAChangeThatNobodyMade) {
  events.push_back({14, "a", "3"});
  EXPECT_THAT(Check(), ElementsAre("nobody wrote 3"));
}

TEST_F(HistoryTest, FindsAChangeMadeTwice) {
  events.push_back({14, "a", "2"});
  EXPECT_THAT(Check(), ElementsAre("2 was written twice"));
}

TEST_F(HistoryTest, FindsAnotherPreviousPair) {
  calls[1].pair = std::nullopt;
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("another previous pair")));
}

TEST_F(HistoryTest, FindsASwapThatShouldNotHaveBeen) {
  calls[1].kind = Kind::kSwap;
  calls[1].expected_mod = 9;
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("compare did not hold")));
}

TEST_F(HistoryTest, FindsASwapThatSaidNoAndWrote) {
  calls[1].kind = Kind::kSwap;
  calls[1].changed = false;
  EXPECT_THAT(Check(), ElementsAre("nobody wrote 2"));
}

TEST_F(HistoryTest, AllowsForCallsThatWereNotAnswered) {
  calls[1].answered = false;
  calls[2].answered = false;
  EXPECT_THAT(Check(), IsEmpty());
}

}  // namespace
}  // namespace conformance
