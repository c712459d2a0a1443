// RangeStream, since 3.7: a range that comes in pieces.
#include "conformance/support/range_stream.h"

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RangeInPieces : public testing::Test {
 protected:
  void SetUp() override {
    if (!target().version.AtLeast(3, 7)) GTEST_SKIP() << "RangeStream came with 3.7";
  }

  Pieces Stream(RangeOptions options = {}) const {
    options.range_end = s_.end();
    return RangeStream(s_, Range(s_.prefix(), options));
  }

  // Keys of three digits: 000, 001, ...
  void PutMany(int count, const std::string& value = "v") const {
    std::vector<pb::PutRequest> puts;
    for (int i = 0; i < count; ++i) {
      puts.push_back(Put(s_(std::to_string(1000 + i).substr(1)), value));
    }
    for (const auto& reply : CallAll(s_, puts)) ASSERT_THAT(reply, IsOk());
  }

  std::vector<size_t> Sizes(const Pieces& pieces) const {
    std::vector<size_t> sizes;
    for (const auto& message : pieces.messages) {
      sizes.push_back(static_cast<size_t>(message.kvs_size()));
    }
    return sizes;
  }

  Scratch s_;
};

TEST_F(RangeInPieces, OfNothingIsOnePieceThatSaysSo) {
  const int64_t now = s_.Revision();
  const Pieces pieces = Stream();
  ASSERT_THAT(pieces, IsOk());
  ASSERT_THAT(pieces.messages, SizeIs(1));
  EXPECT_THAT(pieces.last().kvs(), IsEmpty());
  EXPECT_EQ(pieces.last().count(), 0);
  EXPECT_FALSE(pieces.last().more());
  EXPECT_THAT(pieces.last(), AtRevision(now));
}

TEST_F(RangeInPieces, OfTenPairsIsOnePieceLikeARange) {
  PutMany(10);
  const Pieces pieces = Stream();
  ASSERT_THAT(pieces.messages, SizeIs(1));
  EXPECT_EQ(pieces.last().SerializeAsString(), s_.All().SerializeAsString());
}

TEST_F(RangeInPieces, HasTenPairsFirstAndThenTwiceAsManyEachTime) {
  PutMany(100);
  EXPECT_THAT(Sizes(Stream()), ElementsAre(10U, 20U, 40U, 30U));
}

TEST_F(RangeInPieces, HasThePairsOfARange) {
  PutMany(75);
  const Pieces pieces = Stream();
  const pb::RangeResponse range = s_.All();
  ASSERT_THAT(pieces.kvs(), SizeIs(75));
  for (int i = 0; i < range.kvs_size(); ++i) {
    EXPECT_EQ(pieces.kvs()[static_cast<size_t>(i)].SerializeAsString(),
              range.kvs(i).SerializeAsString());
  }
}

TEST_F(RangeInPieces, TellsItsHeaderAndCountWithTheLastPieceOnly) {
  PutMany(25);
  const int64_t now = s_.Revision();
  const Pieces pieces = Stream();
  ASSERT_THAT(pieces.messages, SizeIs(2));
  EXPECT_FALSE(pieces.messages[0].has_header());
  EXPECT_EQ(pieces.messages[0].count(), 0);
  EXPECT_FALSE(pieces.messages[0].more());
  EXPECT_THAT(pieces.last().header(), IsFullHeader());
  EXPECT_THAT(pieces.last(), AtRevision(now));
  EXPECT_EQ(pieces.last().count(), 25);
  EXPECT_FALSE(pieces.last().more());
}

TEST_F(RangeInPieces, EndsAtTheLimitAndCountsTheRest) {
  PutMany(50);
  const Pieces pieces = Stream({.limit = 15});
  EXPECT_THAT(Sizes(pieces), ElementsAre(10U, 5U));
  EXPECT_TRUE(pieces.last().more());
  EXPECT_EQ(pieces.last().count(), 50);
}

TEST_F(RangeInPieces, EndsAtALimitBelowTen) {
  PutMany(5);
  const Pieces pieces = Stream({.limit = 3});
  EXPECT_THAT(Sizes(pieces), ElementsAre(3U));
  EXPECT_TRUE(pieces.last().more());
  EXPECT_EQ(pieces.last().count(), 5);
}

