#include "fakeserver/services/jwt.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "fakeserver/services/auth_options.h"
#include "fakeserver/services/jwt_signature.h"

namespace fakeetcd {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kNow{1000000};

// Pairs of keys in files of a directory of their own.
class JwtTest : public testing::Test {
 protected:
  JwtTest() {
    std::string name = testing::TempDir() + "jwtXXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~JwtTest() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  static std::string Take(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(bio);
    return text;
  }

  // Writes NAME.key and NAME.pub.
  void WritePair(const std::string& name, EVP_PKEY* made) const {
    const EvpKey key(made);
    BIO* private_pem = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(private_pem, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    Write(name + ".key", Take(private_pem));
    BIO* public_pem = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(public_pem, key.get());
    Write(name + ".pub", Take(public_pem));
  }

  using Options = std::map<std::string, std::string>;
  Options OptionsOf(const std::string& method, const std::string& pair) const {
    return {{"sign-method", method},
            {"priv-key", directory_ + "/" + pair + ".key"},
            {"pub-key", directory_ + "/" + pair + ".pub"}};
  }
  static std::string ErrorOf(const Options& options, const char* release = "3.6") {
    return std::string(JwtTokens::Make(options, *Behavior::Parse(release)).status().message());
  }

  std::string directory_;
  const Behavior behavior_ = *Behavior::Parse("3.6");
};

TEST_F(JwtTest, EveryMethodVerifiesWhatItSigned) {
  WritePair("rsa", EVP_RSA_gen(2048));
  WritePair("p256", EVP_EC_gen("P-256"));
  WritePair("p384", EVP_EC_gen("P-384"));
  WritePair("p521", EVP_EC_gen("P-521"));
  WritePair("ed", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Write("text.key", "a secret");
  Write("text.pub", "");
  struct MethodCase {
    const char* method;
    const char* pair;
  };
  const MethodCase cases[] = {
      {"HS256", "text"}, {"HS384", "text"}, {"HS512", "text"}, {"RS256", "rsa"}, {"RS384", "rsa"},
      {"RS512", "rsa"},  {"PS256", "rsa"},  {"PS384", "rsa"},  {"PS512", "rsa"}, {"ES256", "p256"},
      {"ES384", "p384"}, {"ES512", "p521"}, {"EdDSA", "ed"}};
  for (const MethodCase& c : cases) {
    SCOPED_TRACE(c.method);
    const auto tokens = JwtTokens::Make(OptionsOf(c.method, c.pair), behavior_);
    ASSERT_TRUE(tokens.ok()) << tokens.status();

    const auto token = (*tokens)->Sign({"alice", 7}, kNow);

    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_EQ((*tokens)->Verify(*token, kNow), (Caller{"alice", 7}));
    std::string other = *token;
    char& changed = other[token->rfind('.') + 3];
    changed = changed == 'x' ? 'y' : 'x';
    EXPECT_EQ((*tokens)->Verify(other, kNow), std::nullopt);
  }
}

TEST_F(JwtTest, ATokenRunsOut) {
  Write("text.key", "a secret");
  const auto tokens = JwtTokens::Make(
      {{"sign-method", "HS256"}, {"priv-key", directory_ + "/text.key"}, {"ttl", "1m30s"}},
      behavior_);
  ASSERT_TRUE(tokens.ok());
  const std::string token = *(*tokens)->Sign({"alice", 7}, kNow);

  EXPECT_TRUE((*tokens)->Verify(token, kNow + seconds(89)).has_value());
  EXPECT_FALSE((*tokens)->Verify(token, kNow + seconds(90)).has_value());
}

// RFC 7515, appendix A.1: another implementation's signature.
TEST_F(JwtTest, SignsAsOthersDo) {
  EXPECT_EQ(
      MakeHmac({"HS256", JwtFamily::kHmac, EVP_sha256}, "key",
               "The quick brown fox jumps over the lazy dog"),
      "\xf7\xbc\x83\xf4\x30\x53\x84\x24\xb1\x32\x98\xe6\xaa\x6f\xb1\x43\xef\x4d\x59\xa1\x49\x46"
      "\x17\x59\x97\x47\x9d\xbc\x2d\x1a\x3c\xd8");
}

TEST_F(JwtTest, ThePublicKeyAloneVerifies) {
  WritePair("p256", EVP_EC_gen("P-256"));
  const auto both = JwtTokens::Make(OptionsOf("ES256", "p256"), behavior_);
  auto options = OptionsOf("ES256", "p256");
  options.erase("priv-key");
  const auto verifier = JwtTokens::Make(options, behavior_);
  ASSERT_TRUE(both.ok() && verifier.ok());

  EXPECT_TRUE((*verifier)->Verify(*(*both)->Sign({"alice", 7}, kNow), kNow).has_value());
  EXPECT_EQ((*verifier)->Sign({"alice", 7}, kNow).status().message(),
            "auth: token signing attempted with verify-only key");
}

TEST_F(JwtTest, KeysHaveToFit) {
  WritePair("rsa", EVP_RSA_gen(2048));
  WritePair("p256", EVP_EC_gen("P-256"));
  WritePair("other", EVP_EC_gen("P-256"));
  auto mixed = OptionsOf("ES256", "p256");
  mixed["pub-key"] = directory_ + "/other.pub";

  EXPECT_EQ(ErrorOf(mixed), "auth: public and private keys don't match");
  EXPECT_THAT(ErrorOf(OptionsOf("RS256", "p256")), HasSubstr("invalid key"));
  EXPECT_THAT(ErrorOf(OptionsOf("ES256", "rsa")), HasSubstr("invalid key"));
  EXPECT_EQ(ErrorOf({{"sign-method", "RS256"}}), "auth: missing key data");
  EXPECT_EQ(ErrorOf({{"sign-method", "HS256"}}), "auth: missing key data");
}

TEST_F(JwtTest, OptionsHaveToMakeSense) {
  const char* const bad = "auth: invalid auth options";

  EXPECT_EQ(ErrorOf({}), bad);
  EXPECT_EQ(ErrorOf({{"sign-method", "RS1"}}), bad);
  EXPECT_EQ(ErrorOf({{"sign-method", "RS256"}, {"pub-key", "/nowhere"}}), bad);
  EXPECT_EQ(ErrorOf({{"sign-method", "RS256"}, {"ttl", "soon"}}), bad);
  EXPECT_EQ(ErrorOf({{"sign-method", "none"}}),
            "unsupported signing method: *jwt.signingMethodNone");
  EXPECT_EQ(ErrorOf({{"sign-method", "EdDSA"}}, "3.5"),
            "unsupported signing method: *jwt.SigningMethodEd25519");
  for (const char* flag : {"x", "jwt", "jwt,sign-method", "jwt,a=b=c", "jwt,ttl=1m,ttl=1m"}) {
    AuthOptions options;
    EXPECT_EQ(options.SetTokens(flag, behavior_).message(), bad) << flag;
  }
  AuthOptions options;
  EXPECT_TRUE(options.SetTokens("simple", behavior_).ok());
  EXPECT_TRUE(options.SetTokens("", behavior_).ok());
  EXPECT_EQ(options.tokens, AuthOptions::Tokens::kNone);
}

}  // namespace
}  // namespace fakeetcd
