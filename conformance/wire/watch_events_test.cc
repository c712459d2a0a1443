// What watches are told of changes.
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "conformance/support/call_all.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/watch_stream.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kNoPut = pb::WatchCreateRequest::NOPUT;
constexpr int kNoDelete = pb::WatchCreateRequest::NODELETE;

pb::WatchCreateRequest WatchAll(const Scratch& s, WatchOptions options = {}) {
  options.range_end = s.end();
  return WatchCreate(s.prefix(), options);
}

// Deletes `key` and puts it anew in one revision. Only a delete without an end may cover a key
// that the same transaction puts, so the key must be after all others.
pb::TxnRequest DeleteThenPut(const std::string& key, const std::string& value) {
  return Txn({}, {Delete(key, {.range_end = kZeroByte}), Put(key, value)});
}

// Puts `key` and deletes it in one revision.
pb::TxnRequest PutThenDelete(const std::string& key, const std::string& value) {
  return Txn({}, {Txn({}, {Put(key, value)}), Txn({}, {Delete(key)})});
}

TEST(WatchEvent, OfAPutCarriesTheWholePair) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t created = s.Put("a", "1").header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  const int64_t revision = s.Put("a", "2", {.lease = lease}).header().revision();

  const auto events = stream.Events(id, 1);
  ASSERT_THAT(events, ElementsAre(IsPutOf(s("a"), "2")));
  EXPECT_THAT(events[0].kv(), IsPair(Pair{.key = s("a"),
                                          .value = "2",
                                          .create_revision = created,
                                          .mod_revision = revision,
                                          .version = 2,
                                          .lease = lease}));
}

TEST(WatchEvent, OfADeleteCarriesOnlyTheKeyAndTheRevision) {
  Scratch s;
  s.Put("a", "1", {.lease = s.Grant()});
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  const int64_t revision = s.Delete("a").header().revision();

  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsDeleteOf(s("a"), revision)));
}

TEST(WatchEvent, OfAnEmptyValueIsAPut) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "");
  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "")));
}

TEST(WatchEvent, ComesInAResponseAtTheRevisionOfItsChange) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  const int64_t first = s.Put("a", "1").header().revision();
  s.Put("b", "1");
  const int64_t second = s.Put("a", "2").header().revision();

  EXPECT_THAT(stream.NextOf(id), AtRevision(first));
  EXPECT_THAT(stream.NextOf(id), AtRevision(second));
}

TEST(WatchEvent, ComesWithTheHeaderOfTheChange) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  const pb::ResponseHeader put = s.Put("a", "1").header();
  EXPECT_EQ(stream.NextOf(id).header().SerializeAsString(), put.SerializeAsString());
}

TEST(WatchEvent, ComesInAResponseThatSaysNothingElse) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");
  EXPECT_THAT(stream.NextOf(id), CarriesOnlyEvents());
}

TEST(WatchEvent, IsAloneInItsResponseWhenItsRevisionHasNoOther) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  for (const char* name : {"a", "b", "c"}) s.Put(name, "1");

  for (const char* name : {"a", "b", "c"}) {
    EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s(name), "1")));
  }
}

TEST(WatchEvent, OfAPutThatChangesNothingComesToo) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "1");

  const auto events = stream.Events(id, 1);
  EXPECT_EQ(events[0].kv().version(), 2);
}

TEST(WatchEvent, OfAPutThatIgnoresTheValueCarriesTheOldOne) {
  Scratch s;
  s.Put("a", "old");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "", {.ignore_value = true});
  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsPutOf(s("a"), "old")));
}

TEST(WatchEvent, OfAPutThatIgnoresTheLeaseCarriesTheOldOne) {
  Scratch s;
  const int64_t lease = s.Grant();
  s.Put("a", "1", {.lease = lease});
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "2", {.ignore_lease = true});

  EXPECT_EQ(stream.Events(id, 1)[0].kv().lease(), lease);
}

