// Reads: which keys a range covers, at which revision, and what comes back of each.
#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Range, OfOneKeyAnswersThePair) {
  Scratch s;
  const int64_t revision = s.Put("a", "1").header().revision();

  const auto range = s.Call(Range(s("a")));

  ASSERT_THAT(range, IsOk());
  EXPECT_THAT(range->kvs(), ElementsAre(IsPair(Pair{.key = s("a"),
                                                    .value = "1",
                                                    .create_revision = revision,
                                                    .mod_revision = revision,
                                                    .version = 1})));
}

TEST(Range, OfAMissingKeyIsEmptyAndNoError) {
  Scratch s;
  const auto range = s.Call(Range(s("a")));
  ASSERT_THAT(range, IsOk());
  EXPECT_THAT(range->kvs(), IsEmpty());
  EXPECT_EQ(range->count(), 0);
}

}  // namespace
}  // namespace conformance
