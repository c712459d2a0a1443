// One asynchronous call in its styles, and who may do what to it when.

#include "etcdpp/future.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/async_client.h"
#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using testing::_;
using testing::ByMove;
using testing::ElementsAre;
using testing::NiceMock;
using testing::Return;

using State = internal::FutureState<int>;

/// Calls that a test answers.
class Calls {
 public:
  Future<int> Start(CallOptions call = {}) {
    return internal::StartCall<int>(std::move(call), [this](CallOptions linked, auto done) {
      cancels_.push_back(linked.cancel);
      done_.push_back(std::move(done));
    });
  }

  void Answer(size_t index, Result<int> result) { done_[index](std::move(result)); }
  bool cancelled(size_t index) const { return cancels_[index].stop_requested(); }
  size_t started() const { return done_.size(); }

 private:
  std::vector<std::function<void(Result<int>)>> done_;
  std::vector<std::stop_token> cancels_;
};

Future<int> Sum(Calls& calls) {
  const auto first = co_await calls.Start();
  if (!first.ok()) co_return first.status();
  const auto second = co_await calls.Start();
  if (!second.ok()) co_return second.status();
  co_return *first + *second;
}

TEST(FutureTest, IsCancelledWhereNobodyWillAnswer) {
  auto dropped = internal::StartCall<int>({}, [](CallOptions, auto) {});
  ASSERT_TRUE(dropped.ready());
  EXPECT_EQ(std::move(dropped).Get().status().code(), Code::kCancelled);

  auto calls = std::make_unique<Calls>();
  Future<int> sum = Sum(*calls);
  calls->Answer(0, 1);
  EXPECT_FALSE(sum.ready());
  calls.reset();
  ASSERT_TRUE(sum.ready());
  EXPECT_EQ(std::move(sum).Get().status().code(), Code::kCancelled);
}

TEST(FutureTest, GetWaitsForTheAnswer) {
  Calls calls;
  Future<int> future = calls.Start();
  EXPECT_FALSE(future.ready());
  EXPECT_FALSE(future.WaitFor(milliseconds(0)));
  std::thread answering([&calls] { calls.Answer(0, 7); });

  EXPECT_EQ(*std::move(future).Get(), 7);
  answering.join();
}

TEST(FutureTest, ThenIsToldOnceWhetherTheAnswerIsThereOrNot) {
  Calls calls;
  std::vector<int> told;
  calls.Start().Then([&told](Result<int> result) { told.push_back(*result); });
  calls.Answer(0, 1);
  Future<int> answered = calls.Start();
  calls.Answer(1, 2);
  std::move(answered).Then([&told](Result<int> result) { told.push_back(*result); });

  EXPECT_THAT(told, ElementsAre(1, 2));
  EXPECT_FALSE(calls.cancelled(0));
}

TEST(FutureTest, DestroyedWithoutAnAnswerItCancels) {
  Calls calls;
  {
    const Future<int> dropped = calls.Start();
    EXPECT_FALSE(calls.cancelled(0));
  }
  EXPECT_TRUE(calls.cancelled(0));
  calls.Answer(0, 1);  // nobody is there
}

TEST(FutureTest, AnAnswerThatWasTakenIsNotCancelled) {
  Calls calls;
  {
    Future<int> future = calls.Start();
    calls.Answer(0, 7);
    EXPECT_EQ(*std::move(future).Get(), 7);
  }

  EXPECT_FALSE(calls.cancelled(0));
}

TEST(FutureTest, ATimeBeyondTheEndOfTimeIsNone) {
  Calls calls;
  Future<int> future = calls.Start();
  std::thread answering([&calls] { calls.Answer(0, 7); });

  EXPECT_TRUE(future.WaitFor(kNoTimeout - milliseconds(1)));
  answering.join();
}

TEST(FutureTest, AssignedToItCancelsTheOldOne) {
  Calls calls;
  Future<int> future = calls.Start();
  future = calls.Start();

  EXPECT_TRUE(calls.cancelled(0));
  EXPECT_FALSE(calls.cancelled(1));
}

TEST(FutureTest, TheCallersTokenCancelsToo) {
  Calls calls;
  std::stop_source stop;
  CallOptions options;
  options.cancel = stop.get_token();
  const Future<int> future = calls.Start(options);

  stop.request_stop();

  EXPECT_TRUE(calls.cancelled(0));
}

TEST(FutureTest, ACoroutineGoesOnWithEachAnswer) {
  Calls calls;
  Future<int> sum = Sum(calls);
  EXPECT_EQ(calls.started(), 1U);
  calls.Answer(0, 2);
  EXPECT_EQ(calls.started(), 2U);
  calls.Answer(1, 3);

  EXPECT_EQ(*std::move(sum).Get(), 5);
}

