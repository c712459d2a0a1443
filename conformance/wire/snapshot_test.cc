// Maintenance.Snapshot: how the file comes, piece by piece. What is in it only etcd's own tools can
// judge: strangers/snapshot_test.sh has them restore it.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/sha256.h"
#include "conformance/target.h"
#include "etcdpp_proto/maintenance.grpc.pb.h"

namespace conformance {
namespace {

constexpr size_t kPiece = 32768;

struct Stream {
  std::vector<pb::SnapshotResponse> messages;
  grpc::Status status;

  /// The file without its SHA-256.
  std::string file() const {
    std::string bytes;
    for (size_t i = 0; i + 1 < messages.size(); ++i) bytes += messages[i].blob();
    return bytes;
  }
};

std::unique_ptr<pb::Maintenance::Stub> StubOf(const Wire& wire) {
  return pb::Maintenance::NewStub(wire.channel());
}

Stream Take(const Wire& wire) {
  Stream stream;
  grpc::ClientContext context;
  Prepare({}, &context);
  const auto reader = StubOf(wire)->Snapshot(&context, pb::SnapshotRequest());
  for (pb::SnapshotResponse message; reader->Read(&message);) stream.messages.push_back(message);
  stream.status = reader->Finish();
  return stream;
}

// A store whose file takes several pieces.
void Fill(const Scratch& s) {
  for (int i = 0; i < 8; ++i) s.Put("large" + std::to_string(i), std::string(20000, 'x'));
}

TEST(Snapshot, EndsWithTheSha256OfAllBeforeIt) {
  Scratch s;
  Fill(s);
  const Stream stream = Take(s);
  ASSERT_TRUE(stream.status.ok()) << stream.status.error_message();
  ASSERT_GE(stream.messages.size(), 2u);
  EXPECT_EQ(stream.messages.back().blob().size(), kSha256Bytes);
  EXPECT_EQ(stream.messages.back().blob(), Sha256(stream.file()));
}

TEST(Snapshot, ComesInPiecesOf32KiBAndWhatIsLeft) {
  Scratch s;
  Fill(s);
  const Stream stream = Take(s);
  ASSERT_GE(stream.messages.size(), 3u);
  for (size_t i = 0; i + 2 < stream.messages.size(); ++i) {
    EXPECT_EQ(stream.messages[i].blob().size(), kPiece) << i;
  }
  const size_t last = stream.messages[stream.messages.size() - 2].blob().size();
  EXPECT_GT(last, 0u);
  EXPECT_LE(last, kPiece);
}

TEST(Snapshot, CountsDownWhatRemains) {
  Scratch s;
  Fill(s);
  const Stream stream = Take(s);
  ASSERT_GE(stream.messages.size(), 2u);
  size_t remaining = stream.file().size();
  for (size_t i = 0; i + 1 < stream.messages.size(); ++i) {
    remaining -= stream.messages[i].blob().size();
    EXPECT_EQ(stream.messages[i].remaining_bytes(), remaining) << i;
  }
  EXPECT_EQ(remaining, 0u);
  EXPECT_EQ(stream.messages.back().remaining_bytes(), 0u);
}

TEST(Snapshot, IsWholePages) {
  Scratch s;
  EXPECT_EQ(Take(s).file().size() % 4096, 0u);
}

TEST(Snapshot, HasNoHeaders) {
  Scratch s;
  for (const pb::SnapshotResponse& message : Take(s).messages) {
    EXPECT_FALSE(message.has_header());
  }
}

TEST(Snapshot, SaysTheStorageVersionInEachPieceSince36) {
  Scratch s;
  Fill(s);
  std::string expected;
  if (target().version.AtLeast(3, 6)) {
    const auto& numbers = target().version;
    expected = std::to_string(numbers.major) + "." + std::to_string(numbers.minor) + ".0";
  }
  for (const pb::SnapshotResponse& message : Take(s).messages) {
    EXPECT_EQ(message.version(), expected);
  }
}

// As bbolt has it: magic number and version of the format behind the header of the first page, of
// which there are two.
TEST(Snapshot, IsABboltDatabase) {
  Scratch s;
  const std::string file = Take(s).file();
  ASSERT_GE(file.size(), 2 * 4096u);
  const std::string magic_and_version("\xed\xda\x0c\xed\x02\0\0\0", 8);
  EXPECT_EQ(file.substr(16, 8), magic_and_version);
  EXPECT_EQ(file.substr(4096 + 16, 8), magic_and_version);
}

TEST(Snapshot, HoldsWhatWasWrittenBeforeAndNotWhatIsAfter) {
  Scratch s;
  const std::string before = "before-" + s.prefix();
  const std::string after = "after-" + s.prefix();
  s.Put("a", before);
  const std::string file = Take(s).file();
  s.Put("a", after);
  EXPECT_NE(file.find(before), std::string::npos);
  EXPECT_EQ(file.find(after), std::string::npos);
  EXPECT_NE(Take(s).file().find(after), std::string::npos);
}

TEST(Snapshot, HoldsADeletedKeyUntilACompaction) {
  Scratch s;
  const std::string value = "deleted-" + s.prefix();
  s.Put("a", value);
  s.Delete("a");
  EXPECT_NE(Take(s).file().find(value), std::string::npos);
}

TEST(Snapshot, CanBeBrokenOff) {
  Scratch s;
  // More than is sent ahead of who does not read.
  for (int i = 0; i < 8; ++i) s.Put("large" + std::to_string(i), std::string(1 << 20, 'x'));
  grpc::ClientContext context;
  Prepare({}, &context);
  const auto reader = StubOf(s)->Snapshot(&context, pb::SnapshotRequest());
  pb::SnapshotResponse message;
  ASSERT_TRUE(reader->Read(&message));
  context.TryCancel();
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  s.Put("a", "still serving");
}

TEST(Snapshot, AMalformedRequestIsRefused) {
  Scratch s;
  EXPECT_EQ(s.CallRaw("/etcdserverpb.Maintenance/Snapshot", "\x0a").status.error_code(),
            grpc::StatusCode::INTERNAL);
}

}  // namespace
}  // namespace conformance