TEST(WatchEvent, CountsVersionsAnewAfterADelete) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "1");
  s.Put("a", "2");
  s.Delete("a");
  s.Put("a", "3");

  const auto events = stream.Events(id, 4);

  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[1].kv().version(), 2);
  EXPECT_EQ(events[1].kv().create_revision(), events[0].kv().mod_revision());
  EXPECT_EQ(events[3].kv().version(), 1);
  EXPECT_EQ(events[3].kv().create_revision(), events[3].kv().mod_revision());
}

TEST(WatchEvent, OfOneTransactionComeTogetherInTheOrderOfItsOperations) {
  Scratch s;
  s.Put("c", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  const auto txn = s.Call(Txn(
      {}, {Put(s("d"), "1"), Put(s("b"), "1"), Delete(s("c")), Range(s("b")), Put(s("a"), "1")}));

  const int64_t revision = txn->header().revision();
  EXPECT_THAT(stream.NextOf(id).events(),
              ElementsAre(IsPutOf(s("d"), "1"), IsPutOf(s("b"), "1"), IsDeleteOf(s("c"), revision),
                          IsPutOf(s("a"), "1")));
}

TEST(WatchEvent, OfOneTransactionHaveOneRevision) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  const int64_t revision =
      s.Call(Txn({}, {Put(s("a"), "1"), Put(s("b"), "1")}))->header().revision();

  const auto response = stream.NextOf(id);
  EXPECT_THAT(response, AtRevision(revision));
  for (const auto& event : response.events()) EXPECT_EQ(event.kv().mod_revision(), revision);
}

TEST(WatchEvent, OfNestedTransactionsComeInTheOrderOfExecution) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  ASSERT_THAT(s.Call(Txn({}, {Put(s("c"), "1"), Txn({}, {Put(s("b"), "1")}), Put(s("a"), "1")})),
              IsOk());

  EXPECT_THAT(stream.NextOf(id).events(),
              ElementsAre(IsPutOf(s("c"), "1"), IsPutOf(s("b"), "1"), IsPutOf(s("a"), "1")));
}

TEST(WatchEvent, OfThePathNotTakenDoNotCome) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  ASSERT_THAT(
      s.Call(Txn({If(s("a"), kVersion, kEqual, 5)}, {Put(s("a"), "then")}, {Put(s("a"), "else")})),
      IsOk());

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("a"), "else")));
}

TEST(WatchEvent, OfAKeyPutAndDeletedInOneRevisionAreBoth) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();

  const auto txn = s.Call(PutThenDelete(s("a"), "1"));

  EXPECT_THAT(stream.NextOf(id).events(),
              ElementsAre(IsPutOf(s("a"), "1"), IsDeleteOf(s("a"), txn->header().revision())));
}

TEST(WatchEvent, OfAKeyDeletedAndPutInOneRevisionAreBoth) {
  Scratch s(Scratch::Where::kLast);
  const std::string key = s("a");
  ASSERT_THAT(s.Call(Put(key, "1")), IsOk());
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(key)).watch_id();

  const auto txn = s.Call(DeleteThenPut(key, "2"));

  const int64_t revision = txn->header().revision();
  const auto response = stream.NextOf(id);
  ASSERT_THAT(response.events(), ElementsAre(IsDeleteOf(key, revision), IsPutOf(key, "2")));
  EXPECT_THAT(response.events(1).kv(), IsPair(Pair{.key = key,
                                                   .value = "2",
                                                   .create_revision = revision,
                                                   .mod_revision = revision,
                                                   .version = 1}));
}

TEST(WatchEvent, OfADeleteOfManyKeysComeTogetherInKeyOrder) {
  Scratch s;
  constexpr int kKeys = 500;
  std::vector<pb::PutRequest> puts;
  for (int i = 0; i < kKeys; ++i) puts.push_back(Put(s("k" + std::to_string(1000 + i)), "1"));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s)).watch_id();

  const auto deleted = s.Call(Delete(s("k"), {.range_end = s("l")}));

  const auto response = stream.NextOf(id);
  ASSERT_THAT(response.events(), SizeIs(kKeys));
  for (int i = 0; i < kKeys; ++i) {
    EXPECT_THAT(response.events(i),
                IsDeleteOf(s("k" + std::to_string(1000 + i)), deleted->header().revision()));
  }
}

