// A reflector between lists and watches that fail, and the cache on it.

#include "etcdpp/reflector.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using testing::_;
using testing::ByMove;
using testing::ElementsAre;
using testing::NiceMock;
using testing::Return;

KeyValue Kv(const std::string& key, int64_t revision) {
  return {.key = key, .value = "v" + std::to_string(revision), .mod_revision = revision};
}

RangeResponse List(std::vector<KeyValue> kvs, int64_t revision) {
  const auto count = static_cast<int64_t>(kvs.size());
  return {{.revision = revision}, std::move(kvs), false, count};
}

WatchResponse Changes(std::vector<WatchEvent> events) {
  return {{.revision = events.back().kv.mod_revision}, std::move(events)};
}

WatchEvent Put(const std::string& key, int64_t revision) {
  return {WatchEvent::Type::kPut, Kv(key, revision), {}};
}

WatchEvent Gone(const std::string& key, int64_t revision) {
  return {WatchEvent::Type::kDelete, {.key = key, .mod_revision = revision}, {}};
}

const Status kCompacted(Code::kOutOfRange,
                        "etcdserver: mvcc: required revision has been compacted");
const Status kDenied(Code::kPermissionDenied, "etcdserver: permission denied");

/// A watch that answers so, and then waits.
std::unique_ptr<WatchStream> WatchOf(std::vector<Result<WatchResponse>> answers,
                                     std::function<void(Result<WatchResponse>)>* waiter) {
  auto stream = std::make_unique<NiceMock<mocks::MockWatchStream>>();
  auto left = std::make_shared<std::vector<Result<WatchResponse>>>(std::move(answers));
  ON_CALL(*stream, AsyncNext).WillByDefault([left, waiter](milliseconds, auto done) {
    if (left->empty()) {
      *waiter = std::move(done);
      return;
    }
    auto answer = std::move(left->front());
    left->erase(left->begin());
    done(std::move(answer));
  });
  return stream;
}

class ReflectorTest : public testing::Test {
 protected:
  // A connection answers every watch, be it that it ends.
  void TearDown() override {
    if (waiter_) waiter_(Status(Code::kCancelled, "the connection is gone"));
  }

  // Says of each thing told what it was: "list 5: +a +b", "5: -a".
  Reflector::Told Log() {
    return [this](const Result<Reflection>& told) {
      if (!told.ok()) return log_.push_back(std::string(ToString(told.status().code())));
      std::string line = (told->listed ? "list " : "") + std::to_string(told->revision) + ":";
      for (const WatchEvent& event : told->events) {
        line += (event.type == WatchEvent::Type::kPut ? " +" : " -") + event.kv.key;
      }
      log_.push_back(line);
    };
  }

  std::vector<std::string> log_;
  std::function<void(Result<WatchResponse>)> waiter_;
  const std::shared_ptr<NiceMock<mocks::MockConnection>> connection_ =
      std::make_shared<NiceMock<mocks::MockConnection>>();
};

TEST_F(ReflectorTest, TellsTheListAndThenTheChanges) {
  EXPECT_CALL(*connection_, Range).WillOnce(Return(List({Kv("a", 2), Kv("b", 3)}, 5)));
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const WatchParams& params) {
    EXPECT_EQ(params.request.options.start_revision, 6);
    return WatchOf({Changes({Put("c", 6)}), Changes({Gone("a", 8)})}, &waiter_);
  });

  const Reflector reflector(Client(connection_), KeyRange::All(), Log());

  EXPECT_THAT(log_, ElementsAre("list 5: +a +b", "6: +c", "8: -a"));
}

TEST_F(ReflectorTest, AfterACompactionTellsWhatIsDifferent) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(List({Kv("a", 2), Kv("b", 3), Kv("d", 4)}, 5)))
      .WillOnce(Return(List({Kv("b", 9), Kv("c", 8), Kv("d", 4)}, 10)));
  EXPECT_CALL(*connection_, Watch)
      .WillOnce([this](const auto&) { return WatchOf({kCompacted}, &waiter_); })
      .WillOnce([this](const auto&) { return WatchOf({}, &waiter_); });

  const Reflector reflector(Client(connection_), KeyRange::All(), Log());

  EXPECT_THAT(log_, ElementsAre("list 5: +a +b +d", "list 10: -a +b +c"));
}

TEST_F(ReflectorTest, ListsUntilThereIsAnAnswer) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(Status(Code::kUnavailable, "gone")))
      .WillOnce(Return(kCompacted))  // between two pages, say
      .WillOnce(Return(List({}, 5)));
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const auto&) { return WatchOf({}, &waiter_); });

  const Reflector reflector(Client(connection_), KeyRange::All(), Log());

  EXPECT_THAT(log_, ElementsAre("list 5:"));
}

