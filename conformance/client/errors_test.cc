// What etcd objects to, as a program sees it: the code, and the reason that tells errors apart.
#include <chrono>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"

namespace conformance {
namespace {

namespace op = etcdpp::op;

using etcdpp::Code;
using etcdpp::Reason;
using etcdpp::Status;

constexpr etcdpp::LeaseId kNoSuchLease = 0x6e6f7375636866;

// Enough operations to be too many.
etcdpp::TxnRequest Puts(const Corner& c, int count) {
  etcdpp::TxnRequest txn;
  for (int i = 0; i < count; ++i) txn.Then(op::Put(c(std::to_string(i)), ""));
  return txn;
}

struct ErrorCase {
  std::string name;
  Status got;
  Code want_code;
  Reason want_reason;
};

TEST(ClientErrors, EachHasItsReason) {
  Corner c;
  auto& client = c.client();
  const int64_t now = c.Put("a", "1");
  const std::string a = c("a");
  const std::string large(size_t{1600} * 1024, 'v');
  const ErrorCase cases[] = {
      {"put of no key", client.Put("", "1").status(), Code::kInvalidArgument, Reason::kEmptyKey},
      {"get of no key", client.Get("").status(), Code::kInvalidArgument, Reason::kEmptyKey},
      {"keep the value of no key", client.Put(c("b"), "", {.ignore_value = true}).status(),
       Code::kInvalidArgument, Reason::kKeyNotFound},
      {"keep the value and give one", client.Put(a, "1", {.ignore_value = true}).status(),
       Code::kInvalidArgument, Reason::kValueProvided},
      {"keep the lease and give one",
       client.Put(a, "1", {.lease = 1, .ignore_lease = true}).status(), Code::kInvalidArgument,
       Reason::kLeaseProvided},
      {"put on no lease", client.Put(a, "1", {.lease = kNoSuchLease}).status(), Code::kNotFound,
       Reason::kLeaseNotFound},
      {"read the future", client.Get(a, {.revision = now + 1000000}).status(), Code::kOutOfRange,
       Reason::kFutureRevision},
      {"compact the future", client.Compact(now + 1000000).status(), Code::kOutOfRange,
       Reason::kFutureRevision},
      {"put too much", client.Put(a, large).status(), Code::kInvalidArgument,
       Reason::kRequestTooLarge},
      {"do too much", client.Commit(Puts(c, 129)).status(), Code::kInvalidArgument,
       Reason::kTooManyOps},
      {"put twice", client.Txn().Then(op::Put(a, "1"), op::Put(a, "2")).Commit().status(),
       Code::kInvalidArgument, Reason::kDuplicateKey},
      {"revoke no lease", client.RevokeLease(kNoSuchLease).status(), Code::kNotFound,
       Reason::kLeaseNotFound},
      {"renew no lease", client.KeepAliveOnce(kNoSuchLease).status(), Code::kNotFound,
       Reason::kLeaseNotFound},
      {"live too long", client.GrantLease(std::chrono::seconds(9000000001)).status(),
       Code::kOutOfRange, Reason::kLeaseTtlTooLarge},
  };
  for (const ErrorCase& k : cases) {
    SCOPED_TRACE(k.name);
    EXPECT_EQ(k.got.code(), k.want_code) << k.got;
    EXPECT_EQ(k.got.reason(), k.want_reason) << k.got;
  }
}

TEST(ClientErrors, ALeaseIdInUseIsRefused) {
  Corner c;
  const auto lease = c.Grant();
  const Status again = c.client().GrantLease(std::chrono::seconds(600), lease.id).status();
  EXPECT_EQ(again.code(), Code::kFailedPrecondition);
  EXPECT_EQ(again.reason(), Reason::kLeaseExists);
}

TEST(ClientErrors, WhatIsCompactedIsGone) {
  Corner c;
  const int64_t then = c.Put("a", "1");
  const int64_t now = c.Put("a", "2");
  ASSERT_TRUE(c.client().Compact(now, {.physical = true}).ok());
  EXPECT_EQ(c.client().Get(c("a"), {.revision = then}).status().reason(), Reason::kCompacted);
  EXPECT_EQ(c.client().Compact(now).status().reason(), Reason::kCompacted);
  EXPECT_TRUE(c.client().Get(c("a"), {.revision = now}).ok());
}

TEST(ClientErrors, ATimeoutThatIsOverEndsTheCall) {
  Corner c;
  const Status status =
      c.client().Put(c("a"), "1", {}, {.timeout = std::chrono::milliseconds(0)}).status();
  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
}

TEST(ClientErrors, WithALeaderRequiringOneChangesNothing) {
  Corner c;
  EXPECT_TRUE(c.client().Put(c("a"), "1", {}, {.require_leader = true}).ok());
  EXPECT_TRUE(c.client().Get(c("a"), {}, {.require_leader = true}).ok());
}

}  // namespace
}  // namespace conformance