TEST(WatchEvent, DoesNotComeOfWhatChangesNothing) {
  Scratch s;
  s.Put("a", "1");
  const int64_t lease = s.Grant();
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.range_end = s("c")}));

  ASSERT_THAT(s.Call(Delete(s("b"))), IsOk());
  ASSERT_THAT(s.Call(Txn({}, {Range(s("a"))})), IsOk());
  ASSERT_THAT(s.Call(Txn({}, {Delete(s("b"))})), IsOk());
  ASSERT_THAT(s.Call(Txn({If(s("a"), kVersion, kEqual, 5)}, {Put(s("a"), "2")})), IsOk());
  ASSERT_THAT(s.Call(Put(s("a"), "2", {.lease = lease + 1})), testing::Not(IsOk()));
  ASSERT_THAT(s.Call(LeaseRevoke(lease)), IsOk());
  ASSERT_THAT(s.Call(Compact(s.Revision())), IsOk());

  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchEvent, ReachesEveryStream) {
  Scratch s;
  WatchStream one(s);
  WatchStream other(s);
  const int64_t id = one.Create(WatchCreate(s("a"))).watch_id();
  const int64_t other_id = other.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "1");

  EXPECT_THAT(one.Events(id, 1), ElementsAre(IsPutOf(s("a"), "1")));
  EXPECT_THAT(other.Events(other_id, 1), ElementsAre(IsPutOf(s("a"), "1")));
}

TEST(WatchEvent, OfManyWritersComeOncePerRevisionInRisingOrder) {
  Scratch s;
  constexpr int kWrites = 500;
  WatchStream stream(s);
  const auto created = stream.Create(WatchAll(s));
  std::vector<pb::PutRequest> puts;
  for (int i = 0; i < kWrites; ++i) puts.push_back(Put(s(std::to_string(i % 7)), "1"));
  for (const auto& put : CallAll(s, puts)) ASSERT_THAT(put, IsOk());

  const auto events = stream.Events(created.watch_id(), kWrites);

  ASSERT_THAT(events, SizeIs(kWrites));
  for (int i = 0; i < kWrites; ++i) {
    EXPECT_EQ(events[i].kv().mod_revision(), created.header().revision() + 1 + i);
  }
}

TEST(WatchPrevKv, IsNotSentUnlessAskedFor) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"))).watch_id();
  s.Put("a", "2");
  s.Delete("a");
  for (const auto& event : stream.Events(id, 2)) EXPECT_FALSE(event.has_prev_kv());
}

TEST(WatchPrevKv, OfAnUpdateIsThePairBefore) {
  Scratch s;
  const int64_t lease = s.Grant();
  const int64_t created = s.Put("a", "1").header().revision();
  const int64_t updated = s.Put("a", "2", {.lease = lease}).header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();

  s.Put("a", "3");

  EXPECT_THAT(stream.Events(id, 1)[0].prev_kv(), IsPair(Pair{.key = s("a"),
                                                             .value = "2",
                                                             .create_revision = created,
                                                             .mod_revision = updated,
                                                             .version = 2,
                                                             .lease = lease}));
}

TEST(WatchPrevKv, OfADeleteIsThePairDeleted) {
  Scratch s;
  const int64_t created = s.Put("a", "1").header().revision();
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();

  const int64_t deleted = s.Delete("a").header().revision();

  const auto events = stream.Events(id, 1);
  EXPECT_THAT(events, ElementsAre(IsDeleteOf(s("a"), deleted)));
  EXPECT_THAT(events[0].prev_kv(), IsPair(Pair{.key = s("a"),
                                               .value = "1",
                                               .create_revision = created,
                                               .mod_revision = created,
                                               .version = 1}));
}

TEST(WatchPrevKv, OfAKeyThatWasNotThereIsAbsent) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();
  s.Put("a", "1");
  EXPECT_FALSE(stream.Events(id, 1)[0].has_prev_kv());
}

