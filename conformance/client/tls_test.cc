// TLS from both ends: who believes whom.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>

#include "conformance/client/auth_corner.h"
#include "conformance/target.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

using etcdpp::Code;
using etcdpp::Outcome;
using etcdpp::Reason;
using etcdpp::TlsOptions;

class ClientTls : public testing::Test {
 protected:
  void SetUp() override {
    if (target().tls_endpoint.empty()) GTEST_SKIP() << "needs --tls-endpoint and --certificates";
  }

  static std::string File(const std::string& name) {
    return (fs::path(target().certificates) / name).string();
  }
  static std::string Pem(const std::string& name) {
    std::ifstream file(File(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static TlsOptions FilesOf(const std::string& who) {
    return {
        .ca_file = File("ca.pem"), .cert_file = File(who + ".pem"), .key_file = File(who + ".key")};
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

TEST_F(ClientTls, FromFiles) {
  Corner c;
  etcdpp::Client client = Connect(FilesOf("client"));
  const auto put = client.Put(c("a"), "1");
  EXPECT_TRUE(put.ok()) << put.status();
  EXPECT_TRUE(client.Get(c("a")).ok());
}

TEST_F(ClientTls, FromPem) {
  Corner c;
  etcdpp::Client client = Connect(
      {.ca_pem = Pem("ca.pem"), .cert_pem = Pem("client.pem"), .key_pem = Pem("client.key")});
  const auto put = client.Put(c("a"), "1");
  EXPECT_TRUE(put.ok()) << put.status();
}

TEST_F(ClientTls, AServerOfAnotherAuthorityIsNotBelieved) {
  Corner c;
  TlsOptions tls = FilesOf("client");
  tls.ca_file = File("other.pem");
  const auto put = Connect(tls).Put(c("a"), "1");
  EXPECT_EQ(put.status().code(), Code::kUnavailable);
  EXPECT_EQ(put.status().reason(), Reason::kNoServerAvailable);
  EXPECT_EQ(put.status().outcome(), Outcome::kNotApplied);
}

TEST_F(ClientTls, AServerOfAnotherNameIsNotBelieved) {
  Corner c;
  TlsOptions tls = FilesOf("client");
  tls.server_name = "elsewhere.example";
  EXPECT_EQ(Connect(tls).Put(c("a"), "1").status().code(), Code::kUnavailable);
  tls.server_name = "localhost";
  const auto put = Connect(tls).Put(c("a"), "1");
  EXPECT_TRUE(put.ok()) << put.status();
}

TEST_F(ClientTls, AnyServerMayBeBelieved) {
  Corner c;
  TlsOptions tls = FilesOf("client");
  tls.ca_file = File("other.pem");
  tls.server_name = "elsewhere.example";
  tls.insecure_skip_verify = true;
  const auto put = Connect(tls).Put(c("a"), "1");
  EXPECT_TRUE(put.ok()) << put.status();
}

TEST_F(ClientTls, AServerDoesNotBelieveAStranger) {
  Corner c;
  EXPECT_EQ(Connect(FilesOf("stranger")).Put(c("a"), "1").status().code(), Code::kUnavailable);
  EXPECT_EQ(Connect({.ca_file = File("ca.pem")}).Put(c("a"), "1").status().code(),
            Code::kUnavailable);
}

TEST_F(ClientTls, GoesWithAUserAndAPassword) {
  AuthCorner c;
  c.AddUser("bob", {etcdpp::PermissionType::kReadWrite, c.All()});
  c.Enable();
  etcdpp::Options options;
  options.endpoints = {"https://" + target().tls_endpoint};
  options.tls = FilesOf("client");
  options.credentials = etcdpp::Credentials{"bob", "bob", ""};
  etcdpp::Client bob(options);
  EXPECT_TRUE(bob.Put(c("a"), "1").ok());
  EXPECT_EQ(bob.Get("elsewhere").status().reason(), Reason::kPermissionDenied);
}

TEST_F(ClientTls, TheCommonNameOfACertificateIsAUser) {
  AuthCorner c;
  c.AddUser("alice", {etcdpp::PermissionType::kReadWrite, c.All("hers/")});
  c.Enable();
  etcdpp::Client alice = Connect(FilesOf("client"));
  const auto put = alice.Put(c("hers/a"), "1");
  EXPECT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(alice.Get(c("elsewhere")).status().reason(), Reason::kPermissionDenied);
}

TEST_F(ClientTls, FilesThatChangeAreReadAgain) {
  Corner c;
  const fs::path directory = fs::temp_directory_path() / ("tls" + c("").substr(12, 8));
  fs::create_directories(directory);
  const auto copy = [&directory](const std::string& from, const std::string& to) {
    fs::copy_file(File(from), directory / (to + ".new"), fs::copy_options::overwrite_existing);
    fs::rename(directory / (to + ".new"), directory / to);
  };
  copy("stranger.pem", "client.pem");
  copy("stranger.key", "client.key");
  etcdpp::Client client = Connect({.ca_file = File("ca.pem"),
                                   .cert_file = (directory / "client.pem").string(),
                                   .key_file = (directory / "client.key").string(),
                                   .reload_interval = std::chrono::seconds(1)});
  EXPECT_FALSE(client.Put(c("a"), "1").ok());

  copy("client.key", "client.key");
  copy("client.pem", "client.pem");

  const auto until = std::chrono::steady_clock::now() + Corner::kPatience;
  bool ok = false;
  while (!ok && std::chrono::steady_clock::now() < until) ok = client.Put(c("a"), "1").ok();
  EXPECT_TRUE(ok);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace conformance