TEST(FutureTest, ACoroutineEndsWithAStatus) {
  Calls calls;
  Future<int> sum = Sum(calls);
  calls.Answer(0, Status(Code::kUnavailable, "gone"));

  EXPECT_EQ(std::move(sum).Get().status(), Status(Code::kUnavailable, "gone"));
}

TEST(FutureTest, CancellingACoroutineCancelsWhatItAwaits) {
  Calls calls;
  Future<int> sum = Sum(calls);
  calls.Answer(0, 2);

  sum.Cancel();

  EXPECT_TRUE(calls.cancelled(1));
  calls.Answer(1, Status(Code::kCancelled, "stopped"));
  EXPECT_EQ(std::move(sum).Get().status().code(), Code::kCancelled);
}

Future<bool> AskForStop(std::stop_token* token) {
  *token = co_await ThisStop();
  co_return true;
}

TEST(FutureTest, ACoroutineMayAskWhetherItIsCancelled) {
  std::stop_token token;
  Future<bool> future = AskForStop(&token);
  EXPECT_FALSE(token.stop_requested());

  future.Cancel();

  EXPECT_TRUE(token.stop_requested());
}

Future<int> Hold(Calls& calls, std::shared_ptr<int> held) {
  (void)co_await calls.Start();
  co_return *held;
}

TEST(FutureTest, WhatACoroutineHeldIsGoneBeforeItsAnswerIsTold) {
  Calls calls;
  const auto held = std::make_shared<int>(5);
  long owners = 0;
  Hold(calls, held).Then([&](const Result<int>&) { owners = held.use_count(); });

  calls.Answer(0, 0);

  EXPECT_EQ(owners, 1);
}

TEST(FutureTest, ItMayBeDestroyedByWhatItsCancelDoes) {
  for (int round = 0; round < 100; ++round) {
    Calls calls;
    auto future = std::make_unique<Future<int>>(Sum(calls));
    std::thread answering([&calls] { calls.Answer(0, 1); });
    std::thread dropping([&future] { future.reset(); });
    answering.join();
    dropping.join();
    if (calls.started() == 2) calls.Answer(1, 1);
  }
}

TEST(AsyncClientTest, MakesTheCallsOfItsConnection) {
  const auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  EXPECT_CALL(*connection, Range)
      .WillOnce(Return(RangeResponse()))
      .WillOnce(Return(RangeResponse{{}, {{.key = "k", .value = "v"}}, false, 1}));
  EXPECT_CALL(*connection, Put).WillOnce(Return(PutResponse{{.revision = 9}, {}}));
  AsyncClient async{Client(connection)};

  EXPECT_EQ(*async.Get("k").Get(), std::nullopt);
  EXPECT_EQ((*async.Get("k").Get())->value, "v");
  EXPECT_EQ(async.Put("k", "v").Get()->header.revision, 9);
}

TEST(AsyncClientTest, ADelayEndsByTimeByCancelAndWithItsConnection) {
  const auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  std::vector<std::function<void()>> tasks;
  ON_CALL(*connection, RunAfter).WillByDefault([&tasks](milliseconds, auto task) {
    tasks.push_back(std::move(task));
  });
  AsyncClient async{Client(connection)};

  auto by_time = async.Delay(milliseconds(5));
  auto by_cancel = async.Delay(milliseconds(5));
  auto with_connection = async.Delay(milliseconds(5));
  tasks[0]();
  by_cancel.Cancel();
  tasks.clear();

  EXPECT_TRUE(std::move(by_time).Get().ok());
  EXPECT_EQ(std::move(by_cancel).Get().status().message(), "the delay was cancelled");
  EXPECT_EQ(std::move(with_connection).Get().status().message(), "the delay's connection is gone");
}

TEST(AsyncClientTest, AWatchIsAwaitedAndItsFutureCancelsIt) {
  auto stream = std::make_unique<NiceMock<mocks::MockWatchStream>>();
  std::function<void(Result<WatchResponse>)> waiting;
  EXPECT_CALL(*stream, AsyncNext(kNoTimeout, _)).WillOnce([&waiting](milliseconds, auto done) {
    waiting = std::move(done);
  });
  EXPECT_CALL(*stream, Cancel).WillOnce([&waiting] {
    waiting(Status(Code::kCancelled, "the watch was cancelled"));
  });
  Watch watch(std::move(stream));

  auto next = watch.AsyncNext();
  next.Cancel();

  EXPECT_EQ(std::move(next).Get().status().code(), Code::kCancelled);
}

}  // namespace
}  // namespace etcdpp
