#include "client/src/token_source.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etcdpp {
namespace {

using testing::ElementsAre;

const Status kOutdated(Code::kUnauthenticated, "etcdserver: invalid auth token");

Options WithUser() {
  Options options;
  options.credentials = Credentials{"alice", "secret", ""};
  return options;
}

/// A source whose logins end when the test says so.
class TokenSourceTest : public testing::Test {
 protected:
  // Asks for a token and has it, or what went wrong, appended to told_.
  void Get(TokenSource& source) {
    source.Get(
        [this](const AuthenticateRequest& request, std::function<void(Result<std::string>)> done) {
          users_.push_back(request.name + ":" + request.password);
          logins_.push_back(std::move(done));
        },
        [this](const Result<Token>& token) {
          told_.push_back(token.ok() ? token->value : token.status().ToString());
        });
  }

  std::vector<std::function<void(Result<std::string>)>> logins_;
  std::vector<std::string> users_;
  std::vector<std::string> told_;
};

TEST_F(TokenSourceTest, IsNeededWhereThereAreCredentials) {
  EXPECT_FALSE(TokenSource(Options()).enabled());
  EXPECT_TRUE(TokenSource(WithUser()).enabled());
}

TEST_F(TokenSourceTest, LogsInOnceForAllWhoWait) {
  TokenSource source(WithUser());
  Get(source);
  Get(source);
  EXPECT_TRUE(told_.empty());

  logins_.at(0)(std::string("t1"));
  Get(source);

  EXPECT_THAT(users_, ElementsAre("alice:secret"));
  EXPECT_THAT(told_, ElementsAre("t1", "t1", "t1"));
  EXPECT_EQ(source.Current()->value, "t1");
}

TEST_F(TokenSourceTest, LogsInAgainOnceForAllWhoseTokenIsOutdated) {
  TokenSource source(WithUser());
  Get(source);
  logins_.at(0)(std::string("t1"));
  const Token first = *source.Current();

  EXPECT_TRUE(source.Outdated(first, kOutdated));
  Get(source);
  logins_.at(1)(std::string("t2"));
  EXPECT_TRUE(source.Outdated(first, kOutdated));  // which is no news
  Get(source);

  EXPECT_EQ(logins_.size(), 2U);
  EXPECT_THAT(told_, ElementsAre("t1", "t2", "t2"));
}

TEST_F(TokenSourceTest, KnowsWhichRefusalsAreAboutTheToken) {
  TokenSource source(WithUser());
  const auto outdated = [&source](Code code, const char* message) {
    return source.Outdated(Token{"t1", 1}, Status(code, message));
  };
  EXPECT_TRUE(outdated(Code::kUnauthenticated, "etcdserver: invalid auth token"));
  EXPECT_TRUE(outdated(Code::kInvalidArgument, "etcdserver: revision of auth store is old"));
  EXPECT_TRUE(outdated(Code::kInvalidArgument, "etcdserver: user name is empty"));
  EXPECT_FALSE(outdated(Code::kPermissionDenied, "etcdserver: permission denied"));
  EXPECT_FALSE(outdated(Code::kUnauthenticated, "who are you?"));
  EXPECT_FALSE(source.Outdated(Token(), kOutdated));  // of the login itself
  EXPECT_FALSE(TokenSource(Options()).Outdated(Token{"t1", 1}, kOutdated));
}

TEST_F(TokenSourceTest, TellsAllWhoWaitWhyThereIsNone) {
  TokenSource source(WithUser());
  Get(source);
  Get(source);

  logins_.at(0)(Status(Code::kUnavailable, "gone"));
  EXPECT_THAT(told_, ElementsAre("Unavailable: gone", "Unavailable: gone"));

  Get(source);
  EXPECT_EQ(logins_.size(), 2U);
}

TEST_F(TokenSourceTest, IsContentWithAServerThatAsksNobody) {
  TokenSource source(WithUser());
  Get(source);

  logins_.at(0)(Status(Code::kFailedPrecondition, "etcdserver: authentication is not enabled"));
  Get(source);

  EXPECT_THAT(told_, ElementsAre("", ""));
  EXPECT_EQ(logins_.size(), 1U);
}

TEST_F(TokenSourceTest, NeverRenewsATokenThatWasGiven) {
  Options options;
  options.credentials = Credentials{"", "", "jwt"};
  TokenSource source(options);
  Get(source);

  EXPECT_FALSE(source.Outdated(*source.Current(), kOutdated));
  EXPECT_THAT(told_, ElementsAre("jwt"));
  EXPECT_TRUE(logins_.empty());
}

TEST_F(TokenSourceTest, AsksTheProviderForEachLogin) {
  int asked = 0;
  Options options;
  options.credentials_provider = [&asked] {
    ++asked;
    if (asked == 1) return Result<Credentials>(Credentials{"alice", "old", ""});
    if (asked == 2) return Result<Credentials>(Credentials{"", "", "jwt"});
    return Result<Credentials>(Status(Code::kNotFound, "no secret"));
  };
  TokenSource source(options);
  Get(source);
  logins_.at(0)(std::string("t1"));
  EXPECT_TRUE(source.Outdated(*source.Current(), kOutdated));
  Get(source);
  EXPECT_TRUE(source.Outdated(*source.Current(), kOutdated));
  Get(source);

  EXPECT_THAT(users_, ElementsAre("alice:old"));
  EXPECT_THAT(told_, ElementsAre("t1", "jwt", "NotFound: no secret"));
}

TEST_F(TokenSourceTest, AProviderThatThrowsEndsTheProgram) {
  Options options;
  options.credentials_provider = []() -> Result<Credentials> { throw 1; };
  TokenSource source(options);

  EXPECT_DEATH(Get(source), "");
}

}  // namespace
}  // namespace etcdpp
