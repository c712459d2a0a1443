#include "etcdpp/stm.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etcdpp/mocks/mock_connection.h"

namespace etcdpp {
namespace {

using testing::NiceMock;
using testing::Return;

RangeResponse Only(const std::string& key, const std::string& value, int64_t revision) {
  return {{}, {{.key = key, .value = value, .mod_revision = revision}}, false, 1};
}

TxnResponse Read(int64_t revision, const std::string& key, const std::string& value) {
  return {{.revision = revision}, true, {{Only(key, value, revision)}}};
}

// A failed attempt has read its keys again, and others change before the next one.
TEST(StmTest, AllItReadsIsAsOfOneRevision) {
  const auto connection = std::make_shared<NiceMock<mocks::MockConnection>>();
  std::vector<TxnRequest> sent;
  std::vector<TxnResponse> answers = {
      Read(5, "b", "b5"),
      {{.revision = 7}, false, {{Only("b", "b6", 6)}}},  // the first attempt
      Read(9, "a", "a9"),
      Read(9, "b", "b9"),
      {{.revision = 10}, true, {}},
  };
  ON_CALL(*connection, Txn).WillByDefault([&](TxnParams params) {
    sent.push_back(std::move(params.request));
    return answers.at(sent.size() - 1);
  });
  std::string read;
  int attempts = 0;

  const auto done = RunStm(Client(connection), [&](Stm& stm) -> Status {
    read.clear();
    if (++attempts > 1) read += **stm.Get("a");
    read += **stm.Get("b");
    return {};
  });

  EXPECT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(read, "a9b9");
}

}  // namespace
}  // namespace etcdpp
