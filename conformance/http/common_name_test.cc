// Users known by the common name of their certificate: "alice" of the client's. On the port with
// TLS that asks for certificates.
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>

#include "conformance/support/auth_scratch.h"
#include "conformance/support/gateway.h"
#include "conformance/support/matchers.h"
#include "conformance/support/tls_client.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CommonName : public testing::Test {
 protected:
  void SetUp() override {
    if (target().tls_endpoint.empty()) GTEST_SKIP() << "needs --tls-endpoint and --certificates";
    alice_.emplace(target().tls_endpoint, TlsCredentials());
  }

  /// As the holder of the client's certificate.
  const Wire& alice() const { return *alice_; }

 private:
  std::optional<Wire> alice_;
};

TEST_F(CommonName, NamesTheUser) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Put("a", "1");
  s.Enable();
  EXPECT_EQ(alice().Call(Range(s("a")))->count(), 1);
  EXPECT_THAT(alice().Call(Put(s("a"), "2")), FailsWith(kPermissionDenied));
  EXPECT_THAT(alice().Call(Range(s("b"))), FailsWith(kPermissionDenied));
  EXPECT_THAT(alice().Call(UserAdd("bob", "bob")), FailsWith(kPermissionDenied));
}

TEST_F(CommonName, IsNobodyWithoutACertificate) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();
  EXPECT_THAT(s.Call(Range(s("a"))), FailsWith(kUserEmpty));
}

TEST_F(CommonName, MayBeOfAUserWithoutAPassword) {
  AuthScratch s;
  s.AddUser("bob", {{kReadWrite, "a"}});
  s.Call(UserAddWithoutPassword("alice"));
  s.Call(GrantRole("alice", "bob"));
  s.Enable();
  EXPECT_THAT(alice().Call(Put(s("a"), "1")), IsOk());
}

TEST_F(CommonName, OfAnAdministratorAdministers) {
  AuthScratch s;
  s.Call(RoleAdd("root"));
  s.Call(UserAdd("alice", "alice"));
  s.Call(GrantRole("alice", "root"));
  s.Enable();
  EXPECT_THAT(alice().Call(UserAdd("bob", "bob")), IsOk());
  EXPECT_THAT(alice().Call(Put(s("anything"), "1")), IsOk());
}

TEST_F(CommonName, ThatIsNoUsersIsDeniedEverything) {
  AuthScratch s;
  s.Enable();
  EXPECT_THAT(alice().Call(Range(s("a"))), FailsWith(kPermissionDenied));
  EXPECT_THAT(alice().Call(Put(s("a"), "1")), FailsWith(kPermissionDenied));
  EXPECT_THAT(alice().Call(UserAdd("bob", "bob")), FailsWith(kUserNotFound));
}

TEST_F(CommonName, YieldsToAToken) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.AddUser("bob", {{kWrite, "a"}});
  s.Enable();
  EXPECT_THAT(alice().Call(Put(s("a"), "1"), s.As("bob")), IsOk());
  EXPECT_THAT(alice().Call(Range(s("a")), s.As("bob")), FailsWith(kPermissionDenied));
}

TEST_F(CommonName, DoesNotHelpABadToken) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();
  EXPECT_THAT(alice().Call(Range(s("a")), AuthScratch::WithToken("nonsense")),
              FailsWith(kInvalidAuthToken));
}

std::string Over(const HttpRequest& request) { return SendOverTls(HttpText(request)).answer; }

TEST_F(CommonName, IsRefusedByTheGateway) {
  AuthScratch s;
  s.AddUser("alice", {{kRead, "a"}});
  s.Enable();
  for (const char* path : {"/v3/kv/range", "/v3/auth/authenticate", "/v3/nope"}) {
    SCOPED_TRACE(path);
    const std::string answer = Over({.path = path, .body = "{}"});
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\nCommonName of client sending a request against gateway "
                                  "will be ignored and not used as expected\n"));
  }
  EXPECT_THAT(Over({.method = "GET", .path = "/version"}), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(CommonName, DoesNotMatterToTheGatewayWithoutAuthentication) {
  Scratch s;
  EXPECT_THAT(Over({.path = "/v3/kv/range", .body = R"({"key":)" + JsonKey(s, "a") + "}"}),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

}  // namespace
}  // namespace conformance
