#include "fakeserver/services/dispatcher.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeserver/base/errors.h"
#include "fakeserver/services/auth_calls.h"

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

TEST_F(DispatcherTest, TheQuotaIsLookedAtBeforeTheShape) {
  const ManualClock clock;
  Engine::Options options = Options("3.6");
  options.quota_backend_bytes = 21000;
  Engine engine(options, clock);
  Dispatcher dispatcher(engine, RequestLimits{});
  TxnRequest nothing;
  nothing.success.push_back({RangeRequest{}});

  EXPECT_EQ(dispatcher.Txn(nothing, {}).status().message(), "etcdserver: key is not provided");
  EXPECT_TRUE(dispatcher.LeaseGrant(7, 600, {}).ok());
  const std::string large(1000, 'v');
  EXPECT_EQ(dispatcher.Put({.value = large}, {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(dispatcher.LeaseGrant(8, 600, {}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

// Root, whose password is "r", and nobody else.
class AuthenticationTest : public DispatcherTest {
 protected:
  explicit AuthenticationTest(const std::string& release = "3.6")
      : engine_(Options(release), clock_), dispatcher_(engine_, {}, {.bcrypt_cost = 4}) {
    EXPECT_TRUE(calls_.AddUser({.name = "root", .password = "r"}, {}).ok());
    EXPECT_TRUE(calls_.GrantRole({.user = "root", .role = "root"}, {}).ok());
    EXPECT_TRUE(calls_.Enable({}).ok());
    EXPECT_TRUE(calls_.Authenticate({"root", "r"}, {}, token_).ok());
  }

  ManualClock clock_;
  Engine engine_;
  Dispatcher dispatcher_;
  AuthCalls calls_{dispatcher_};
  std::string token_;
};

TEST_F(AuthenticationTest, AsksForProofOnlyWhileItIsOn) {
  EXPECT_TRUE(dispatcher_.may_authenticate());
  EXPECT_EQ(dispatcher_.Put({.key = "k"}, {}).status(), error::UserEmpty());
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.token = token_}).ok());

  EXPECT_TRUE(calls_.Disable({.token = token_}).ok());

  EXPECT_FALSE(dispatcher_.may_authenticate());
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.token = "x"}).ok());
}

TEST_F(AuthenticationTest, ATokenLivesOnTheServersClock) {
  clock_.MoveTo(clock_.Now() + std::chrono::seconds(299));
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.token = token_}).ok());
  clock_.MoveTo(clock_.Now() + std::chrono::seconds(299));
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.token = token_}).ok());
  clock_.MoveTo(clock_.Now() + std::chrono::seconds(301));
  EXPECT_EQ(dispatcher_.Put({.key = "k"}, {.token = token_}).status(), error::InvalidAuthToken());
}

TEST_F(AuthenticationTest, ACommonNameIsAUserUnlessThereIsAToken) {
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.common_name = "root"}).ok());
  EXPECT_EQ(dispatcher_.Put({.key = "k"}, {.common_name = "nobody"}).status(),
            error::PermissionDenied());
  EXPECT_EQ(dispatcher_.Put({.key = "k"}, {.token = "x", .common_name = "root"}).status(),
            error::InvalidAuthToken());
  EXPECT_EQ(dispatcher_.Admit(Call::kStatus, {.common_name = "nobody"}), absl::OkStatus());
  EXPECT_EQ(dispatcher_.Admit(Call::kHash, {.common_name = "nobody"}), error::UserNotFound());
}

TEST_F(AuthenticationTest, ARestartForgetsTokensAndNothingElse) {
  engine_.Restart();

  EXPECT_EQ(dispatcher_.Put({.key = "k"}, {.token = token_}).status(), error::InvalidAuthToken());
  EXPECT_TRUE(calls_.Authenticate({"root", "r"}, {}, token_).ok());
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {.token = token_}).ok());
}

TEST_F(AuthenticationTest, AResetForgetsAll) {
  engine_.Reset();

  EXPECT_FALSE(dispatcher_.may_authenticate());
  EXPECT_TRUE(dispatcher_.Put({.key = "k"}, {}).ok());
}

TEST_F(AuthenticationTest, WhoCallsCountsForTheSizeOfAProposal) {
  constexpr size_t kOfRoot = 2 + 4 + 2;  // "root", and a revision of one byte
  const auto fits = [&](size_t bytes) {
    return dispatcher_.AuthenticateProposal({.bytes = bytes, .token = token_}).ok();
  };
  size_t largest = dispatcher_.limits().max_request_bytes;
  while (!fits(largest)) --largest;

  EXPECT_TRUE(calls_.Disable({.token = token_}).ok());

  EXPECT_TRUE(fits(largest + kOfRoot));
  EXPECT_FALSE(fits(largest + kOfRoot + 1));
}

}  // namespace
}  // namespace fakeetcd
