// What permissions allow: reads, writes and deletes of keys and of ranges.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using Permission = AuthScratch::Permission;

TEST(AuthAccess, NobodyMayDoAnything) {
  AuthScratch s;
  s.AddUser("alice", {{kReadWrite, "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Range(s("a"))), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Range(s("a"), {.serializable = true})), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Put(s("a"), "1")), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Delete(s("a"))), FailsWith(kUserEmpty));
}

TEST(AuthAccess, ReadAllowsReadingAlone) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Range(s("a")), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Range(s("a"), {.serializable = true}), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Delete(s("a")), s.As("alice")), FailsWith(kPermissionDenied));
}

TEST(AuthAccess, WriteAllowsWritingAlone) {
  AuthScratch s;
  s.AddUser("alice", {{kWrite, "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Range(s("a")), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Delete(s("a")), s.As("alice")), IsOk());
}

TEST(AuthAccess, ReadWriteAllowsBoth) {
  AuthScratch s;
  s.AddUser("alice", {{kReadWrite, "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1", {.prev_kv = true}), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Range(s("a")), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Delete(s("a"), {.prev_kv = true}), s.As("alice")), IsOk());
}

TEST(AuthAccess, AnUndefinedTypeAllowsNothing) {
  AuthScratch s;
  s.AddUser("alice", {{static_cast<etcdpp_proto::authpb::Permission::Type>(7), "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Range(s("a")), s.As("alice")), FailsWith(kPermissionDenied));
}

TEST(AuthAccess, WhatWasBeforeHasToBeReadable) {
  AuthScratch s;
  s.AddUser("alice", {{kWrite, "a", "c"}});
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1", {.prev_kv = true}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Delete(s("a"), {.prev_kv = true}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Delete(s("a"), {.range_end = s("b"), .prev_kv = true}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Delete(s("a"), {.range_end = s("b")}), s.As("alice")), IsOk());
}

TEST(AuthAccess, RootMayDoAll) {
  AuthScratch s;
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1", {.prev_kv = true}), s.AsRoot()), IsOk());
  EXPECT_THAT(s.Call(Range(kZeroByte, {.range_end = kZeroByte, .count_only = true}), s.AsRoot()),
              IsOk());
  EXPECT_THAT(s.Call(Delete(s.prefix(), {.range_end = s.end()}), s.AsRoot()), IsOk());
}

TEST(AuthAccess, WhoHasTheRoleRootMayDoAll) {
  AuthScratch s;
  s.AddUser("alice");
  *s.Call(GrantRole("alice", "root"));
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(pb::AuthUserListRequest(), s.As("alice")), IsOk());
}

TEST(AuthAccess, PermissionsOfTheRoleRootAddNothing) {
  AuthScratch s;
  *s.Call(RoleAdd("root"));
  *s.Call(Grant("root", kRead, s("a")));
  s.Enable();

  EXPECT_THAT(s.Call(Put(s("z"), "1"), s.AsRoot()), IsOk());
}

TEST(AuthAccess, ARefusedWriteChangesNothing) {
  AuthScratch s;
  s.AddUser("alice");
  s.Put("a", "1");
  s.Enable();
  const int64_t revision = s.Call(Range(s("a")), s.AsRoot())->header().revision();

  ASSERT_FALSE(s.Call(Put(s("a"), "2"), s.As("alice")).status.ok());
  ASSERT_FALSE(s.Call(Delete(s("a")), s.As("alice")).status.ok());

  const auto range = s.Call(Range(s("a")), s.AsRoot());
  EXPECT_THAT(*range, AtRevision(revision));
  EXPECT_THAT(range->kvs(), ElementsAre(Holds(s("a"), "1")));
}

// What alice may read, of one key or of a range.
struct RangeCase {
  std::string key;
  std::string end = {};
  bool allowed = false;
};

void ExpectReads(AuthScratch& s, const std::vector<RangeCase>& cases) {
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.key + ".." + c.end);
    std::string range_end = c.end;
    if (!c.end.empty() && c.end != kZeroByte) range_end = s(c.end);
    EXPECT_THAT(s.Call(Range(s(c.key), {.range_end = range_end}), s.As("alice")),
                EndsAs(c.allowed ? kOk : kPermissionDenied));
  }
}

TEST(AuthAccess, APermissionOfAKeyIsOfNoRange) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "b"}});
  s.Enable();

  ExpectReads(s, {{"b", "", true},
                  {"b", "c", false},
                  {"b", "b" + kZeroByte, true},
                  {"ba", "", false},
                  {"a", "", false},
                  {"b", kZeroByte, false}});
}

TEST(AuthAccess, APermissionOfARangeIsOfWhatIsInIt) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "b", "d"}});
  s.Enable();

  ExpectReads(s, {{"b", "", true},
                  {"c", "", true},
                  {"czz", "", true},
                  {"d", "", false},
                  {"a", "", false},
                  {"b", "d", true},
                  {"bb", "c", true},
                  {"b", "da", false},
                  {"a", "d", false},
                  {"d", "e", false},
                  {"b", kZeroByte, false}});
}

TEST(AuthAccess, APermissionFromAKeyHasNoEnd) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "alice"));
  *s.Call(RoleAdd("r"));
  *s.Call(GrantRole("alice", "r"));
  *s.Call(Grant("r", kRead, s("b"), kZeroByte));
  s.Enable();

  ExpectReads(s, {{"b", "", true},
                  {"z", "", true},
                  {"b", "z", true},
                  {"b", kZeroByte, true},
                  {"x", kZeroByte, true},
                  {"a", kZeroByte, false},
                  {"a", "", false}});
}

