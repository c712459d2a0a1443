// Snapshots of a server, and servers that start from one.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fakeetcd/server.h"
#include "fakeserver/server_test_client.h"

namespace fakeetcd {
namespace {

using testing::HasSubstr;
using testing::Optional;
using testing::StartsWith;

/// A file that is removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() /
              ("server_snapshot_test." + std::to_string(getpid()))) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
};

std::string TakeSnapshot(TestClient& client) {
  grpc::ClientContext context;
  context.set_deadline(Soon());
  const auto reader = client.maintenance->Snapshot(&context, pb::SnapshotRequest());
  std::string file;
  for (pb::SnapshotResponse piece; reader->Read(&piece);) file += piece.blob();
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return file;
}

// A snapshot of a server that holds "k" and a lease of 100 s, half of which is over.
std::string Sample() {
  const auto server = Server::Start({.clock = Server::ClockKind::kManual});
  TestClient client(server->endpoint());
  EXPECT_TRUE(client.Grant(7, 100).ok());
  EXPECT_TRUE(client.Put("k", "v", 7).ok());
  server->AdvanceTime(std::chrono::seconds(50));
  return TakeSnapshot(client);
}

TEST(ServerSnapshotTest, AServerStartsFromTheSnapshotOfAnother) {
  const TemporaryFile file(Sample());
  const auto server = Server::Start({.clock = Server::ClockKind::kManual, .snapshot = file.path()});
  ASSERT_NE(server, nullptr);
  TestClient client(server->endpoint());

  EXPECT_THAT(client.Get("k"), Optional(std::string("v")));
  EXPECT_GE(client.TimeToLive(7).ttl(), 100);

  server->AdvanceTime(std::chrono::seconds(102));
  EXPECT_EQ(client.Get("k"), std::nullopt);
}

TEST(ServerSnapshotTest, WhatWasLoadedStaysOverARestartAndGoesWithAReset) {
  const TemporaryFile file(Sample());
  const auto server = Server::Start({.snapshot = file.path()});
  ASSERT_NE(server, nullptr);
  ASSERT_TRUE(server->Restart());
  TestClient client(server->endpoint());
  EXPECT_THAT(client.Get("k"), Optional(std::string("v")));

  server->Reset();
  EXPECT_EQ(client.Get("k"), std::nullopt);
}

TEST(ServerSnapshotTest, WithoutItsSha256ASnapshotIsADatabase) {
  std::string database = Sample();
  database.resize(database.size() - 32);
  const TemporaryFile file(database);
  const auto server = Server::Start({.snapshot = file.path()});
  ASSERT_NE(server, nullptr);
  TestClient client(server->endpoint());
  EXPECT_THAT(client.Get("k"), Optional(std::string("v")));
}

TEST(ServerSnapshotTest, NoServerStartsFromADamagedFile) {
  const std::string sample = Sample();
  std::string flipped = sample;
  flipped[5000] = static_cast<char>(flipped[5000] ^ 1);
  const struct {
    std::string bytes;
    const char* says;
  } cases[] = {{flipped, "SHA-256"},
               {sample.substr(0, 5000), "the file has only"},
               {sample.substr(0, 8192), "the file has only"},
               {"", "no bbolt database"},
               {std::string(4096, 'x'), "no bbolt database"}};
  for (const auto& c : cases) {
    const TemporaryFile file(c.bytes);
    std::string error;
    EXPECT_EQ(Server::Start({.snapshot = file.path()}, &error), nullptr);
    EXPECT_THAT(error, StartsWith("cannot load the snapshot " + file.path() + ": "));
    EXPECT_THAT(error, HasSubstr(c.says));
  }
}

TEST(ServerSnapshotTest, AFileThatIsNotThereIsAnErrorThatSaysSo) {
  std::string error;
  EXPECT_EQ(Server::Start({.snapshot = "/nowhere/at/all"}, &error), nullptr);
  EXPECT_EQ(error, "cannot load the snapshot /nowhere/at/all: No such file or directory");
  EXPECT_EQ(Server::Start({.snapshot = "/"}, &error), nullptr);
  EXPECT_THAT(error, HasSubstr("cannot load the snapshot /: "));
}

// A client that reads no further holds up neither the server nor its end.
TEST(ServerSnapshotTest, AServerResetsAndEndsWithSnapshotsUnderWay) {
  auto server = Server::Start();
  TestClient client(server->endpoint());
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(client.Put("k" + std::to_string(i), std::string(1 << 20, 'x')).ok());
  }
  grpc::ClientContext context;
  const auto reader = client.maintenance->Snapshot(&context, pb::SnapshotRequest());
  pb::SnapshotResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  server->Reset();
  EXPECT_TRUE(client.Put("k", "v").ok());

  grpc::ClientContext other_context;
  const auto other = client.maintenance->Snapshot(&other_context, pb::SnapshotRequest());
  ASSERT_TRUE(other->Read(&piece));
  server.reset();
  while (reader->Read(&piece)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace fakeetcd