TEST_F(RangeInPieces, WithALimitOfJustAllHasNoMore) {
  PutMany(30);
  const Pieces pieces = Stream({.limit = 30});
  EXPECT_THAT(Sizes(pieces), ElementsAre(10U, 20U));
  EXPECT_FALSE(pieces.last().more());
  EXPECT_EQ(pieces.last().count(), 30);
}

TEST_F(RangeInPieces, WithANegativeLimitIsOnePieceWithoutLimit) {
  PutMany(30);
  EXPECT_THAT(Sizes(Stream({.limit = -1})), ElementsAre(30U));
}

TEST_F(RangeInPieces, ThatCountsOnlyIsOnePieceWithoutPairs) {
  PutMany(30);
  for (const int64_t limit : {0, 7}) {
    const Pieces pieces = Stream({.limit = limit, .count_only = true});
    ASSERT_THAT(pieces.messages, SizeIs(1));
    EXPECT_THAT(pieces.last().kvs(), IsEmpty());
    EXPECT_EQ(pieces.last().count(), 30);
    EXPECT_FALSE(pieces.last().more());
    EXPECT_THAT(pieces.last().header(), IsFullHeader());
  }
}

TEST_F(RangeInPieces, OfKeysOnlyHasNoValues) {
  PutMany(12);
  for (const mvccpb::KeyValue& kv : Stream({.keys_only = true}).kvs()) {
    EXPECT_THAT(kv.value(), IsEmpty());
    EXPECT_NE(kv.mod_revision(), 0);
  }
}

TEST_F(RangeInPieces, OfKeysOnlyLeavesOutTheLeases) {
  const int64_t lease = s_.Grant();
  s_.Put("a", "1", {.lease = lease});
  EXPECT_EQ(Stream({.keys_only = true}).kvs().at(0).lease(), 0);
  EXPECT_EQ(Stream().kvs().at(0).lease(), lease);
}

TEST_F(RangeInPieces, OfAnEarlierRevisionTellsTheCurrentOne) {
  PutMany(20, "old");
  const int64_t then = s_.Revision();
  PutMany(30, "new");
  const Pieces pieces = Stream({.revision = then});
  EXPECT_THAT(pieces.kvs(), SizeIs(20));
  for (const mvccpb::KeyValue& kv : pieces.kvs()) EXPECT_EQ(kv.value(), "old");
  EXPECT_THAT(pieces.last(), AtRevision(s_.Revision()));
  EXPECT_EQ(pieces.last().count(), 20);
}

TEST_F(RangeInPieces, OfOneKeyIsOnePiece) {
  PutMany(20);
  const Pieces pieces = RangeStream(s_, Range(s_("007")));
  EXPECT_THAT(Sizes(pieces), ElementsAre(1U));
  EXPECT_EQ(pieces.last().count(), 1);
}

TEST_F(RangeInPieces, MayBeSerializable) {
  PutMany(15);
  EXPECT_THAT(Sizes(Stream({.serializable = true})), ElementsAre(10U, 5U));
}

// A piece is made smaller when one came out larger than twice the largest request.
TEST_F(RangeInPieces, KeepsPiecesOfLargeValuesNearTheLargestRequest) {
  PutMany(24, std::string(500000, 'v'));
  const Pieces pieces = Stream();
  EXPECT_THAT(Sizes(pieces), ElementsAre(10U, 5U, 5U, 4U));
}

TEST_F(RangeInPieces, MakesNoPieceLargerThatIsLargeEnough) {
  PutMany(30, std::string(100000, 'v'));
  EXPECT_THAT(Sizes(Stream()), ElementsAre(10U, 10U, 10U));
}

TEST_F(RangeInPieces, InKeyOrderMayBeAskedForByName) {
  PutMany(12);
  EXPECT_THAT(Sizes(Stream({.order = pb::RangeRequest::ASCEND})), ElementsAre(10U, 2U));
}

