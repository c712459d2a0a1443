#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "etcdpp/kv.h"
#include "etcdpp/options.h"
#include "etcdpp/status.h"
#include "etcdpp/types.h"

namespace etcdpp {

class Connection;

/// One condition of a transaction, on one key or on every key of a range. Written with the
/// operators of namespace cmp.
struct Compare {
  enum class Relation { kEqual = 0, kGreater = 1, kLess = 2, kNotEqual = 3 };
  enum class Target { kVersion = 0, kCreateRevision = 1, kModRevision = 2, kValue = 3, kLease = 4 };

  KeyRange range = {};
  Target target = Target::kVersion;
  Relation relation = Relation::kEqual;
  std::variant<int64_t, std::string> operand;  // a string for kValue, else a number

  friend bool operator==(const Compare&, const Compare&) = default;
};

/// Conditions, as they read: `cmp::Value("k") == "x"`, `cmp::Version(KeyRange::Prefix("p/")) < 3`.
///
/// A condition on a range holds when it holds for every key in it. A key that does not exist has
/// version, revisions and lease 0, and no value: a condition on its value never holds.
namespace cmp {

/// A number of a key, waiting for the operator and the number to compare it with.
class Number {
 public:
  Number(Compare::Target target, KeyRange range) : target_(target), range_(std::move(range)) {}

  friend Compare operator==(const Number& a, int64_t b) {
    return a.With(Compare::Relation::kEqual, b);
  }
  friend Compare operator!=(const Number& a, int64_t b) {
    return a.With(Compare::Relation::kNotEqual, b);
  }
  friend Compare operator<(const Number& a, int64_t b) {
    return a.With(Compare::Relation::kLess, b);
  }
  friend Compare operator>(const Number& a, int64_t b) {
    return a.With(Compare::Relation::kGreater, b);
  }

 private:
  Compare With(Compare::Relation relation, int64_t operand) const {
    return {range_, target_, relation, operand};
  }

  Compare::Target target_;
  KeyRange range_;
};

/// The value of a key, waiting for the operator and the text to compare it with, byte by byte.
class Text {
 public:
  explicit Text(KeyRange range) : range_(std::move(range)) {}

  friend Compare operator==(const Text& a, std::string_view b) {
    return a.With(Compare::Relation::kEqual, b);
  }
  friend Compare operator!=(const Text& a, std::string_view b) {
    return a.With(Compare::Relation::kNotEqual, b);
  }
  friend Compare operator<(const Text& a, std::string_view b) {
    return a.With(Compare::Relation::kLess, b);
  }
  friend Compare operator>(const Text& a, std::string_view b) {
    return a.With(Compare::Relation::kGreater, b);
  }

 private:
  Compare With(Compare::Relation relation, std::string_view operand) const {
    return {range_, Compare::Target::kValue, relation, std::string(operand)};
  }

  KeyRange range_;
};

inline Text Value(KeyRange range) { return Text(std::move(range)); }
inline Number Version(KeyRange range) { return {Compare::Target::kVersion, std::move(range)}; }
inline Number CreateRevision(KeyRange range) {
  return {Compare::Target::kCreateRevision, std::move(range)};
}
inline Number ModRevision(KeyRange range) {
  return {Compare::Target::kModRevision, std::move(range)};
}
inline Number Lease(KeyRange range) { return {Compare::Target::kLease, std::move(range)}; }

inline Compare Exists(std::string_view key) { return CreateRevision(key) > 0; }
inline Compare Missing(std::string_view key) { return CreateRevision(key) == 0; }

}  // namespace cmp

struct Op;

/// A transaction as data: `success` is done when every compare holds, else `failure`.
///
///   op::Txn(TxnRequest().If(cmp::Exists("a")).Then(op::Delete("a")))
struct TxnRequest {
  std::vector<Compare> compares;
  std::vector<Op> success;
  std::vector<Op> failure;

  // Each adds to what is there already.
  template <std::convertible_to<Compare>... Compares>
  TxnRequest& If(Compares&&... more);
  template <std::convertible_to<Op>... Ops>
  TxnRequest& Then(Ops&&... more);
  template <std::convertible_to<Op>... Ops>
  TxnRequest& Else(Ops&&... more);

  friend bool operator==(const TxnRequest&, const TxnRequest&) = default;
};

/// One operation of a transaction. Made by the functions of namespace op.
struct Op {
  std::variant<RangeRequest, PutRequest, DeleteRequest, TxnRequest> request;

