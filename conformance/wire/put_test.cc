// Writes of one key: revisions and versions, what is kept and what is refused.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kNoSuchLease = 0x6e6f7375636866;

mvccpb::KeyValue Stored(const Scratch& s, std::string_view name) { return s.Get(name).kvs(0); }

TEST(Put, OfANewKeyIsItsFirstVersion) {
  Scratch s;
  const int64_t revision = s.Call(Put(s("a"), "1"))->header().revision();
  EXPECT_THAT(Stored(s, "a"), IsPair(Pair{.key = s("a"),
                                          .value = "1",
                                          .create_revision = revision,
                                          .mod_revision = revision,
                                          .version = 1}));
}

TEST(Put, OfAnExistingKeyKeepsItsCreationAndCountsVersions) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  const int64_t changed = s.Put("a", "3").header().revision();
  EXPECT_THAT(Stored(s, "a"), IsPair(Pair{.key = s("a"),
                                          .value = "3",
                                          .create_revision = created,
                                          .mod_revision = changed,
                                          .version = 3}));
}

TEST(Put, TakesOneRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(*s.Call(Put(s("a"), "1")), AtRevision(before + 1));
  EXPECT_THAT(*s.Call(Put(s("b"), "1")), AtRevision(before + 2));
  EXPECT_EQ(s.Revision(), before + 2);
}

TEST(Put, OfWhatIsThereAlreadyTakesARevisionToo) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  EXPECT_THAT(*s.Call(Put(s("a"), "1")), AtRevision(first + 1));
  EXPECT_EQ(Stored(s, "a").version(), 2);
}

TEST(Put, AfterADeleteBeginsANewLife) {
  Scratch s;
  s.Put("a", "1");
  s.Put("a", "2");
  s.Delete("a");
  const int64_t revision = s.Put("a", "3").header().revision();
  EXPECT_THAT(Stored(s, "a"), IsPair(Pair{.key = s("a"),
                                          .value = "3",
                                          .create_revision = revision,
                                          .mod_revision = revision,
                                          .version = 1}));
}

TEST(Put, MayHaveAnEmptyValue) {
  Scratch s;
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Put(s("a"), "")), IsOk());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "")));
}

TEST(Put, OfAnEmptyValueIsToldAsAPut) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "");
  const auto events = stream.Events(id, 1);
  EXPECT_EQ(events[0].type(), mvccpb::Event::PUT);
  EXPECT_EQ(events[0].kv().version(), 1);
}

TEST(Put, TakesAZeroByteForAKeyLikeAnyOther) {
  Scratch s;
  s.Put(kZeroByte, "zero");
  s.Put("", "none");
  EXPECT_THAT(s.All().kvs(), ElementsAre(Holds(s(""), "none"), Holds(s(kZeroByte), "zero")));
}

TEST(Put, TakesAKeyOfAMegabyte) {
  Scratch s;
  const std::string name(1 << 20, 'k');
  ASSERT_THAT(s.Call(Put(s(name), "1")), IsOk());
  EXPECT_EQ(s.Get(name).count(), 1);
}

TEST(Put, WithoutAKeyIsRefused) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Put("", "1")), FailsWith(kEmptyKey));
}

TEST(Put, ThatIsRefusedTakesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  EXPECT_THAT(s.Call(Put("", "1")), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = kNoSuchLease})), FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Call(Put(s("a"), "", {.ignore_value = true})), FailsWith(kKeyNotFound));
  EXPECT_EQ(s.Revision(), before);
}

TEST(PutPrevKv, IsNotSentUnlessAskedFor) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_FALSE(s.Call(Put(s("a"), "2"))->has_prev_kv());
}

TEST(PutPrevKv, OfANewKeyIsAbsent) {
  Scratch s;
  EXPECT_FALSE(s.Call(Put(s("a"), "1", {.prev_kv = true}))->has_prev_kv());
}

TEST(PutPrevKv, OfADeletedKeyIsAbsent) {
  Scratch s;
  s.Put("a", "1");
  s.Delete("a");
  EXPECT_FALSE(s.Call(Put(s("a"), "2", {.prev_kv = true}))->has_prev_kv());
}

TEST(PutPrevKv, IsThePairAsItWas) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t changed = s.Put("a", "2", {.lease = lease}).header().revision();

  const auto put = s.Call(Put(s("a"), "3", {.prev_kv = true}));

  EXPECT_THAT(put->prev_kv(), IsPair(Pair{.key = s("a"),
                                          .value = "2",
                                          .create_revision = created,
                                          .mod_revision = changed,
                                          .version = 2,
                                          .lease = lease}));
}

TEST(PutIgnoreValue, KeepsTheValueAndCountsAVersion) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t touched = s.Call(Put(s("a"), "", {.ignore_value = true}))->header().revision();
  EXPECT_THAT(Stored(s, "a"), IsPair(Pair{.key = s("a"),
                                          .value = "1",
                                          .create_revision = created,
                                          .mod_revision = touched,
                                          .version = 2}));
}

TEST(PutIgnoreValue, MayGiveALease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Put(s("a"), "", {.lease = lease, .ignore_value = true})), IsOk());
  EXPECT_EQ(Stored(s, "a").value(), "1");
  EXPECT_EQ(Stored(s, "a").lease(), lease);
}

TEST(PutIgnoreValue, WithoutALeaseTakesTheLeaseAway) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ASSERT_THAT(s.Call(Put(s("a"), "", {.ignore_value = true})), IsOk());
  EXPECT_EQ(Stored(s, "a").lease(), 0);
}