TEST(AuthAccess, RangesThatTouchAreOne) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a", "c"}, {kReadWrite, "c", "e"}, {kRead, "d", "g"}});
  s.Enable();

  ExpectReads(s, {{"a", "g", true}, {"b", "f", true}, {"c", "g", true}, {"a", "h", false}});
}

TEST(AuthAccess, RangesWithAGapAreNot) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a", "c"}, {kRead, "d", "f"}});
  s.Enable();

  ExpectReads(s, {{"a", "c", true}, {"d", "f", true}, {"a", "f", false}, {"b", "d", false}});
}

TEST(AuthAccess, AKeyFillsTheGapOfAKey) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a", "c"}, {kRead, "c"}, {kRead, "c" + kZeroByte, "f"}});
  s.Enable();

  ExpectReads(s, {{"a", "f", true}, {"c", "", true}});
}

TEST(AuthAccess, ReadsAndWritesDoNotFillEachOthersGaps) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a", "c"}, {kWrite, "c", "e"}, {kReadWrite, "e", "g"}});
  s.Enable();

  ExpectReads(s, {{"a", "c", true}, {"a", "e", false}, {"c", "", false}, {"e", "g", true}});
  EXPECT_THAT(s.Call(Delete(s("c"), {.range_end = s("g")}), s.As("alice")), IsOk());
  EXPECT_THAT(s.Call(Delete(s("a"), {.range_end = s("g")}), s.As("alice")),
              FailsWith(kPermissionDenied));
}

TEST(AuthAccess, RolesCountTogether) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a", "c"}});
  s.AddUser("bob", {{kRead, "c", "e"}});
  *s.Call(GrantRole("alice", "bob"));
  s.Enable();

  ExpectReads(s, {{"a", "e", true}, {"a", "f", false}});
  EXPECT_THAT(s.Call(Range(s("a")), s.As("bob")), FailsWith(kPermissionDenied));
}

// Found by lock-step: how etcd's tree lies decides, and since 3.7 the rights that begin alike lie
// in it by their ends.
TEST(AuthAccess, AnInvertedRangeDependsOnHowRightsLie) {
  AuthScratch s;
  s.AddUser("bob", {{kReadWrite, "b", std::string(1, '\0')}, {kRead, "b", "d"}, {kRead, "e"}});
  s.Enable();
  const auto answer = s.Call(Range(s("d"), {.range_end = s("b")}), s.As("bob"));
  if (target().version.AtLeast(3, 7)) {
    EXPECT_THAT(answer, IsOk());
  } else {
    EXPECT_THAT(answer, FailsWith(kPermissionDenied));
  }
}

TEST(AuthAccess, AnInvertedRangeIsAllowedWhereItBegins) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "m", "q"}});
  s.Enable();

  ExpectReads(
      s,
      {{"n", "m", true}, {"p", "n", true}, {"r", "m", false}, {"m", "m", true}, {"n", "a", true}});
}

TEST(AuthAccess, TheOptionsOfARangeDoNotMatter) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();

  EXPECT_THAT(s.Call(Range(s("a"), {.range_end = s("z"), .limit = 1}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Range(s("a"), {.range_end = s("z"), .count_only = true}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Range(s("a"), {.range_end = s("z"), .keys_only = true}), s.As("alice")),
              FailsWith(kPermissionDenied));
}

TEST(AuthAccess, IsCheckedBeforeRevisions) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();
  const int64_t future = s.Call(Range(s("a")), s.AsRoot())->header().revision() + 1000;

  EXPECT_THAT(s.Call(Range(s("b"), {.revision = future}), s.As("alice")),
              FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Range(s("b"), {.revision = future})), FailsWith(kUserEmpty));
  EXPECT_THAT(s.Call(Range(s("a"), {.revision = future}), s.As("alice")),
              FailsWith(kFutureRevision));
}

TEST(AuthAccess, IsCheckedAfterTheShape) {
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();
  PutOptions keeps_value{.ignore_value = true};

  EXPECT_THAT(s.Call(Range(""), s.As("alice")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Put("", "1")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Put(s("a"), "1", keeps_value), s.As("alice")), FailsWith(kValueProvided));
  EXPECT_THAT(s.Call(Delete("")), FailsWith(kEmptyKey));
}

TEST(AuthAccess, IsCheckedBeforeWhatAPutNeeds) {
  AuthScratch s;
  s.AddUser("alice", {{kWrite, "a"}});
  s.Enable();
  const PutOptions keeps_value{.ignore_value = true};
  const PutOptions no_lease{.lease = 0x7ffffffffffffff0};

  EXPECT_THAT(s.Call(Put(s("b"), "", keeps_value), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Put(s("b"), "1", no_lease), s.As("alice")), FailsWith(kPermissionDenied));
  EXPECT_THAT(s.Call(Put(s("a"), "", keeps_value), s.As("alice")), FailsWith(kKeyNotFound));
  EXPECT_THAT(s.Call(Put(s("a"), "1", no_lease), s.As("alice")), FailsWith(kLeaseNotFound));
}

}  // namespace
}  // namespace conformance