TEST(WatchPrevKv, OfAKeyPutAgainAfterItsDeleteIsAbsent) {
  Scratch s;
  s.Put("a", "1");
  s.Delete("a");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();
  s.Put("a", "2");
  EXPECT_FALSE(stream.Events(id, 1)[0].has_prev_kv());
}

TEST(WatchPrevKv, OfOneTransactionAreThePairsBeforeIt) {
  Scratch s;
  s.Put("a", "1");
  s.Put("b", "2");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s, {.prev_kv = true})).watch_id();

  ASSERT_THAT(s.Call(Txn({}, {Put(s("a"), "x"), Delete(s("b")), Put(s("c"), "x")})), IsOk());

  const auto events = stream.Events(id, 3);
  EXPECT_THAT(events[0].prev_kv(), Holds(s("a"), "1"));
  EXPECT_THAT(events[1].prev_kv(), Holds(s("b"), "2"));
  EXPECT_FALSE(events[2].has_prev_kv());
}

TEST(WatchPrevKv, OfAKeyPutAndDeletedInOneRevisionIsTwiceThePairBefore) {
  Scratch s;
  s.Put("a", "before");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();

  ASSERT_THAT(s.Call(PutThenDelete(s("a"), "within")), IsOk());

  const auto events = stream.Events(id, 2);
  EXPECT_THAT(events[0].prev_kv(), Holds(s("a"), "before"));
  EXPECT_THAT(events[1].prev_kv(), Holds(s("a"), "before"));
}

TEST(WatchPrevKv, OfAKeyMadeAndDeletedInOneRevisionIsAbsent) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();
  ASSERT_THAT(s.Call(PutThenDelete(s("a"), "1")), IsOk());
  for (const auto& event : stream.Events(id, 2)) EXPECT_FALSE(event.has_prev_kv());
}

TEST(WatchPrevKv, OfAKeyDeletedAndPutInOneRevisionIsWithTheDeleteAlone) {
  Scratch s(Scratch::Where::kLast);
  const std::string key = s("a");
  ASSERT_THAT(s.Call(Put(key, "before")), IsOk());
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(key, {.prev_kv = true})).watch_id();

  ASSERT_THAT(s.Call(DeleteThenPut(key, "after")), IsOk());

  const auto events = stream.Events(id, 2);
  EXPECT_THAT(events[0].prev_kv(), Holds(key, "before"));
  EXPECT_FALSE(events[1].has_prev_kv());
}

TEST(WatchPrevKv, IsSentOfThePastToo) {
  Scratch s;
  s.Put("a", "1");
  const int64_t start = s.Put("a", "2").header().revision();
  s.Delete("a");
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = start, .prev_kv = true});
  const auto events = stream.Events(stream.Create(create).watch_id(), 2);

  EXPECT_THAT(events[0].prev_kv(), Holds(s("a"), "1"));
  EXPECT_THAT(events[1].prev_kv(), Holds(s("a"), "2"));
}

TEST(WatchPrevKv, ThatIsCompactedIsAbsent) {
  Scratch s;
  s.Put("a", "1");
  const int64_t compacted = s.Put("a", "2").header().revision();
  s.Put("a", "3");
  ASSERT_THAT(s.Call(Compact(compacted, true)), IsOk());
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = compacted, .prev_kv = true});
  const auto events = stream.Events(stream.Create(create).watch_id(), 2);

  EXPECT_FALSE(events[0].has_prev_kv());
  EXPECT_THAT(events[1].prev_kv(), Holds(s("a"), "2"));
}

TEST(WatchPrevKv, IsSentOnlyToTheWatchThatAsked) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t with = stream.Create(WatchCreate(s("a"), {.prev_kv = true})).watch_id();
  const int64_t without = stream.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "2");

  EXPECT_TRUE(stream.Events(with, 1)[0].has_prev_kv());
  EXPECT_FALSE(stream.Events(without, 1)[0].has_prev_kv());
}

