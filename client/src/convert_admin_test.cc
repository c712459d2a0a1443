#include "client/src/convert_admin.h"

#include <string>

#include <gtest/gtest.h>

namespace etcdpp {
namespace {

namespace authpb = etcdpp_proto::authpb;

TEST(ConvertAdminTest, TheEnumeratorsHaveTheWiresNumbers) {
  const auto same = [](auto ours, auto wire) {
    return static_cast<int>(ours) == static_cast<int>(wire);
  };
  EXPECT_TRUE(same(PermissionType::kRead, authpb::Permission::READ));
  EXPECT_TRUE(same(PermissionType::kWrite, authpb::Permission::WRITE));
  EXPECT_TRUE(same(PermissionType::kReadWrite, authpb::Permission::READWRITE));
  EXPECT_TRUE(same(AlarmType::kNone, pb::NONE));
  EXPECT_TRUE(same(AlarmType::kNoSpace, pb::NOSPACE));
  EXPECT_TRUE(same(AlarmType::kCorrupt, pb::CORRUPT));
  EXPECT_TRUE(same(AlarmRequest::Action::kActivate, pb::AlarmRequest::ACTIVATE));
  EXPECT_TRUE(same(AlarmRequest::Action::kDeactivate, pb::AlarmRequest::DEACTIVATE));
  EXPECT_TRUE(same(DowngradeRequest::Action::kValidate, pb::DowngradeRequest::VALIDATE));
  EXPECT_TRUE(same(DowngradeRequest::Action::kEnable, pb::DowngradeRequest::ENABLE));
  EXPECT_TRUE(same(DowngradeRequest::Action::kCancel, pb::DowngradeRequest::CANCEL));
}

struct WireCase {
  std::string got;
  std::string want;
};

TEST(ConvertAdminTest, RequestsSendEveryField) {
  const WireCase cases[] = {
      {ToProto(AuthenticateRequest{"u", "p"}).ShortDebugString(), "name: \"u\" password: \"p\""},
      {ToProto(UserAddRequest{"u", "p", false}).ShortDebugString(),
       "name: \"u\" password: \"p\" options { }"},
      {ToProto(UserAddRequest{"u", "", true}).ShortDebugString(),
       "name: \"u\" options { no_password: true }"},
      {ToProto(UserChangePasswordRequest{"u", "p"}).ShortDebugString(),
       "name: \"u\" password: \"p\""},
      {ToGrant({"u", "r"}).ShortDebugString(), "user: \"u\" role: \"r\""},
      {ToRevoke({"u", "r"}).ShortDebugString(), "name: \"u\" role: \"r\""},
      {ToProto(RoleGrantPermissionRequest{
                   "r", {PermissionType::kReadWrite, KeyRange::HalfOpen("a", "c")}})
           .ShortDebugString(),
       "name: \"r\" perm { permType: READWRITE key: \"a\" range_end: \"c\" }"},
      {ToProto(RoleRevokePermissionRequest{"r", KeyRange::From("a")}).ShortDebugString(),
       "role: \"r\" key: \"a\" range_end: \"\\000\""},
      {ToProto(MemberListRequest{}).ShortDebugString(), "linearizable: true"},
      {ToProto(MemberAddRequest{{"http://a", "http://b"}, true}).ShortDebugString(),
       "peerURLs: \"http://a\" peerURLs: \"http://b\" isLearner: true"},
      {ToProto(MemberUpdateRequest{7, {"http://a"}}).ShortDebugString(),
       "ID: 7 peerURLs: \"http://a\""},
      {ToProto(AlarmRequest{AlarmRequest::Action::kActivate, 7, AlarmType::kNoSpace})
           .ShortDebugString(),
       "action: ACTIVATE memberID: 7 alarm: NOSPACE"},
      {ToProto(HashKvRequest{7}).ShortDebugString(), "revision: 7"},
      {ToProto(MoveLeaderRequest{7}).ShortDebugString(), "targetID: 7"},
      {ToProto(DowngradeRequest{DowngradeRequest::Action::kEnable, "3.5"}).ShortDebugString(),
       "action: ENABLE version: \"3.5\""},
  };
  for (const WireCase& c : cases) EXPECT_EQ(c.got, c.want);
}

TEST(ConvertAdminTest, AStatusKeepsEveryField) {
  pb::StatusResponse wire;
  wire.mutable_header()->set_revision(1);
  wire.set_version("3.6.14");
  wire.set_dbsize(2);
  wire.set_leader(3);
  wire.set_raftindex(4);
  wire.set_raftterm(5);
  wire.set_raftappliedindex(6);
  wire.add_errors("NOSPACE");
  wire.set_dbsizeinuse(7);
  wire.set_islearner(true);
  wire.set_storageversion("3.6.0");
  wire.set_dbsizequota(8);
  wire.mutable_downgradeinfo()->set_enabled(true);
  wire.mutable_downgradeinfo()->set_targetversion("3.5.0");

  MemberStatus want;
  want.header.revision = 1;
  want.version = "3.6.14";
  want.db_size = 2;
  want.leader = 3;
  want.raft_index = 4;
  want.raft_term = 5;
  want.raft_applied_index = 6;
  want.errors = {"NOSPACE"};
  want.db_size_in_use = 7;
  want.is_learner = true;
  want.storage_version = "3.6.0";
  want.db_size_quota = 8;
  want.downgrade_enabled = true;
  want.downgrade_target = "3.5.0";
  EXPECT_EQ(FromProto(std::move(wire)), want);
}

TEST(ConvertAdminTest, AMemberKeepsEveryField) {
  pb::MemberAddResponse wire;
  pb::Member* member = wire.mutable_member();
  member->set_id(7);
  member->set_name("m");
  member->add_peerurls("http://p");
  member->add_clienturls("http://c");
  member->set_islearner(true);
  *wire.add_members() = *member;

  const MemberAddResponse response = FromProto(std::move(wire));

  const Member want{7, "m", {"http://p"}, {"http://c"}, true};
  EXPECT_EQ(response.member, want);
  EXPECT_EQ(response.members, std::vector<Member>{want});
}

TEST(ConvertAdminTest, APermissionKeepsItsRange) {
  pb::AuthRoleGetResponse wire;
  const KeyRange ranges[] = {KeyRange::Key("a"), KeyRange::Prefix("b"), KeyRange::From("c"),
                             KeyRange::All()};
  for (const KeyRange& range : ranges) {
    authpb::Permission* permission = wire.add_perm();
    permission->set_permtype(authpb::Permission::WRITE);
    SetRange(range, permission);
  }

  const RoleGetResponse response = FromProto(std::move(wire));

  ASSERT_EQ(response.permissions.size(), std::size(ranges));
  for (size_t i = 0; i < std::size(ranges); ++i) {
    const Permission want{PermissionType::kWrite, ranges[i]};
    EXPECT_EQ(response.permissions[i], want);
  }
}

}  // namespace
}  // namespace etcdpp
