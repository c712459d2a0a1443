#include "etcdpp/status.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "client/src/reason_table.h"

namespace etcdpp {
namespace {

TEST(StatusTest, IsOkByDefault) {
  const Status status;

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.reason(), Reason::kNone);
  EXPECT_EQ(status.ToString(), "Ok");
}

TEST(StatusTest, KnowsEtcdsReasonByTheExactText) {
  const Status compacted(Code::kOutOfRange,
                         "etcdserver: mvcc: required revision has been compacted");
  const Status almost(Code::kOutOfRange, "mvcc: required revision has been compacted");

  EXPECT_EQ(compacted.reason(), Reason::kCompacted);
  EXPECT_EQ(compacted.ToString(),
            "OutOfRange (Compacted): etcdserver: mvcc: required revision has been compacted");
  EXPECT_EQ(almost.reason(), Reason::kNone);
}

TEST(StatusTest, EveryKnownErrorHasItsOwnReasonTextAndName) {
  std::set<Reason> reasons;
  std::set<std::string_view> messages;
  std::set<std::string_view> names;
  for (const KnownError& error : KnownErrors()) {
    reasons.insert(error.reason);
    messages.insert(error.message);
    names.insert(error.name);
    EXPECT_EQ(Status(error.code, std::string(error.message)).reason(), error.reason);
    EXPECT_EQ(ToString(error.reason), error.name);
    EXPECT_TRUE(error.message.starts_with("etcdserver: ")) << error.message;
  }
  const size_t count = KnownErrors().size();

  EXPECT_EQ(reasons.size(), count);
  EXPECT_EQ(messages.size(), count);
  EXPECT_EQ(names.size(), count);
  // The last: none is left out but for kNoServerAvailable, which no server says.
  EXPECT_EQ(static_cast<size_t>(Reason::kNoInflightDowngrade), count + 1);
}

struct CancelReasonCase {
  std::string_view text;
  Code want_code;
  Reason want_reason;
  std::string_view want_message;
};

TEST(StatusTest, ReadsTheCancelReasonOfAWatch) {
  const CancelReasonCase cases[] = {
      {"rpc error: code = PermissionDenied desc = etcdserver: permission denied",
       Code::kPermissionDenied, Reason::kPermissionDenied, "etcdserver: permission denied"},
      {"rpc error: code = Canceled desc = gone", Code::kCancelled, Reason::kNone, "gone"},
      {"etcdserver: mvcc: required revision has been compacted", Code::kOutOfRange,
       Reason::kCompacted, "etcdserver: mvcc: required revision has been compacted"},
      {"mvcc: watcher range is empty", Code::kCancelled, Reason::kNone,
       "mvcc: watcher range is empty"},
      {"rpc error: code = OK desc = odd", Code::kCancelled, Reason::kNone, "odd"},
      {"rpc error: code = PermissionDenied", Code::kCancelled, Reason::kNone,
       "rpc error: code = PermissionDenied"},
  };
  for (const CancelReasonCase& c : cases) {
    SCOPED_TRACE(c.text);
    const Status status = StatusFromCancelReason(c.text);
    EXPECT_EQ(status.code(), c.want_code);
    EXPECT_EQ(status.reason(), c.want_reason);
    EXPECT_EQ(status.message(), c.want_message);
  }
}

TEST(ResultTest, HoldsAValueOrAStatus) {
  const Result<std::string> value = std::string("a");
  const Result<std::string> failure = Status(Code::kUnavailable, "nobody there");

  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, "a");
  EXPECT_EQ(value->size(), 1U);
  EXPECT_TRUE(value.status().ok());
  ASSERT_FALSE(failure.ok());
  EXPECT_EQ(failure.status().code(), Code::kUnavailable);
}

TEST(ResultDeathTest, ReadingTheValueOfAFailureAborts) {
  const Result<int> failure = Status(Code::kUnknown, "");

  EXPECT_DEATH((void)*failure, "");
}

}  // namespace
}  // namespace etcdpp
