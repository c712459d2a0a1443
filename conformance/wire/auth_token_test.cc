// Logging in, and what a token is worth.

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/matchers.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::MatchesRegex;

bool StripsBearer() { return target().version.Since({V(3, 5, 32), V(3, 6, 13)}); }
bool IgnoresTokensWhileOff() {
  return target().version.Since({V(3, 4, 28), V(3, 5, 10), V(3, 6, 0)});
}

CallOptions With(const std::multimap<std::string, std::string>& metadata) {
  return {.metadata = metadata};
}

TEST(AuthToken, LoginFailsWhileAuthIsOff) {
  AuthScratch s;
  *s.Call(UserAdd("alice", "a"));

  EXPECT_THAT(s.Call(Login("alice", "a")), FailsWith(kAuthNotEnabled));
  EXPECT_THAT(s.Call(Login("nobody", "a")), FailsWith(kAuthNotEnabled));
}

TEST(AuthToken, LoginOfNobodyFailsAsAWrongPasswordDoes) {
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();

  EXPECT_THAT(s.Call(Login("nobody", "a")), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("alice", "wrong")), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("alice", "")), FailsWith(kAuthFailed));
  EXPECT_THAT(s.Call(Login("", "")), FailsWith(kAuthFailed));
}

TEST(AuthToken, IsSixteenLettersAndANumber) {
  AuthScratch s;
  s.Enable();

  const auto login = s.Call(Login("root", "root"));

  ASSERT_THAT(login, IsOk());
  EXPECT_THAT(login->header(), IsFullHeader());
  EXPECT_THAT(*login,
              AtRevision(s.Call(pb::AuthUserListRequest(), s.AsRoot())->header().revision()));
  EXPECT_THAT(login->token(), MatchesRegex("[a-zA-Z]+\\.[0-9]+"));
  EXPECT_EQ(login->token().find('.'), 16u);
}

TEST(AuthToken, TheNumberGrows) {
  AuthScratch s;
  s.Enable();
  const auto number = [](const std::string& token) {
    return std::stoll(token.substr(token.find('.') + 1));
  };

  const std::string first = s.TokenOf("root");
  const std::string second = s.TokenOf("root");

  EXPECT_LT(number(first), number(second));
  EXPECT_NE(first.substr(0, 16), second.substr(0, 16));
}

TEST(AuthToken, ANewOneLeavesTheOldOnes) {
  AuthScratch s;
  s.Enable();
  const std::string first = s.TokenOf("root");
  const std::string second = s.TokenOf("root");

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(first)), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(second)), IsOk());
}

TEST(AuthToken, MayBeInEitherField) {
  AuthScratch s;
  s.Enable();
  const std::string token = s.TokenOf("root");

  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", token}})), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"authorization", token}})), IsOk());
}

TEST(AuthToken, TheFieldTokenCountsBeforeAuthorization) {
  AuthScratch s;
  s.Enable();
  const std::string token = s.TokenOf("root");

  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", token}, {"authorization", "x"}})), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", "x"}, {"authorization", token}})),
              FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, TheFirstOfSeveralCounts) {
  AuthScratch s;
  s.Enable();
  const std::string token = s.TokenOf("root");

  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", token}, {"token", "x"}})), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", "x"}, {"token", token}})),
              FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, BearerIsTakenOffByNewReleases) {
  AuthScratch s;
  s.Enable();
  const std::string token = s.TokenOf("root");
  const Error expected = StripsBearer() ? kOk : kInvalidAuthToken;

  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"authorization", "Bearer " + token}})),
              EndsAs(expected));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"token", "Bearer " + token}})), EndsAs(expected));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"authorization", "bearer " + token}})),
              FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), With({{"authorization", "Bearer  " + token}})),
              FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, OneThatWasNeverGivenOutIsRefused) {
  AuthScratch s;
  s.Enable();

  for (const char* token :
       {"", "x", "x.1", "abcdefghijklmnop", "abcdefghijklmnop.1", "abcdefghijklmnop.x",
        "abcdefghijklmnop.1.1", ".", "x.99999999999999999999"}) {
    SCOPED_TRACE(token);
    EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(token)), FailsWith(kInvalidAuthToken));
    EXPECT_THAT(s.Call(Range(s("a")), s.WithToken(token)), FailsWith(kInvalidAuthToken));
  }
}

