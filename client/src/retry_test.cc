#include "client/src/retry.h"

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = Retry::Clock;

const Clock::time_point kStart{std::chrono::hours(1)};
const Clock::time_point kFarAway = kStart + std::chrono::hours(1);

FailedAttempt Unavailable(bool reached_server) {
  return {Status(Code::kUnavailable, "gone"), reached_server};
}

TEST(BackoffTest, DoublesUpToItsMaximumAndShortensByHalfAtMost) {
  Backoff backoff(milliseconds(10), milliseconds(50), 1);

  for (const int want : {10, 20, 40, 50, 50}) {
    const microseconds delay = backoff.Next();
    EXPECT_LE(delay, milliseconds(want));
    EXPECT_GE(delay, milliseconds(want) / 2);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), milliseconds(10));
}

TEST(RetryTest, RepeatsAReadThatFoundNobody) {
  const RetryOptions options{.max_attempts = 3};
  Retry retry(options, Idempotency::kRead, 1, kFarAway);

  EXPECT_TRUE(retry.After(Unavailable(true), kStart));
  EXPECT_TRUE(retry.After(Unavailable(true), kStart));
  EXPECT_FALSE(retry.After(Unavailable(true), kStart));
}

TEST(RetryTest, RepeatsAWriteOnlyWhenItCertainlyReachedNobody) {
  const RetryOptions options;
  Retry retry(options, Idempotency::kWrite, 1, kFarAway);

  EXPECT_TRUE(retry.After(Unavailable(false), kStart));
  EXPECT_FALSE(retry.After(Unavailable(true), kStart));
}

TEST(RetryTest, LeavesEveryOtherErrorAlone) {
  const RetryOptions options;
  for (const Code code : {Code::kDeadlineExceeded, Code::kCancelled, Code::kInternal,
                          Code::kOutOfRange, Code::kResourceExhausted}) {
    Retry retry(options, Idempotency::kRead, 1, kFarAway);
    EXPECT_FALSE(retry.After({Status(code, ""), false}, kStart)) << code;
  }
}

TEST(RetryTest, GoesRoundTheEndpointsBeforeItWaits) {
  const RetryOptions options{.initial_delay = milliseconds(20)};
  Retry retry(options, Idempotency::kRead, 3, kFarAway);

  EXPECT_EQ(retry.After(Unavailable(true), kStart), microseconds(0));
  EXPECT_EQ(retry.After(Unavailable(true), kStart), microseconds(0));
  EXPECT_GE(retry.After(Unavailable(true), kStart), milliseconds(10));
}

TEST(RetryTest, StopsRatherThanWaitPastTheDeadline) {
  const RetryOptions options{.initial_delay = milliseconds(20)};
  Retry retry(options, Idempotency::kRead, 1, kStart + milliseconds(5));

  EXPECT_FALSE(retry.After(Unavailable(true), kStart));
}

TEST(RetryTest, TheFinalStatusTellsOfTheAttempts) {
  const RetryOptions options{.max_attempts = 2};
  Retry retry(options, Idempotency::kRead, 1, kFarAway);
  const Status no_leader(Code::kUnavailable, "etcdserver: no leader");

  (void)retry.After({no_leader}, kStart);
  EXPECT_EQ(retry.Final(no_leader), no_leader);
  (void)retry.After({no_leader}, kStart);

  const Status final_status = retry.Final(no_leader);
  EXPECT_EQ(final_status.code(), Code::kUnavailable);
  EXPECT_EQ(final_status.reason(), Reason::kNoLeader);
  EXPECT_EQ(final_status.message(), "given up after 2 attempts: etcdserver: no leader");
}

}  // namespace
}  // namespace etcdpp