TEST(WatchPrevKv, IsForgottenWithTheIdThatAskedForIt) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.prev_kv = true, .watch_id = 7}));
  stream.SendCancel(7);
  ASSERT_TRUE(stream.NextOf(7).canceled());
  stream.Create(WatchCreate(s("a"), {.watch_id = 7}));

  s.Put("a", "2");

  EXPECT_FALSE(stream.Events(7, 1)[0].has_prev_kv());
}

TEST(WatchFilter, NoPutLeavesTheDeletes) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.filters = {kNoPut}})).watch_id();
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsDeleteOf(s("a"), deleted)));
}

TEST(WatchFilter, NoDeleteLeavesThePuts) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.filters = {kNoDelete}})).watch_id();
  s.Delete("a");
  s.Put("a", "2");
  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("a"), "2")));
}

TEST(WatchFilter, OfBothLeavesNothing) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.filters = {kNoPut, kNoDelete}}));
  s.Put("a", "1");
  s.Delete("a");
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchFilter, ThatLeavesNothingOfARevisionSuppressesTheResponse) {
  Scratch s;
  WatchStream stream(s);
  stream.Create(WatchCreate(s("a"), {.filters = {kNoPut}}));
  s.Put("a", "1");
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchFilter, LeavesTheRestOfATransaction) {
  Scratch s;
  s.Put("b", "1");
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchAll(s, {.filters = {kNoDelete}})).watch_id();

  ASSERT_THAT(s.Call(Txn({}, {Put(s("c"), "1"), Delete(s("b")), Put(s("a"), "1")})), IsOk());

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsPutOf(s("c"), "1"), IsPutOf(s("a"), "1")));
}

TEST(WatchFilter, GivenTwiceIsTheSameAsOnce) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.filters = {kNoPut, kNoPut}})).watch_id();
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  EXPECT_THAT(stream.Events(id, 1), ElementsAre(IsDeleteOf(s("a"), deleted)));
}

TEST(WatchFilter, OfNoKnownKindIsIgnored) {
  Scratch s;
  WatchStream stream(s);
  const int64_t id = stream.Create(WatchCreate(s("a"), {.filters = {7}})).watch_id();
  s.Put("a", "1");
  const int64_t deleted = s.Delete("a").header().revision();
  EXPECT_THAT(stream.Events(id, 2), ElementsAre(IsPutOf(s("a"), "1"), IsDeleteOf(s("a"), deleted)));
}

TEST(WatchFilter, HoldsForThePastToo) {
  Scratch s;
  const int64_t start = s.Put("a", "1").header().revision();
  const int64_t deleted = s.Delete("a").header().revision();
  s.Put("a", "2");
  WatchStream stream(s);

  const auto create = WatchCreate(s("a"), {.start_revision = start, .filters = {kNoPut}});
  const int64_t id = stream.Create(create).watch_id();

  EXPECT_THAT(stream.NextOf(id).events(), ElementsAre(IsDeleteOf(s("a"), deleted)));
}

TEST(WatchFilter, HoldsForItsOwnWatchAlone) {
  Scratch s;
  WatchStream stream(s);
  const int64_t filtered = stream.Create(WatchCreate(s("a"), {.filters = {kNoPut}})).watch_id();
  const int64_t whole = stream.Create(WatchCreate(s("a"))).watch_id();

  s.Put("a", "1");

  EXPECT_THAT(stream.Events(whole, 1), SizeIs(1)) << filtered;
  EXPECT_THAT(stream.UntilFence(), IsEmpty());
}

TEST(WatchFilter, StillLetsPrevKvThrough) {
  Scratch s;
  s.Put("a", "1");
  WatchStream stream(s);
  const int64_t id =
      stream.Create(WatchCreate(s("a"), {.prev_kv = true, .filters = {kNoPut}})).watch_id();
  s.Delete("a");
  EXPECT_THAT(stream.Events(id, 1)[0].prev_kv(), Holds(s("a"), "1"));
}

}  // namespace
}  // namespace conformance
