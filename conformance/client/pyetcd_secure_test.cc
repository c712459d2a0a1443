// python-etcd3's tests of certificates and passwords given to the client.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/auth_corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using etcdpp::Code;
using etcdpp::Outcome;
using etcdpp::Reason;
using etcdpp::TlsOptions;

class PyEtcdSecure : public testing::Test {
 protected:
  void SetUp() override {
    if (target().tls_endpoint.empty()) GTEST_SKIP() << "needs --tls-endpoint and --certificates";
  }

  static std::string File(const std::string& name) {
    return (std::filesystem::path(target().certificates) / name).string();
  }

  static etcdpp::Client Connect(const TlsOptions& tls) {
    etcdpp::Options options;
    options.endpoints = {target().tls_endpoint};
    options.tls = tls;
    options.call_timeout = Corner::kPatience;
    options.retry.max_attempts = 2;
    return etcdpp::Client(options);
  }
};

// test_secure_channel
TEST_F(PyEtcdSecure, SecureChannel) {
  Corner c;
  etcdpp::Client client = Connect(
      {.ca_file = File("ca.pem"), .cert_file = File("client.pem"), .key_file = File("client.key")});
  ASSERT_TRUE(client.Put(c("a"), "1").ok());
  EXPECT_EQ(c.Get("a").value, "1");
}

// test_secure_channel_ca_cert_only: python-etcd3 looks no further than whether the channel was
// made. This server asks for a certificate, so one that has none gets as far as that.
TEST_F(PyEtcdSecure, SecureChannelCaCertOnly) {
  Corner c;
  const auto put = Connect({.ca_file = File("ca.pem")}).Put(c("a"), "1");
  EXPECT_EQ(put.status().code(), Code::kUnavailable);
  EXPECT_EQ(put.status().outcome(), Outcome::kNotApplied);
}

// test_secure_channel_ca_cert_and_key_raise_exception: every call says it, and sends nothing.
TEST_F(PyEtcdSecure, SecureChannelCaCertAndKeyRaiseException) {
  for (const TlsOptions& half :
       {TlsOptions{.ca_file = File("ca.pem"), .key_file = File("client.key")},
        TlsOptions{.ca_file = File("ca.pem"), .cert_file = File("client.pem")}}) {
    const auto got = Connect(half).Get("a");
    EXPECT_EQ(got.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(got.status().message(), testing::HasSubstr("without its"));
    EXPECT_EQ(got.status().attempts(), 0);
  }
}

// test_user_or_pwd_auth_raises_exception: etcd knows users with an empty password, so it is the
// server who refuses those that do not have one.
TEST(PyEtcdClient, UserOrPwdAuthRaisesException) {
  AuthCorner c;
  c.AddUser("usr", {etcdpp::PermissionType::kReadWrite, c.All()});
  c.Enable();
  EXPECT_TRUE(c.As("usr").Put(c("a"), "1").ok());
  EXPECT_EQ(c.As("usr", "").Put(c("a"), "2").status().reason(), Reason::kAuthFailed);
  EXPECT_FALSE(c.As("", "usr").Put(c("a"), "2").ok());
  EXPECT_EQ((*c.As("usr").Get(c("a")))->value, "1");
}

}  // namespace
}  // namespace conformance
