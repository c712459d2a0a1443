#include "conformance/failures/contract.h"

#include <gmock/gmock.h>

namespace conformance {
namespace {

using etcdpp::Code;
using etcdpp::KeyRange;
using etcdpp::Outcome;
using etcdpp::Reason;
using etcdpp::RetryStop;
using etcdpp::Status;
using etcdpp::WatchEvent;
using etcdpp::WatchResponse;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

WatchEvent Put(const std::string& key, int64_t revision) {
  WatchEvent event;
  event.kv = {key, "v" + std::to_string(revision), revision, revision, 1, 0};
  return event;
}

WatchEvent Delete(const std::string& key, int64_t revision) {
  WatchEvent event;
  event.type = WatchEvent::Type::kDelete;
  event.kv.key = key;
  event.kv.mod_revision = revision;
  return event;
}

WatchResponse Told(std::vector<WatchEvent> events, int64_t revision = 0) {
  WatchResponse response;
  response.header.revision = revision;
  response.events = std::move(events);
  return response;
}

std::vector<WatchEvent> Happened() {
  return {Put("a", 2), Put("a", 3), Put("b", 3), Delete("a", 4), Put("c", 6)};
}

TEST(ContractTest, ExpectsWhatTheRequestAsksFor) {
  EXPECT_THAT(EventsFor({KeyRange::All(), {}}, 1, Happened()), SizeIs(5));
  EXPECT_THAT(EventsFor({KeyRange::All(), {}}, 4, Happened()), SizeIs(2));
  EXPECT_THAT(EventsFor({"a", {}}, 1, Happened()), SizeIs(3));
  EXPECT_THAT(EventsFor({KeyRange::HalfOpen("a", "c"), {}}, 1, Happened()), SizeIs(4));
  EXPECT_THAT(EventsFor({KeyRange::All(), {.no_puts = true}}, 1, Happened()), SizeIs(1));
  EXPECT_THAT(EventsFor({KeyRange::All(), {.no_deletes = true}}, 1, Happened()), SizeIs(4));
}

TEST(ContractTest, IsKeptByAllEventsInWholeRevisions) {
  const auto all = Happened();
  EXPECT_THAT(CheckWatch(all, {.responses = {Told(all)}}), IsEmpty());
  EXPECT_THAT(CheckWatch(all, {.responses = {Told({all[0]}), Told({}, 2), Told({all[1], all[2]}),
                                             Told({all[3]}), Told({}, 5), Told({all[4]})}}),
              IsEmpty());
}

TEST(ContractTest, IsBrokenByWhateverIsLostRepeatedMovedOrChanged) {
  const auto all = Happened();
  WatchEvent other = all[4];
  other.kv.version = 2;
  struct {
    std::vector<WatchResponse> told;
    std::string broken;
  } const cases[] = {
      {{Told({all[0], all[2], all[3], all[4]})}, "event 1: happened put a"},
      {{Told({all[0], all[1], all[2], all[3]})}, "not told of put c"},
      {{Told({all[0]}), Told(all)}, "revision 2 was told in whole before"},
      {{Told({all[0], all[0], all[1]})}, "event 1"},
      {{Told({all[0], all[2], all[1], all[3], all[4]})}, "event 1"},
      {{Told({all[0], all[1]}), Told({all[2], all[3], all[4]})}, "revision 3 was told in whole"},
      {{Told({all[0], all[1], all[2], all[3], other})}, "event 4: happened put c"},
      {{Told(all), Told({Put("d", 9)})}, "nothing more happened"},
      {{Told({all[0]}), Told({}, 3), Told({all[1], all[2]})}, "revision 3 was told in whole"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(CheckWatch(all, {.responses = c.told}), HasSubstr(c.broken));
  }
}

TEST(ContractTest, LetsAWatchEndForACompactionOnly) {
  const auto all = Happened();
  const Status compacted(Code::kOutOfRange, Reason::kCompacted, "compacted");
  EXPECT_THAT(CheckWatch(all, {{Told({all[0]})}, compacted, 5}), IsEmpty());
  EXPECT_THAT(CheckWatch(all, {{Told({all[0]})}, compacted, 3}), HasSubstr("took nothing"));
  EXPECT_THAT(CheckWatch(all, {{Told({all[1], all[2]})}, compacted, 5}), HasSubstr("event 0"));
  EXPECT_THAT(CheckWatch(all, {{Told({all[0]})}, Status(Code::kUnavailable, "gone"), 0}),
              HasSubstr("no good reason"));
}

TEST(ContractTest, HoldsOutcomesAgainstTheHistory) {
  const auto history = Happened();
  const auto failed = [](Outcome outcome) {
    return Status(Code::kUnavailable, "x").OfCall(outcome, 1, RetryStop::kMayBeApplied);
  };
  EXPECT_THAT(CheckWrites({{{{"a", "v3"}, {"b", "v3"}}, {}, 3}}, history), IsEmpty());
  EXPECT_THAT(CheckWrites({{{{"c", "v6"}}, failed(Outcome::kUnknown), 0}}, history), IsEmpty());
  EXPECT_THAT(CheckWrites({{{{"c", "v7"}}, failed(Outcome::kUnknown), 0}}, history), IsEmpty());
  EXPECT_THAT(CheckWrites({{{{"c", "v7"}}, failed(Outcome::kNotApplied), 0}}, history), IsEmpty());

  EXPECT_THAT(CheckWrites({{{{"c", "v6"}}, {}, 5}}, history), HasSubstr("said to be at 5"));
  EXPECT_THAT(CheckWrites({{{{"c", "v7"}}, {}, 7}}, history), HasSubstr("is at revision 0"));
  EXPECT_THAT(CheckWrites({{{{"c", "v6"}}, failed(Outcome::kNotApplied), 0}}, history),
              HasSubstr("said not to be done"));
  EXPECT_THAT(CheckWrites({{{{"a", "v3"}, {"b", "v9"}}, failed(Outcome::kUnknown), 0}}, history),
              HasSubstr("done in part"));
  auto twice = history;
  twice.push_back(twice.back());
  EXPECT_THAT(CheckWrites({}, twice), HasSubstr("done twice"));
}

}  // namespace
}  // namespace conformance
