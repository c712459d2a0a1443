// A store nobody has written to, and the hash of a store all of whose history is known. On a fresh
// server a script runs before all cases; the cases look at the answers it got.
#include <functional>
#include <random>

#include <gmock/gmock.h>

#include "conformance/support/hash_model.h"
#include "conformance/support/matchers.h"
#include "conformance/support/scratch.h"
#include "conformance/support/unique_prefix.h"
#include "conformance/target.h"

namespace conformance {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// One HashKV, and what the model says of it.
struct HashAsked {
  std::string when;
  int64_t revision = 0;
  Reply<pb::HashKVResponse> reply;
  std::optional<HashModel::Answer> want;
};

struct Answers {
  // Of a store at revision 1.
  Reply<pb::RangeResponse> everything, at_one, at_two;
  Reply<pb::TxnResponse> txn_at_minus_one, txn_at_minus_two, txn_of_nothing;
  Reply<pb::HashKVResponse> hash, hash_at_one, hash_at_two, hash_at_minus_one;
  Reply<pb::CompactionResponse> compact_minus_one, compact_two;
  Reply<pb::LeaseGrantResponse> grant;
  Reply<pb::DeleteRangeResponse> delete_nothing;
  Reply<pb::PutResponse> first_put;
  // Of a store that was never compacted, and then was, at 0.
  Reply<pb::CompactionResponse> compact_zero, compact_zero_again;
  Reply<pb::HashKVResponse> hash_zero_after_compact_zero, hash_now_after_compact_zero;
  Reply<pb::TxnResponse> txn_at_minus_one_after_compact_zero;
  int64_t compacted_at_zero_at = 0;
  // Of a store with a history.
  std::vector<HashAsked> before_compaction, after_compaction;
};

template <typename Message>
void Expect(const Reply<Message>& reply) {
  if (!reply.status.ok()) throw CallFailed(reply.status);
}

// Writes at random, the same every time, and keeps the model in step.
class Writer {
 public:
  Writer(const Wire& wire, HashModel* model, int64_t lease)
      : wire_(wire), model_(*model), lease_(lease), prefix_(RunPrefix() + "fresh/") {}

  void DoSomething() {
    switch (Pick(6)) {
      case 0:
        return DeleteSome();
      case 1:
        return DoTxn();
      default:
        return PutOne();
    }
  }

  void PutOne() {
    const auto put = SomePut();
    Expect(wire_.Call(put));
    Note(put);
    model_.Commit();
  }

  void DeleteSome() { DeleteRange(Key(Pick(kKeys)), Pick(2) == 0 ? Key(Pick(kKeys)) : ""); }

  void DeleteAll() { DeleteRange(prefix_, EndOfPrefix(prefix_)); }

  // Puts below 'e' and deletes from it on: they must not overlap.
  void DoTxn() {
    std::vector<Op> ops;
    for (int i = 0; i < 3; ++i) {
      const auto put = Put(Key(i), Value());
      ops.emplace_back(put);
      Note(put);
    }
    const auto deletion = conformance::Delete(Key(4), {.range_end = Key(4 + Pick(4))});
    ops.emplace_back(deletion);
    Note(deletion);
    Expect(wire_.Call(Txn({}, ops)));
    model_.Commit();
  }

 private:
  static constexpr int kKeys = 8;

  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string Key(int number) const { return prefix_ + static_cast<char>('a' + number); }
  std::string Value() {
    return std::string(static_cast<size_t>(Pick(40)), static_cast<char>(Pick(256)));
  }
  pb::PutRequest SomePut() {
    return Put(Key(Pick(kKeys)), Value(), {.lease = Pick(3) == 0 ? lease_ : 0});
  }

  void DeleteRange(const std::string& key, const std::string& end) {
    const auto deletion = conformance::Delete(key, {.range_end = end});
    Expect(wire_.Call(deletion));
    Note(deletion);
    model_.Commit();
  }

  void Note(const pb::PutRequest& put) { model_.Put(put.key(), put.value(), put.lease()); }
  void Note(const pb::DeleteRangeRequest& deletion) {
    const std::string end =
        deletion.range_end().empty() ? deletion.key() + kZeroByte : deletion.range_end();
    for (const std::string& key : model_.Keys(deletion.key(), end)) model_.Delete(key);
  }

  const Wire& wire_;
  HashModel& model_;
  const int64_t lease_;
  const std::string prefix_;
  std::mt19937 random_{20240229};
};

class FirstCalls {
 public:
  FirstCalls() {
    AskAnEmptyStore();
    const int64_t lease = answers_.grant->id();
    Writer writer(wire_, &model_, lease);
    WriteAndAsk(&writer);
    CompactAtZero();
    WriteCompactAndAsk(&writer);
    Expect(wire_.Call(LeaseRevoke(lease)));
  }

  const Answers& answers() const { return answers_; }

 private:
  Reply<pb::TxnResponse> ReadInTxn(int64_t revision) {
    return wire_.Call(Txn({}, {Range(RunPrefix(), {.revision = revision})}));
  }