// A target without an order is let pass, though it sorts: each piece, by itself. The next begins
// behind what came last, whatever its key.
TEST_F(RangeInPieces, ByATargetWithoutAnOrderRepeatsPairs) {
  for (int i = 11; i >= 0; --i) s_.Put(std::to_string(1000 + i).substr(1), "v");
  const Pieces pieces = Stream({.target = pb::RangeRequest::MOD});
  EXPECT_THAT(Sizes(pieces), ElementsAre(10U, 10U));
  EXPECT_EQ(s_.Name(pieces.kvs().front().key()), "010");
  EXPECT_EQ(s_.Name(pieces.kvs().back().key()), "002");
  EXPECT_EQ(pieces.last().count(), 20);
}

// Of the pairs up to the limit and one more, the one that was created first.
TEST_F(RangeInPieces, ByATargetWithoutAnOrderCountsWhatIsBehindTheLastPair) {
  for (const char* key : {"b", "a", "c"}) s_.Put(key, "v");
  const Pieces pieces = Stream({.limit = 1, .target = pb::RangeRequest::CREATE});
  ASSERT_THAT(pieces, IsOk());
  ASSERT_THAT(pieces.kvs(), SizeIs(1));
  EXPECT_EQ(pieces.kvs()[0].key(), s_("b"));
  EXPECT_TRUE(pieces.last().more());
  EXPECT_EQ(pieces.last().count(), 2);
}

TEST_F(RangeInPieces, InAnyOtherOrderIsUnimplemented) {
  PutMany(2);
  const Error unsupported{grpc::UNIMPLEMENTED, "RangeStream does not support custom sort orders"};
  EXPECT_THAT(Stream({.order = pb::RangeRequest::DESCEND}), FailsWith(unsupported));
  EXPECT_THAT(Stream({.target = pb::RangeRequest::MOD, .order = pb::RangeRequest::ASCEND}),
              FailsWith(unsupported));
}

TEST_F(RangeInPieces, WithBoundsOnRevisionsIsUnimplemented) {
  const Error unsupported{grpc::UNIMPLEMENTED, "RangeStream does not support revision filters"};
  EXPECT_THAT(Stream({.min_mod_revision = 1}), FailsWith(unsupported));
  EXPECT_THAT(Stream({.max_mod_revision = 1}), FailsWith(unsupported));
  EXPECT_THAT(Stream({.min_create_revision = 1}), FailsWith(unsupported));
  EXPECT_THAT(Stream({.max_create_revision = 1}), FailsWith(unsupported));
}

TEST_F(RangeInPieces, LooksAtTheOrderBeforeTheBounds) {
  EXPECT_THAT(Stream({.order = pb::RangeRequest::DESCEND, .min_mod_revision = 1}),
              FailsWith(grpc::UNIMPLEMENTED, "RangeStream does not support custom sort orders"));
}

TEST_F(RangeInPieces, OfNoKeyIsRefused) {
  EXPECT_THAT(RangeStream(s_, Range("")), FailsWith(kEmptyKey));
}

TEST_F(RangeInPieces, WithAnOrderThatDoesNotExistIsRefused) {
  EXPECT_THAT(Stream({.order = static_cast<pb::RangeRequest::SortOrder>(9)}),
              FailsWith(kInvalidSortOption));
}

TEST_F(RangeInPieces, OfTheFutureIsRefused) {
  EXPECT_THAT(Stream({.revision = s_.Revision() + 1}), FailsWith(kFutureRevision));
}

TEST_F(RangeInPieces, OfACompactedRevisionIsRefused) {
  const int64_t then = s_.Put("a", "1").header().revision();
  const int64_t now = s_.Put("a", "2").header().revision();
  ASSERT_THAT(s_.Call(Compact(now, true)), IsOk());
  EXPECT_THAT(Stream({.revision = then}), FailsWith(kCompacted));
}

TEST_F(RangeInPieces, ThatIsRefusedHasNoPieces) {
  EXPECT_THAT(Stream({.revision = s_.Revision() + 1}).messages, IsEmpty());
}

}  // namespace
}  // namespace conformance
