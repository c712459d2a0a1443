#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "etcdpp/client.h"

namespace etcdpp {

/// What others may change while a transaction runs. Those of Go's concurrency.STM.
enum class Isolation {
  /// All reads are as of one revision; nothing read or written was changed since.
  kSerializableSnapshot,
  /// All reads are as of one revision; nothing read was changed since.
  kSerializable,
  /// A key read twice reads the same; nothing read was changed since.
  kRepeatableReads,
  /// Reads see what is committed; what was read may have changed.
  kReadCommitted,
};

struct StmOptions {
  Isolation isolation = Isolation::kSerializableSnapshot;
  /// Read in one go before the first attempt.
  std::vector<std::string> prefetch = {};
  /// How often it is tried before kAborted; 0: until it succeeds.
  int attempts_max = 0;
};

/// A transaction in the making: reads see etcd and what this transaction has written so far; writes
/// happen all at once, at the end.
///
/// Not thread-safe.
class Stm {
 public:
  Stm(std::shared_ptr<Connection> connection, Isolation isolation, CallOptions call);

  /// The value of the key; nothing where it does not exist.
  Result<std::optional<std::string>> Get(std::string_view key);

  /// The revision of the last change of the key as read; 0 where it does not exist.
  Result<int64_t> ModRevision(std::string_view key);

  void Put(std::string_view key, std::string_view value, const PutOptions& options = {});
  void Delete(std::string_view key);

  // For RunStm.
  Status Fetch(const std::vector<std::string>& keys);
  Result<TxnResponse> TryCommit();
  void Reset();

 private:
  struct Read {
    std::optional<KeyValue> kv;
    int64_t revision = 0;  // as of which
  };
  struct Write {
    std::optional<std::string> value;  // nothing: a delete
    PutOptions options;
  };

  Result<const Read*> ReadKey(std::string_view key);
  TxnRequest Request() const;
  bool AsOfOneRevision() const;

  std::shared_ptr<Connection> connection_;
  Isolation isolation_;
  CallOptions call_;
  std::map<std::string, Read, std::less<>> reads_;
  std::map<std::string, Write, std::less<>> writes_;
  std::map<std::string, Read, std::less<>> prefetched_;  // by the failed attempt before
  int64_t revision_ = 0;                                 // of the first read; 0: none yet
};

/// Runs `apply` and commits what it wrote, again and again while what it stood on has changed
/// meanwhile. So it may run several times, and must do nothing but read and write the Stm. Where it
/// returns a failure nothing is written, and that is returned.
///
///   auto done = RunStm(client, [](Stm& stm) -> Status {
///     auto from = stm.Get("accounts/a");
///     if (!from.ok()) return from.status();
///     stm.Put("accounts/a", Minus(*from, 5));
///     ...
///     return {};
///   });
Result<TxnResponse> RunStm(const Client& client, const std::function<Status(Stm&)>& apply,
                           const StmOptions& options = {}, const CallOptions& call = {});

}  // namespace etcdpp
