// Defragmentation, the size of the backend, and the quota on it. Cases that fill the backend up run
// where the suite is told of a quota small enough.
#include <gmock/gmock.h>

#include "conformance/support/cluster.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::Gt;
using testing::IsEmpty;
using testing::Lt;

int64_t DbSize(const Wire& wire) { return wire.Call(pb::StatusRequest())->dbsize(); }

// etcd writes down what it has done every tenth of a second: only then it knows how large it is.
int64_t DbSizeAbove(const Wire& wire, int64_t bytes) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int64_t size = DbSize(wire);
  while (size <= bytes && std::chrono::steady_clock::now() < deadline) size = DbSize(wire);
  return size;
}

TEST(Defragment, LosesNothing) {
  Scratch s;
  s.Put("a", "1");
  const auto before = s.Call(HashKv(0));
  ASSERT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
  EXPECT_EQ(s.Call(HashKv(0))->SerializeAsString(), before->SerializeAsString());
  EXPECT_THAT(s.Get("a").kvs(), ElementsAre(Holds(s("a"), "1")));
}

TEST(Defragment, GivesBackWhatCompactionMadeFree) {
  Scratch s;
  for (int i = 0; i < 20; ++i) s.Put("a", std::string(100000, 'v'));
  const int64_t full = DbSizeAbove(s, 2000000);
  ASSERT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  ASSERT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
  EXPECT_THAT(DbSize(s), Lt(full - 1500000));
}

TEST(Defragment, MovesNoRevision) {
  Scratch s;
  const int64_t before = s.Revision();
  ASSERT_THAT(s.Call(pb::DefragmentRequest()), IsOk());
  EXPECT_EQ(s.Revision(), before);
}

TEST(DbSize, GrowsWithWhatIsPut) {
  Scratch s;
  const int64_t before = DbSize(s);
  for (int i = 0; i < 20; ++i) s.Put(std::to_string(i), std::string(100000, 'v'));
  EXPECT_THAT(DbSizeAbove(s, before + 1900000), Gt(before + 1900000));
}

TEST(DbSize, DoesNotShrinkByCompaction) {
  Scratch s;
  for (int i = 0; i < 10; ++i) s.Put("a", std::string(100000, 'v'));
  const int64_t full = DbSizeAbove(s, 1000000);
  ASSERT_THAT(s.Call(Compact(s.Revision(), true)), IsOk());
  EXPECT_THAT(DbSize(s), Ge(full));
}

// Fills the backend up to the quota, and makes room again in the end.
class Quota : public testing::Test {
 protected:
  static constexpr size_t kValue = 50000;

  void SetUp() override {
    if (target().quota_backend_bytes == 0) GTEST_SKIP() << "needs --quota-backend-bytes";
  }

  void TearDown() override {
    if (target().quota_backend_bytes != 0) MakeRoom();
  }

  // Puts until it is refused; returns how many were not.
  int64_t FillUp() const {
    const pb::PutRequest put = Put(s_("a"), std::string(kValue, 'v'));
    for (int64_t puts = 0; puts * static_cast<int64_t>(kValue) < 2 * target().quota_backend_bytes;
         ++puts) {
      const auto reply = s_.Call(put);
      if (reply.status.ok()) {
        // Has etcd write down what it did, which it otherwise does ten times a second.
        static_cast<void>(s_.Call(pb::HashRequest()));
        continue;
      }
      EXPECT_THAT(reply, FailsWith(kNoSpace));
      return puts;
    }
    ADD_FAILURE() << "there is no end of it";
    return 0;
  }

  void Compress() const {
    static_cast<void>(s_.Call(Delete(s_("a"))));
    static_cast<void>(s_.Call(Compact(s_.Revision(), true)));
    static_cast<void>(s_.Call(pb::DefragmentRequest()));
  }

  void Disarm() const {
    static_cast<void>(s_.Call(Alarm(pb::AlarmRequest::DEACTIVATE, pb::NOSPACE, OwnId(s_))));
  }

