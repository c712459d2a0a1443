// Members, alarms, status, hashes and snapshots, as a program sees them.
#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

using etcdpp::Alarm;
using etcdpp::AlarmType;
using etcdpp::Code;
using etcdpp::Member;
using etcdpp::Reason;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr etcdpp::MemberId kNobody = 0x6e6f626f6479;

TEST(ClientMembers, AreListed) {
  Corner c;
  for (const bool linearizable : {true, false}) {
    const auto list = Must(c.client().cluster().ListMembers({linearizable}));
    EXPECT_NE(list.header.cluster_id, 0U);
    ASSERT_THAT(list.members, Not(IsEmpty()));
    const Member& member = list.members.front();
    EXPECT_NE(member.id, 0U);
    EXPECT_TRUE(member.started());
    EXPECT_THAT(member.peer_urls, Not(IsEmpty()));
    EXPECT_THAT(member.client_urls, Not(IsEmpty()));
    EXPECT_FALSE(member.is_learner);
  }
}

TEST(ClientMembers, ALearnerIsAddedChangedAndRemoved) {
  Corner c;
  etcdpp::Cluster cluster = c.client().cluster();
  const auto added = Must(cluster.AddLearner({"http://127.0.0.1:10"}));
  EXPECT_TRUE(added.member.is_learner);
  EXPECT_FALSE(added.member.started());
  EXPECT_THAT(added.members, Contains(added.member));
  EXPECT_EQ(cluster.PromoteMember(added.member.id).status().reason(), Reason::kLearnerNotReady);
  // etcd makes the id of the peer URLs.
  EXPECT_EQ(cluster.AddLearner({"http://127.0.0.1:10"}).status().reason(), Reason::kMemberExists);
  const auto updated = Must(cluster.UpdateMember(added.member.id, {"http://127.0.0.1:11"}));
  Member want = added.member;
  want.peer_urls = {"http://127.0.0.1:11"};
  EXPECT_THAT(updated.members, Contains(testing::Field(&Member::peer_urls, want.peer_urls)));
  const auto removed = Must(cluster.RemoveMember(added.member.id));
  EXPECT_THAT(removed.members, Not(Contains(testing::Field(&Member::id, added.member.id))));
}

TEST(ClientMembers, WhatIsNoMemberIsNotFound) {
  Corner c;
  etcdpp::Cluster cluster = c.client().cluster();
  EXPECT_EQ(cluster.RemoveMember(kNobody).status().reason(), Reason::kMemberNotFound);
  EXPECT_EQ(cluster.UpdateMember(kNobody, {"http://127.0.0.1:10"}).status().reason(),
            Reason::kMemberNotFound);
  EXPECT_EQ(cluster.PromoteMember(kNobody).status().reason(), Reason::kMemberNotFound);
  EXPECT_EQ(cluster.AddMember({}).status().reason(), Reason::kBadMemberUrls);
}

TEST(ClientMaintenance, TheStatusIsThatOfTheMember) {
  Corner c;
  const int64_t now = c.Put("a", "1");
  const auto status = Must(c.client().maintenance().GetStatus());
  EXPECT_EQ(status.version, target().version.ToString());
  EXPECT_GE(status.header.revision, now);
  EXPECT_GT(status.db_size, 0);
  EXPECT_GT(status.db_size_in_use, 0);
  EXPECT_LE(status.db_size_in_use, status.db_size);
  EXPECT_NE(status.leader, 0U);
  EXPECT_GE(status.raft_index, status.raft_applied_index);
  EXPECT_EQ(status.raft_term, status.header.raft_term);
  EXPECT_FALSE(status.is_learner);
  EXPECT_THAT(status.errors, IsEmpty());
  EXPECT_EQ(status.storage_version.empty(), !target().version.AtLeast(3, 6));
  EXPECT_EQ(status.db_size_quota > 0, target().version.AtLeast(3, 6));
  EXPECT_FALSE(status.downgrade_enabled);
}

TEST(ClientMaintenance, AnAlarmStopsWritesUntilItIsDisarmed) {
  Corner c;
  etcdpp::Maintenance maintenance = c.client().maintenance();
  const Alarm alarm{Must(maintenance.GetStatus()).header.member_id, AlarmType::kNoSpace};
  EXPECT_THAT(Must(maintenance.ActivateAlarm(alarm)).alarms, ElementsAre(alarm));
  const auto listed = maintenance.ListAlarms();
  const auto put = c.client().Put(c("a"), "1");
  const auto disarmed = maintenance.DisarmAlarm(alarm);
  EXPECT_THAT(Must(listed).alarms, ElementsAre(alarm));
  EXPECT_EQ(put.status().code(), Code::kResourceExhausted);
  EXPECT_EQ(put.status().reason(), Reason::kNoSpace);
  EXPECT_THAT(Must(disarmed).alarms, ElementsAre(alarm));
  EXPECT_THAT(Must(maintenance.ListAlarms()).alarms, IsEmpty());
  EXPECT_TRUE(c.client().Put(c("a"), "1").ok());
}