TEST(PutIgnoreValue, OfAMissingKeyIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "", {.ignore_value = true})), FailsWith(kKeyNotFound));
}

TEST(PutIgnoreValue, OfADeletedKeyIsRefused) {
  Scratch s;
  s.Put("a", "1");
  s.Delete("a");
  EXPECT_THAT(s.Call(Put(s("a"), "", {.ignore_value = true})), FailsWith(kKeyNotFound));
}

TEST(PutIgnoreValue, WithAValueIsRefused) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_THAT(s.Call(Put(s("a"), "2", {.ignore_value = true})), FailsWith(kValueProvided));
}

TEST(PutIgnoreValue, TogetherWithPrevKvAnswersThePairAsItWas) {
  Scratch s;
  s.Put("a", "1");
  const auto put = s.Call(Put(s("a"), "", {.prev_kv = true, .ignore_value = true}));
  EXPECT_EQ(put->prev_kv().value(), "1");
  EXPECT_EQ(put->prev_kv().version(), 1);
}

TEST(PutIgnoreLease, KeepsTheLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  ASSERT_THAT(s.Call(Put(s("a"), "2", {.ignore_lease = true})), IsOk());
  EXPECT_EQ(Stored(s, "a").value(), "2");
  EXPECT_EQ(Stored(s, "a").lease(), lease);
}

TEST(PutIgnoreLease, OfAKeyWithoutLeaseLeavesItWithout) {
  Scratch s;
  s.Put("a", "1");
  ASSERT_THAT(s.Call(Put(s("a"), "2", {.ignore_lease = true})), IsOk());
  EXPECT_EQ(Stored(s, "a").lease(), 0);
}

TEST(PutIgnoreLease, OfAMissingKeyIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.ignore_lease = true})), FailsWith(kKeyNotFound));
}

TEST(PutIgnoreLease, WithALeaseIsRefused) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1");
  EXPECT_THAT(s.Call(Put(s("a"), "2", {.lease = lease, .ignore_lease = true})),
              FailsWith(kLeaseProvided));
}

TEST(PutIgnoreLease, TogetherWithIgnoreValueTouchesTheKey) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t created = s.Put("a", "1", {.lease = lease}).header().revision();
  const auto put = s.Call(Put(s("a"), "", {.ignore_value = true, .ignore_lease = true}));
  EXPECT_THAT(Stored(s, "a"), IsPair(Pair{.key = s("a"),
                                          .value = "1",
                                          .create_revision = created,
                                          .mod_revision = put->header().revision(),
                                          .version = 2,
                                          .lease = lease}));
}

TEST(PutLease, ThatDoesNotExistIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = kNoSuchLease})), FailsWith(kLeaseNotFound));
  EXPECT_EQ(s.Get("a").count(), 0);
}

TEST(PutLease, ThatDoesNotExistLeavesTheOldPair) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_THAT(s.Call(Put(s("a"), "2", {.lease = kNoSuchLease})), FailsWith(kLeaseNotFound));
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(PutLease, MayHaveANegativeId) {
  Scratch s;
  const int64_t lease = s.Grant(600, -0x636f6e66);
  ASSERT_THAT(s.Call(Put(s("a"), "1", {.lease = lease})), IsOk());
  EXPECT_EQ(Stored(s, "a").lease(), -0x636f6e66);
}

TEST(PutLease, OfAnotherLeaseMovesTheKey) {
  Scratch s;
  const int64_t first = s.Grant();
  const int64_t second = s.Grant();
  s.Put("a", "1", {.lease = first});
  s.Put("a", "1", {.lease = second});
  EXPECT_THAT(s.KeysOf(first), IsEmpty());
  EXPECT_THAT(s.KeysOf(second), ElementsAre("a"));
}

TEST(PutLease, OfNoneTakesTheKeyFromItsLease) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  s.Put("a", "1");
  EXPECT_THAT(s.KeysOf(lease), IsEmpty());
  EXPECT_EQ(Stored(s, "a").lease(), 0);
}

TEST(PutLease, StaysInTheHistoryAsItWas) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t then = s.Put("a", "1", {.lease = lease}).header().revision();
  s.Put("a", "1");
  EXPECT_EQ(s.Get("a", {.revision = then}).kvs(0).lease(), lease);
}

TEST(PutChecks, TheKeyBeforeTheValue) {
  const Wire wire;
  EXPECT_THAT(wire.Call(Put("", "1", {.ignore_value = true})), FailsWith(kEmptyKey));
}

TEST(PutChecks, TheValueBeforeTheLease) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.lease = 1, .ignore_value = true, .ignore_lease = true})),
              FailsWith(kValueProvided));
}

TEST(PutChecks, TheShapeBeforeWhetherTheKeyExists) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "1", {.ignore_value = true})), FailsWith(kValueProvided));
}

TEST(PutChecks, TheLeaseBeforeWhetherTheKeyExists) {
  Scratch s;
  EXPECT_THAT(s.Call(Put(s("a"), "", {.lease = kNoSuchLease, .ignore_value = true})),
              FailsWith(kLeaseNotFound));
}

TEST(PutChecks, WhetherTheKeyExistsBeforeTheLeaseInATxnBefore37) {
  Scratch s;
  const auto txn =
      s.Call(Txn({}, {Put(s("a"), "", {.lease = kNoSuchLease, .ignore_value = true})}));
  EXPECT_THAT(txn, FailsWith(target().version.AtLeast(3, 7) ? kLeaseNotFound : kKeyNotFound));
}

}  // namespace
}  // namespace conformance