  void MakeRoom() const {
    Compress();
    Disarm();
  }

  Scratch s_;
};

TEST_F(Quota, IsReachedAtAboutItsSize) {
  const int64_t bytes = FillUp() * static_cast<int64_t>(kValue);
  EXPECT_THAT(bytes, Gt(target().quota_backend_bytes * 6 / 10));
  EXPECT_THAT(bytes, Lt(target().quota_backend_bytes * 11 / 10));
}

TEST_F(Quota, ThatIsReachedRaisesTheMembersAlarm) {
  EXPECT_THAT(s_.Call(Alarm(pb::AlarmRequest::GET))->alarms(), IsEmpty());
  FillUp();
  const auto alarms = s_.Call(Alarm(pb::AlarmRequest::GET));
  ASSERT_EQ(alarms->alarms_size(), 1);
  EXPECT_EQ(alarms->alarms(0).alarm(), pb::NOSPACE);
  EXPECT_EQ(alarms->alarms(0).memberid(), OwnId(s_));
}

TEST_F(Quota, ThatIsReachedRefusesTheSmallestPut) {
  FillUp();
  EXPECT_THAT(s_.Call(Put(s_("b"), "")), FailsWith(kNoSpace));
  EXPECT_THAT(s_.Call(LeaseGrant(600)), FailsWith(kNoSpace));
}

TEST_F(Quota, OfALargePutIsAskedBeforeItsShape) {
  FillUp();
  EXPECT_THAT(s_.Call(Put("", std::string(100000, 'v'))), FailsWith(kNoSpace));
  EXPECT_THAT(s_.Call(Put(s_("b"), std::string(1600000, 'v'))), FailsWith(kNoSpace));
  const Op put(Put("", std::string(100000, 'v')));
  EXPECT_THAT(s_.Call(Txn({}, {put})), FailsWith(kNoSpace));
}

TEST_F(Quota, OfATxnIsOfItsDearerBranch) {
  FillUp();
  const std::string large(100000, 'v');
  EXPECT_THAT(s_.Call(Txn({}, {}, {Put(s_("b"), large)})), FailsWith(kNoSpace));
  EXPECT_THAT(s_.Call(Txn({}, {Delete(s_("b"))})), IsOk());
}

TEST_F(Quota, CountsTxnsWithinOthersUnlessThePatchIsOld) {
  const bool counts = target().version.Since({V(3, 5, 33), V(3, 6, 14), V(3, 7, 0)});
  s_.Put("a", std::string(900'000, 'v'));
  const Op put(Put(s_("b"), std::string(1'400'000, 'v')));
  const auto txn = s_.Call(Txn({}, {Txn({}, {put})}));
  if (counts) {
    EXPECT_THAT(txn, FailsWith(kNoSpace));
  } else {
    EXPECT_THAT(txn, IsOk());
  }
}

TEST_F(Quota, IsReachedAgainWithoutRoomMade) {
  FillUp();
  Disarm();
  EXPECT_THAT(s_.Call(Alarm(pb::AlarmRequest::GET))->alarms(), IsEmpty());
  EXPECT_THAT(s_.Call(Put(s_("b"), std::string(100000, 'v'))), FailsWith(kNoSpace));
  EXPECT_EQ(s_.Call(Alarm(pb::AlarmRequest::GET))->alarms_size(), 1);
}

TEST_F(Quota, IsNotReachedAnyMoreOnceRoomIsMade) {
  FillUp();
  Compress();
  EXPECT_THAT(s_.Call(Put(s_("b"), "1")), FailsWith(kNoSpace));
  Disarm();
  EXPECT_THAT(s_.Call(Put(s_("b"), "1")), IsOk());
}

TEST_F(Quota, IsToldByTheStatusSince36) {
  EXPECT_EQ(s_.Call(pb::StatusRequest())->dbsizequota(),
            target().version.AtLeast(3, 6) ? target().quota_backend_bytes : 0);
}

}  // namespace
}  // namespace conformance
