// Which options etcdctl's environment variables make.

#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/options.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// Sets variables for one test.
class OptionsFromEnvironmentTest : public testing::Test {
 protected:
  ~OptionsFromEnvironmentTest() override {
    for (const std::string& name : names_) unsetenv(name.c_str());
  }

  void Set(const std::string& name, const std::string& value) {
    names_.push_back("ETCDCTL_" + name);
    setenv(names_.back().c_str(), value.c_str(), 1);
  }

  std::vector<std::string> names_;
};

TEST_F(OptionsFromEnvironmentTest, AreTheDefaultsWhereNothingIsSet) {
  const auto options = OptionsFromEnvironment({.endpoints = {"a:1"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->endpoints, ElementsAre("a:1"));
  EXPECT_FALSE(options->tls);
  EXPECT_FALSE(options->credentials);
}

TEST_F(OptionsFromEnvironmentTest, TakeAllVariables) {
  Set("ENDPOINTS", "https://a:1,b:2");
  Set("CACERT", "/ca");
  Set("CERT", "/cert");
  Set("KEY", "/key");
  Set("USER", "alice:se:cret");
  Set("DIAL_TIMEOUT", "2s");
  Set("COMMAND_TIMEOUT", "1m30s");
  Set("KEEPALIVE_TIME", "1.5h");
  Set("KEEPALIVE_TIMEOUT", "250ms");

  const auto options = OptionsFromEnvironment();

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->endpoints, ElementsAre("https://a:1", "b:2"));
  EXPECT_EQ(options->tls->ca_file, "/ca");
  EXPECT_EQ(options->tls->cert_file, "/cert");
  EXPECT_EQ(options->tls->key_file, "/key");
  EXPECT_FALSE(options->tls->insecure_skip_verify);
  EXPECT_EQ(options->credentials->user, "alice");
  EXPECT_EQ(options->credentials->password, "se:cret");
  EXPECT_EQ(options->connect_timeout, milliseconds(2000));
  EXPECT_EQ(options->call_timeout, milliseconds(90000));
  EXPECT_EQ(options->keepalive_time, milliseconds(5400000));
  EXPECT_EQ(options->keepalive_timeout, milliseconds(250));
}

TEST_F(OptionsFromEnvironmentTest, TakeAPasswordOfItsOwn) {
  Set("USER", "al:ice");
  Set("PASSWORD", "secret");
  const auto options = OptionsFromEnvironment();
  EXPECT_EQ(options->credentials->user, "al:ice");
  EXPECT_EQ(options->credentials->password, "secret");
}

TEST_F(OptionsFromEnvironmentTest, TakeAToken) {
  Set("AUTH_JWT_TOKEN", "jwt");
  EXPECT_EQ(OptionsFromEnvironment()->credentials->token, "jwt");
}

TEST_F(OptionsFromEnvironmentTest, AskForTlsWhereItIsToBeSecure) {
  Set("INSECURE_TRANSPORT", "false");
  EXPECT_TRUE(OptionsFromEnvironment()->tls);
}

TEST_F(OptionsFromEnvironmentTest, MayBelieveAnyServer) {
  Set("INSECURE_SKIP_TLS_VERIFY", "true");
  EXPECT_TRUE(OptionsFromEnvironment()->tls->insecure_skip_verify);
}

TEST_F(OptionsFromEnvironmentTest, NameTheVariableThatMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"DIAL_TIMEOUT", "5"},           {"COMMAND_TIMEOUT", "soon"},  {"KEEPALIVE_TIME", "-1s"},
      {"INSECURE_TRANSPORT", "maybe"}, {"DIAL_TIMEOUT", "1s2"},      {"DIAL_TIMEOUT", "infs"},
      {"DIAL_TIMEOUT", "nanh"},        {"DIAL_TIMEOUT", "3000000h"},
  };
  for (const auto& [name, value] : cases) {
    Set(name, value);
    const auto options = OptionsFromEnvironment();
    EXPECT_EQ(options.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(options.status().message(), HasSubstr(name));
    unsetenv(names_.back().c_str());
  }
}

}  // namespace
}  // namespace etcdpp
