// JSON Web Tokens, on a server that was started with --auth-token=jwt: nobody remembers them, so
// they are good until they run out, but for the auth revision in them.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

#include "conformance/support/auth_scratch.h"
#include "conformance/support/event_matchers.h"
#include "conformance/support/matchers.h"
#include "conformance/support/watch_stream.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::MatchesRegex;

constexpr Error kAuthOldRevision{grpc::INVALID_ARGUMENT,
                                 "etcdserver: revision of auth store is old"};

// Alice may read and write a.
class AuthJwt : public testing::Test {
 protected:
  void SetUp() override {
    s.AddUser("alice", {{kReadWrite, "a"}});
    s.Enable();
    token = s.TokenOf("alice");
    root_token = s.TokenOf("root");
    if (token.find('.') == token.rfind('.')) GTEST_SKIP() << "needs --auth-token=jwt";
  }

  std::string Part(int number) const {
    std::string text = token;
    for (; number > 0; --number) text.erase(0, text.find('.') + 1);
    std::string bytes;
    EXPECT_TRUE(absl::WebSafeBase64Unescape(text.substr(0, text.find('.')), &bytes));
    return bytes;
  }
  CallOptions Alice() const { return AuthScratch::WithToken(token); }
  CallOptions Root() const { return AuthScratch::WithToken(root_token); }
  // Makes every token of before an old one.
  void ChangeSomething() { *s.Call(RoleAdd("another"), Root()); }

  AuthScratch s;
  std::string token;
  std::string root_token;
};

TEST_F(AuthJwt, SaysWhoAndSinceWhenAndUntilWhen) {
  EXPECT_THAT(Part(0), MatchesRegex(R"(\{"alg":"[A-Za-z0-9]+","typ":"JWT"\})"));
  EXPECT_THAT(Part(1), MatchesRegex(R"(\{"exp":[0-9]+,"revision":[0-9]+,"username":"alice"\})"));
}

TEST_F(AuthJwt, IsProofInEitherField) {
  EXPECT_THAT(s.Call(Put(s("a"), "1"), Alice()), IsOk());
  EXPECT_THAT(s.Call(Put(s("a"), "1"), {.metadata = {{"authorization", token}}}), IsOk());
  EXPECT_THAT(s.Call(Put(s("b"), "1"), Alice()), FailsWith(kPermissionDenied));
}

TEST_F(AuthJwt, OneThatWasTamperedWithIsNone) {
  const size_t dot = token.find('.');
  std::string other_claims = token;
  other_claims[dot + 5] = other_claims[dot + 5] == 'x' ? 'y' : 'x';
  std::string other_signature = token;
  char& last = other_signature[token.rfind('.') + 3];
  last = last == 'x' ? 'y' : 'x';

  for (const std::string& bad : {other_claims, other_signature, token.substr(0, token.rfind('.')),
                                 token.substr(0, token.rfind('.') + 1), token + "." + token}) {
    EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(bad)), FailsWith(kInvalidAuthToken)) << bad;
  }
}

TEST_F(AuthJwt, OneThatIsNotSignedIsNone) {
  const std::string unsigned_token =
      absl::WebSafeBase64Escape(R"({"alg":"none","typ":"JWT"})") +
      token.substr(token.find('.'), token.rfind('.') + 1 - token.find('.'));

  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(unsigned_token)), FailsWith(kInvalidAuthToken));
}

TEST_F(AuthJwt, IsOldAfterAnyChangeOfUsersAndRoles) {
  ChangeSomething();

  EXPECT_THAT(s.Call(Put(s("a"), "1"), Alice()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Range(s("a")), Alice()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Delete(s("a")), Alice()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), Root()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Put(s("b"), "1"), Alice()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Put(s("a"), "1"), s.WithToken(s.TokenOf("alice"))), IsOk());
}

TEST_F(AuthJwt, AnOldOneMayNotEvenDoNothing) {
  EXPECT_THAT(s.Call(Txn({}, {}), Alice()), IsOk());
  ChangeSomething();

  EXPECT_THAT(s.Call(Txn({}, {}), Alice()), FailsWith(kAuthOldRevision));
  EXPECT_THAT(s.Call(Txn({}, {Txn({}, {})}), Alice()), IsOk()) << "which is no read";
}

TEST_F(AuthJwt, AnOldOneOfRootStillAdministers) {
  ChangeSomething();

  EXPECT_THAT(s.Call(pb::AuthUserListRequest(), Root()), IsOk());
  EXPECT_THAT(s.Call(RoleAdd("third"), Root()), IsOk());
  EXPECT_THAT(s.Call(pb::MemberListRequest(), Alice()), IsOk());
  EXPECT_THAT(s.Call(UserGet("alice"), Alice()), IsOk());
}

TEST_F(AuthJwt, AnOldOneMayNotWatch) {
  ChangeSomething();
  auto options = Alice();
  options.timeout = std::chrono::seconds(60);
  WatchStream stream(s, options);

  EXPECT_THAT(stream.Create(WatchCreate(s("a"))),
              RefusesTheWatch("rpc error: code = InvalidArgument desc = "
                              "etcdserver: revision of auth store is old"));
}

TEST_F(AuthJwt, OutlivesItsPasswordAndItsUser) {
  *s.Call(ChangePassword("alice", "new"), Root());
  EXPECT_THAT(s.Call(UserGet("alice"), Alice()), IsOk());

  *s.Call(UserDelete("alice"), Root());

  // That the user is gone is found after the revision; and 3.5 may take a moment to see it at all.
  EXPECT_THAT(s.Call(Range(s("a")), Alice()), FailsWith(kAuthOldRevision));
}

TEST_F(AuthJwt, IsOldWhenAuthWasOffInBetween) {
  *s.Call(pb::AuthDisableRequest(), Root());
  *s.Call(pb::AuthEnableRequest());

  EXPECT_THAT(s.Call(Range(s("a")), Alice()), FailsWith(kAuthOldRevision));
}

}  // namespace
}  // namespace conformance
