// What a server says of itself and of its cluster.
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr int64_t kDefaultQuota = 2147483648;

TEST(Status, NamesTheVersionByThreeNumbers) {
  Scratch s;
  const std::string version = s.Call(pb::StatusRequest())->version();
  ASSERT_TRUE(Version::Parse(version).has_value()) << version;
  EXPECT_EQ(Version::Parse(version)->ToString(), version);
}

TEST(Status, NamesALeaderWhoIsAMember) {
  Scratch s;
  const uint64_t leader = s.Call(pb::StatusRequest())->leader();
  const auto members = *s.Call(pb::MemberListRequest());
  int found = 0;
  for (const pb::Member& member : members.members()) found += member.id() == leader ? 1 : 0;
  EXPECT_EQ(found, 1);
}

TEST(Status, HasTheTermOfItsHeader) {
  Scratch s;
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_EQ(status->raftterm(), status->header().raft_term());
}

TEST(Status, HasARaftIndexThatWritesMove) {
  Scratch s;
  const uint64_t before = s.Call(pb::StatusRequest())->raftindex();
  s.Put("a", "1");
  EXPECT_THAT(s.Call(pb::StatusRequest())->raftindex(), Gt(before));
}

TEST(Status, HasAppliedNoMoreThanItHas) {
  Scratch s;
  s.Put("a", "1");
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_LE(status->raftappliedindex(), status->raftindex());
  EXPECT_GT(status->raftappliedindex(), 0u);
}

TEST(Status, HasASizeOfWhichPartIsInUse) {
  Scratch s;
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_GT(status->dbsizeinuse(), 0);
  EXPECT_LE(status->dbsizeinuse(), status->dbsize());
}

TEST(Status, OfAVoterThatIsWellHasNoErrors) {
  Scratch s;
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_THAT(status->errors(), IsEmpty());
  EXPECT_FALSE(status->islearner());
}

TEST(Status, HasTheStorageVersionSince36) {
  Scratch s;
  const auto status = s.Call(pb::StatusRequest());
  const Version& version = target().version;
  const std::string line = std::to_string(version.major) + "." + std::to_string(version.minor);
  EXPECT_EQ(status->storageversion(), version.AtLeast(3, 6) ? line + ".0" : "");
}

TEST(Status, HasTheQuotaSince36) {
  Scratch s;
  EXPECT_EQ(s.Call(pb::StatusRequest())->dbsizequota(),
            target().version.AtLeast(3, 6) ? kDefaultQuota : 0);
}

TEST(Status, SaysWhetherADowngradeIsOnSince36) {
  Scratch s;
  const auto status = s.Call(pb::StatusRequest());
  EXPECT_EQ(status->has_downgradeinfo(), target().version.AtLeast(3, 6));
  EXPECT_FALSE(status->downgradeinfo().enabled());
}

TEST(MemberList, HasTheMemberThatAnswers) {
  Scratch s;
  const auto list = s.Call(pb::MemberListRequest());
  int found = 0;
  for (const pb::Member& member : list->members()) {
    found += member.id() == list->header().member_id() ? 1 : 0;
  }
  EXPECT_EQ(found, 1);
}

TEST(MemberList, HasANameAndUrlsOfEveryMember) {
  Scratch s;
  const auto list = s.Call(pb::MemberListRequest());
  for (const pb::Member& member : list->members()) {
    EXPECT_THAT(member.name(), Not(IsEmpty()));
    EXPECT_THAT(member.peerurls(), Not(IsEmpty()));
    EXPECT_THAT(member.clienturls(), Not(IsEmpty()));
    EXPECT_THAT(member.peerurls(), Each(StartsWith("http")));
    EXPECT_THAT(member.clienturls(), Each(StartsWith("http")));
    EXPECT_FALSE(member.islearner());
  }
}

TEST(MemberList, IsTheSameWhetherALinearizableOneIsAskedForOrNot) {
  Scratch s;
  pb::MemberListRequest linearizable;
  linearizable.set_linearizable(true);
  EXPECT_EQ(s.Call(linearizable)->SerializeAsString(),
            s.Call(pb::MemberListRequest())->SerializeAsString());
}

}  // namespace
}  // namespace conformance
