// HashKV and Hash, as far as any server can show; of a store all of whose history is known,
// fresh_store_test.cc says what the hash has to be.
#include <gmock/gmock.h>

#include "conformance/support/hash_model.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

uint32_t HashAt(const Scratch& s, int64_t revision) { return s.Call(HashKv(revision))->hash(); }

TEST(HashKv, HasAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  const int64_t now = s.Put("a", "2").header().revision();
  const auto hash = s.Call(HashKv(then));
  EXPECT_THAT(hash->header(), IsFullHeader());
  EXPECT_THAT(*hash, AtRevision(now));
}

TEST(HashKv, OfARevisionStaysAsItIs) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  const uint32_t hash = HashAt(s, then);
  s.Put("a", "2");
  s.Delete("a");
  EXPECT_EQ(HashAt(s, then), hash);
}

TEST(HashKv, ChangesWithEveryWrite) {
  Scratch s;
  const uint32_t before = HashAt(s, s.Put("a", "1").header().revision());
  EXPECT_NE(HashAt(s, s.Put("a", "1").header().revision()), before);
}

TEST(HashKv, ChangesWithADelete) {
  Scratch s;
  const uint32_t before = HashAt(s, s.Put("a", "1").header().revision());
  EXPECT_NE(HashAt(s, s.Delete("a").header().revision()), before);
}

TEST(HashKv, IsNotOfLeases) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const uint32_t before = HashAt(s, now);
  s.Grant();
  EXPECT_EQ(HashAt(s, now), before);
}

TEST(HashKv, OfTheFutureIsRefused) {
  Scratch s;
  EXPECT_THAT(s.Call(HashKv(s.Revision() + 1)), FailsWith(kFutureRevision));
}

TEST(HashKv, BelowTheCompactionIsRefused) {
  Scratch s;
  s.Put("a", "1");
  const int64_t at = s.Put("a", "2").header().revision();
  ASSERT_THAT(s.Call(Compact(at, true)), IsOk());
  EXPECT_THAT(s.Call(HashKv(at - 1)), FailsWith(kCompacted));
}

TEST(HashKv, AtTheCompactionIsRefusedByOldPatches) {
  Scratch s;
  const int64_t at = s.Put("a", "2").header().revision();
  ASSERT_THAT(s.Call(Compact(at, true)), IsOk());
  if (target().version.Since({V(3, 4, 27), V(3, 5, 5), V(3, 6, 0)})) {
    EXPECT_THAT(s.Call(HashKv(at)), IsOk());
  } else {
    EXPECT_THAT(s.Call(HashKv(at)), FailsWith(kCompacted));
  }
}

TEST(HashKv, SaysWhereTheStoreWasCompacted) {
  Scratch s;
  const int64_t at = s.Put("a", "1").header().revision();
  ASSERT_THAT(s.Call(Compact(at, true)), IsOk());
  const int64_t now = s.Put("a", "2").header().revision();
  EXPECT_EQ(s.Call(HashKv(now))->compact_revision(), at);
}

// Since 3.5.5 each compaction leaves the hash of its revision as of the compaction before it.
TEST(HashKv, AtTheCompactionIsThatOfBeforeTheCompactionSince355) {
  Scratch s;
  const int64_t first = s.Put("a", "1").header().revision();
  ASSERT_THAT(s.Call(Compact(first, true)), IsOk());
  const int64_t second = s.Put("a", "2").header().revision();
  const uint32_t before = HashAt(s, second);
  ASSERT_THAT(s.Call(Compact(second, true)), IsOk());

  const auto after = s.Call(HashKv(second));
  if (target().version.Since({V(3, 5, 5), V(3, 6, 0)})) {
    EXPECT_EQ(after->compact_revision(), first);
    EXPECT_EQ(after->hash(), before);
  } else if (target().version.Since({V(3, 4, 27), V(3, 5, 10)})) {
    EXPECT_EQ(after->compact_revision(), second);
  } else {
    EXPECT_THAT(after, FailsWith(kCompacted));
  }
}

TEST(HashKv, SaysWhichRevisionWasHashedSince36) {
  Scratch s;
  const int64_t then = s.Put("a", "1").header().revision();
  s.Put("a", "2");
  EXPECT_EQ(s.Call(HashKv(then))->hash_revision(), target().version.AtLeast(3, 6) ? then : 0);
}

TEST(HashKv, OfANegativeRevisionIsThatOfNothing) {
  Scratch s;
  s.Put("a", "1");
  EXPECT_EQ(HashAt(s, -1), kHashOfNothing);
}

TEST(Hash, HasAFullHeaderAtTheCurrentRevision) {
  Scratch s;
  const int64_t now = s.Put("a", "1").header().revision();
  const auto hash = s.Call(pb::HashRequest());
  EXPECT_THAT(hash->header(), IsFullHeader());
  EXPECT_THAT(*hash, AtRevision(now));
}

TEST(Hash, ChangesWithEveryWrite) {
  Scratch s;
  s.Put("a", "1");
  const uint32_t before = s.Call(pb::HashRequest())->hash();
  s.Put("a", "1");
  EXPECT_NE(s.Call(pb::HashRequest())->hash(), before);
}

TEST(Hash, IsOfLeasesToo) {
  Scratch s;
  const uint32_t before = s.Call(pb::HashRequest())->hash();
  s.Grant();
  EXPECT_NE(s.Call(pb::HashRequest())->hash(), before);
}

TEST(Hash, StaysAsItIsWhileNothingIsWritten) {
  Scratch s;
  s.Put("a", "1");
  const uint32_t hash = s.Call(pb::HashRequest())->hash();
  s.Get("a");
  EXPECT_EQ(s.Call(pb::HashRequest())->hash(), hash);
}

}  // namespace
}  // namespace conformance