TEST_F(ReflectorTest, TellsARefusalAndEnds) {
  EXPECT_CALL(*connection_, Range).WillOnce(Return(kDenied));
  const Reflector of_the_list(Client(connection_), KeyRange::All(), Log());
  EXPECT_CALL(*connection_, Range).WillOnce(Return(List({}, 5)));
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const auto&) {
    return WatchOf({kDenied}, &waiter_);
  });
  const Reflector of_the_watch(Client(connection_), KeyRange::All(), Log());

  EXPECT_THAT(log_, ElementsAre("PermissionDenied", "list 5:", "PermissionDenied"));
}

TEST_F(ReflectorTest, DestroyedItTellsNothingMore) {
  EXPECT_CALL(*connection_, Range).WillOnce(Return(List({}, 5)));
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const auto&) { return WatchOf({}, &waiter_); });
  { const Reflector reflector(Client(connection_), KeyRange::All(), Log()); }

  std::exchange(waiter_, {})(Changes({Put("a", 6)}));

  EXPECT_THAT(log_, ElementsAre("list 5:"));
}

TEST_F(ReflectorTest, ACacheKnowsByTheNewestKeyAndTheCountHowFarItIs) {
  EXPECT_CALL(*connection_, Range).WillOnce(Return(List({Kv("a", 2), Kv("b", 3)}, 5)));
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const auto&) { return WatchOf({}, &waiter_); });
  RangeCache cache(Client(connection_), KeyRange::All());
  ASSERT_TRUE(cache.WaitSynced().ok());
  EXPECT_TRUE(cache.WaitFor(4).ok());

  // At 9 nothing has changed in the range since the list.
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(RangeResponse{{.revision = 9}, {Kv("b", 3)}, true, 2}));
  EXPECT_TRUE(cache.WaitFor(8).ok());
  EXPECT_EQ(cache.revision(), 9);

  // At 11 a key is gone that the cache still has.
  EXPECT_CALL(*connection_, Range)
      .WillRepeatedly(Return(RangeResponse{{.revision = 11}, {Kv("b", 3)}, false, 1}));
  EXPECT_EQ(cache.WaitFor(11, milliseconds(1)).code(), Code::kDeadlineExceeded);
  std::exchange(waiter_, {})(Changes({Gone("a", 11)}));
  EXPECT_TRUE(cache.WaitFor(11).ok());
  EXPECT_EQ(cache.size(), 1U);
}

TEST_F(ReflectorTest, DoesNotKeepItsConnectionUntilItWouldListAgain) {
  auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  const std::weak_ptr<Connection> still_there = connection;
  ON_CALL(*connection, Range).WillByDefault(Return(Status(Code::kUnavailable, "gone")));
  std::function<void()> list_again;
  ON_CALL(*connection, RunAfter).WillByDefault([&list_again](milliseconds delay, auto task) {
    if (delay.count() == 0) return task();
    list_again = std::move(task);
  });
  std::optional<Reflector> reflector(std::in_place, Client(std::exchange(connection, nullptr)),
                                     KeyRange::All(), Log());
  ASSERT_TRUE(list_again);

  reflector.reset();

  EXPECT_TRUE(still_there.expired());
  EXPECT_TRUE(log_.empty());
}

TEST_F(ReflectorTest, GivesUpWhereListingAgainHelpsNothing) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(Status(Code::kResourceExhausted, "Received message larger than max")));

  const Reflector reflector(Client(connection_), KeyRange::All(), Log());

  EXPECT_THAT(log_, ElementsAre("ResourceExhausted"));
}

TEST_F(ReflectorTest, TheCacheAsksNoLongerThanItIsWaitedFor) {
  EXPECT_CALL(*connection_, Range)
      .WillOnce(Return(List({}, 5)))
      .WillOnce([](const RangeParams& params) -> Result<RangeResponse> {
        EXPECT_LE(params.call.timeout.value_or(kNoTimeout), milliseconds(100));
        return Status(Code::kDeadlineExceeded, "late");
      });
  EXPECT_CALL(*connection_, Watch).WillOnce([this](const auto&) { return WatchOf({}, &waiter_); });
  RangeCache cache(Client(connection_), KeyRange::All());

  EXPECT_EQ(cache.WaitFor(6, milliseconds(100)).code(), Code::kDeadlineExceeded);
}

}  // namespace
}  // namespace etcdpp