TEST(ClientMaintenance, HashesAreThoseOfARevision) {
  Corner c;
  etcdpp::Maintenance maintenance = c.client().maintenance();
  const int64_t first = c.Put("a", "1");
  const auto before = Must(maintenance.HashKv(first));
  c.Put("a", "2");
  const auto after = Must(maintenance.HashKv());
  EXPECT_EQ(Must(maintenance.HashKv(first)).hash, before.hash);
  EXPECT_NE(after.hash, before.hash);
  EXPECT_EQ(after.hash_revision, target().version.AtLeast(3, 6) ? after.header.revision : 0);
  EXPECT_EQ(maintenance.HashKv(first + 1000000).status().reason(), Reason::kFutureRevision);
  EXPECT_NE(Must(maintenance.Hash()).header.member_id, 0U);
}

TEST(ClientMaintenance, AMemberIsDefragmented) {
  Corner c;
  EXPECT_TRUE(c.client().maintenance().Defragment({.timeout = Corner::kPatience}).ok());
}

TEST(ClientMaintenance, WhatIsNoMemberCannotLead) {
  Corner c;
  const auto moved = c.client().maintenance().MoveLeader(kNobody);
  EXPECT_EQ(moved.status().reason(), Reason::kBadLeaderTransferee) << moved.status();
}

TEST(ClientMaintenance, ADowngradeIsValidByOneMinorRelease) {
  Corner c;
  etcdpp::Maintenance maintenance = c.client().maintenance();
  const auto& version = target().version;
  const std::string below = std::to_string(version.major) + "." + std::to_string(version.minor - 1);
  const auto valid = maintenance.ValidateDowngrade(below);
  if (!version.AtLeast(3, 5)) {
    EXPECT_EQ(valid.status().code(), Code::kUnimplemented);
    return;
  }
  EXPECT_FALSE(Must(valid).version.empty());
  EXPECT_EQ(maintenance.ValidateDowngrade("3.0").status().reason(),
            Reason::kInvalidDowngradeVersion);
  EXPECT_EQ(maintenance.ValidateDowngrade("x").status().reason(),
            Reason::kWrongDowngradeVersionFormat);
  EXPECT_EQ(maintenance.EnableDowngrade("3.0").status().reason(), Reason::kInvalidDowngradeVersion);
}

TEST(ClientMaintenance, ASnapshotIsWholeAndVerified) {
  Corner c;
  c.Put("a", std::string(100000, 'v'));
  std::string bytes;
  uint64_t remaining = 1;
  uint64_t received = 0;
  const auto snapshot =
      Must(c.client().maintenance().Snapshot({[&](std::string_view piece) {
                                                bytes.append(piece);
                                                return etcdpp::Status();
                                              },
                                              [&](const etcdpp::SnapshotProgress& progress) {
                                                EXPECT_GT(progress.received_bytes, received);
                                                received = progress.received_bytes;
                                                remaining = progress.remaining_bytes;
                                              }}));
  EXPECT_EQ(bytes.size(), snapshot.size_bytes);
  EXPECT_EQ(received, snapshot.size_bytes);
  EXPECT_EQ(remaining, 0U);
  EXPECT_EQ(bytes.size() % 512, 32U);  // pages, and the digest
  EXPECT_EQ(snapshot.version.empty(), !target().version.AtLeast(3, 6));
}

TEST(ClientMaintenance, ASnapshotEndsWhereItsSinkWantsNoMore) {
  Corner c;
  c.Put("a", std::string(200000, 'v'));
  const auto snapshot = c.client().maintenance().Snapshot(
      {[](std::string_view) { return etcdpp::Status(Code::kResourceExhausted, "full"); }, {}});
  EXPECT_EQ(snapshot.status(), etcdpp::Status(Code::kResourceExhausted, "full"));
}

TEST(ClientMaintenance, ASnapshotIsSavedToAFile) {
  Corner c;
  c.Put("a", "1");
  const fs::path path = fs::temp_directory_path() / ("snapshot" + std::to_string(c.Revision()));
  const auto saved = c.client().maintenance().SaveSnapshot(path.string());
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_EQ(fs::file_size(path), saved->size_bytes);
  EXPECT_FALSE(fs::exists(path.string() + ".part"));
  fs::remove(path);
}

}  // namespace
}  // namespace conformance
