#include "fakeserver/services/dispatcher.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

class DispatcherTest : public testing::Test {
 protected:
  static Engine::Options Options(const std::string& release) {
    return {.behavior = *Behavior::Parse(release),
            .identity =
                MemberIdentity::Derive("default", {"http://localhost:2380"}, {}, "etcd-cluster")};
  }

  static absl::Status Refusal(const std::string& release, const std::string& path) {
    const ManualClock clock;
    Engine engine(Options(release), clock);
    return Dispatcher(engine, RequestLimits{}).Refusal(path);
  }

  static std::string RefusalText(const std::string& release, const std::string& path) {
    return std::string(Refusal(release, path).message());
  }
};

TEST_F(DispatcherTest, RefusesInTheWordsOfEtcdWhatTheReleaseLacks) {
  EXPECT_EQ(RefusalText("3.6", "/etcdserverpb.KV/Nope"),
            "unknown method Nope for service etcdserverpb.KV");
  EXPECT_EQ(RefusalText("3.6", "/etcdserverpb.KV/RangeStream"),
            "unknown method RangeStream for service etcdserverpb.KV");
  EXPECT_EQ(RefusalText("3.4", "/etcdserverpb.Maintenance/Downgrade"),
            "unknown method Downgrade for service etcdserverpb.Maintenance");
  EXPECT_EQ(RefusalText("3.6", "/foo.Bar/Nope"), "unknown service foo.Bar");
  EXPECT_EQ(RefusalText("3.6", "/a/b/c"), "unknown service a/b");
  EXPECT_EQ(RefusalText("3.6", "/foo"), "malformed method name: \"/foo\"");
}

TEST_F(DispatcherTest, SaysSoWhereTheFakeLacksSomething) {
  EXPECT_EQ(RefusalText("3.6", "/etcdserverpb.Auth/UserAdd"),
            "fake-etcd: Auth/UserAdd is not supported");
  EXPECT_EQ(RefusalText("3.7", "/etcdserverpb.KV/RangeStream"),
            "fake-etcd: KV/RangeStream is not supported");
  EXPECT_EQ(Refusal("3.6", "/v3lockpb.Lock/Lock").code(), absl::StatusCode::kUnimplemented);
}

TEST_F(DispatcherTest, APathThatIsNoneIsAnErrorByRelease) {
  EXPECT_EQ(Refusal("3.4", "/foo").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Refusal("3.5", "/foo").code(), absl::StatusCode::kUnimplemented);
}

// The observed maximum: 18 bytes less than the limit where the member's id has its 16th bit.
TEST_F(DispatcherTest, AProposalCountsWithItsEnvelope) {
  const ManualClock clock;
  for (const uint64_t member_id : {0x8000u, 0x7fffu}) {
    SCOPED_TRACE(member_id);
    Engine::Options options = Options("3.6");
    options.identity.member_id = member_id;
    Engine engine(options, clock);
    Dispatcher dispatcher(engine, RequestLimits{});
    const size_t largest = 1572864 - (member_id == 0x8000 ? 18 : 17);

    EXPECT_TRUE(dispatcher.Put({.key = "k"}, {.bytes = largest}).ok());
    EXPECT_EQ(dispatcher.Put({.key = "k"}, {.bytes = largest + 1}).status().message(),
              "etcdserver: request is too large");
  }
}

TEST_F(DispatcherTest, ReadsMayBeOfAnySize) {
  const ManualClock clock;
  Engine engine(Options("3.6"), clock);
  Dispatcher dispatcher(engine, RequestLimits{});
  TxnRequest reading;
  reading.success.push_back({RangeRequest{.key = "k"}});
  TxnRequest writing = reading;
  writing.failure.push_back({PutRequest{.key = "k"}});

  EXPECT_TRUE(dispatcher.Txn(reading, {.bytes = 2 << 20}).ok());
  EXPECT_FALSE(dispatcher.Txn(writing, {.bytes = 2 << 20}).ok());
}

TEST_F(DispatcherTest, TheShapeIsLookedAtBeforeTheSize) {
  const ManualClock clock;
  Engine engine(Options("3.6"), clock);
  Dispatcher dispatcher(engine, RequestLimits{});

  EXPECT_EQ(dispatcher.Put({}, {.bytes = 2 << 20}).status().message(),
            "etcdserver: key is not provided");
}

}  // namespace
}  // namespace fakeetcd
