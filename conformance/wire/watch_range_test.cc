// Which keys a watch covers.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A key outside of the case's corner, deleted with this object.
class KeyOutside {
 public:
  KeyOutside(const Scratch& scratch, std::string key) : scratch_(scratch), key_(std::move(key)) {}
  ~KeyOutside() { static_cast<void>(scratch_.Call(Delete(key_))); }
  KeyOutside(const KeyOutside&) = delete;
  KeyOutside& operator=(const KeyOutside&) = delete;

  void Put(const std::string& value) const {
    EXPECT_THAT(scratch_.Call(conformance::Put(key_, value)), IsOk());
  }

 private:
  const Scratch& scratch_;
  const std::string key_;
};

TEST(WatchRange, OfOneKeySeesThatKeyAlone) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("b"))).watch_id();
  for (const char* name : {"a", "c", "bb", ""}) s.Put(name, "1");
  EXPECT_THAT(stream.UntilFence(), IsEmpty());

  s.Put("b", "1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("b"), "1")));
}

TEST(WatchRange, HasItsFirstKeyAndNotItsEnd) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("b"), {.range_end = s("d")})).watch_id();

  for (const char* name : {"a", "b", "c", "cz", "d", "e"}) s.Put(name, "1");

  EXPECT_THAT(stream.Events(id, 3),
              ElementsAre(IsPutOf(s("b"), "1"), IsPutOf(s("c"), "1"), IsPutOf(s("cz"), "1")));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchRange, OfAPrefixSeesEveryKeyUnderIt) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("p/"), {.range_end = s("p0")})).watch_id();

  for (const char* name : {"p", "p/", "p/a", "p/\xff", "p0", "q/a"}) s.Put(name, "1");

  EXPECT_THAT(stream.Events(id, 3), ElementsAre(IsPutOf(s("p/"), "1"), IsPutOf(s("p/a"), "1"),
                                                IsPutOf(s("p/\xff"), "1")));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchRange, ThatEndsRightAfterItsKeySeesThatKeyAlone) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id =
      stream.Create(WatchCreate(s("b"), {.range_end = s("b") + kZeroByte})).watch_id();

  for (const char* name : {"a", "bb", "c", "b"}) s.Put(name, "1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("b"), "1")));
}

TEST(WatchRange, WithAZeroByteForItsEndHasNoEnd) {
  Scratch s;
  const Scratch last(Scratch::Where::kLast);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("b"), {.range_end = kZeroByte})).watch_id();

  s.Put("a", "1");
  s.Put("b", "1");
  last.Put("a", "1");

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("b"), "1"), IsPutOf(last("a"), "1")));
}

TEST(WatchRange, WithoutAKeyIsOfTheKeyOfOneZeroByte) {
  Scratch s;
  const KeyOutside zero(s, kZeroByte);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate("")).watch_id();

  s.Put("a", "1");
  zero.Put("1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(kZeroByte, "1")));
}

TEST(WatchRange, OfTheZeroByteAloneIsOfOneKey) {
  Scratch s;
  const KeyOutside zero(s, kZeroByte);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(kZeroByte)).watch_id();

  s.Put("a", "1");
  zero.Put("1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(kZeroByte, "1")));
}

TEST(WatchRange, WithoutAKeyAndWithAZeroByteForItsEndIsEverything) {
  Scratch s;
  const KeyOutside zero(s, kZeroByte);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate("", {.range_end = kZeroByte})).watch_id();

  s.Put("a", "1");
  zero.Put("1");

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(kZeroByte, "1")));
}

TEST(WatchRange, OfTheZeroByteAndWithItForItsEndIsEverything) {
  Scratch s;
  const KeyOutside zero(s, kZeroByte);
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(kZeroByte, {.range_end = kZeroByte})).watch_id();

  s.Put("a", "1");
  zero.Put("1");

  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "1"), IsPutOf(kZeroByte, "1")));
}

TEST(WatchRange, WithoutAKeyAndWithAnEndIsEverythingBeforeTheEnd) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate("", {.range_end = s("b")})).watch_id();

  s.Put("b", "1");
  s.Put("a", "1");

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchRange, ComparesKeysByteByByte) {
  Scratch s;
  const std::string below = s("\x7f");
  const std::string within = s(std::string("\x80\0", 2));
  const std::string above = s("\xff");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("\x80"), {.range_end = above})).watch_id();

  for (const std::string& key : {below, above, within}) {
    ASSERT_THAT(s.Call(Put(key, "1")), IsOk());
  }

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(within, "1")));
}

TEST(WatchRange, SeesOfARangeDeleteOnlyWhatItCovers) {
  Scratch s;
  for (const char* name : {"a", "b", "c", "d"}) s.Put(name, "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("b"), {.range_end = s("d")})).watch_id();

  const auto deleted = s.Call(Delete(s("a"), {.range_end = s("z")}));

  const int64_t revision = deleted->header().revision();
  EXPECT_THAT(stream.NextOf(id).events(),
              ElementsAre(IsDeleteOf(s("b"), revision), IsDeleteOf(s("c"), revision)));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchRange, SeesOfATransactionOnlyWhatItCovers) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("b"))).watch_id();

  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "2"), Put(s("c"), "3")})), IsOk());

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("b"), "2")));
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchRange, MayOverlapOthersAndEachSeesTheChange) {
  Scratch s;
  WatchStream stream(s);
  const int64_t key = stream.Create(WatchCreate(s("b"))).watch_id();
  const int64_t same_key = stream.Create(WatchCreate(s("b"))).watch_id();
  const int64_t low = stream.Create(WatchCreate(s("a"), {.range_end = s("c")})).watch_id();
  const int64_t high = stream.Create(WatchCreate(s("b"), {.range_end = s("d")})).watch_id();
  const int64_t beside = stream.Create(WatchCreate(s("c"), {.range_end = s("d")})).watch_id();

  s.Put("b", "1");

  for (const int64_t id : {key, same_key, low, high}) {
    EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("b"), "1"))) << id;
  }
  EXPECT_THAT(stream.UntilFence(), IsEmpty()) << beside;
}

}  // namespace
}  // namespace conformance
