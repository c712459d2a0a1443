#include "fakeserver/auth/simple_tokens.h"

#include <cctype>
#include <chrono>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using namespace std::chrono_literals;

class SimpleTokensTest : public testing::Test {
 protected:
  std::string Assign(const std::string& user, TimePoint now) {
    return tokens_.Assign(
        user, 7, [this] { return random_(); }, now);
  }
  // Whose the token is; "" of nobody's.
  std::string UserOf(const std::string& token, TimePoint now) {
    const std::string* user = tokens_.Use(token, now);
    return user == nullptr ? "" : *user;
  }

  SimpleTokens tokens_{300s};
  std::mt19937_64 random_;
};

TEST_F(SimpleTokensTest, ATokenIsSixteenLettersAndTheIndex) {
  const std::string token = Assign("alice", TimePoint());

  ASSERT_EQ(token.size(), 18u);
  EXPECT_EQ(token.substr(16), ".7");
  for (size_t i = 0; i < 16; ++i) EXPECT_TRUE(std::isalpha(static_cast<unsigned char>(token[i])));
  EXPECT_EQ(UserOf(token, TimePoint()), "alice");
  EXPECT_EQ(UserOf("nobodysnobodysno.7", TimePoint()), "");
}

TEST_F(SimpleTokensTest, UseRenewsAToken) {
  const std::string token = Assign("alice", TimePoint());

  EXPECT_EQ(UserOf(token, TimePoint() + 300s), "alice");
  EXPECT_EQ(UserOf(token, TimePoint() + 600s), "alice");
  EXPECT_EQ(UserOf(token, TimePoint() + 901s), "");
  EXPECT_EQ(UserOf(token, TimePoint() + 600s), "") << "gone for good";
}

TEST_F(SimpleTokensTest, InvalidateForgetsTheTokensOfOneUser) {
  const std::string first = Assign("alice", TimePoint());
  const std::string second = Assign("alice", TimePoint());
  const std::string other = Assign("bob", TimePoint());

  tokens_.Invalidate("alice");

  EXPECT_EQ(UserOf(first, TimePoint()), "");
  EXPECT_EQ(UserOf(second, TimePoint()), "");
  EXPECT_EQ(UserOf(other, TimePoint()), "bob");
}

TEST_F(SimpleTokensTest, ManyThatRunOutLeaveTheOthers) {
  const std::string used = Assign("alice", TimePoint());
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = TimePoint() + i * 10s;
    Assign("bob", now);
    ASSERT_EQ(UserOf(used, now), "alice");
  }
}

}  // namespace
}  // namespace fakeetcd
