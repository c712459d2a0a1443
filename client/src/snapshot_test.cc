// What a snapshot is checked for, and how its file comes to be.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/src/snapshot_digest.h"
#include "client/src/snapshot_file.h"
#include "etcdpp/client.h"
#include "etcdpp/mocks/mock_connection.h"
#include "etcdpp/mocks/mock_services.h"

namespace etcdpp {
namespace {

namespace fs = std::filesystem;

using mocks::MockConnection;
using testing::HasSubstr;
using testing::NiceMock;

// SHA-256 of "abc", of FIPS 180-2.
const std::string kAbcDigest(
    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
    "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
    32);

Status VerifyInPiecesOf(size_t size, const std::string& snapshot) {
  SnapshotDigest digest;
  for (size_t at = 0; at < snapshot.size(); at += size) digest.Add(snapshot.substr(at, size));
  return digest.Verify();
}

TEST(SnapshotDigestTest, AcceptsWhatEndsInItsDigestHoweverItIsCut) {
  const std::string snapshot = "abc" + kAbcDigest;
  for (size_t size = 1; size <= snapshot.size(); ++size) {
    EXPECT_TRUE(VerifyInPiecesOf(size, snapshot).ok()) << size;
  }
}

TEST(SnapshotDigestTest, RefusesAnyOtherByte) {
  const std::string snapshot = "abc" + kAbcDigest;
  for (size_t at = 0; at < snapshot.size(); ++at) {
    std::string damaged = snapshot;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ(VerifyInPiecesOf(7, damaged).code(), Code::kDataLoss) << at;
  }
}

TEST(SnapshotDigestTest, RefusesWhatIsCutShort) {
  const std::string snapshot = "abc" + kAbcDigest;
  EXPECT_EQ(VerifyInPiecesOf(7, snapshot.substr(0, snapshot.size() - 1)).code(), Code::kDataLoss);
  EXPECT_EQ(VerifyInPiecesOf(7, "").code(), Code::kDataLoss);
}

class SaveSnapshotTest : public testing::Test {
 protected:
  SaveSnapshotTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~SaveSnapshotTest() override { fs::remove_all(directory_); }

  std::string path() const { return (directory_ / "snapshot.db").string(); }
  bool LeavesNothing() const { return fs::is_empty(directory_); }

  // Has the connection send pieces and end with `result`.
  void Serve(std::vector<std::string> pieces, Result<SnapshotResponse> result) {
    ON_CALL(connection_->maintenance_service, Snapshot)
        .WillByDefault([pieces = std::move(pieces), result](const SnapshotParams& params) {
          for (const std::string& piece : pieces) {
            if (Status status = params.request.sink(piece); !status.ok()) {
              return Result<SnapshotResponse>(status);
            }
          }
          return result;
        });
  }

  const fs::path directory_ =
      fs::path(testing::TempDir()) /
      ("snapshot." + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  const std::shared_ptr<NiceMock<MockConnection>> connection_ =
      std::make_shared<NiceMock<MockConnection>>();
  Client client_{connection_};
};

TEST_F(SaveSnapshotTest, WritesTheFileUnderItsNameAlone) {
  Serve({"one ", "two"}, SnapshotResponse{7, "3.6"});

  const auto saved = client_.maintenance().SaveSnapshot(path());

  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_EQ(saved->size_bytes, 7U);
  std::ifstream file(path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one two");
  EXPECT_FALSE(fs::exists(path() + ".part"));
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SaveSnapshotTest, LeavesNothingWhereTheSnapshotFails) {
  Serve({"one "}, Status(Code::kDataLoss, "damaged"));

  EXPECT_EQ(client_.maintenance().SaveSnapshot(path()).status().code(), Code::kDataLoss);
  EXPECT_TRUE(LeavesNothing());
}

TEST_F(SaveSnapshotTest, LeavesWhatWasThereBeforeWhereTheSnapshotFails) {
  std::ofstream(path()) << "yesterday's";
  Serve({"one "}, Status(Code::kDataLoss, "damaged"));

  EXPECT_FALSE(client_.maintenance().SaveSnapshot(path()).ok());
  std::ifstream file(path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "yesterday's");
}

TEST_F(SaveSnapshotTest, SaysWhichFileItCannotWrite) {
  const std::string nowhere = (directory_ / "missing" / "snapshot.db").string();
  EXPECT_CALL(connection_->maintenance_service, Snapshot).Times(0);

  const Status status = client_.maintenance().SaveSnapshot(nowhere).status();

  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(nowhere + ".part: No such file or directory"));
}

}  // namespace
}  // namespace etcdpp