TEST(AuthToken, OneOfAnotherSpellingIsRefused) {
  AuthScratch s;
  s.Enable();
  const std::string token = s.TokenOf("root");

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken("x" + token)), FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(token + ".1")), FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, EndsWithAChangeOfItsUsersPassword) {
  AuthScratch s;
  s.AddUser("alice", {{kReadWrite, "a"}});
  s.AddUser("bob", {{kReadWrite, "a"}});
  s.Enable();
  const CallOptions alice = s.As("alice");
  const CallOptions bob = s.As("bob");

  *s.Call(ChangePassword("alice", "new"), s.AsRoot());

  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), bob), IsOk());
}

TEST(AuthToken, EndsWithItsUser) {
  AuthScratch s;
  s.AddUser("alice", {{kReadWrite, "a"}});
  s.Enable();
  const CallOptions alice = s.As("alice");
  *s.Call(UserDelete("alice"), s.AsRoot());
  ASSERT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kInvalidAuthToken));

  *s.Call(UserAdd("alice", "alice"), s.AsRoot());

  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, EndsWhenAuthIsTurnedOff) {
  AuthScratch s;
  s.AddUser("alice", {{kReadWrite, "a"}});
  s.Enable();
  const CallOptions alice = s.As("alice");

  *s.Call(pb::AuthDisableRequest(), s.AsRoot());
  *s.Call(pb::AuthEnableRequest());

  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kInvalidAuthToken));
}

TEST(AuthToken, FollowsWhatItsUserMay) {
  AuthScratch s;
  s.AddUser("alice");
  s.Enable();
  const CallOptions alice = s.As("alice");
  ASSERT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kPermissionDenied));

  *s.Call(Grant("alice", kWrite, s("a")), s.AsRoot());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), IsOk());
  *s.Call(RevokeRole("alice", "alice"), s.AsRoot());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), FailsWith(kPermissionDenied));
  *s.Call(GrantRole("alice", "root"), s.AsRoot());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), alice), IsOk());
}

TEST(AuthToken, ABadOneIsIgnoredWhileAuthIsOffByNewReleases) {
  AuthScratch s;
  const CallOptions bad = s.WithToken("x.1");
  const Error expected = IgnoresTokensWhileOff() ? kOk : kInvalidAuthToken;

  EXPECT_THAT(s.Call(Put(s("a"), "1"), bad), EndsAs(expected));
  EXPECT_THAT(s.Call(Range(s("a")), bad), EndsAs(expected));
  EXPECT_THAT(s.Call(pb::AuthUserListRequest(), bad), EndsAs(expected));
  EXPECT_THAT(s.Call(LeaseRevoke(1), bad),
              EndsAs(IgnoresTokensWhileOff() ? kLeaseNotFound : expected));
}

TEST(AuthToken, AuthenticateDoesNotLookAtOneInNewReleases) {
  AuthScratch s;
  s.Enable();
  const bool looks = !target().version.Since({V(3, 4, 28), V(3, 5, 0)});

  EXPECT_THAT(s.Call(Login("root", "root"), s.WithToken("x")),
              EndsAs(looks ? kInvalidAuthToken : kOk));
  EXPECT_THAT(s.Call(Login("root", "wrong"), s.WithToken("x")), FailsWith(kAuthFailed))
      << "the password comes first";
}

TEST(AuthToken, ABadOneIsFoundAfterTheShapeOfTheRequest) {
  AuthScratch s;
  s.Enable();
  const CallOptions bad = s.WithToken("x");

  EXPECT_THAT(s.Call(Put("", "1"), bad), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Range(""), bad), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Delete(""), bad), FailsWith(kEmptyKey));
  EXPECT_THAT(s.Call(Txn({}, {Put(s("a"), "1"), Put(s("a"), "2")}), bad), FailsWith(kDuplicateKey));
}

TEST(AuthToken, ABadOneIsFoundBeforeTheSizeOfTheRequest) {
  AuthScratch s;
  s.Enable();
  const std::string large(1600000, 'x');

  EXPECT_THAT(s.Call(Put(s("a"), large), s.WithToken("x")), FailsWith(kInvalidAuthToken));
  EXPECT_THAT(s.Call(Put(s("a"), large)), FailsWith(kRequestTooLarge)) << "nobody is known to call";
}

}  // namespace
}  // namespace conformance
