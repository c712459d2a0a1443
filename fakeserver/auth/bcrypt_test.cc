#include "fakeserver/auth/bcrypt.h"

#include <string>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

const std::string kSalt = "0123456789abcdef";

TEST(BcryptTest, AHashMatchesItsPasswordAlone) {
  const std::string hash = BcryptHash("secret", kBcryptCostMin, kSalt);

  EXPECT_TRUE(hash.starts_with("$2a$04$"));
  EXPECT_EQ(hash.size(), 60u);
  EXPECT_TRUE(BcryptMatches("secret", hash));
  EXPECT_FALSE(BcryptMatches("secret ", hash));
  EXPECT_FALSE(BcryptMatches("", hash));
}

TEST(BcryptTest, TheSaltDecidesTheHash) {
  EXPECT_EQ(BcryptHash("a", kBcryptCostMin, kSalt), BcryptHash("a", kBcryptCostMin, kSalt));
  EXPECT_NE(BcryptHash("a", kBcryptCostMin, kSalt),
            BcryptHash("a", kBcryptCostMin, "0123456789abcdeX"));
}

TEST(BcryptTest, AnEmptyPasswordIsOne) {
  EXPECT_TRUE(BcryptMatches("", BcryptHash("", kBcryptCostMin, kSalt)));
}

TEST(BcryptTest, OnlyTheFirst72BytesCount) {
  const std::string hash = BcryptHash(std::string(80, 'x'), kBcryptCostMin, kSalt);

  EXPECT_TRUE(BcryptMatches(std::string(72, 'x'), hash));
  EXPECT_FALSE(BcryptMatches(std::string(71, 'x'), hash));
}

// Of golang.org/x/crypto/bcrypt, with which etcd makes them.
TEST(BcryptTest, KnowsTheHashesOfEtcd) {
  EXPECT_TRUE(
      BcryptMatches("allmine", "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"));
  EXPECT_FALSE(
      BcryptMatches("allyours", "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"));
}

TEST(BcryptTest, NothingMatchesWhatIsNoHash) {
  for (const char* hash : {"", "x", "*0", "$1$abc$def", "$2a$99$XajjQvNhvvRt5GSeFk1xFe"}) {
    EXPECT_FALSE(BcryptMatches("", hash)) << hash;
  }
}

}  // namespace
}  // namespace fakeetcd