  friend bool operator==(const Op&, const Op&) = default;
};

/// Operations of a transaction, with the options their calls have.
namespace op {

inline Op Get(KeyRange range, const RangeOptions& options = {}) {
  return {RangeRequest{std::move(range), options}};
}
inline Op Put(std::string_view key, std::string_view value, const PutOptions& options = {}) {
  return {PutRequest{std::string(key), std::string(value), options}};
}
inline Op Delete(KeyRange range, const DeleteOptions& options = {}) {
  return {DeleteRequest{std::move(range), options}};
}
inline Op Txn(TxnRequest request) { return {std::move(request)}; }

}  // namespace op

struct OpResponse;

/// What a transaction did: `responses` has one entry for each operation of the branch taken, in its
/// order. The headers inside carry a revision at most.
struct TxnResponse {
  ResponseHeader header = {};
  bool succeeded = false;
  std::vector<OpResponse> responses;

  friend bool operator==(const TxnResponse&, const TxnResponse&) = default;
};

/// The answer to one operation. Each accessor returns null when the operation was another.
struct OpResponse {
  std::variant<RangeResponse, PutResponse, DeleteResponse, TxnResponse> response;

  const RangeResponse* range() const { return std::get_if<RangeResponse>(&response); }
  const PutResponse* put() const { return std::get_if<PutResponse>(&response); }
  const DeleteResponse* deletion() const { return std::get_if<DeleteResponse>(&response); }
  const TxnResponse* txn() const { return std::get_if<TxnResponse>(&response); }

  friend bool operator==(const OpResponse&, const OpResponse&) = default;
};

/// Whether no branch of `request` can write. Such a transaction may be tried again like a read.
bool IsReadOnly(const TxnRequest& request);

/// What a server takes in one transaction. The defaults are etcd's own, which its flags
/// --max-txn-ops and --max-request-bytes change.
struct TxnLimits {
  int64_t ops_max = 128;  // conditions, or operations of one branch, nested ones added on top
  size_t bytes_max = size_t{3} << 19;

  friend bool operator==(const TxnLimits&, const TxnLimits&) = default;
};

/// Says what an etcd with these limits would refuse, before it is sent and by name: kTooManyOps,
/// kDuplicateKey with the key, kRequestTooLarge. Sizes are estimated, within a few per cent.
Status CheckLimits(const TxnRequest& request, const TxnLimits& limits = {});

/// A transaction on its way to a Client.
///
///   auto done = client.Txn()
///                   .If(cmp::Value("k") == "x", cmp::Lease("k") != 0)
///                   .Then(op::Put("k", "y"))
///                   .Else(op::Get("k"))
///                   .Commit();
///   if (done.ok() && !done->succeeded) Look(done->responses[0].range()->kvs);
///
/// Not thread-safe.
class TxnBuilder {
 public:
  explicit TxnBuilder(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  template <std::convertible_to<Compare>... Compares>
  TxnBuilder& If(Compares&&... more) {
    request_.If(std::forward<Compares>(more)...);
    return *this;
  }

  template <std::convertible_to<Op>... Ops>
  TxnBuilder& Then(Ops&&... more) {
    request_.Then(std::forward<Ops>(more)...);
    return *this;
  }

  template <std::convertible_to<Op>... Ops>
  TxnBuilder& Else(Ops&&... more) {
    request_.Else(std::forward<Ops>(more)...);
    return *this;
  }

  const TxnRequest& request() const { return request_; }

  /// Has Commit fail, without sending anything, where CheckLimits does.
  TxnBuilder& Within(const TxnLimits& limits) {
    limits_ = limits;
    return *this;
  }

  /// Runs it. A compare that does not hold is no error: `succeeded` is false.
  Result<TxnResponse> Commit(const CallOptions& call = {});

 private:
  std::shared_ptr<Connection> connection_;
  TxnRequest request_;
  std::optional<TxnLimits> limits_;
};

template <std::convertible_to<Compare>... Compares>
TxnRequest& TxnRequest::If(Compares&&... more) {
  (compares.push_back(std::forward<Compares>(more)), ...);
  return *this;
}

template <std::convertible_to<Op>... Ops>
TxnRequest& TxnRequest::Then(Ops&&... more) {
  (success.push_back(std::forward<Ops>(more)), ...);
  return *this;
}

template <std::convertible_to<Op>... Ops>
TxnRequest& TxnRequest::Else(Ops&&... more) {
  (failure.push_back(std::forward<Ops>(more)), ...);
  return *this;
}

}  // namespace etcdpp
