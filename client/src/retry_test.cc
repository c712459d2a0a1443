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
  return {.status = Status(Code::kUnavailable, "gone"), .reached_server = reached_server};
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

TEST(RetryTest, TriesAgainAtOnceWithANewTokenAndThenWithDelays) {
  const RetryOptions options{.max_attempts = 3};
  FailedAttempt outdated{Status(Code::kUnauthenticated, "etcdserver: invalid auth token")};
  outdated.token_outdated = true;
  Retry retry(options, Idempotency::kWrite, 1, kFarAway);

  EXPECT_EQ(retry.After(outdated, kStart), microseconds(0));
  EXPECT_GT(retry.After(outdated, kStart), microseconds(0));
  EXPECT_FALSE(retry.After(outdated, kStart));
  EXPECT_EQ(retry.Final(outdated).outcome(), Outcome::kNotApplied);
}

TEST(RetryTest, LeavesALearnerWhereThereAreOthers) {
  const RetryOptions options;
  const FailedAttempt learner{
      Status(Code::kUnavailable, "etcdserver: rpc not supported for learner")};

  EXPECT_TRUE(Retry(options, Idempotency::kWrite, 2, kFarAway).After(learner, kStart));
  EXPECT_FALSE(Retry(options, Idempotency::kWrite, 1, kFarAway).After(learner, kStart));
}

TEST(RetryTest, RepeatsNothingOfWhatWasHandedOn) {
  const RetryOptions options;
  FailedAttempt failed = Unavailable(true);
  failed.repeatable = false;

  EXPECT_FALSE(Retry(options, Idempotency::kRead, 1, kFarAway).After(failed, kStart));
}

TEST(RetryTest, TheFinalStatusTellsOfTheAttempts) {
  const RetryOptions options{.max_attempts = 2};
  Retry retry(options, Idempotency::kRead, 1, kFarAway);
  const FailedAttempt no_leader{Status(Code::kUnavailable, "etcdserver: no leader")};

  (void)retry.After(no_leader, kStart);
  EXPECT_EQ(retry.Final(no_leader), no_leader.status);
  (void)retry.After(no_leader, kStart);

  const Status final_status = retry.Final(no_leader);
  EXPECT_EQ(final_status.code(), Code::kUnavailable);
  EXPECT_EQ(final_status.reason(), Reason::kNoLeader);
  EXPECT_EQ(final_status.message(), "given up after 2 attempts: etcdserver: no leader");
  EXPECT_EQ(final_status.attempts(), 2);
  EXPECT_EQ(final_status.retry_stop(), RetryStop::kAttempts);
}

TEST(RetryTest, TheFinalStatusSaysWhenThereWasNobody) {
  const RetryOptions options{.max_attempts = 2};
  Retry nobody(options, Idempotency::kWrite, 1, kFarAway);
  (void)nobody.After(Unavailable(false), kStart);
  (void)nobody.After(Unavailable(false), kStart);
  EXPECT_EQ(nobody.Final(Unavailable(false)).reason(), Reason::kNoServerAvailable);

  Retry somebody(options, Idempotency::kRead, 1, kFarAway);
  (void)somebody.After(Unavailable(true), kStart);
  (void)somebody.After(Unavailable(false), kStart);
  EXPECT_EQ(somebody.Final(Unavailable(false)).reason(), Reason::kNone);
}

struct OutcomeCase {
  Idempotency idempotency;
  FailedAttempt failed;
  Outcome want;
  RetryStop want_stop;
};

TEST(RetryTest, TheFinalStatusSaysWhatMayHaveBeenDone) {
  const auto write = Idempotency::kWrite;
  const OutcomeCase cases[] = {
      {write, Unavailable(true), Outcome::kUnknown, RetryStop::kMayBeApplied},
      {write, {Status(Code::kDeadlineExceeded, ""), true}, Outcome::kUnknown, RetryStop::kDeadline},
      {write,
       {Status(Code::kDeadlineExceeded, ""), false},
       Outcome::kNotApplied,
       RetryStop::kDeadline},
      {write, {Status(Code::kCancelled, ""), true}, Outcome::kUnknown, RetryStop::kCancelled},
      {write,
       {Status(Code::kInvalidArgument, "etcdserver: key is not provided"), true},
       Outcome::kNotApplied,
       RetryStop::kPermanent},
      {write,
       {Status(Code::kUnavailable, "etcdserver: request timed out"), true},
       Outcome::kUnknown,
       RetryStop::kMayBeApplied},
      {write,
       {Status(Code::kResourceExhausted, "Received message larger than max (9 vs. 4)"), true},
       Outcome::kApplied,
       RetryStop::kPermanent},
      {Idempotency::kRead,
       {Status(Code::kDeadlineExceeded, ""), true},
       Outcome::kNotApplied,
       RetryStop::kDeadline},
  };
  const RetryOptions options;
  for (const OutcomeCase& c : cases) {
    SCOPED_TRACE(c.failed.status.ToString());
    Retry retry(options, c.idempotency, 1, kFarAway);
    (void)retry.After(c.failed, kStart);
    const Status status = retry.Final(c.failed);
    EXPECT_EQ(status.outcome(), c.want);
    EXPECT_EQ(status.retry_stop(), c.want_stop);
  }
}

TEST(RetryTest, ACallThatNeverLeftIsNotApplied) {
  const RetryOptions options;
  const std::pair<Code, RetryStop> cases[] = {
      {Code::kDeadlineExceeded, RetryStop::kDeadline},
      {Code::kCancelled, RetryStop::kCancelled},
      {Code::kInvalidArgument, RetryStop::kPermanent},
  };
  for (const auto& [code, stop] : cases) {
    const Retry retry(options, Idempotency::kWrite, 1, kFarAway);
    const Status status = retry.Ended(Status(code, ""));
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied) << code;
    EXPECT_EQ(status.retry_stop(), stop) << code;
  }
}

TEST(RetryTest, AWriteThatEndsBetweenTwoAttemptsMayBeApplied) {
  const RetryOptions options;
  Retry retry(options, Idempotency::kRepeatableWrite, 1, kFarAway);
  EXPECT_TRUE(retry.After(Unavailable(true), kStart));

  EXPECT_EQ(retry.Ended(Status(Code::kCancelled, "")).outcome(), Outcome::kUnknown);
}

TEST(BackoffTest, MayBeAsLongAsATimeoutMayBe) {
  Backoff backoff(kNoTimeout, kNoTimeout, 1);

  EXPECT_GT(backoff.Next(), std::chrono::hours(1000));
  EXPECT_GT(backoff.Next(), std::chrono::hours(1000));
}

TEST(MayPassTest, IsSoOfWhatAskingAgainMayChange) {
  EXPECT_TRUE(MayPass(Status(Code::kUnavailable, "gone")));
  EXPECT_TRUE(MayPass(Status(Code::kDeadlineExceeded, "late")));
  EXPECT_TRUE(MayPass(Status(Code::kResourceExhausted, "etcdserver: too many requests")));
  EXPECT_FALSE(
      MayPass(Status(Code::kResourceExhausted, "etcdserver: mvcc: database space exceeded")));
  EXPECT_FALSE(MayPass(Status(Code::kResourceExhausted, "Received message larger than max")));
  EXPECT_FALSE(MayPass(Status(Code::kCancelled, "the call was cancelled")));
  EXPECT_FALSE(MayPass(Status(Code::kInternal, "")));
}

}  // namespace
}  // namespace etcdpp
