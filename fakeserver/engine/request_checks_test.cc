#include "fakeserver/engine/request_checks.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fakeetcd {
namespace {

using std::string_view_literals::operator""sv;

const Behavior kBehavior = Behavior::Of({3, 4, 23});
constexpr int64_t kOpsMax = 128;

RequestOp Put(std::string_view key) { return {PutRequest{.key = key}}; }
RequestOp Delete(std::string_view key, std::string_view end = {}) {
  return {DeleteRangeRequest{.key = key, .range_end = end}};
}
RequestOp Get(std::string_view key) { return {RangeRequest{.key = key}}; }
RequestOp Txn(std::vector<RequestOp> success, std::vector<RequestOp> failure = {}) {
  return {TxnRequest{.success = std::move(success), .failure = std::move(failure)}};
}

std::string Check(std::vector<RequestOp> success, std::vector<RequestOp> failure = {}) {
  const TxnRequest txn{.success = std::move(success), .failure = std::move(failure)};
  return std::string(CheckTxn(txn, kBehavior, kOpsMax).message());
}

constexpr char kDuplicate[] = "etcdserver: duplicate key given in txn request";
constexpr char kTooMany[] = "etcdserver: too many operations in txn request";
constexpr char kEmptyKey[] = "etcdserver: key is not provided";

// Each outcome was seen on real etcd.
TEST(CheckTxnTest, PutsMayNotOverlapPutsAndDeletes) {
  struct OverlapCase {
    const char* name;
    std::vector<RequestOp> ops;
    const char* want;
  };
  const OverlapCase cases[] = {
      {"put a, put a", {Put("a"), Put("a")}, kDuplicate},
      {"put a, delete a..c", {Put("a"), Delete("a", "c")}, kDuplicate},
      {"delete a, put a", {Delete("a"), Put("a")}, kDuplicate},
      {"delete a, put a\\0", {Delete("a"), Put("a\0"sv)}, ""},
      {"delete a.. to the end, put b", {Delete("a", "\0"sv), Put("b")}, ""},
      {"delete c..a, put b", {Delete("c", "a"), Put("b")}, ""},
      {"delete a..c, delete b..d", {Delete("a", "c"), Delete("b", "d")}, ""},
      {"put c after those", {Delete("a", "c"), Delete("b", "d"), Put("c")}, kDuplicate},
      {"put in both branches", {Txn({Put("a")}, {Put("a")})}, ""},
      {"two txns put a", {Txn({Put("a")}), Txn({Put("a")})}, kDuplicate},
      {"put a, txn puts a", {Put("a"), Txn({Put("a")})}, kDuplicate},
      {"delete a, txn puts a", {Delete("a"), Txn({Put("a")})}, kDuplicate},
      {"put a, txn deletes a", {Put("a"), Txn({Delete("a")})}, kDuplicate},
      {"txn deletes a, txn puts a", {Txn({Delete("a")}), Txn({Put("a")})}, kDuplicate},
      {"txn puts a, txn deletes a", {Txn({Put("a")}), Txn({Delete("a")})}, ""},
      {"txn deletes or puts a", {Txn({Delete("a")}, {Put("a")})}, ""},
      {"txn puts a; another, otherwise", {Txn({Put("a")}), Txn({}, {Put("a")})}, kDuplicate},
  };
  for (const OverlapCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Check(c.ops), c.want);
    EXPECT_EQ(Check({}, c.ops), c.want);
  }
}

std::vector<RequestOp> Gets(size_t count) { return std::vector<RequestOp>(count, Get("k")); }

TEST(CheckTxnTest, TheLimitOnOperationsIsPassedDownLessWhatIsUsed) {
  const auto with_nested = [](size_t outer, size_t nested) {
    std::vector<RequestOp> ops = Gets(outer);
    ops.push_back(Txn(Gets(nested)));
    return ops;
  };
  EXPECT_EQ(Check(Gets(128)), "");
  EXPECT_EQ(Check(Gets(129)), kTooMany);
  EXPECT_EQ(Check(with_nested(127, 1)), kTooMany);
  EXPECT_EQ(Check(with_nested(125, 2)), "");
  EXPECT_EQ(Check(with_nested(125, 3)), kTooMany);
  EXPECT_EQ(Check({Txn(Gets(127)), Txn(Gets(126))}), kTooMany);
  EXPECT_EQ(Check({Txn(Gets(126)), Txn(Gets(126))}), "") << "siblings do not add up";
}

TEST(CheckTxnTest, WhatIsWrongIsFoundInEtcdsOrder) {
  EXPECT_EQ(Check(std::vector<RequestOp>(129, Put(""))), kTooMany);
  EXPECT_EQ(Check({Put("a"), Put("a")}, {Get("")}), kEmptyKey);
  EXPECT_EQ(Check({RequestOp{}}), "etcdserver: key not found");
  const TxnRequest compare{.compare = {Compare{}}, .success = {RequestOp{}}};
  EXPECT_EQ(CheckTxn(compare, kBehavior, kOpsMax).message(), kEmptyKey);
}

TEST(CheckPutTest, WhatIsKeptMayNotBeGiven) {
  EXPECT_EQ(CheckPut({.value = "v", .ignore_value = true}).message(), kEmptyKey);
  EXPECT_EQ(CheckPut({.key = "k", .value = "v", .ignore_value = true}).message(),
            "etcdserver: value is provided");
  EXPECT_EQ(CheckPut({.key = "k", .lease = 1, .ignore_lease = true}).message(),
            "etcdserver: lease is provided");
}

TEST(CheckRangeTest, UndefinedSortsAreRefusedFromTheReleaseOnThatDoes) {
  const RangeRequest order{.key = "k", .sort_order = static_cast<SortOrder>(7)};
  const RangeRequest target{.key = "k", .sort_target = static_cast<SortTarget>(-1)};
  for (const RangeRequest* request : {&order, &target}) {
    EXPECT_TRUE(CheckRange(*request, kBehavior).ok());
    EXPECT_EQ(CheckRange(*request, Behavior::Of({3, 6, 14})).message(),
              "etcdserver: invalid sort option");
  }
}

// Deep and wide enough that comparing every put with every delete would not end.
TEST(CheckTxnTest, ManyOperationsAreCheckedQuickly) {
  std::vector<std::string> keys;
  for (int i = 0; i < 200'000; ++i) keys.push_back(std::to_string(i));
  TxnRequest txn;
  for (size_t i = 0; i < keys.size(); i += 2) {
    txn.success.push_back(Delete(keys[i]));
    txn.success.push_back(Put(keys[i + 1]));
  }
  EXPECT_TRUE(CheckTxn(txn, kBehavior, 1'000'000).ok());
}

}  // namespace
}  // namespace fakeetcd