  void AskAnEmptyStore() {
    Answers& a = answers_;
    a.everything = wire_.Call(Range(kZeroByte, {.range_end = kZeroByte}));
    a.at_one = wire_.Call(Range(kZeroByte, {.range_end = kZeroByte, .revision = 1}));
    a.at_two = wire_.Call(Range(kZeroByte, {.range_end = kZeroByte, .revision = 2}));
    a.txn_at_minus_one = ReadInTxn(-1);
    a.txn_at_minus_two = ReadInTxn(-2);
    a.txn_of_nothing = wire_.Call(pb::TxnRequest());
    a.hash = wire_.Call(HashKv(0));
    a.hash_at_one = wire_.Call(HashKv(1));
    a.hash_at_two = wire_.Call(HashKv(2));
    a.hash_at_minus_one = wire_.Call(HashKv(-1));
    a.compact_minus_one = wire_.Call(Compact(-1));
    a.compact_two = wire_.Call(Compact(2));
    a.delete_nothing = wire_.Call(Delete(RunPrefix()));
    a.grant = wire_.Call(LeaseGrant(600));
    // The lease is the writer's; the first put is of a key that is not.
    a.first_put = wire_.Call(Put(RunPrefix() + "first", "1"));
    model_.Put(RunPrefix() + "first", "1", 0);
    model_.Commit();
  }

  void WriteAndAsk(Writer* writer) {
    for (int step = 0; step < 60; ++step) {
      writer->DoSomething();
      Ask("after step " + std::to_string(step), 0, &answers_.before_compaction);
    }
    AskEveryRevision("at the end", &answers_.before_compaction);
  }

  void CompactAtZero() {
    Answers& a = answers_;
    a.compacted_at_zero_at = model_.revision();
    a.compact_zero = wire_.Call(Compact(0, true));
    a.compact_zero_again = wire_.Call(Compact(0));
    a.hash_zero_after_compact_zero = wire_.Call(HashKv(0));
    a.hash_now_after_compact_zero = wire_.Call(HashKv(model_.revision()));
    a.txn_at_minus_one_after_compact_zero = ReadInTxn(-1);
    model_.Compact(0);
  }

  // Compactions in the middle of the history, at its end, at a delete, and of a store left empty.
  void WriteCompactAndAsk(Writer* writer) {
    CompactAndAsk(model_.revision() / 2);
    CompactAndAsk(model_.revision());
    for (int step = 0; step < 20; ++step) writer->DoSomething();
    AskEveryRevision("after more writes", &answers_.after_compaction);
    CompactAndAsk(model_.revision() - 7);
    writer->DoTxn();
    writer->DeleteAll();
    CompactAndAsk(model_.revision());
    writer->PutOne();
    AskEveryRevision("after a put", &answers_.after_compaction);
    CompactAndAsk(model_.revision());
    writer->DeleteAll();
    writer->DoTxn();
    CompactAndAsk(model_.revision() - 1);
    Expect(wire_.Call(Delete(RunPrefix(), {.range_end = EndOfPrefix(RunPrefix())})));
    for (const std::string& key : model_.Keys(RunPrefix(), EndOfPrefix(RunPrefix()))) {
      model_.Delete(key);
    }
    model_.Commit();
    CompactAndAsk(model_.revision());
    CompactUntilZeroIsForgotten(writer);
  }

  // HashKV(0) answers with what the compaction at 0 left until ten others came.
  void CompactUntilZeroIsForgotten(Writer* writer) {
    for (int i = 0; i < 10; ++i) {
      writer->DoSomething();
      writer->PutOne();
      CompactAndAsk(model_.revision());
    }
    writer->DeleteAll();
    Ask("at the very end", 0, &answers_.after_compaction);
  }

  void CompactAndAsk(int64_t revision) {
    Expect(wire_.Call(Compact(revision, true)));
    model_.Compact(revision);
    AskEveryRevision("compacted at " + std::to_string(revision), &answers_.after_compaction);
  }

  void AskEveryRevision(const std::string& when, std::vector<HashAsked>* asked) {
    for (int64_t revision = -1; revision <= model_.revision(); ++revision) {
      Ask(when, revision, asked);
    }
  }

  void Ask(const std::string& when, int64_t revision, std::vector<HashAsked>* asked) {
    asked->push_back({when, revision, wire_.Call(HashKv(revision)), model_.HashKv(revision)});
  }

  const Wire wire_;
  HashModel model_{target().version};
  Answers answers_;
};

class Script : public testing::Environment {
 public:
  void SetUp() override {
    if (target().fresh) calls_ = std::make_unique<FirstCalls>();
  }
  void TearDown() override { calls_.reset(); }

  /// REQUIRES: the server was fresh.
  const Answers& answers() const { return calls_->answers(); }

 private:
  std::unique_ptr<FirstCalls> calls_;
};

// Registered before main, so that it runs before the first case.
Script& TheScript() {
  static auto* const script = static_cast<Script*>(testing::AddGlobalTestEnvironment(new Script));
  return *script;
}
[[maybe_unused]] const Script& registered = TheScript();

class FreshStore : public testing::Test {
 protected:
  void SetUp() override {
    if (!target().fresh) GTEST_SKIP() << "needs a fresh server";
  }

  const Answers& answers() const { return TheScript().answers(); }
};

TEST_F(FreshStore, IsAtRevisionOneWithNoKeys) {
  EXPECT_THAT(*answers().everything, AtRevision(1));
  EXPECT_THAT(answers().everything->kvs(), IsEmpty());
  EXPECT_EQ(answers().everything->count(), 0);
}

TEST_F(FreshStore, MayBeReadAtRevisionOne) {
  EXPECT_THAT(answers().at_one, IsOk());
  EXPECT_THAT(answers().at_two, FailsWith(kFutureRevision));
}

TEST_F(FreshStore, MayBeReadAtMinusOneInATxn) {
  EXPECT_THAT(answers().txn_at_minus_one, IsOk());
  EXPECT_THAT(answers().txn_at_minus_two, FailsWith(kCompacted));
}

TEST_F(FreshStore, StaysAtRevisionOneWhateverIsNoWrite) {
  EXPECT_THAT(*answers().txn_of_nothing, AtRevision(1));
  EXPECT_THAT(*answers().delete_nothing, AtRevision(1));
  EXPECT_THAT(*answers().grant, AtRevision(1));
}

TEST_F(FreshStore, GivesTheFirstWriteRevisionTwo) {
  EXPECT_THAT(*answers().first_put, AtRevision(2));
}

TEST_F(FreshStore, HashesToThatOfNothing) {
  EXPECT_EQ(answers().hash->hash(), kHashOfNothing);
  EXPECT_EQ(answers().hash_at_one->hash(), kHashOfNothing);
  EXPECT_EQ(answers().hash_at_minus_one->hash(), kHashOfNothing);
}

TEST_F(FreshStore, HasNoHashOfRevisionTwo) {
  EXPECT_THAT(answers().hash_at_two, FailsWith(kFutureRevision));
}

TEST_F(FreshStore, SaysItWasCompactedAtMinusOne) {
  EXPECT_EQ(answers().hash->compact_revision(), -1);
}

TEST_F(FreshStore, MayNotBeCompactedAtMinusOneNorInTheFuture) {
  EXPECT_THAT(answers().compact_minus_one, FailsWith(kCompacted));
  EXPECT_THAT(answers().compact_two, FailsWith(kFutureRevision));
}

TEST_F(FreshStore, MayBeCompactedAtZeroOnce) {
  ASSERT_THAT(answers().compact_zero, IsOk());
  EXPECT_THAT(*answers().compact_zero, AtRevision(answers().compacted_at_zero_at));
  EXPECT_THAT(answers().compact_zero_again, FailsWith(kCompacted));
}

TEST_F(FreshStore, OnceCompactedAtZeroSaysSo) {
  EXPECT_EQ(answers().hash_now_after_compact_zero->compact_revision(), 0);
}

TEST_F(FreshStore, OnceCompactedAtZeroIsNotReadAtMinusOneInATxn) {
  EXPECT_THAT(answers().txn_at_minus_one_after_compact_zero, FailsWith(kCompacted));
}

// Each compaction leaves its hash for later, and a HashKV of 0 is taken for one of that at 0.
TEST_F(FreshStore, OnceCompactedAtZeroHashesToThatOfNothingSince355) {
  const pb::HashKVResponse& hash = *answers().hash_zero_after_compact_zero;
  const bool remembers = target().version.Since({V(3, 5, 5), V(3, 6, 0)});
  EXPECT_EQ(hash.compact_revision(), remembers ? -1 : 0);
  EXPECT_EQ(hash.hash() == kHashOfNothing, remembers);
}

class HashModelTest : public FreshStore {
 protected:
  static void ExpectAsTheModelSays(const std::vector<HashAsked>& all) {
    for (const HashAsked& asked : all) {
      SCOPED_TRACE(asked.when + ", HashKV(" + std::to_string(asked.revision) + ")");
      if (!asked.want) {
        EXPECT_THAT(asked.reply, FailsWith(kCompacted));
        continue;
      }
      ASSERT_THAT(asked.reply, IsOk());
      EXPECT_EQ(asked.reply->hash(), asked.want->hash);
      EXPECT_EQ(asked.reply->compact_revision(), asked.want->compact_revision);
      EXPECT_EQ(asked.reply->hash_revision(), asked.want->hash_revision);
    }
  }
};

TEST_F(HashModelTest, AgreesAtEveryRevisionOfAStoreNeverCompacted) {
  ASSERT_THAT(answers().before_compaction, SizeIs(testing::Gt(100)));
  ExpectAsTheModelSays(answers().before_compaction);
}

TEST_F(HashModelTest, AgreesAtEveryRevisionAfterEachOfManyCompactions) {
  ASSERT_THAT(answers().after_compaction, SizeIs(testing::Gt(500)));
  ExpectAsTheModelSays(answers().after_compaction);
}

}  // namespace
}  // namespace conformance
